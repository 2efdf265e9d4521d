//! Signing a duty's run off, which closes it.

use domain::{
    ids::DutyRunId,
    sign_off::{Signature, is_complete, may_sign},
    validate,
    watch::WatchState,
    who::Who,
};
use store::duties::{self, DutySignOff};

use super::{
    find_open,
    judge::{boxes_now, gate},
};
use crate::{Engine, Refusal, audit::entry, error::Faults};

/// What a signature came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedOff {
    /// Others have to sign too.
    Waiting,
    /// It was the last: the run is done.
    Done,
}

impl Engine {
    /// Signs a run of a duty off; with the last required signature it is done.
    ///
    /// # Errors
    /// Where boxes are open (naming them), or the person has signed before or is not needed. A
    /// token never signs.
    pub async fn sign_duty(
        &self,
        who: &Who,
        id: DutyRunId,
        note: &str,
    ) -> Result<SignedOff, Refusal> {
        let mut faults = Faults::default();
        faults.note("/comment", validate::text(note, 2_000));
        faults.into_result()?;
        let Who::Person(person) = who.clone() else {
            return Err(Refusal::Forbidden(
                "Only a person can sign off; a token never does.".into(),
            ));
        };
        let (who, note, now) = (who.clone(), note.trim().to_owned(), self.now());
        let done = self
            .write(move |tx| {
                Box::pin(async move {
                    let (duty, run) = find_open(tx, id).await?;
                    // The boxes are judged here, in the transaction: what the page showed may be a
                    // minute old.
                    let items = boxes_now(tx, &duty, &run, now).await?;
                    let answer = gate(&items);
                    let given = duties::sign_offs_of(tx, id).await?;
                    let mut signatures: Vec<_> = given
                        .into_iter()
                        .map(|given| Signature { person: given.person_id, role: given.role })
                        .collect();
                    let required = &run.sign_off_required;
                    let watching = WatchState::Watching;
                    let role = may_sign(watching, &answer, required, &signatures, &person, None)?;
                    for item in &items {
                        duties::put_item(tx, item).await?;
                    }
                    let record = DutySignOff {
                        run_id: id,
                        person_id: person.id,
                        person_name: person.name.clone(),
                        role: role.clone(),
                        note: note.clone(),
                        at: now,
                    };
                    duties::insert_sign_off(tx, record).await?;
                    signatures.push(Signature { person: person.id, role: role.clone() });
                    let done = is_complete(required, &signatures);
                    if done {
                        duties::close(tx, id, now).await?;
                    }
                    let more = if done { "; the run is done" } else { "" };
                    entry(&who, now, "duty.sign_off", "duty_run", id)
                        .run(id)
                        .says(format!("signed off as {role}{more}"))
                        .with("comment", note)
                        .with("gate", answer.reason)
                        .record(tx);
                    Ok(done)
                })
            })
            .await?;
        self.publish(domain::event::Event::changed());
        Ok(if done { SignedOff::Done } else { SignedOff::Waiting })
    }
}
