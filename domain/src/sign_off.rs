//! Who may sign a deployment off, and when the signatures are enough.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    account::Account,
    actor::Person,
    gate::GateAnswer,
    ids::{PersonId, RunId, SignOffId},
    roles::Role,
    run::RunSubject,
    runbook::SignOffRequirement,
    watch::WatchState,
};

/// A signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub person: PersonId,
    /// The required role it counts for.
    pub role: String,
}

/// What somebody says of themselves with their signature.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    /// That they did not deploy the release.
    pub did_not_deploy: bool,
    /// That they sign alone, though they deployed it or waived a box of it.
    pub alone: bool,
    /// What they sign in spite of, as they were asked.
    pub despite: Option<String>,
}

/// Who deployed, as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployers {
    /// Everyone the announcement may mean, and whoever made it by hand.
    pub people: Vec<PersonId>,
    /// What the announcement says where that means nobody known here.
    pub unknown: Option<String>,
}

impl Deployers {
    fn include(&self, person: PersonId) -> bool {
        self.people.contains(&person)
    }
}

/// All that the rules look at when somebody signs.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// What the run is of.
    pub subject: RunSubject,
    /// Where it stands.
    pub watch: WatchState,
    /// What its gate says.
    pub gate: &'a GateAnswer,
    /// Who has to sign; where it is nobody, one approver may.
    pub required: &'a [SignOffRequirement],
    /// The signatures that count now.
    pub given: &'a [Signature],
    /// Who deployed.
    pub deployers: &'a Deployers,
    /// Who holds the waiver of a required box that is closed by it.
    pub waived_by: &'a [PersonId],
    /// Everyone who may log in.
    pub active: &'a [Person],
}

/// What somebody must say with their signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// That they are not whom this text names.
    DidNotDeploy(String),
    /// That they know that nobody looks at it with them.
    Alone,
    /// That they sign in spite of this: what is waived and what fails beside the required boxes.
    Despite(String),
}

/// What a signature is given in spite of: boxes that nothing shows to work, and what fails beside the
/// required ones. `None` where there is neither.
#[must_use]
pub fn despite(gate: &GateAnswer) -> Option<String> {
    let parts = [("waived", &gate.waived), ("failing", &gate.failing_beside)];
    let said: Vec<_> = parts
        .into_iter()
        .filter(|(_, named)| !named.is_empty())
        .map(|(word, named)| format!("{word}: {}", named.join(", ")))
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The signature somebody may give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The required role it counts for.
    pub role: String,
    /// What has to be said with it.
    pub asks: Vec<Ask>,
    /// Whether all that is required is given with it.
    pub completes: bool,
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
    #[error("The gate is {verdict}, so nobody can sign off yet. {}", what_holds(open, reason))]
    GateHolds {
        /// The gate's verdict.
        verdict: &'static str,
        /// The keys of the open boxes.
        open: Vec<String>,
        /// The gate's sentence.
        reason: String,
    },
    /// The same person signed before.
    #[error("You have signed this off already; each required sign-off takes another person.")]
    Twice,
    /// Nobody is missing in a role this person holds.
    #[error("No sign-off that is still missing is yours to give: it takes {0}.")]
    NotNeeded(String),
    /// All that is required was given.
    #[error("Every required sign-off is given; the run closes when it is looked at again.")]
    NothingMissing,
    /// The deployer would be the only signatory.
    #[error(
        "You deployed this release, so your sign-off cannot be the only one. Ask someone else."
    )]
    DeployerAlone,
    /// Whoever waived a box would be the only signatory.
    #[error(
        "You waived a required box of this {0}, so your sign-off cannot be the only one. Ask \
         someone else."
    )]
    WaiverAlone(&'static str),
    /// Something has to be said with it.
    #[error("{}", ask_sentence(.0))]
    NotSaid(Ask),
}

fn what_holds(open: &[String], reason: &str) -> String {
    if open.is_empty() { reason.to_owned() } else { format!("Open: {}.", open.join(", ")) }
}

