//! Is a host there? Without ICMP, which takes privileges: a host that refuses a connection has
//! answered as well as one that accepts it.

use domain::measurement::Phase;

use super::line_protocol::{self, Transcript};
use crate::client::{Reason, Timing, authority_of};
use crate::context::ProbeContext;
use crate::outcome::{Outcome, millis};

/// The port tried where none is given.
const USUAL_PORT: u16 = 443;

pub(crate) async fn run(context: &ProbeContext<'_>, url: &str) -> Outcome {
    let url = match line_protocol::address(url, &["tcp"]) {
        Ok(url) => line_protocol::with_port(url, USUAL_PORT),
        Err(outcome) => return outcome,
    };
    let place = authority_of(&url);
    let result = context
        .client
        .within(&url, context.timeout, async |deadline, progress| {
            match context.client.connect_tcp(&url, deadline, progress).await {
                Ok(opened) => Ok((opened.timing, "accepted the connection")),
                Err(Reason::ConnectionRefused(_)) => {
                    Ok((Timing::default(), "refused the connection, so it is there"))
                }
                Err(reason) => Err(reason),
            }
        })
        .await;
    match result {
        Err(error) => Outcome::unreachable(error),
        Ok(((timing, how), took)) => {
            let transcript = Transcript {
                sent: format!("connect {place}"),
                received: String::new(),
                remote: place.clone(),
                timing,
                took_ms: millis(took),
            };
            let what = format!("{place} {how} after {:.0} ms", transcript.took_ms);
            let mut outcome =
                line_protocol::success(context, &what, "the host answers", &transcript).await;
            if outcome.phase == Phase::Successful {
                outcome.short = format!("{:.0} ms", transcript.took_ms);
            }
            outcome
        }
    }
}
