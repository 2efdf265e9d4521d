//! Not yet in this build: says so as an error, never as a pass.

use crate::{outcome::Outcome, prober::Run};
use domain::measurement::Phase;
pub(crate) async fn run(_run: &Run<'_>, _url: &str) -> Outcome {
    Outcome::new(Phase::Error, "This kind of check is not available in this build.", "error")
}
