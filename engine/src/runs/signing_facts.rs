//! What the rules of signing look at, as it stands now.

use chrono::{DateTime, Utc};
use domain::{
    account::Account,
    actor::Person,
    deployer::meant_by,
    gate::GateAnswer,
    ids::PersonId,
    item::ItemState,
    run::Run,
    sign_off::{Deployers, SignOff, Signature, Signing},
};
use store::{
    Connection, people,
    runs::{items, sign_offs, waivers},
};

use super::deployment_of;
use crate::Error;

/// The facts.
#[derive(Debug, Clone)]
pub(super) struct SigningFacts {
    /// Each signature given, with why it does not count where it does not.
    pub(super) given: Vec<(SignOff, Option<String>)>,
    /// Everyone who may log in.
    pub(super) active: Vec<Person>,
    /// Who deployed.
    pub(super) deployers: Deployers,
    signatures: Vec<Signature>,
    waived_by: Vec<PersonId>,
}

impl SigningFacts {
    pub(super) async fn load(
        link: &mut Connection,
        run: &Run,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let everyone = people::all(link).await?;
        let given: Vec<_> = sign_offs::of_run(link, run.id)
            .await?
            .into_iter()
            .map(|one| {
                let signer = everyone.iter().find(|known| known.person.id == one.person_id);
                let void = one.void_because(signer);
                (one, void)
            })
            .collect();
        let counts = given.iter().filter(|(_, void)| void.is_none());
        Ok(Self {
            signatures: counts.map(|(one, _)| one.signature()).collect(),
            deployers: deployers(link, run, &everyone).await?,
            waived_by: waived_by(link, run, now).await?,
            active: everyone
                .into_iter()
                .filter(|one| one.disabled_at.is_none())
                .map(|one| one.person)
                .collect(),
            given,
        })
    }

    /// The signatures that count.
    pub(super) fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    pub(super) fn signing<'a>(&'a self, run: &'a Run, gate: &'a GateAnswer) -> Signing<'a> {
        Signing {
            subject: run.subject,
            watch: run.state,
            gate,
            required: &run.sign_off_required,
            given: &self.signatures,
            deployers: &self.deployers,
            waived_by: &self.waived_by,
            active: &self.active,
        }
    }
}

/// Who deployed: as was known when it was announced, and as the text reads now, when more people
/// and logins may be known.
async fn deployers(
    link: &mut Connection,
    run: &Run,
    everyone: &[Account],
) -> Result<Deployers, Error> {
    // Nobody deployed a duty's run.
    let Some(deployment) = deployment_of(link, run).await? else { return Ok(Deployers::default()) };
    let mut people = meant_by(&deployment.deployed_by, everyone);
    let unknown = people.is_empty().then(|| deployment.deployed_by.clone());
    for id in deployment.deployers {
        if !people.contains(&id) {
            people.push(id);
        }
    }
    Ok(Deployers { people, unknown })
}

/// Who holds the waivers by which required boxes are closed now.
async fn waived_by(
    link: &mut Connection,
    run: &Run,
    now: DateTime<Utc>,
) -> Result<Vec<PersonId>, Error> {
    let boxes = items::of_run(link, run.id).await?;
    let waived: Vec<_> = boxes
        .iter()
        .filter(|item| item.required && item.state == ItemState::Waived)
        .map(|item| item.id)
        .collect();
    if waived.is_empty() {
        return Ok(Vec::new());
    }
    let mut holders: Vec<_> = waivers::not_ended(link, run.id)
        .await?
        .into_iter()
        .filter(|waiver| waiver.expires_at > now && waived.contains(&waiver.item_id))
        .filter_map(|waiver| waiver.approver_id)
        .collect();
    holders.sort();
    holders.dedup();
    Ok(holders)
}
