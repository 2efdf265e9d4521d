//! Signing a deployment off.

use domain::{
    ids::{DeploymentId, SignOffId},
    sign_off::{Signature, is_complete, may_sign},
    validate,
    watch::WatchState,
    who::Who,
};
use store::{
    deployments,
    sign_offs::{self, SignOffRecord},
};

use crate::{Engine, Refusal, audit::entry, error::Faults, ids::new_id, run};

impl Engine {
    /// Signs a deployment off. With the last required signature its watch closes. Answers whether
    /// it did.
    ///
    /// # Errors
    /// Where the gate holds (naming the open boxes), the person has signed before, is not needed,
    /// or deployed it and would stand alone. A token never signs.
    pub async fn sign(&self, who: &Who, id: DeploymentId, comment: &str) -> Result<bool, Refusal> {
        let mut faults = Faults::default();
        faults.note("/comment", validate::text(comment, 2_000));
        faults.into_result()?;
        let Who::Person(person) = who.clone() else {
            return Err(Refusal::Forbidden(
                "Only a person can sign off; a token never does.".into(),
            ));
        };
        let (who, comment, now) = (who.clone(), comment.trim().to_owned(), self.now());
        let complete = self
            .write(move |tx| {
                Box::pin(async move {
                    let Some(deployment) = deployments::by_id(tx, id).await? else {
                        return Err(Refusal::not_found("deployment", id));
                    };
                    // The gate is asked again here, in the transaction: what the page showed may
                    // be a minute old, and a waiver may have expired since.
                    let gate = if deployment.state == WatchState::Watching {
                        run::judge_all(tx, &deployment, now).await?
                    } else {
                        let items = store::items::of_deployment(tx, id).await?;
                        run::ask(&deployment, &items)
                    };
                    let given = sign_offs::of_deployment(tx, id).await?;
                    let mut signatures: Vec<_> = given
                        .iter()
                        .map(|given| Signature {
                            person: given.person_id,
                            role: given.role.clone(),
                        })
                        .collect();
                    let required = &deployment.sign_off_required;
                    let role = may_sign(
                        deployment.state,
                        &gate,
                        required,
                        &signatures,
                        &person,
                        deployment.deployer_id,
                    )?;
                    let record = SignOffRecord {
                        id: SignOffId(new_id()),
                        deployment_id: id,
                        person_id: person.id,
                        person_name: person.name.clone(),
                        role: role.clone(),
                        comment: comment.clone(),
                        at: now,
                    };
                    sign_offs::insert(tx, record).await?;
                    signatures.push(Signature { person: person.id, role: role.clone() });
                    let complete = is_complete(required, &signatures);
                    entry(&who, now, "deployment.sign_off", "deployment", id)
                        .deployment(id)
                        .says(if complete {
                            format!("signed off as {role}; the watch is closed")
                        } else {
                            format!("signed off as {role}")
                        })
                        .with("comment", comment)
                        .with("gate", gate.reason)
                        .record(tx);
                    if complete {
                        deployments::set_state(tx, id, WatchState::SignedOff, now, None).await?;
                    }
                    Ok(complete)
                })
            })
            .await?;
        self.changed(id);
        if complete {
            self.reschedule();
        }
        Ok(complete)
    }
}
