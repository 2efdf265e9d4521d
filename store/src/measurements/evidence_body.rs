//! What was sent and received, as it is kept: JSON, of a bounded length.

use domain::measurement::{Exchange, Measurement};

use crate::error::StoreError;

/// The most bytes that are kept of a measurement's evidence.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How many of the findings are kept of one that is longer.
const FINDINGS: usize = 1_000;
/// How many of the exchanges are kept of one that is longer.
const EXCHANGES: usize = 50;

/// A measurement as its evidence is kept. Of one that is too long the beginning is, and it says so.
pub(super) fn of(measured: &Measurement) -> Result<String, StoreError> {
    let whole = json(measured)?;
    if whole.len() <= MOST_BYTES {
        return Ok(whole);
    }
    let mut cut = measured.clone();
    cut.findings.truncate(FINDINGS);
    cut.exchanges.truncate(EXCHANGES);
    let shortened = json(&cut)?;
    if shortened.len() <= MOST_BYTES {
        cut.exchanges.push(left_out(measured, EXCHANGES));
        return json(&cut);
    }
    cut.findings.clear();
    cut.exchanges = vec![left_out(measured, 0)];
    json(&cut)
}

fn json(measured: &Measurement) -> Result<String, StoreError> {
    serde_json::to_string(measured).map_err(|error| StoreError::corrupt("body", error))
}

/// What stands where exchanges were left out.
fn left_out(measured: &Measurement, kept: usize) -> Exchange {
    let all = measured.exchanges.len();
    let more = all.saturating_sub(kept);
    Exchange {
        request: format!(
            "{more} of {all} requests are left out: together they are more than 4 MiB."
        ),
        response_head: String::new(),
        excerpt: String::new(),
        remote_addr: None,
        elapsed_ms: 0,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::measurement::{Finding, Phase};

    use super::*;

    fn measured(exchanges: usize, each: usize, findings: usize) -> Measurement {
        let exchange = Exchange {
            request: "GET /".into(),
            response_head: "HTTP/1.1 200 OK".into(),
            excerpt: "x".repeat(each),
            remote_addr: None,
            elapsed_ms: 3,
        };
        let finding =
            Finding { subject: "y".repeat(1_024), phase: Phase::Failed, detail: "z".repeat(4_096) };
        Measurement {
            started_at: DateTime::UNIX_EPOCH,
            duration_ms: 1.0,
            phase: Phase::Failed,
            value: None,
            sentence: "It failed.".into(),
            short: "failed".into(),
            findings: vec![finding; findings],
            exchanges: vec![exchange; exchanges],
            pictures: Vec::new(),
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let read = |one: &Measurement| {
            let body = of(one).unwrap();
            assert!(body.len() <= MOST_BYTES, "{}", body.len());
            serde_json::from_str::<Measurement>(&body).unwrap()
        };
        let small = measured(3, 100, 2);
        assert_eq!(read(&small), small);
        let many = read(&measured(1_000, 8_192, 2));
        assert_eq!((many.exchanges.len(), many.findings.len()), (51, 2));
        assert!(many.exchanges[50].request.starts_with("950 of 1000 requests are left out"));
        let large = read(&measured(60, 200_000, 2_000));
        assert_eq!((large.exchanges.len(), large.findings.len()), (1, 0));
        assert!(large.exchanges[0].request.starts_with("60 of 60 requests are left out"));
        assert_eq!(large.sentence, "It failed.");
    }
}
