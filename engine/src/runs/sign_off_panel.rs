//! Who has to sign a run off, who has, and whether the reader can.

use chrono::{DateTime, Utc};
use domain::{
    actor::Person,
    gate::GateAnswer,
    run::Run,
    sign_off::{self, Offer, SignOff},
    watch::WatchState,
};
use store::Connection;

use super::signing_facts::SigningFacts;
use crate::Error;

/// What the sign-off panel shows.
#[derive(Debug, Clone)]
pub struct SignOffPanel {
    /// The roles that are required.
    pub roles: Vec<SignOffRole>,
    /// The signatures given.
    pub given: Vec<GivenSignOff>,
    /// What the announcement says of the deployer where that means nobody known here.
    pub deployer_unknown: Option<String>,
    /// The signature the reader may give, or why they cannot sign.
    pub allowed: Result<Offer, String>,
}

/// A signature that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenSignOff {
    /// The signature.
    pub sign_off: SignOff,
    /// Why it does not count, where it does not.
    pub void_because: Option<String>,
}

/// A required sign-off with who can give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOffRole {
    /// The role.
    pub role: String,
    /// How many people are needed.
    pub needed: u32,
    /// How many have signed.
    pub given: u32,
    /// The names of those who could.
    pub candidates: Vec<String>,
}

pub(crate) async fn sign_off_panel(
    link: &mut Connection,
    run: &Run,
    gate: &GateAnswer,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<SignOffPanel, Error> {
    let known = SigningFacts::load(link, run, now).await?;
    let required = sign_off::needed(&run.sign_off_required);
    let signatures = known.signatures();
    let roles = sign_off::counts(&required, signatures)
        .into_iter()
        .map(|count| SignOffRole {
            candidates: known
                .active
                .iter()
                .filter(|candidate| sign_off::holds(candidate, &count.role))
                .filter(|candidate| signatures.iter().all(|given| given.person != candidate.id))
                .map(|candidate| candidate.name.clone())
                .collect(),
            role: count.role,
            needed: count.needed,
            given: count.given,
        })
        .collect();
    let allowed = if run.suspended {
        // A run that waits for nobody is signed by nobody.
        Err("The duty is switched off.".to_owned())
    } else {
        known.signing(run, gate).offer(person).map_err(|refusal| refusal.to_string())
    };
    let deployer_unknown = known.deployers.unknown.clone();
    let given = known.given.into_iter();
    let given = given.map(|(sign_off, void_because)| GivenSignOff {
        // What closed the run stays what it was, whatever became of its signatories.
        void_because: void_because
            .filter(|_| sign_off.voided.is_some() || run.state == WatchState::Watching),
        sign_off,
    });
    Ok(SignOffPanel { roles, given: given.collect(), deployer_unknown, allowed })
}