fn ask_sentence(ask: &Ask) -> String {
    match ask {
        Ask::DidNotDeploy(text) => format!(
            "Nobody here is known as `{text}`, who deployed this. Tick that you did not deploy it, \
             or ask someone else to sign too."
        ),
        Ask::Alone => "Nobody else here could sign this. Tick that you sign it off alone; that \
                       stays with the release."
            .into(),
        Ask::Despite(what) => format!(
            "Not everything is shown to work. Tick that you sign in spite of this ({what}); that \
             stays with the release."
        ),
    }
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

/// Who has to sign: where a runbook requires nobody, one approver may close its run.
#[must_use]
pub fn needed(required: &[SignOffRequirement]) -> Vec<SignOffRequirement> {
    match required {
        [] => vec![SignOffRequirement { role: Role::Approver.as_str().into(), count: 1 }],
        some => some.to_vec(),
    }
}

impl Signing<'_> {
    /// The signature `person` may give: the role it counts for and what they have to say with it.
    ///
    /// Whoever deployed, or holds the waiver of a required box, may sign as one of several, and
    /// alone only where nobody else could: then they have to say so.
    ///
    /// # Errors
    /// Says which rule forbids it.
    pub fn offer(&self, person: &Person) -> Result<Offer, SignOffRefusal> {
        if self.watch != WatchState::Watching {
            let state = match self.subject {
                RunSubject::Deployment => self.watch.label(),
                RunSubject::Duty => "done",
            };
            return Err(SignOffRefusal::Closed { subject: self.subject.noun(), state });
        }
        if person.role < Role::Approver {
            return Err(SignOffRefusal::RoleTooLow(person.role.as_str()));
        }
        if !self.gate.may_be_signed {
            return Err(SignOffRefusal::GateHolds {
                verdict: self.gate.verdict.as_str(),
                open: self.gate.open.clone(),
                reason: self.gate.reason.clone(),
            });
        }
        if self.has_signed(person.id) {
            return Err(SignOffRefusal::Twice);
        }
        let required = needed(self.required);
        let missing = self.missing(&required);
        let role = role_for(person, &missing)?;
        let mut with_theirs = self.given.to_vec();
        with_theirs.push(Signature { person: person.id, role: role.clone() });
        let completes = is_complete(&required, &with_theirs);
        let mut asks = Vec::new();
        if completes {
            if let Some(refusal) = self.alone(&with_theirs) {
                if self.others_could(person, &missing) {
                    return Err(refusal);
                }
                asks.push(Ask::Alone);
            }
            if let Some(text) = &self.deployers.unknown
                && with_theirs.iter().all(|signature| signature.person == person.id)
            {
                asks.push(Ask::DidNotDeploy(text.clone()));
            }
        }
        asks.extend(despite(self.gate).map(Ask::Despite));
        Ok(Offer { role, asks, completes })
    }

    /// The signature of `person`, with what they say of themselves.
    ///
    /// # Errors
    /// Says which rule forbids it, or what has to be said with it.
    pub fn sign(&self, person: &Person, said: Declared) -> Result<Offer, SignOffRefusal> {
        let offer = self.offer(person)?;
        let unsaid = offer.asks.iter().find(|ask| match ask {
            Ask::DidNotDeploy(_) => !said.did_not_deploy,
            Ask::Alone => !said.alone,
            // What was accepted is what stands now: more may have been waived, or failed, since.
            Ask::Despite(what) => said.despite.as_ref() != Some(what),
        });
        match unsaid {
            Some(ask) => Err(SignOffRefusal::NotSaid(ask.clone())),
            None => Ok(offer),
        }
    }

    fn has_signed(&self, person: PersonId) -> bool {
        self.given.iter().any(|signature| signature.person == person)
    }

    /// Why these signatures are of too few eyes: all by those who deployed, or all by those who
    /// waived.
    fn alone(&self, signatures: &[Signature]) -> Option<SignOffRefusal> {
        let all = |is: &dyn Fn(PersonId) -> bool| signatures.iter().all(|one| is(one.person));
        if all(&|person| self.deployers.include(person)) {
            Some(SignOffRefusal::DeployerAlone)
        } else if all(&|person| self.waived_by.contains(&person)) {
            Some(SignOffRefusal::WaiverAlone(self.subject.noun()))
        } else {
            None
        }
    }

    /// The roles of which signatures are missing, first the one that fewest could still give:
    /// whoever could must not be used up on one that others can give too.
    fn missing(&self, required: &[SignOffRequirement]) -> Vec<String> {
        let could = |role: &str| {
            let all = self.active.iter();
            all.filter(|one| !self.has_signed(one.id) && holds(one, role)).count()
        };
        let missing = counts(required, self.given).into_iter();
        let mut missing: Vec<_> = missing
            .filter(|count| count.given < count.needed)
            .map(|count| (could(&count.role), count.role))
            .collect();
        // Among those that as many could give, a team's before a role, a higher role before a lower.
        missing.sort_by_key(|(could, role)| (*could, Role::parse(role).map(std::cmp::Reverse)));
        missing.into_iter().map(|(_, role)| role).collect()
    }

    /// Whether anybody else who is neither deployer nor holds a waiver could sign instead.
    fn others_could(&self, person: &Person, missing: &[String]) -> bool {
        self.active.iter().any(|other| {
            other.id != person.id
                && !self.has_signed(other.id)
                && !self.deployers.include(other.id)
                && !self.waived_by.contains(&other.id)
                && other.role >= Role::Approver
                && missing.iter().any(|role| holds(other, role))
        })
    }
}

