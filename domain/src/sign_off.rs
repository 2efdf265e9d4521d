//! Who may sign a deployment off, and when the signatures are enough.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    actor::Person,
    gate::GateAnswer,
    ids::{PersonId, RunId, SignOffId},
    roles::Role,
    run::RunSubject,
    runbook::SignOffRequirement,
    verdict::Verdict,
    watch::WatchState,
};

/// A signature already given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub person: PersonId,
    /// The required role it counts for.
    pub role: String,
}

/// Why a sign-off is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignOffRefusal {
    /// The watch is closed.
    #[error("This {subject} is {state} already.")]
    Closed {
        /// What it is of, as a noun.
        subject: &'static str,
        /// How it stands.
        state: &'static str,
    },
    /// The role is too low.
    #[error("To sign off takes the role approver; yours is {0}. Ask an administrator.")]
    RoleTooLow(&'static str),
    /// The gate does not pass.
    #[error("The gate is {verdict}, so nobody can sign off yet. Open: {}.", open.join(", "))]
    GateHolds {
        /// The gate's verdict.
        verdict: &'static str,
        /// The keys of the open boxes.
        open: Vec<String>,
    },
    /// The same person signed before.
    #[error("You have signed this off already; each required sign-off takes another person.")]
    Twice,
    /// Nobody is missing in a role this person holds.
    #[error("No sign-off that is still missing is yours to give: it takes {0}.")]
    NotNeeded(String),
    /// The deployer would be the only signatory.
    #[error(
        "You deployed this release, so your sign-off cannot be the only one. Ask someone else."
    )]
    DeployerAlone,
}

/// How many signatures of a role are needed and given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleCount {
    /// The role.
    pub role: String,
    /// How many are needed.
    pub needed: u32,
    /// How many have been given.
    pub given: u32,
}

/// For each required role, how many are needed and given.
#[must_use]
pub fn counts(required: &[SignOffRequirement], given: &[Signature]) -> Vec<RoleCount> {
    required
        .iter()
        .map(|requirement| RoleCount {
            role: requirement.role.clone(),
            needed: requirement.count,
            given: u32::try_from(given.iter().filter(|s| s.role == requirement.role).count())
                .unwrap_or(u32::MAX),
        })
        .collect()
}

/// Whether the signatures given are all that is required.
#[must_use]
pub fn is_complete(required: &[SignOffRequirement], given: &[Signature]) -> bool {
    !given.is_empty() && counts(required, given).iter().all(|count| count.given >= count.needed)
}

/// Whether `person` holds the role a required sign-off names: a role of the portal, which higher
/// roles hold too, or a team label, which counts only for approvers.
#[must_use]
pub fn holds(person: &Person, role: &str) -> bool {
    match Role::parse(role) {
        Some(needed) => person.role >= needed,
        None => person.role >= Role::Approver && person.teams.iter().any(|team| team == role),
    }
}

/// The role `person`'s signature would count for.
///
/// `deployer` is the person who deployed, where it was a person known to the portal: their
/// signature may be one of several, and never the one that stands alone.
///
/// # Errors
/// Says which rule forbids it.
pub fn may_sign(
    (subject, watch): (RunSubject, WatchState),
    gate: &GateAnswer,
    required: &[SignOffRequirement],
    given: &[Signature],
    person: &Person,
    deployer: Option<PersonId>,
) -> Result<String, SignOffRefusal> {
    if watch != WatchState::Watching {
        let state = match subject {
            RunSubject::Deployment => watch.label(),
            RunSubject::Duty => "done",
        };
        return Err(SignOffRefusal::Closed { subject: subject.noun(), state });
    }
    if person.role < Role::Approver {
        return Err(SignOffRefusal::RoleTooLow(person.role.as_str()));
    }
    if gate.verdict != Verdict::Passed {
        return Err(SignOffRefusal::GateHolds {
            verdict: gate.verdict.as_str(),
            open: gate.open.clone(),
        });
    }
    if given.iter().any(|signature| signature.person == person.id) {
        return Err(SignOffRefusal::Twice);
    }
    let mut missing: Vec<_> =
        counts(required, given).into_iter().filter(|count| count.given < count.needed).collect();
    // The role that fewest hold first: whoever could give it must not be used up on one that
    // others hold too.
    missing.sort_by_key(|count| match Role::parse(&count.role) {
        None => (0, std::cmp::Reverse(Role::Admin)),
        Some(role) => (1, std::cmp::Reverse(role)),
    });
    let role = missing.iter().find(|count| holds(person, &count.role)).map(|c| c.role.clone());
    let Some(role) = role else {
        let roles: Vec<_> = missing.into_iter().map(|count| count.role).collect();
        return Err(SignOffRefusal::NotNeeded(roles.join(", ")));
    };
    let mut with_theirs = given.to_vec();
    with_theirs.push(Signature { person: person.id, role: role.clone() });
    let others = with_theirs.iter().any(|signature| Some(signature.person) != deployer);
    if is_complete(required, &with_theirs) && !others {
        return Err(SignOffRefusal::DeployerAlone);
    }
    Ok(role)
}

