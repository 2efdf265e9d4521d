//! Secrets of checks and rollback plans go in and do not come out: pages show that there is one,
//! and a form that sends that sign back keeps it.

use std::collections::BTreeMap;

use domain::check::ProbeSpec;
use probes::is_secret_name;

use crate::{Error, error::ValidationErrors};

/// What stands where a secret stands.
pub const HIDDEN: &str = "••••••";

/// A header's value as a form may show it.
#[must_use]
pub fn header(name: &str, value: &str) -> String {
    if is_secret_name(name) { HIDDEN.to_owned() } else { value.to_owned() }
}

/// An address that may carry a secret in its path or query: scheme and host only.
#[must_use]
pub fn address(url: &str) -> String {
    let Ok(known) = url::Url::parse(url) else { return HIDDEN.to_owned() };
    let port = known.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}/…", known.scheme(), known.host_str().unwrap_or_default())
}

/// Puts what is hidden back where a request sends the sign for it.
///
/// # Errors
/// Where there is nothing to keep.
pub(super) fn keep(mut spec: ProbeSpec, before: Option<&ProbeSpec>) -> Result<ProbeSpec, Error> {
    let mut before = before.cloned();
    let old: BTreeMap<_, _> =
        before.as_mut().map(ProbeSpec::secrets_mut).into_iter().flatten().collect();
    let mut faults = ValidationErrors::default();
    for (pointer, value) in spec.secrets_mut() {
        if value != HIDDEN {
            continue;
        }
        match old.get(&pointer) {
            Some(kept) => value.clone_from(kept),
            None => {
                let said = "hides a value, and there is none to keep; write it out";
                faults.note(&pointer, Err(said.to_owned()));
            }
        }
    }
    faults.into_result()?;
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(token: &str, body: &str) -> ProbeSpec {
        ProbeSpec::Http {
            url: "https://shop.example.org".into(),
            method: None,
            headers: [("Authorization".to_owned(), token.to_owned())].into(),
            body: Some(body.into()),
        }
    }

    #[test]
    fn what_was_hidden_is_kept_and_what_is_new_replaces_it() {
        let before = spec("Bearer one", "pass=one");
        assert_eq!(keep(spec(HIDDEN, HIDDEN), Some(&before)).unwrap(), before);
        let new = spec("Bearer two", "pass=two");
        assert_eq!(keep(new.clone(), Some(&before)).unwrap(), new);
        assert!(keep(spec(HIDDEN, "x"), None).is_err());
    }

    #[test]
    fn only_the_host_of_an_address_is_shown() {
        assert_eq!(
            address("https://ci.example.org:8443/hook/s3cr3t?a=b"),
            "https://ci.example.org:8443/…"
        );
        assert_eq!(header("Authorization", "Bearer one"), HIDDEN);
        assert_eq!(header("Accept", "text/html"), "text/html");
    }
}