/// The role `person`'s signature would count for: the first of those missing that they hold.
fn role_for(person: &Person, missing: &[String]) -> Result<String, SignOffRefusal> {
    match missing.iter().find(|role| holds(person, role)) {
        Some(role) => Ok(role.clone()),
        None if missing.is_empty() => Err(SignOffRefusal::NothingMissing),
        None => Err(SignOffRefusal::NotNeeded(missing.join(", "))),
    }
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
    /// The deployer's name, of which they said that it is not theirs.
    pub did_not_deploy: Option<String>,
    /// Whether they said that they sign alone.
    pub alone: bool,
    /// What they said to sign in spite of.
    pub despite: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Since when it counts no more, and why.
    pub voided: Option<(DateTime<Utc>, String)>,
}

impl SignOff {
    /// Why it does not count, `None` where it does. `signer` is whoever gave it as they are now:
    /// a signature counts while they may log in and hold the role.
    #[must_use]
    pub fn void_because(&self, signer: Option<&Account>) -> Option<String> {
        if let Some((_, reason)) = &self.voided {
            return Some(reason.clone());
        }
        let name = &self.person_name;
        match signer {
            None => Some(format!("{name} is not known here any more.")),
            Some(one) if one.disabled_at.is_some() => {
                Some(format!("{name} may not sign in any more."))
            }
            Some(one) if one.person.role < Role::Approver || !holds(&one.person, &self.role) => {
                Some(format!("{name} does not hold the role {} any more.", self.role))
            }
            Some(_) => None,
        }
    }

    /// As the rules take it.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Signature { person: self.person_id, role: self.role.clone() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::verdict::Verdict;

    fn passed() -> GateAnswer {
        GateAnswer {
            verdict: Verdict::Passed,
            open: vec![],
            reason: "All closed.".into(),
            may_be_signed: true,
            four_eyes: None,
            waived: vec![],
            failing_beside: vec![],
        }
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

    fn these(people: &[PersonId]) -> Deployers {
        Deployers { people: people.to_vec(), unknown: None }
    }

    /// A deployment whose gate passes.
    struct Case {
        gate: GateAnswer,
        required: Vec<SignOffRequirement>,
        given: Vec<Signature>,
        deployers: Deployers,
        waived_by: Vec<PersonId>,
        active: Vec<Person>,
    }

    impl Case {
        fn of(required: &[SignOffRequirement], active: &[&Person]) -> Self {
            Self {
                gate: passed(),
                required: required.to_vec(),
                given: Vec::new(),
                deployers: Deployers::default(),
                waived_by: Vec::new(),
                active: active.iter().map(|one| (*one).clone()).collect(),
            }
        }

        fn signing(&self) -> Signing<'_> {
            Signing {
                subject: RunSubject::Deployment,
                watch: WatchState::Watching,
                gate: &self.gate,
                required: &self.required,
                given: &self.given,
                deployers: &self.deployers,
                waived_by: &self.waived_by,
                active: &self.active,
            }
        }

        fn sign(&self, person: &Person) -> Result<String, SignOffRefusal> {
            self.signing().sign(person, Declared::default()).map(|offer| offer.role)
        }

        fn signed(mut self, person: &Person, role: &str) -> Self {
            self.given.push(Signature { person: person.id, role: role.into() });
            self
        }
    }

