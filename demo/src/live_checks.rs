//! What the demo's shop is watched by beside the built-in probes: a journey and a mail. Only from
//! the first start on; the past was replayed without them.

use engine::checks::{CheckRequest, InboxRequest};

use crate::addresses::Addresses;

/// The recording, at addresses that are put in their place.
const ACCOUNT: &str = include_str!("account-journey.json");

/// Each with its key.
pub(crate) fn checks(addresses: &Addresses) -> Vec<(&'static str, CheckRequest)> {
    let recording = ACCOUNT
        .replace("https://shop.example.org", &addresses.https)
        .replace("http://mail.example.org", &addresses.mail);
    let journey = CheckRequest {
        environment: "production".into(),
        kind: "journey".into(),
        interval_s: 300,
        timeout_s: Some(120),
        item: Some("smoke-tests".into()),
        critical: true,
        recording: serde_json::from_str(&recording).ok(),
        secrets: Some(
            [("password", "harbour-goods-1"), ("new_password", "harbour-goods-2")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        ),
        ..CheckRequest::default()
    };
    let mail = CheckRequest {
        environment: "production".into(),
        kind: "mail".into(),
        interval_s: 120,
        timeout_s: Some(30),
        item: Some("integrations".into()),
        conditions: vec!["response_time_ms < 10000".into()],
        url: Some(format!("smtp://{}", addresses.smtp)),
        from: Some("daytwo@watch.example.org".into()),
        to: Some("delivery@watch.example.org".into()),
        inbox: Some(InboxRequest {
            url: format!("{}/mail/api/messages?to=delivery@watch.example.org", addresses.mail),
            password: None,
        }),
        ..CheckRequest::default()
    };
    vec![("account-journey", journey), ("mail-delivery", mail)]
}

#[cfg(test)]
mod tests {
    use domain::check::kind_of;
    use formats::chrome_recorder;

    use super::*;

    #[test]
    fn the_recording_can_be_replayed() {
        let addresses = Addresses {
            https: "https://127.0.0.1:4443".into(),
            http: "http://127.0.0.1:4010".into(),
            control: "http://127.0.0.1:4011".into(),
            mail: "http://127.0.0.1:4012".into(),
            smtp: "127.0.0.1:4025".into(),
        };
        let checks = checks(&addresses);
        let journey = checks[0].1.recording.as_ref().unwrap();
        let read = chrome_recorder::read(journey).unwrap();
        assert_eq!(read.names(), ["password", "new_password"]);
        assert!(!journey.to_string().contains("example.org/"), "{journey}");
        assert!(checks.iter().all(|(_, check)| kind_of(&check.kind).is_some()));
    }
}