/// A sign-off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOff {
    /// Its id.
    pub id: SignOffId,
    /// Of which run.
    pub run_id: RunId,
    /// Who signed.
    pub person_id: PersonId,
    /// Their name.
    pub person_name: String,
    /// The required role it counts for.
    pub role: String,
    /// What they said.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn passed() -> GateAnswer {
        GateAnswer { verdict: Verdict::Passed, open: vec![], reason: "All closed.".into() }
    }

    fn person(n: u128, role: Role, teams: &[&str]) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(n)),
            name: format!("P{n}"),
            email: format!("p{n}@example.org"),
            role,
            teams: teams.iter().map(ToString::to_string).collect(),
        }
    }

    fn need(role: &str, count: u32) -> SignOffRequirement {
        SignOffRequirement { role: role.into(), count }
    }

    #[test]
    fn a_gate_that_holds_names_what_is_open() {
        let gate = GateAnswer {
            verdict: Verdict::Undecided,
            open: vec!["smoke-tests".into()],
            reason: String::new(),
        };
        let refusal = may_sign(
            (RunSubject::Deployment, WatchState::Watching),
            &gate,
            &[need("approver", 1)],
            &[],
            &person(1, Role::Admin, &[]),
            None,
        );
        assert!(refusal.unwrap_err().to_string().contains("smoke-tests"));
    }

    #[test]
    fn the_deployer_signs_only_beside_someone_else() {
        let me = person(1, Role::Approver, &[]);
        let other = person(2, Role::Approver, &[]);
        let one = [need("approver", 1)];
        let two = [need("approver", 2)];
        let sign = |required: &[_], given: &[_], actor| {
            may_sign(
                (RunSubject::Deployment, WatchState::Watching),
                &passed(),
                required,
                given,
                actor,
                Some(me.id),
            )
        };
        assert_eq!(sign(&one, &[], &me), Err(SignOffRefusal::DeployerAlone));
        assert_eq!(sign(&one, &[], &other).as_deref(), Ok("approver"));
        assert_eq!(sign(&two, &[], &me).as_deref(), Ok("approver"));
        let mine = [Signature { person: me.id, role: "approver".into() }];
        assert_eq!(sign(&two, &mine, &me), Err(SignOffRefusal::Twice));
        assert_eq!(sign(&two, &mine, &other).as_deref(), Ok("approver"));
    }

    #[test]
    fn a_signature_counts_for_the_role_that_fewest_hold() {
        let sign = |required: &[_], given: &[_], actor: &Person| {
            may_sign(
                (RunSubject::Deployment, WatchState::Watching),
                &passed(),
                required,
                given,
                actor,
                None,
            )
        };
        let anna = person(1, Role::Approver, &["sre"]);
        let bert = person(2, Role::Approver, &[]);
        let both = [need("approver", 1), need("sre", 1)];
        assert_eq!(sign(&both, &[], &anna).as_deref(), Ok("sre"));
        let hers = [Signature { person: anna.id, role: "sre".into() }];
        assert_eq!(sign(&both, &hers, &bert).as_deref(), Ok("approver"));
        let ranks = [need("approver", 1), need("admin", 1)];
        assert_eq!(sign(&ranks, &[], &person(3, Role::Admin, &[])).as_deref(), Ok("admin"));
    }

    #[test]
    fn a_team_label_takes_an_approver_of_that_team() {
        assert!(holds(&person(1, Role::Approver, &["sre"]), "sre"));
        assert!(!holds(&person(1, Role::Operator, &["sre"]), "sre"));
        assert!(!holds(&person(1, Role::Admin, &[]), "sre"));
    }

    #[test]
    fn nothing_given_is_never_complete() {
        assert!(!is_complete(&[], &[]));
        assert!(!is_complete(&[need("approver", 1)], &[]));
    }
}
