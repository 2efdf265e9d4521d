//! Secrets of checks and rollback plans go in and do not come out: pages show that there is one,
//! and a form that sends that sign back keeps it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    check::ProbeSpec,
    journey::{Act, Step},
};
use probes::is_secret_name;

use crate::{Error, error::ValidationErrors};

/// What stands where a secret stands.
pub const HIDDEN: &str = "••••••";

/// Why what was hidden is not kept.
const MOVED: &str = "is kept for the target it was given for, and the target changed; write the secret \
                     out again";
/// Why there is nothing to keep.
const NONE_TO_KEEP: &str = "hides a value, and there is none to keep; write it out";

/// A header's value as a form may show it.
#[must_use]
pub fn header(name: &str, value: &str) -> String {
    if is_secret_name(name) { HIDDEN.to_owned() } else { value.to_owned() }
}

/// Headers as they may be shown.
#[must_use]
pub fn headers(all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    all.iter().map(|(name, value)| (name.clone(), header(name, value))).collect()
}

/// Headers as a form may show them, one a line.
#[must_use]
pub fn header_lines(all: &BTreeMap<String, String>) -> String {
    let lines = all.iter().map(|(name, value)| format!("{name}: {}", header(name, value)));
    lines.collect::<Vec<_>>().join("\n")
}

/// As [`keep`], for headers that are sent to one server; `before` are that server and its headers.
///
/// # Errors
/// As [`keep`].
pub(super) fn keep_headers(
    url: &str,
    mut headers: BTreeMap<String, String>,
    before: Option<(&str, &BTreeMap<String, String>)>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut faults = ValidationErrors::default();
    for (name, value) in headers.iter_mut().filter(|(_, value)| *value == HIDDEN) {
        let pointer = format!("/headers/{name}");
        match before.and_then(|(known, kept)| Some((known, kept.get(name)?))) {
            Some((known, kept)) if origin(known) == origin(url) => value.clone_from(kept),
            Some(_) => faults.note(&pointer, Err(MOVED.into())),
            None => faults.note(&pointer, Err(NONE_TO_KEEP.into())),
        }
    }
    faults.into_result()?;
    Ok(headers)
}

/// An address that may carry a secret in its path or query: scheme and host only.
#[must_use]
pub fn address(url: &str) -> String {
    let Ok(known) = url::Url::parse(url) else { return HIDDEN.to_owned() };
    let port = known.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}/…", known.scheme(), known.host_str().unwrap_or_default())
}

/// Who is sent what stands at a pointer of a check, as `scheme://host:port`: the target it was given
/// for. Of a journey that is whatever its pages or expressions may send it to.
fn receivers(spec: &ProbeSpec, pointer: &str) -> BTreeSet<String> {
    match spec {
        ProbeSpec::HttpSteps { steps } => {
            let mut parts = pointer.trim_start_matches("/steps/").split('/');
            let step = parts.next().and_then(|n| n.parse::<usize>().ok());
            let Some((n, sent)) = step.and_then(|n| Some((n, steps.get(n)?))) else {
                return BTreeSet::new();
            };
            let mut receivers = BTreeSet::from([origin(&sent.url)]);
            // Where it goes is captured on the way: whoever may change the way chooses the receiver.
            let before_path = sent.url.split("://").nth(1).unwrap_or(&sent.url);
            if before_path.split('/').next().is_some_and(|host| host.contains("{{")) {
                receivers.extend(steps.iter().take(n).map(|step| {
                    format!("{} {:?} {:?} {:?}", step.url, step.method, step.body, step.capture)
                }));
            }
            receivers
        }
        ProbeSpec::Mail { inbox, .. } if pointer.starts_with("/inbox/") => {
            [origin(&inbox.url)].into()
        }
        ProbeSpec::Journey { recording, .. } => {
            recording.steps.iter().flat_map(reached_by).collect()
        }
        other => [origin(other.url())].into(),
    }
}

/// What a step of a journey may send something to.
fn reached_by(step: &Step) -> Vec<String> {
    // What is typed into another tab or frame goes to its address.
    let elsewhere = step.place.elsewhere().map(origin);
    let mut reached: Vec<_> = elsewhere.into_iter().collect();
    reached.extend(match &step.act {
        Act::Navigate { url } => vec![origin(url)],
        Act::CustomStep { parameters, .. } => {
            let urls = parameters.values().filter(|value| value.contains("://"));
            urls.map(|url| origin(url)).collect()
        }
        // An expression is a program in the page: another one may send what was typed elsewhere.
        Act::WaitForExpression { expression } => vec![format!("expression {expression}")],
        _ => Vec::new(),
    });
    reached
}

fn origin(url: &str) -> String {
    let Ok(known) = url::Url::parse(url) else {
        // With a place such as `{{name}}` for its host, say: it must be the same text.
        return url.to_owned();
    };
    let host = known.host_str().unwrap_or_default().to_ascii_lowercase();
    let port = known.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", known.scheme())
}

/// Where the secrets of a check go after a change and did not before, in words; `None` where it has
/// none or they stay.
pub(super) fn moved(before: &ProbeSpec, after: &ProbeSpec) -> Option<String> {
    let all = |spec: &ProbeSpec| -> BTreeSet<String> {
        let mut known = spec.clone();
        let pointers = known.secrets_mut().into_iter().map(|(pointer, _)| pointer);
        pointers.flat_map(|pointer| receivers(spec, &pointer)).collect()
    };
    let (from, to) = (all(before), all(after));
    let listed = |all: BTreeSet<String>| all.into_iter().collect::<Vec<_>>().join(", ");
    (!from.is_empty() && !to.is_empty() && from != to)
        .then(|| format!("from {} to {}", listed(from), listed(to)))
}

