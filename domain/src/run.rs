//! A run: the copy of a runbook that is worked, whatever it is worked for.

use crate::words::words;

words! {
    /// What a run is about.
    RunSubject {
        /// A deployment, for as long as it is watched.
        Deployment = "deployment",
        /// A duty, each time it comes round.
        Duty = "duty",
    }
}

impl RunSubject {
    /// What it is called in a sentence: "this deployment", "this run".
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::Duty => "run",
        }
    }
}
