//! Opening a run: its items are copied from the runbook, evaluated before they are written, and
//! written together.

use chrono::{DateTime, Utc};
use domain::{
    due::due_at,
    ids::ItemId,
    item::{Item, ItemState},
    run::Run,
    runbook::ItemTemplate,
    service::Service,
};
use store::{Tx, runs::items};

use super::evaluate::{evaluate_new, write_verdict};
use crate::{Error, checks, heartbeats, ids::new_id};

/// Adds the items of a run that was just added; `not_required` says why one does not apply to it.
pub(crate) async fn open_items(
    tx: &mut Tx,
    service: &Service,
    run: &Run,
    templates: &[ItemTemplate],
    not_required: impl Fn(&ItemTemplate) -> Option<String>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut items: Vec<_> = (0..)
        .zip(templates)
        .map(|(position, template)| copy(run, template, position, not_required(template), now))
        .collect();
    // The checks its items ask for are there before it is looked at what they say.
    checks::sync_built_in(tx, service, &run.environment, Some((run, &items)), now).await?;
    let answer = evaluate_new(tx, run, &mut items, now).await?;
    items::insert_all(tx, items).await?;
    write_verdict(tx, run, &answer).await?;
    heartbeats::expect_all_since(tx, service.id, &run.environment, run.opened_at, now).await
}

/// An item of the run, copied from its template.
fn copy(
    run: &Run,
    template: &ItemTemplate,
    position: i64,
    not_required_because: Option<String>,
    now: DateTime<Utc>,
) -> Item {
    Item {
        id: ItemId(new_id()),
        run_id: run.id,
        position,
        key: template.key.clone(),
        title: template.title.clone(),
        section: template.section.clone(),
        instructions: template.instructions.clone(),
        actor: template.actor,
        required: template.required,
        due_at: due_at(run.opened_at, template.due_s),
        role: template.role.clone(),
        probes: template.probes.clone(),
        machine_rule: template.machine,
        not_required_because,
        posted_result: None,
        reports: Vec::new(),
        machine: None,
        person: None,
        state: ItemState::Open,
        reason: String::new(),
        updated_at: now,
    }
}