    #[test]
    fn a_gate_that_holds_names_what_is_open() {
        let me = person(1, Role::Admin, &[]);
        let mut case = Case::of(&[need("approver", 1)], &[&me]);
        case.gate = GateAnswer {
            verdict: Verdict::Undecided,
            open: vec!["smoke-tests".into()],
            reason: String::new(),
            may_be_signed: false,
            four_eyes: None,
            waived: vec![],
            failing_beside: vec![],
        };
        assert!(case.sign(&me).unwrap_err().to_string().contains("smoke-tests"));
    }

    #[test]
    fn the_deployer_signs_only_beside_someone_else() {
        let me = person(1, Role::Approver, &[]);
        let other = person(2, Role::Approver, &[]);
        let deployed = |required: &[SignOffRequirement]| {
            let mut case = Case::of(required, &[&me, &other]);
            case.deployers = these(&[me.id]);
            case
        };
        let one = [need("approver", 1)];
        let two = [need("approver", 2)];
        assert_eq!(deployed(&one).sign(&me), Err(SignOffRefusal::DeployerAlone));
        assert_eq!(deployed(&one).sign(&other).as_deref(), Ok("approver"));
        assert_eq!(deployed(&two).sign(&me).as_deref(), Ok("approver"));
        let mine = deployed(&two).signed(&me, "approver");
        assert_eq!(mine.sign(&me), Err(SignOffRefusal::Twice));
        assert_eq!(mine.sign(&other).as_deref(), Ok("approver"));
        // Two people the announcement may mean are no four eyes either.
        let mut both = deployed(&two).signed(&me, "approver");
        both.deployers = these(&[me.id, other.id]);
        both.active.push(person(3, Role::Admin, &[]));
        assert_eq!(both.sign(&other), Err(SignOffRefusal::DeployerAlone));
    }

    #[test]
    fn whoever_waived_signs_only_beside_someone_else() {
        let me = person(1, Role::Approver, &[]);
        let other = person(2, Role::Approver, &[]);
        let mut case = Case::of(&[need("approver", 1)], &[&me, &other]);
        case.waived_by = vec![me.id];
        let refusal = case.sign(&me).unwrap_err();
        assert_eq!(refusal, SignOffRefusal::WaiverAlone("deployment"));
        assert_eq!(case.sign(&other).as_deref(), Ok("approver"));
        // Where one deployed and the other waived, each looks at what the other did.
        case.required = vec![need("approver", 2)];
        case.deployers = these(&[other.id]);
        let case = case.signed(&other, "approver");
        assert_eq!(case.sign(&me).as_deref(), Ok("approver"));
    }

    #[test]
    fn a_team_of_one_signs_alone_and_says_so() {
        let me = person(1, Role::Admin, &[]);
        let operator = person(2, Role::Operator, &[]);
        let mut case = Case::of(&[need("approver", 1)], &[&me, &operator]);
        case.deployers = these(&[me.id]);
        let offer = case.signing().offer(&me).unwrap();
        assert_eq!((offer.asks, offer.completes), (vec![Ask::Alone], true));
        assert_eq!(case.sign(&me), Err(SignOffRefusal::NotSaid(Ask::Alone)));
        let said = Declared { alone: true, ..Declared::default() };
        assert!(case.signing().sign(&me, said.clone()).is_ok());
        // Never while somebody else could.
        case.active.push(person(3, Role::Approver, &[]));
        let refused = case.signing().sign(&me, said.clone());
        assert_eq!(refused, Err(SignOffRefusal::DeployerAlone));
        // Whoever may not give what is required is no help.
        case.required = vec![need("sre", 1)];
        case.active[0].teams = vec!["sre".into()];
        let me = case.active[0].clone();
        assert!(case.signing().sign(&me, said).is_ok());
    }

