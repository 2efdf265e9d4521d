//! What the probes are to have seen in the past. Said in each sentence to be the demo's.

use chrono::{DateTime, Duration, Utc};
use domain::measurement::{Measurement, Phase};
use rand::{Rng as _, rngs::StdRng};

/// The check that somebody on the team wrote, since the shop's plain listener has a port of its
/// own: its key without the environment.
pub(crate) const REDIRECT: &str = "plain-redirect";

/// How fast the shop was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// On its servers in the past.
    Hosts,
    /// On this machine.
    Loopback,
}

/// One round of the checks of the box `perf-security`, `at` that time; `broken` names one that
/// fails and what it says.
pub(crate) fn round(
    rng: &mut StdRng,
    at: DateTime<Utc>,
    pace: Pace,
    broken: Option<(&str, &str)>,
) -> Vec<(&'static str, Measurement)> {
    const PAGES: [(&str, &str, f64, f64); 3] = [
        ("target-home", "home", 140.0, 8.0),
        ("target-login", "login", 95.0, 6.0),
        ("target-health", "health", 12.0, 2.0),
    ];
    let mut seen = Vec::with_capacity(8);
    for (suffix, page, hosts, loopback) in PAGES {
        let usual = if pace == Pace::Hosts { hosts } else { loopback };
        let took = usual * rng.random_range(0.7..1.5);
        let sentence = format!("{page} answered 200 in {took:.0} ms; all 2 conditions hold.");
        seen.push((suffix, took, Some(took), sentence, format!("{took:.0} ms")));
    }
    let days = 30 + (at.timestamp() / 86_400) % 55;
    #[expect(clippy::cast_precision_loss, reason = "a certificate's days are few")]
    let left = days as f64;
    for (suffix, value, sentence, short) in [
        (
            "exposed-files",
            None,
            "30 addresses looked at, none gives anything away.".to_owned(),
            "none".to_owned(),
        ),
        (REDIRECT, None, "Plain HTTP redirects to HTTPS with 308.".to_owned(), "308".to_owned()),
        ("hsts", None, "Strict-Transport-Security is sent for 2 y.".to_owned(), "2 y".to_owned()),
        (
            "tls",
            Some(left),
            format!("The certificate is valid for {days} more days; expected at least 14."),
            format!("{days} d"),
        ),
        (
            "debug-mode",
            None,
            "No error page shows a stack trace or settings.".to_owned(),
            "off".to_owned(),
        ),
    ] {
        seen.push((suffix, rng.random_range(4.0..60.0), value, sentence, short));
    }
    seen.into_iter()
        .map(|(suffix, duration_ms, value, sentence, short)| {
            let name = suffix.strip_prefix("target-").unwrap_or(suffix);
            let broken = broken.filter(|(which, _)| *which == name);
            let started_at = at + Duration::milliseconds(rng.random_range(0..900));
            let (phase, sentence, short) = match broken {
                Some((_, says)) => (Phase::Failed, says.to_owned(), "failed".to_owned()),
                None => (Phase::Successful, sentence, short),
            };
            let measurement = Measurement {
                started_at,
                duration_ms,
                phase,
                value,
                sentence: format!("{sentence} (Demo data.)"),
                short,
                findings: Vec::new(),
                exchanges: Vec::new(),
                pictures: Vec::new(),
            };
            (suffix, measurement)
        })
        .collect()
}
