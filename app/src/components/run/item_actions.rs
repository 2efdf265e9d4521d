//! What else can be done with a box: note, fail, take back, waive, probe.

use domain::item::ItemActor;
use engine::runs::{ItemNow, RunPage};
use leptos::{prelude::*, server_fn::ServerFn};

use super::waive_form::waive_form;
use crate::{
    actions::{EndWaiver, MarkFailed, ProbeItem, SettleLeak, Tick, Untick},
    components::{field::TextArea, time::At},
    form::action,
};

/// The actions the reader may take; none where they may not.
pub fn item_actions(page: &RunPage, now: &ItemNow) -> AnyView {
    let allowed = now.allowed;
    view! {
        {allowed.settle_leak.then(|| rotated(page, now))}
        {allowed.probe.then(|| simple::<ProbeItem>(page, now, "probe-item", "Probe now", "Probing…"))}
        {allowed.tick.then(|| with_note(page, now))}
        {allowed.mark_failed.then(|| failing(page, now))}
        {allowed.untick.then(|| simple::<Untick>(page, now, "untick", "Take back", "Taking back…"))}
        {allowed.waive.then(|| waive_form(page, now))}
        {waiver(page, now)}
    }
    .into_any()
}

fn hidden(page: &RunPage, now: &ItemNow) -> impl IntoView + use<> {
    let run = page.record.id.to_string();
    let item = now.item.key.clone();
    view! {
        <input type="hidden" name="run" value=run/>
        <input type="hidden" name="item" value=item/>
    }
}

/// A button that needs nothing filled in.
fn simple<A: ServerFn>(
    page: &RunPage,
    now: &ItemNow,
    act: &'static str,
    text: &'static str,
    busy: &'static str,
) -> AnyView {
    let label = format!("{text}: {}", now.item.title);
    let id = format!("{}-{act}", now.item.key);
    view! {
        <form class="no-print" method="post" action={action::<A>()} data-enhance="">
            {hidden(page, now)}
            <button class="button quiet" id=id aria-label=label data-busy=busy>{text}</button>
        </form>
    }
    .into_any()
}

fn with_note(page: &RunPage, now: &ItemNow) -> AnyView {
    let key = &now.item.key;
    let verb = if now.item.actor == ItemActor::Mixed { "Confirm" } else { "Tick" };
    view! {
        <details class="disclosure no-print" id=format!("{key}-note")>
            <summary>{format!("{verb} with a note…")}</summary>
            <form class="form panel" method="post" action={action::<Tick>()} data-enhance="">
                {hidden(page, now)}
                <TextArea id=format!("{key}-note-text") name="note" label="What you saw" maxlength=2000/>
                <div class="form-actions">
                    <button class="button primary" data-busy="Ticking…">{format!("{verb} with this note")}</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// Open, since the box waits for it.
fn rotated(page: &RunPage, now: &ItemNow) -> AnyView {
    let key = &now.item.key;
    view! {
        <form class="form panel no-print" id=format!("{key}-rotated") method="post" action={action::<SettleLeak>()} data-enhance="">
            {hidden(page, now)}
            <TextArea id=format!("{key}-rotated-text") name="note" label="What was rotated" rows=2 maxlength=500 required=true
                hint="The keys and passwords that were served, or why none has to be."/>
            <div class="form-actions">
                <button class="button primary" data-busy="Keeping…">"Say so"</button>
            </div>
        </form>
    }
    .into_any()
}

fn failing(page: &RunPage, now: &ItemNow) -> AnyView {
    let key = &now.item.key;
    view! {
        <details class="disclosure no-print" id=format!("{key}-fail")>
            <summary>"It failed…"</summary>
            <form class="form panel" method="post" action={action::<MarkFailed>()} data-enhance="">
                {hidden(page, now)}
                <TextArea id=format!("{key}-fail-text") name="note" label="What failed" maxlength=2000 required=true/>
                <div class="form-actions">
                    <button class="button danger" data-busy="Marking…">"Mark as failed"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// The waiver, with the way to end it.
fn waiver(page: &RunPage, now: &ItemNow) -> Option<AnyView> {
    let waiver = now.waiver.as_ref()?;
    let word = if waiver.expires_at > page.now { "Waived until " } else { "The waiver expired " };
    let end = now
        .allowed
        .end_waiver
        .then(|| simple::<EndWaiver>(page, now, "end-waiver", "End the waiver", "Ending…"));
    Some(
        view! {
            <p class="small muted">{word}<At at=waiver.expires_at now=page.now/>{format!(" by {}", waiver.approver_name)}</p>
            {end}
        }
        .into_any(),
    )
}