/// Puts what is hidden back where a request sends the sign for it. A secret stays with the target it
/// was given for: whoever may change a check may not have it sent to somebody else.
///
/// # Errors
/// Where there is nothing to keep, or its target is another.
pub(super) fn keep(mut spec: ProbeSpec, before: Option<&ProbeSpec>) -> Result<ProbeSpec, Error> {
    let (asked, known) = (spec.clone(), before);
    let moves = |pointer: &str| {
        known.is_none_or(|known| {
            let (to, from) = (receivers(&asked, pointer), receivers(known, pointer));
            known.kind() != asked.kind() || to.is_empty() || !to.is_subset(&from)
        })
    };
    let mut before = before.cloned();
    let old: BTreeMap<_, _> =
        before.as_mut().map(ProbeSpec::secrets_mut).into_iter().flatten().collect();
    let mut faults = ValidationErrors::default();
    for (pointer, value) in spec.secrets_mut() {
        if value != HIDDEN {
            continue;
        }
        match old.get(&pointer) {
            Some(_) if moves(&pointer) => {
                faults.note(&pointer, Err(MOVED.into()));
            }
            Some(kept) => value.clone_from(kept),
            None => {
                faults.note(&pointer, Err(NONE_TO_KEEP.into()));
            }
        }
    }
    faults.into_result()?;
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use domain::{
        check::HttpStep,
        journey::{Place, Recording},
    };

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

    fn at(spec: ProbeSpec, new: &str) -> ProbeSpec {
        match spec {
            ProbeSpec::Http { method, headers, body, .. } => {
                ProbeSpec::Http { url: new.into(), method, headers, body }
            }
            other => other,
        }
    }

    #[test]
    fn a_secret_stays_with_its_target() {
        let before = spec("Bearer one", "pass=one");
        let kept =
            keep(at(spec(HIDDEN, HIDDEN), "https://SHOP.example.org:443/other"), Some(&before));
        let ProbeSpec::Http { headers, .. } = kept.unwrap() else { panic!() };
        assert_eq!(headers["Authorization"], "Bearer one", "another path of the same server");
        for elsewhere in [
            "https://evil.example.org",
            "http://shop.example.org",
            "https://shop.example.org:8443",
            "https://shop.example.org.evil.example",
            "https://shop.example.org@evil.example",
        ] {
            let refused = keep(at(spec(HIDDEN, HIDDEN), elsewhere), Some(&before)).unwrap_err();
            let said = refused.to_string();
            assert!(said.contains("headers/Authorization") && said.contains("body"), "{said}");
            // Written out it may go there.
            keep(at(spec("Bearer two", "x"), elsewhere), Some(&before)).unwrap();
        }
        let database = |url: &str, password: &str| ProbeSpec::Postgres {
            url: url.into(),
            password: Some(password.into()),
        };
        let cache = ProbeSpec::Redis {
            url: "redis://db.example.org:5432".into(),
            password: Some(HIDDEN.into()),
        };
        let known = database("postgres://watch@db.example.org:5432/shop", "pw");
        keep(database("postgres://watch@db.example.org:5432/other", HIDDEN), Some(&known)).unwrap();
        assert!(keep(cache, Some(&known)).is_err(), "another kind");
        assert_eq!(moved(&before, &at(before.clone(), "https://shop.example.org/x")), None);
        assert_eq!(
            moved(&before, &at(before.clone(), "https://evil.example.org")).as_deref(),
            Some("from https://shop.example.org:443 to https://evil.example.org:443")
        );
    }

    #[test]
    fn each_step_and_each_page_is_a_target_of_its_own() {
        let step = |url: &str, token: &str| HttpStep {
            url: url.into(),
            headers: [("Authorization".to_owned(), token.to_owned())].into(),
            ..HttpStep::default()
        };
        let steps = |steps: Vec<HttpStep>| ProbeSpec::HttpSteps { steps };
        let before =
            steps(vec![step("https://a.example", "one"), step("https://b.example", "two")]);
        let swapped =
            steps(vec![step("https://b.example", HIDDEN), step("https://a.example", HIDDEN)]);
        let Err(Error::Invalid(faults)) = keep(swapped, Some(&before)) else { panic!() };
        assert_eq!(faults.len(), 2);
        let journey = |steps: Vec<Step>, password: &str| ProbeSpec::Journey {
            recording: Recording { title: "Log in".into(), timeout: None, steps },
            secrets: [("password".to_owned(), password.to_owned())].into(),
        };
        let step = |act: Act| Step {
            act,
            place: Place::default(),
            timeout: None,
            asserted_events: Vec::new(),
        };
        let open = |url: &str| step(Act::Navigate { url: url.into() });
        let until =
            |expression: &str| step(Act::WaitForExpression { expression: expression.into() });
        let typed_at = |target: &str| Step {
            place: Place { target: Some(target.into()), frame: Vec::new() },
            ..step(Act::Change { value: "{{password}}".into(), selectors: Vec::new() })
        };
        let known = journey(vec![open("https://a.example/login"), until("done")], "pw");
        let same = vec![open("https://a.example/start"), until("done")];
        keep(journey(same, HIDDEN), Some(&known)).unwrap();
        for changed in [
            vec![open("https://a.example/login"), open("https://evil.example")],
            vec![open("https://a.example/login"), until("fetch('https://evil.example')")],
            vec![open("https://a.example/login"), until("done"), typed_at("https://evil.example/")],
        ] {
            assert!(keep(journey(changed, HIDDEN), Some(&known)).is_err());
        }
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
