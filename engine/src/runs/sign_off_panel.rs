//! Who has to sign a run off, who has, and whether the reader can.

use domain::{
    actor::Person,
    gate::GateAnswer,
    run::Run,
    sign_off::{self, SignOff},
};
use store::{Connection, people, runs::sign_offs};

use super::sign_off::{deployer, signatures};
use crate::Error;

/// What the sign-off panel shows.
#[derive(Debug, Clone)]
pub struct SignOffPanel {
    /// The roles that are required.
    pub roles: Vec<SignOffRole>,
    /// The signatures given.
    pub given: Vec<SignOff>,
    /// The role the reader's signature would count for, or why they cannot sign.
    pub allowed: Result<String, String>,
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
) -> Result<SignOffPanel, Error> {
    let given = sign_offs::of_run(link, run.id).await?;
    let signatures = signatures(&given);
    let everyone = people::all(link).await?;
    let required = &run.sign_off_required;
    let roles = sign_off::counts(required, &signatures)
        .into_iter()
        .map(|count| SignOffRole {
            candidates: everyone
                .iter()
                .filter(|record| record.disabled_at.is_none())
                .map(|record| &record.person)
                .filter(|candidate| sign_off::holds(candidate, &count.role))
                .filter(|candidate| signatures.iter().all(|given| given.person != candidate.id))
                .map(|candidate| candidate.name.clone())
                .collect(),
            role: count.role,
            needed: count.needed,
            given: count.given,
        })
        .collect();
    let deployer = deployer(link, run).await?;
    let state = (run.subject, run.state);
    let allowed = if run.suspended {
        // A run that waits for nobody is signed by nobody.
        Err("The duty is switched off.".to_owned())
    } else {
        sign_off::may_sign(state, gate, required, &signatures, person, deployer)
            .map_err(|refusal| refusal.to_string())
    };
    Ok(SignOffPanel { roles, given, allowed })
}
