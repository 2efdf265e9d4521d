//! Signing a run off.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    attested::Attested as _,
    event::Event,
    ids::SignOffId,
    run::RunSubject,
    sign_off::{Ask, Declared, SignOff},
    validate,
    verdict::Verdict,
    watch::WatchState,
};
use store::{
    Tx,
    runs::{self, items, sign_offs},
};

use super::{
    RunRef, Runs,
    evaluate::{beside_of, write_verdict},
    evaluate_all,
    find::find_run,
    gate_answer,
    signing_facts::SigningFacts,
    void_sign_offs::void,
};
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

/// A signature to be given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignOffRequest {
    /// What is to be said about it.
    pub comment: String,
    /// What the signatory says of themselves.
    pub declared: Declared,
}

impl From<&str> for SignOffRequest {
    fn from(comment: &str) -> Self {
        Self { comment: comment.into(), declared: Declared::default() }
    }
}

impl Runs<'_> {
    /// Signs a run off. With the last required signature it closes.
    ///
    /// # Errors
    /// Where the gate holds (naming the open items), the person has signed before, is not needed,
    /// deployed it or waived a box of it and would stand alone, or has not said what has to be said. A token never signs.
    pub async fn sign_off(
        self,
        actor: &Actor,
        at: impl Into<RunRef>,
        request: impl Into<SignOffRequest>,
    ) -> Result<SignedOff, Error> {
        let (actor, at, now) = (actor.clone(), at.into(), self.0.now());
        let request = request.into();
        let signed = self
            .0
            .write(move |tx| Box::pin(async move { sign_off(tx, &actor, at, request, now).await }))
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
    request: SignOffRequest,
    now: DateTime<Utc>,
) -> Result<SignedOff, Error> {
    let mut faults = ValidationErrors::default();
    faults.note("/comment", validate::text(&request.comment, 2_000));
    faults.into_result()?;
    let comment = request.comment.trim();
    let Actor::Person(person) = actor else {
        return Err(Error::Forbidden("Only a person can sign off; a token never does.".into()));
    };
    let mut run = find_run(tx, at).await?;
    // The gate is asked again here, in the transaction: what the page showed may be a minute old,
    // and a waiver may have expired since.
    let gate = if run.state == WatchState::Watching {
        let gate = evaluate_all(tx, &run, now).await?;
        // Where nobody has to sign, its last box closed it.
        if run.sign_off_required.is_empty() {
            run = find_run(tx, at).await?;
            if run.state == WatchState::SignedOff {
                return Ok(match run.subject {
                    RunSubject::Deployment => SignedOff::WatchClosed,
                    RunSubject::Duty => SignedOff::RunDone,
                });
            }
        }
        gate
    } else {
        gate_answer(&run, &items::of_run(tx, run.id).await?, &[])
    };
    let known = SigningFacts::load(tx, &run, now).await?;
    // As they are now: the act may have waited for others.
    let Some(person) = known.active.iter().find(|one| one.id == person.id) else {
        return Err(Error::Forbidden("You may not sign in any more.".into()));
    };
    let offer = known.signing(&run, &gate).sign(person, request.declared)?;
    // One that does not count now will not count again by itself: it would complete what nobody
    // completed.
    for (given, why) in &known.given {
        if let Some(why) = why.as_ref().filter(|_| given.voided.is_none()) {
            void(tx, &run, given, why.clone(), now).await?;
        }
    }
    let did_not_deploy = offer.asks.iter().find_map(|ask| match ask {
        Ask::DidNotDeploy(text) => Some(text.clone()),
        Ask::Alone | Ask::Despite(_) => None,
    });
    let despite = offer.asks.iter().find_map(|ask| match ask {
        Ask::Despite(what) => Some(what.clone()),
        Ask::Alone | Ask::DidNotDeploy(_) => None,
    });
    let alone = offer.asks.contains(&Ask::Alone);
    let role = offer.role;
    let record = SignOff {
        id: SignOffId(new_id()),
        run_id: run.id,
        person_id: person.id,
        person_name: person.name.clone(),
        role: role.clone(),
        comment: comment.to_owned(),
        did_not_deploy: did_not_deploy.clone(),
        alone,
        despite: despite.clone(),
        at: now,
        voided: None,
    };
    let attestation = record.attestation();
    sign_offs::insert(tx, record).await?;
    let complete = offer.completes;
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
    let how = match (alone, &despite) {
        (false, None) => String::new(),
        (true, None) => ", alone".into(),
        (false, Some(what)) => format!(", in spite of this ({what})"),
        (true, Some(what)) => format!(", alone and in spite of this ({what})"),
    };
    let kind = run.subject.as_str();
    entry(actor, now, &format!("{kind}.sign_off"), kind, run.id)
        .run(run.id)
        .says(format!("signed off as {role}{how}{more}"))
        .with("comment", comment)
        .with("did_not_deploy", did_not_deploy)
        .with("alone", alone)
        .with("despite", despite.clone())
        .with("gate", gate.reason)
        .attests(&attestation)
        .record(tx);
    if complete {
        let items = items::of_run(tx, run.id).await?;
        let beside = beside_of(tx, &run, &items, now).await?;
        runs::close(tx, run.id, WatchState::SignedOff, now).await?;
        let closed = find_run(tx, at).await?;
        // What was written down before is that the sign-off was revoked.
        if closed.verdict != Verdict::Passed {
            write_verdict(tx, &closed, &gate_answer(&closed, &items, &beside)).await?;
        }
    }
    tx.publish(Event::run_changed(run.id));
    Ok(signed)
}
