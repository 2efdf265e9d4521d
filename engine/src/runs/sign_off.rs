//! Signing a run off.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    ids::SignOffId,
    run::{Run, RunSubject},
    sign_off::{SignOff, Signature, is_complete, may_sign},
    validate,
    watch::WatchState,
};
use store::{
    Tx,
    runs::{self, items, sign_offs},
};

use super::{RunRef, Runs, deployment_of, evaluate_all, find::find_run, gate_answer};
use crate::{Error, audit::entry, error::ValidationErrors, ids::new_id};

/// What a signature came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOff {
    /// Others have to sign too.
    Waiting,
    /// It was the last: the deployment's watch is closed.
    WatchClosed,
    /// It was the last: the duty's run is done.
    RunDone,
}

impl Runs<'_> {
    /// Signs a run off. With the last required signature it closes.
    ///
    /// # Errors
    /// Where the gate holds (naming the open items), the person has signed before, is not needed,
    /// or deployed it and would stand alone. A token never signs.
    pub async fn sign_off(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        comment: &str,
    ) -> Result<SignedOff, Error> {
        let (actor, at, now) = (actor.clone(), at.into(), self.0.now());
        let comment = comment.to_owned();
        let signed = self
            .0
            .write(move |tx| Box::pin(async move { sign_off(tx, &actor, at, &comment, now).await }))
            .await?;
        if signed != SignedOff::Waiting {
            self.0.reschedule();
        }
        Ok(signed)
    }
}

/// As [`Runs::sign_off`], in a transaction of the caller's.
///
/// # Errors
/// As [`Runs::sign_off`].
pub async fn sign_off(
    tx: &mut Tx,
    actor: &Actor,
    at: RunRef,
    comment: &str,
    now: DateTime<Utc>,
) -> Result<SignedOff, Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/comment", validate::text(comment, 2_000));
    faults.into_result()?;
    let comment = comment.trim();
    let Actor::Person(person) = actor else {
        return Err(Error::Forbidden("Only a person can sign off; a token never does.".into()));
    };
    let run = find_run(tx, at).await?;
    // The gate is asked again here, in the transaction: what the page showed may be a minute old,
    // and a waiver may have expired since.
    let gate = if run.state == WatchState::Watching {
        evaluate_all(tx, &run, now).await?
    } else {
        gate_answer(run.state, &items::of_run(tx, run.id).await?)
    };
    let given = sign_offs::of_run(tx, run.id).await?;
    let mut signatures = signatures(&given);
    let required = &run.sign_off_required;
    let deployer = deployer(tx, &run).await?;
    let role = may_sign((run.subject, run.state), &gate, required, &signatures, person, deployer)?;
    let record = SignOff {
        id: SignOffId(new_id()),
        run_id: run.id,
        person_id: person.id,
        person_name: person.name.clone(),
        role: role.clone(),
        comment: comment.to_owned(),
        at: now,
    };
    sign_offs::insert(tx, record).await?;
    signatures.push(Signature { person: person.id, role: role.clone() });
    let complete = is_complete(required, &signatures);
    let signed = match (complete, run.subject) {
        (false, _) => SignedOff::Waiting,
        (true, RunSubject::Deployment) => SignedOff::WatchClosed,
        (true, RunSubject::Duty) => SignedOff::RunDone,
    };
    let more = match signed {
        SignedOff::Waiting => "",
        SignedOff::WatchClosed => "; the watch is closed",
        SignedOff::RunDone => "; the run is done",
    };
    let kind = run.subject.as_str();
    entry(actor, now, &format!("{kind}.sign_off"), kind, run.id)
        .run(run.id)
        .says(format!("signed off as {role}{more}"))
        .with("comment", comment)
        .with("gate", gate.reason)
        .record(tx);
    if complete {
        runs::close(tx, run.id, WatchState::SignedOff, now).await?;
    }
    tx.publish(Event::run_changed(run.id));
    Ok(signed)
}

/// The signatures given, as the rules take them.
pub(super) fn signatures(given: &[SignOff]) -> Vec<Signature> {
    given
        .iter()
        .map(|given| Signature { person: given.person_id, role: given.role.clone() })
        .collect()
}

/// Who deployed, and so never signs alone; nobody for a duty.
pub(super) async fn deployer(
    link: &mut store::Connection,
    run: &Run,
) -> Result<Option<domain::ids::PersonId>, Error> {
    if run.subject == RunSubject::Duty {
        return Ok(None);
    }
    Ok(deployment_of(link, run).await?.and_then(|deployment| deployment.deployer_id))
}
