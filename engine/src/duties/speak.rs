//! A person's word on a box of a duty.

use domain::{acts::may, ids::DutyRunId, watch::WatchState, who::Who};
use store::items::PersonSaid;

use super::{find, judge::settle};
use crate::{Engine, Refusal, audit::entry, items::PersonAct};

impl Engine {
    /// Takes a person's word on a box of a duty's run, with what they saw.
    ///
    /// # Errors
    /// As [`speak`](Self::speak).
    pub async fn speak_on_duty(
        &self,
        who: &Who,
        id: DutyRunId,
        key: &str,
        act: PersonAct,
        note: &str,
    ) -> Result<(), Refusal> {
        act.check(note)?;
        let (who, key, note) = (who.clone(), key.to_owned(), note.trim().to_owned());
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                let (duty, run, mut item) = find(tx, id, &key).await?;
                may(act.act(), &key, item.actor, WatchState::Watching, &who)?;
                if act == PersonAct::Untick && item.person.is_none() {
                    return Err(Refusal::conflict(format!(
                        "Nobody has ticked `{key}`, so there is nothing to take back."
                    )));
                }
                let name = who.name().to_owned();
                let said = note.clone();
                item.person = act.word().map(|word| PersonSaid { word, name, note: said, at: now });
                settle(tx, &duty, &run, &mut item, now).await?;
                let (action, verb) = act.action(item.actor);
                entry(&who, now, action, "duty_item", &key)
                    .run(id)
                    .says(match note.lines().next() {
                        None => format!("{verb} {}", item.title),
                        Some(line) => format!("{verb} {}: {line}", item.title),
                    })
                    .with("note", note)
                    .with("state", item.state.as_str())
                    .record(tx);
                Ok(())
            })
        })
        .await?;
        self.publish(domain::event::Event::changed());
        Ok(())
    }
}
