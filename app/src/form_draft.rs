//! What was typed into a form that was refused. Without JavaScript the answer is another page, and
//! a text somebody wrote would be gone with the form: it is shown beside the reason instead. It
//! goes from the request into the page that answers it, and is kept nowhere.

/// The most that is kept, in bytes.
const MAX: usize = 16 * 1024;

/// What each act's form gives back, by the names of its fields: what a person composed, never what
/// was given to the portal to keep, such as passwords, headers, bodies and recordings with what is
/// filled into them. A form that is not listed gives nothing back.
const GIVEN_BACK: [(&str, &[&str]); 24] = [
    ("add-person", &["name", "email", "role", "teams"]),
    ("add-service", SERVICE),
    (
        "announce",
        &[
            "version",
            "commit",
            "kind",
            "strategy",
            "runbook",
            "deployed_at",
            "deployed_by",
            "url",
            "notes",
        ],
    ),
    ("change-person", &["role", "teams", "logins"]),
    ("change-service", SERVICE),
    ("change-targets", &["name", "path", "target_ms"]),
    ("change-version-source", &["version_from", "version_name", "min_share"]),
    ("create-token", &["name", "expires", "scope"]),
    ("log-in", &["email"]),
    ("mark-failed", &["note"]),
    (
        "put-check",
        &[
            "key",
            "label",
            "environment",
            "url",
            "method",
            "conditions",
            "interval_s",
            "timeout_s",
            "item",
            "min_days",
            "min_max_age_s",
            "grpc_service",
        ],
    ),
    ("put-duty", &["runbook", "place", "starts_at"]),
    ("put-heartbeat", &["key", "label", "environment", "period_s", "grace_s", "cron", "time_zone"]),
    (
        "put-indicator",
        &[
            "key",
            "label",
            "unit",
            "family",
            "direction",
            "server_url",
            "query",
            "heartbeat_query",
            "interval_s",
            "pass",
            "warn",
            "rollback",
        ],
    ),
    ("put-plan", &["command", "rules"]),
    ("put-retention", &["measurements_d", "minutes_d", "hours_d"]),
    ("record-rehearsal", &["version", "at", "duration_s", "notes"]),
    ("roll-back", &["reason"]),
    ("set-up", &["name", "email"]),
    ("settle-leak", &["note"]),
    ("sign-off", &["comment"]),
    ("tick", &["note"]),
    ("waive", &["reason", "expires", "until"]),
    ("write-lesson", &["title", "body"]),
];

const SERVICE: &[&str] =
    &["name", "slug", "tier", "owners", "description", "environment", "base_url", "plain_http"];

/// Names of fields that hold an address: of one nothing comes back that could open a door.
const ADDRESSES: [&str; 3] = ["url", "base_url", "server_url"];

/// Fields with what was typed into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormDraft(pub Vec<(String, String)>);

impl FormDraft {
    /// What was typed into the field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The fields of a form that somebody filled in and that its act gives back. `act` is the last
    /// part of where it was sent.
    pub fn of(act: &str, body: &[u8]) -> Self {
        let known = GIVEN_BACK.iter().find(|(known, _)| *known == act);
        let given_back = known.map_or(&[][..], |(_, names)| names);
        let mut room = MAX;
        let mut fields = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if !given_back.contains(&name.as_ref()) || value.trim().is_empty() || value.len() > room
            {
                continue;
            }
            let value = match ADDRESSES.contains(&name.as_ref()) {
                true => plain_address(&value),
                false => value.into_owned(),
            };
            room -= value.len();
            fields.push((name.into_owned(), value));
        }
        Self(fields)
    }
}

/// An address without user, password and query; nothing of what cannot be read as one.
fn plain_address(text: &str) -> String {
    let Ok(mut url) = url::Url::parse(text.trim()) else { return String::new() };
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        // It is an address of no host, where nothing is asked.
        return String::new();
    }
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_composed_and_nothing_else() {
        let body =
            b"reason=orders+fail&deployment=01a1&role=admin&password=four+words+no+one&sure=yes";
        let reason = ("reason".to_owned(), "orders fail".to_owned());
        assert_eq!(FormDraft::of("roll-back", body).0, [reason]);
        assert_eq!(FormDraft::of("log-in", body).0, []);
        assert_eq!(FormDraft::of("an-act-to-come", body).0, []);
        let long = format!("note={}&note=c+d", "x ".repeat(MAX));
        assert_eq!(
            FormDraft::of("tick", long.as_bytes()).0,
            [("note".to_owned(), "c d".to_owned())]
        );
    }

    #[test]
    fn no_act_gives_back_what_may_hold_a_secret() {
        for (act, names) in GIVEN_BACK {
            for secret in [
                "password",
                "current",
                "again",
                "token",
                "headers",
                "secrets",
                "inbox_password",
                "inbox_url",
                "hook_url",
                "steps",
                "send",
                "recording",
                "from",
                "to",
            ] {
                assert!(!names.contains(&secret), "{act} gives {secret} back");
            }
            assert!(act == "write-lesson" || !names.contains(&"body"), "{act}");
        }
    }

    #[test]
    fn an_address_comes_back_without_what_opens_a_door() {
        let body = b"key=a&url=https%3A%2F%2Fu%3Ap%40example.org%2Fx%3Ftoken%3Dt%23f";
        let fields = FormDraft::of("put-check", body);
        assert_eq!(fields.get("url"), Some("https://example.org/x"));
        let fields = FormDraft::of("put-check", b"url=secret+and+no+address");
        assert_eq!(fields.get("url"), Some(""));
    }
}