    #[test]
    fn what_is_waived_or_fails_is_signed_in_spite_of_and_by_name() {
        let me = person(1, Role::Approver, &[]);
        let mut case = Case::of(&[need("approver", 2)], &[&me, &person(2, Role::Approver, &[])]);
        case.gate.waived = vec!["release-notes".into(), "logs-triaged".into()];
        case.gate.failing_beside = vec!["journey".into()];
        let what = "waived: release-notes, logs-triaged; failing: journey";
        let refusal = case.sign(&me).unwrap_err();
        assert_eq!(refusal, SignOffRefusal::NotSaid(Ask::Despite(what.into())));
        assert!(refusal.to_string().contains("journey"), "{refusal}");
        let saying = |what: &str| Declared { despite: Some(what.into()), ..Declared::default() };
        assert!(case.signing().sign(&me, saying(what)).is_ok());
        // What was accepted before one more was waived is not what stands.
        let before = saying("waived: release-notes; failing: journey");
        assert!(case.signing().sign(&me, before).is_err());
        // Nobody accepts what is not there.
        let clean = Case::of(&[need("approver", 1)], &[&me]);
        assert!(clean.signing().sign(&me, saying(what)).is_ok());
    }

    #[test]
    fn where_the_deployer_is_unknown_the_only_signatory_says_it_was_not_them() {
        let me = person(1, Role::Approver, &[]);
        let other = person(2, Role::Approver, &[]);
        let mut case = Case::of(&[need("approver", 1)], &[&me, &other]);
        case.deployers = Deployers { unknown: Some("deploy-bot".into()), ..Deployers::default() };
        let refusal = case.sign(&me).unwrap_err();
        assert!(refusal.to_string().contains("`deploy-bot`"), "{refusal}");
        let said = Declared { did_not_deploy: true, ..Declared::default() };
        assert!(case.signing().sign(&me, said).is_ok());
        case.required = vec![need("approver", 2)];
        assert!(case.sign(&me).is_ok(), "of several, one was not the deployer");
        assert!(case.signed(&me, "approver").sign(&other).is_ok());
    }

    #[test]
    fn a_runbook_that_requires_nobody_is_closed_by_any_approver() {
        let me = person(1, Role::Approver, &[]);
        let case = Case::of(&[], &[&me]);
        assert_eq!(case.sign(&me).as_deref(), Ok("approver"));
        let viewer = person(2, Role::Viewer, &[]);
        assert_eq!(case.sign(&viewer), Err(SignOffRefusal::RoleTooLow("viewer")));
    }

    #[test]
    fn no_refusal_ends_in_an_empty_list() {
        let me = person(1, Role::Approver, &[]);
        let other = person(2, Role::Approver, &[]);
        for required in [vec![], vec![need("approver", 1)]] {
            let case = Case::of(&required, &[&me, &other]).signed(&other, "approver");
            let said = case.sign(&me).unwrap_err().to_string();
            assert!(!said.contains("takes .") && !said.ends_with(": ."), "{said}");
        }
    }

    #[test]
    fn a_signature_counts_while_its_giver_is_active_and_holds_the_role() {
        let given = SignOff {
            id: SignOffId(Uuid::nil()),
            run_id: RunId(Uuid::nil()),
            person_id: PersonId(Uuid::from_u128(1)),
            person_name: "Anna".into(),
            role: "sre".into(),
            comment: String::new(),
            did_not_deploy: None,
            alone: false,
            despite: None,
            at: DateTime::UNIX_EPOCH,
            voided: None,
        };
        let account = |role, teams: &[&str], disabled_at| Account {
            person: person(1, role, teams),
            logins: Vec::new(),
            password_hash: String::new(),
            created_at: DateTime::UNIX_EPOCH,
            disabled_at,
            last_login_at: None,
        };
        let why = |account: &Account| given.void_because(Some(account));
        assert_eq!(why(&account(Role::Approver, &["sre"], None)), None);
        assert!(why(&account(Role::Operator, &["sre"], None)).unwrap().contains("role sre"));
        assert!(why(&account(Role::Admin, &[], None)).unwrap().contains("role sre"));
        let gone = account(Role::Admin, &["sre"], Some(DateTime::UNIX_EPOCH));
        assert!(why(&gone).unwrap().contains("may not sign in"));
        assert!(given.void_because(None).is_some());
    }

