//! The secrets a check sends: taken out of whatever is kept of what it saw, in the forms a service may
//! repeat them in.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::check::ProbeSpec;
use domain::measurement::Exchange;
use url::Url;

use crate::outcome::Outcome;
use crate::redact::{REDACTED, is_secret_name};

/// Shorter ones are no secret.
const SHORTEST: usize = 4;
/// Shorter ones may stand in many a word, and are looked for as words of their own.
const LONG: usize = 8;

/// The secrets, lower case, the longest first.
#[derive(Debug, Default)]
pub(crate) struct KnownSecrets(Vec<String>);

impl KnownSecrets {
    /// Those of a check.
    pub(crate) fn of(spec: &ProbeSpec) -> Self {
        let mut known = Self::default();
        match spec {
            ProbeSpec::Http { headers, .. }
            | ProbeSpec::Websocket { headers, .. }
            | ProbeSpec::Prometheus { headers, .. } => known.headers(headers),
            ProbeSpec::HttpSteps { steps } => {
                steps.iter().for_each(|step| known.headers(&step.headers));
            }
            ProbeSpec::Postgres { url, password }
            | ProbeSpec::Mysql { url, password }
            | ProbeSpec::Redis { url, password } => known.password(url, password.as_deref()),
            ProbeSpec::Mail { url, password, inbox, .. } => {
                known.password(url, password.as_deref());
                known.password(&inbox.url, inbox.password.as_deref());
            }
            _ => {}
        }
        known.settled()
    }

    /// Those of the headers of a request.
    pub(crate) fn of_headers(headers: &BTreeMap<String, String>) -> Self {
        let mut known = Self::default();
        known.headers(headers);
        known.settled()
    }

    /// These values.
    pub(crate) fn values<'a>(values: impl IntoIterator<Item = &'a String>) -> Self {
        let mut known = Self::default();
        values.into_iter().for_each(|value| known.value(value));
        known.settled()
    }

    fn headers<'a>(&mut self, headers: impl IntoIterator<Item = (&'a String, &'a String)>) {
        for (name, value) in headers {
            // What is put in the place of a name is known once it was captured.
            if !is_secret_name(name) || value.contains("{{") {
                continue;
            }
            self.value(value);
            if let Some((scheme, secret)) = value.split_once(' ') {
                self.value(secret.trim());
                let plain = STANDARD.decode(secret.trim()).ok().filter(|_| is_basic(scheme));
                if let Some(plain) = plain.and_then(|plain| String::from_utf8(plain).ok()) {
                    self.0.extend(plain.split_once(':').map(|(_, password)| password.to_owned()));
                    self.0.push(plain);
                }
            }
        }
    }

    fn password(&mut self, url: &str, password: Option<&str>) {
        let Some(password) = password else { return };
        self.value(password);
        let url = Url::parse(url).ok();
        let user = url.as_ref().map(Url::username).unwrap_or_default();
        // As SMTP's AUTH PLAIN and HTTP's Basic send it.
        self.0.push(STANDARD.encode(format!("\0{user}\0{password}")));
        self.0.push(STANDARD.encode(format!("{user}:{password}")));
    }

    fn value(&mut self, value: &str) {
        self.0.push(value.to_owned());
        self.0.push(STANDARD.encode(value));
        self.0.push(url::form_urlencoded::byte_serialize(value.as_bytes()).collect());
    }

    fn settled(mut self) -> Self {
        self.0.retain(|value| value.len() >= SHORTEST);
        self.0.iter_mut().for_each(|value| value.make_ascii_lowercase());
        self.0.sort_by_key(|value| std::cmp::Reverse(value.len()));
        self.0.dedup();
        self
    }

    /// A text without them, however their letters are written.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| without(&text, secret))
    }

    /// Takes them out of all that is kept of what was seen.
    pub(crate) fn hide_in(&self, seen: &mut Outcome) {
        if self.0.is_empty() {
            return;
        }
        let texts = [&mut seen.sentence, &mut seen.short];
        let found = seen.findings.iter_mut().map(|one| &mut one.detail);
        for text in texts.into_iter().chain(found) {
            *text = self.hidden_in(text);
        }
        self.hide_in_exchanges(&mut seen.exchanges);
    }

    /// Takes them out of what was sent and received.
    pub(crate) fn hide_in_exchanges(&self, exchanges: &mut [Exchange]) {
        for one in exchanges.iter_mut().filter(|_| !self.0.is_empty()) {
            for text in [&mut one.request, &mut one.response_head, &mut one.excerpt] {
                *text = self.hidden_in(text);
            }
        }
    }
}

fn is_basic(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("basic")
}

fn without(text: &str, secret: &str) -> String {
    // Of the same length, byte for byte.
    let lower = text.to_ascii_lowercase();
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    let is_apart = |at: usize| {
        let beside = [at.checked_sub(1), at.checked_add(secret.len())];
        let beside = beside.into_iter().flatten().filter_map(|at| lower.as_bytes().get(at));
        !beside.into_iter().any(u8::is_ascii_alphanumeric)
    };
    for (at, _) in lower.match_indices(secret) {
        if secret.len() < LONG && !is_apart(at) {
            continue;
        }
        kept.push_str(&text[from..at]);
        kept.push_str(REDACTED);
        from = at + secret.len();
    }
    kept.push_str(&text[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_one_is_looked_for_as_a_word() {
        let (url, password) = ("redis://a.example/".into(), Some("wrong".into()));
        let known = KnownSecrets::of(&ProbeSpec::Redis { url, password });
        assert_eq!(known.hidden_in("-WRONGPASS: `wrong`"), "-WRONGPASS: `[redacted]`");
        assert_eq!(known.hidden_in("wrong"), "[redacted]");
    }

    #[test]
    fn what_a_check_sends_does_not_come_out_in_any_form() {
        let headers = [("Authorization", "Bearer HDRSECRET42abc"), ("X-Plain", "visible")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let spec = ProbeSpec::Http {
            url: "https://a.example/".into(),
            method: None,
            headers: headers.into(),
            body: None,
        };
        let known = KnownSecrets::of(&spec);
        let encoded = STANDARD.encode("HDRSECRET42abc");
        let said = format!("denied: Bearer HDRSECRET42abc, hdrsecret42ABC, {encoded}, visible");
        assert_eq!(known.hidden_in(&said), "denied: [redacted], [redacted], [redacted], visible");
        let spec = ProbeSpec::Redis {
            url: "redis://ann@a.example/".into(),
            password: Some("Größe 12".into()),
        };
        let known = KnownSecrets::of(&spec);
        let plain = STANDARD.encode("\0ann\0Größe 12");
        let said = format!("$9 Größe 12 {plain} größe");
        assert_eq!(known.hidden_in(&said), "$9 [redacted] [redacted] größe");
    }
}
