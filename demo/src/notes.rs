//! What people and CI of the demo say of a box.

use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

/// What a person writes when they tick this box; often nothing.
pub(crate) fn tick(rng: &mut StdRng, item: &str) -> String {
    let said: &[&str] = match item {
        "smoke-tests" => &[
            "Firefox and a phone: register, log in, reset, order with and without a voucher.",
            "Fresh private window, new account, whole order, reset mail after 6 s. Console clean.",
            "All journeys on Safari and Chrome. One warning in the console, old and known.",
        ],
        "integrations" => &[
            "Reset mail in the inbox after 5 s, sandbox payment and its callback seen, invoice job done.",
            "Mail, payment, queue: looked at all three. Oldest job 3 s.",
            "Paid with the test card, got the mail at a large mailbox provider, not in spam.",
        ],
        "baselines" => &[
            "Numbers fit a normal week. Nothing surprised us.",
            "Response time is slightly better than last time, traffic the same.",
            "Error rate has one bump at 02:00, that is the backup.",
        ],
        "migrations-forward-compatible" => &[
            "Only additions. The version before runs against the new schema on staging.",
            "None in this release.",
            "Read with Jonas; index built concurrently.",
        ],
        "fix-isolated" => {
            &["Diff against the live tag is the fix alone; Aisha read it with me on the phone."]
        }
        "symptom-gone" => &["Tried it ten times, and the signature has not come back in the log."],
        "merged-back" => &["Merged to main, test included."],
        "release-notes-read" => {
            &["Read all of it and the two linked issues. One new field, nothing removed."]
        }
        "local-changes-reapplied" => {
            &["Our timeout patch applies cleanly; dropped the other, it is upstream now."]
        }
        "thresholds-agreed" => &[
            "Error rate 0.1 %, p95 300 ms, saturation 70 %, each for 10 min. Written down before the deploy.",
        ],
        "database-empty" => &["0 tables. Right host, read aloud."],
        "permissions-hardened" => {
            &["Own user, no shell, environment file 0600, only 80 and 443 open."]
        }
        _ => &[],
    };
    // A box of an ordinary day is often ticked without a word.
    if rng.random_bool(0.35) {
        return String::new();
    }
    said.choose(rng).map_or_else(String::new, |text| (*text).to_owned())
}

/// What CI reports when this box is good.
pub(crate) fn result(rng: &mut StdRng, item: &str) -> String {
    match item {
        "migrations" => match rng.random_range(0..3) {
            0 => "None to run.".into(),
            1 => "1 migration ran in 0.8 s.".into(),
            _ => format!(
                "2 migrations ran in {}.{} s.",
                rng.random_range(1..9),
                rng.random_range(0..10)
            ),
        },
        "integrations" => format!(
            "Mail delivered in {} s, payment callback in {} ms, oldest job {} s.",
            rng.random_range(2..9),
            rng.random_range(180..620),
            rng.random_range(1..6)
        ),
        "logs-triaged" => format!(
            "{} lines in 48 h, {} signatures, none new above low; all have a disposition.",
            rng.random_range(210_000..390_000),
            rng.random_range(3..12)
        ),
        "baselines" => format!(
            "48 h: error rate 0.0{} %, average {} ms, uptime {} %.",
            rng.random_range(1..8),
            rng.random_range(118..164),
            ["99.98", "99.99", "100.00"].choose(rng).unwrap_or(&"99.99")
        ),
        "staging-verified" => "Same digest on staging; 106 tests passed there.".into(),
        "backup-before" => format!(
            "Dump of {} GB finished and restored into the scratch database.",
            rng.random_range(38..57)
        ),
        "workers-replaced" | "workers-restarted" => {
            "8 workers stopped, 8 started, none of the version before left.".into()
        }
        "connections-drained" => {
            format!("Last old connection closed after {} s.", rng.random_range(9..48))
        }
        "error-rate" => format!(
            "0.0{} % over 30 min; baseline 0.02 %, threshold 0.1 %.",
            rng.random_range(1..5)
        ),
        "latency" => format!(
            "p95 {} ms over 30 min; baseline 184 ms, threshold 300 ms.",
            rng.random_range(160..214)
        ),
        "saturation" => {
            format!("Peak {} % of the busiest host; threshold 70 %.", rng.random_range(28..51))
        }
        "dependencies" => "Database, queue and both upstreams healthy for 30 min.".into(),
        "business-signals" => format!(
            "{} a minute; baseline of the same weekday {}.",
            rng.random_range(104..131),
            rng.random_range(108..126)
        ),
        _ => "Passed.".into(),
    }
}

/// What somebody says with a signature; often nothing.
pub(crate) fn sign(rng: &mut StdRng) -> String {
    let said = [
        "",
        "",
        "",
        "Quiet 48 hours.",
        "Looked at the numbers and at support's inbox. Fine.",
        "Good release.",
        "Nothing from support.",
    ];
    said.choose(rng).map_or_else(String::new, |text| (*text).to_owned())
}
