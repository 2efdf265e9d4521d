//! A machine's word on a box of a duty, posted by a script.

use domain::{
    acts::{ItemAct, may},
    ids::DutyRunId,
    permissions::{Permission, permit},
    watch::WatchState,
    who::Who,
};
use store::items::Pushed;

use super::{find, judge::settle, view::BoxView};
use crate::{
    Engine, Refusal,
    audit::entry,
    items::{ResultRequest, check_result},
    once::{Answer, Once, Outcome},
};

impl Engine {
    /// Takes a script's result on a box of a duty's run.
    ///
    /// # Errors
    /// As [`post_result`](Self::post_result).
    pub async fn post_duty_result(
        &self,
        who: &Who,
        id: DutyRunId,
        key: &str,
        request: ResultRequest,
        once: Option<Once>,
    ) -> Result<Answer, Refusal> {
        permit(who, Permission::PostResult, None)?;
        let now = self.now();
        let details = check_result(&request, now)?;
        let (who, key) = (who.clone(), key.to_owned());
        let (answer, after) = self
            .once(once, move |tx| {
                Box::pin(async move {
                    let (duty, run, mut item) = find(tx, id, &key).await?;
                    permit(&who, Permission::PostResult, Some(&duty.service))?;
                    may(ItemAct::Result, &key, item.actor, WatchState::Watching, &who)?;
                    let (word, sentence) = request.said_by(who.name());
                    let by = who.name().to_owned();
                    item.pushed = Some(Pushed { word, sentence: sentence.clone(), by, at: now });
                    item.pushed_url.clone_from(&request.evidence_url);
                    settle(tx, &duty, &run, &mut item, now).await?;
                    entry(&who, now, "item.result", "duty_item", &key)
                        .run(id)
                        .says(format!("reported {}: {}. {sentence}", item.title, word.as_str()))
                        .with("state", item.state.as_str())
                        .with("evidence_url", request.evidence_url)
                        .with("details", details)
                        .record(tx);
                    Ok(Outcome { status: 200, body: BoxView::of(&item, now), after: () })
                })
            })
            .await?;
        if after.is_some() {
            self.publish(domain::event::Event::changed());
        }
        Ok(answer)
    }
}
