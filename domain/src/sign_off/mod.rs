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
        .map(|(word, named)| {
            let named: Vec<_> = named.iter().map(|name| quoted(name)).collect();
            format!("{word}: {}", named.join(", "))
        })
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// A name as it stands in a list: in quotes where it could be taken for several.
fn quoted(name: &str) -> String {
    if name.contains([',', ';', '“', '”']) {
        format!("“{}”", name.replace(['“', '”'], "\""))
    } else {
        name.to_owned()
    }
}

/// The parts of a list, told apart where nothing is quoted.
fn parts<'a>(list: &'a str, between: &str) -> Vec<&'a str> {
    let (mut parts, mut begin, mut is_quoted) = (Vec::new(), 0, false);
    for (at, c) in list.char_indices() {
        match c {
            '“' => is_quoted = true,
            '”' => is_quoted = false,
            _ if !is_quoted && at >= begin && list[at..].starts_with(between) => {
                parts.push(&list[begin..at]);
                begin = at + between.len();
            }
            _ => {}
        }
    }
    parts.push(&list[begin..]);
    parts
}

/// What was waived or fails now that a signature was not given in spite of; `None` where it was given on
/// all of it.
#[must_use]
pub fn since(given: Option<&str>, gate: &GateAnswer) -> Option<String> {
    let accepted = parts(given.unwrap_or_default(), "; ");
    let new = |word: &str, named: &[String]| -> Vec<String> {
        let lists = accepted.iter().filter_map(|part| part.strip_prefix(word)?.strip_prefix(": "));
        let known: Vec<_> = lists.flat_map(|list| parts(list, ", ")).collect();
        let is_new = |name: &&String| !known.contains(&quoted(name).as_str());
        named.iter().filter(is_new).cloned().collect()
    };
    let (waived, failing) = (new("waived", &gate.waived), new("failing", &gate.failing_beside));
    despite(&GateAnswer { waived, failing_beside: failing, ..gate.clone() })
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
            // More may have been waived, or failed, since it was accepted.
            Ask::Despite(_) => since(said.despite.as_deref(), self.gate).is_some(),
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
mod tests;
