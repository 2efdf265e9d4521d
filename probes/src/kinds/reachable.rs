//! Is a host there? Without ICMP, which takes privileges: a host that refuses a connection has
//! answered as well as one that accepts it.

use domain::measurement::Phase;

use super::talk::{self, Talk};
use crate::client::{Reason, Timing, authority_of};
use crate::context::Run;
use crate::outcome::{Outcome, millis};

/// The port tried where none is given.
const USUAL_PORT: u16 = 443;

pub(crate) async fn run(run: &Run<'_>, url: &str) -> Outcome {
    let url = match talk::address(url, &["tcp"]) {
        Ok(url) => talk::with_port(url, USUAL_PORT),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let looked = run
        .client
        .within(&url, run.timeout, async |deadline, progress| {
            match run.client.open(&url, deadline, progress).await {
                Ok(opened) => Ok((opened.timing, "accepted the connection")),
                Err(Reason::ConnectionRefused(_)) => {
                    Ok((Timing::default(), "refused the connection, so it is there"))
                }
                Err(reason) => Err(reason),
            }
        })
        .await;
    match looked {
        Err(error) => Outcome::unreachable(error),
        Ok(((timing, how), took)) => {
            let talk = Talk {
                sent: format!("connect {place}"),
                came: String::new(),
                remote: place.clone(),
                timing,
                took_ms: millis(took),
            };
            let what = format!("{place} {how} after {:.0} ms", talk.took_ms);
            let mut outcome = talk::answered(run, &what, "the host answers", &talk);
            if outcome.phase == Phase::Successful {
                outcome.short = format!("{:.0} ms", talk.took_ms);
            }
            outcome
        }
    }
}