    #[test]
    fn a_signature_counts_for_the_role_that_fewest_hold() {
        let anna = person(1, Role::Approver, &["sre"]);
        let bert = person(2, Role::Approver, &[]);
        let both = Case::of(&[need("approver", 1), need("sre", 1)], &[&anna, &bert]);
        assert_eq!(both.sign(&anna).as_deref(), Ok("sre"));
        assert_eq!(both.signed(&anna, "sre").sign(&bert).as_deref(), Ok("approver"));
        let admin = person(3, Role::Admin, &[]);
        let ranks = Case::of(&[need("approver", 1), need("admin", 1)], &[&admin]);
        assert_eq!(ranks.sign(&admin).as_deref(), Ok("admin"));
    }

    #[test]
    fn nobody_is_used_up_on_a_role_that_others_can_give() {
        let both = person(1, Role::Approver, &["ops", "dba"]);
        let ops = person(2, Role::Approver, &["ops"]);
        let case = Case::of(&[need("ops", 1), need("dba", 1)], &[&both, &ops]);
        assert_eq!(case.sign(&both).as_deref(), Ok("dba"));
        assert_eq!(case.signed(&both, "dba").sign(&ops).as_deref(), Ok("ops"));
    }

    /// Others who could give what is given already are no help.
    #[test]
    fn where_nobody_can_give_what_is_missing_the_last_signs_alone() {
        let first = person(1, Role::Approver, &["ops"]);
        let last = person(2, Role::Approver, &["security"]);
        let other = person(3, Role::Approver, &["ops"]);
        let mut case = Case::of(&[need("ops", 1), need("security", 1)], &[&first, &last, &other]);
        case.deployers = these(&[first.id, last.id]);
        let case = case.signed(&first, "ops");
        let offer = case.signing().offer(&last).unwrap();
        assert_eq!(offer.asks, [Ask::Alone]);
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

    proptest! {
        /// However deployers, waivers, signatures and roles fall: what closes a deployment was signed
        /// by somebody who did not deploy it and by somebody who did not waive it, or by one who said
        /// that they sign alone while nobody else could.
        #[test]
        fn nobody_closes_alone_what_they_deployed_or_waived(
            roles in proptest::collection::vec(0usize..4, 2..5),
            deployed in proptest::collection::vec(any::<bool>(), 5),
            waived in proptest::collection::vec(any::<bool>(), 5),
            signed in proptest::collection::vec(any::<bool>(), 5),
            count in 0u32..3,
            who in 0usize..5,
            said in any::<bool>(),
        ) {
            let team: Vec<Person> = roles
                .iter()
                .enumerate()
                .map(|(n, role)| person(n as u128, Role::ALL[*role], &[]))
                .collect();
            let chosen = |flags: &[bool]| -> Vec<PersonId> {
                let all = team.iter().zip(flags).filter(|(_, flag)| **flag);
                all.map(|(one, _)| one.id).collect()
            };
            let me = &team[who % team.len()];
            let required = if count == 0 { vec![] } else { vec![need("approver", count)] };
            let mut case = Case::of(&required, &team.iter().collect::<Vec<_>>());
            case.deployers = these(&chosen(&deployed));
            case.waived_by = chosen(&waived);
            for one in team.iter().zip(&signed).filter(|(one, flag)| **flag && one.role >= Role::Approver) {
                case.given.push(Signature { person: one.0.id, role: "approver".into() });
            }
            let declared = Declared { did_not_deploy: said, alone: said, despite: None };
            if let Ok(offer) = case.signing().sign(me, declared) {
                prop_assert!(me.role >= Role::Approver);
                let mut all: Vec<PersonId> = case.given.iter().map(|one| one.person).collect();
                prop_assert!(!all.contains(&me.id), "signed twice");
                all.push(me.id);
                if offer.completes {
                    let looked = all.iter().any(|one| !case.deployers.include(*one))
                        && all.iter().any(|one| !case.waived_by.contains(one));
                    let could = team.iter().any(|one| {
                        !all.contains(&one.id)
                            && one.role >= Role::Approver
                            && !case.deployers.include(one.id)
                            && !case.waived_by.contains(&one.id)
                    });
                    prop_assert!(looked || (said && !could));
                    prop_assert_eq!(!looked, offer.asks.contains(&Ask::Alone));
                }
            }
        }
    }
}
