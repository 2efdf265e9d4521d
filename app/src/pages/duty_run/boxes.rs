//! The boxes of a duty's run, in their sections.

use domain::{item::ItemState, words::Actor};
use engine::duties::{BoxNow, DutyRunPage};
use leptos::prelude::*;

use crate::{
    components::{
        badge::Badge,
        field::TextArea,
        icon::Icon,
        time::{Ago, At},
    },
    markdown,
};

/// The card.
pub fn boxes(page: &DutyRunPage) -> AnyView {
    let mut section = "";
    let mut rows = Vec::with_capacity(page.boxes.len());
    for one in &page.boxes {
        if section != one.item.section {
            section = &one.item.section;
            let heading = section.to_owned();
            rows.push(view! { <li class="item section">{heading}</li> }.into_any());
        }
        rows.push(row(page, one));
    }
    let closed = page.boxes.iter().filter(|one| one.item.state.is_closed()).count();
    let tag = format!("{} · v{}", page.duty.runbook, page.run.runbook_number);
    view! {
        <section class="card" aria-labelledby="runbook-h" id="runbook" data-live="runbook">
            <header class="card-head">
                <h2 id="runbook-h">"Boxes "<a class="tag" href=format!("/runbooks/{}", page.duty.runbook)>{tag}</a></h2>
                <p class="card-note">{format!("{closed} of {} closed", page.boxes.len())}</p>
            </header>
            <ol class="items">{rows}</ol>
        </section>
    }
    .into_any()
}

fn row(page: &DutyRunPage, one: &BoxNow) -> AnyView {
    let item = &one.item;
    let state = item.state.as_str();
    let icon = match item.state {
        ItemState::Open | ItemState::Running => None,
        _ => Some(view! { <Icon name=state/> }),
    };
    let actor = match item.actor {
        Actor::Human => "person",
        Actor::Automated => "machine",
        Actor::Mixed => "machine + person",
    };
    let role = item.role.as_ref().map(|role| format!(" · {role}"));
    let how = markdown::render(&item.instructions);
    let reason =
        (!item.reason.is_empty()).then(|| view! { <p class="item-text">{item.reason.clone()}</p> });
    let note = item.person.as_ref().map(|said| {
        let what = if said.note.is_empty() { String::new() } else { format!(": {}", said.note) };
        let by = format!("{}{what} ", said.name);
        view! { <p class="small muted">{by}<Ago at=said.at now=page.now/></p> }
    });
    let due = item.due_at.filter(|_| !item.state.is_closed() && page.run.closed_at.is_none());
    let due = due.map(|at| {
        let late = one.overdue.then_some("overdue");
        view! { <p class="item-due" data-state=late>"due "<Ago at now=page.now/></p> }
    });
    let [tick, fail, untick, waive] = one.may;
    view! {
        <li class="item" id=item.key.clone() data-state=state data-row="" tabindex="-1">
            <span class="box" data-state=state aria-hidden="true">{icon}</span>
            <div class="item-main">
                <h3 class="item-title">{item.title.clone()}" "<span class="item-actor">{actor}{role}</span></h3>
                {reason}{posted(page, one)}{note}{waiver(page, one)}
                <div class="item-foot">
                    <details class="disclosure" id=format!("{}-how", item.key) open=!item.state.is_closed()>
                        <summary>"Instructions"</summary><div class="prose" inner_html=how></div>
                    </details>
                    {tick.then(|| with_text(page, one, "tick-duty", "With a note…", "What you saw", false))}
                    {fail.then(|| with_text(page, one, "fail-duty", "It failed…", "What failed", true))}
                    {untick.then(|| button(page, one, "untick-duty", "Take back", "button quiet"))}
                    {waive.then(|| with_text(page, one, "waive-duty", "Waive…", "Reason", true))}
                </div>
            </div>
            <div class="item-side">
                <Badge state label=item.state.label()/>
                {tick.then(|| button(page, one, "tick-duty", if item.actor == Actor::Mixed { "Confirm" } else { "Tick" }, "button"))}
                {due}
            </div>
        </li>
    }
    .into_any()
}

/// What a script posted last, with the way to more.
fn posted(page: &DutyRunPage, one: &BoxNow) -> Option<AnyView> {
    let said = one.item.pushed.as_ref()?;
    let words = format!("{} posted: {} ", said.by, said.sentence);
    let more = one.item.pushed_url.clone();
    let more = more.map(|url| view! { " "<a href=url rel="noreferrer">"Report"</a> });
    Some(
        view! { <p class="small muted">{words}<Ago at=said.at now=page.now/>{more}</p> }.into_any(),
    )
}

fn waiver(page: &DutyRunPage, one: &BoxNow) -> Option<AnyView> {
    let waived = one.item.waived.as_ref()?;
    let at = page.run.closed_at.unwrap_or(page.now);
    let word = if waived.until > at { "Waived until " } else { "The waiver expired " };
    let by = format!(" by {}", waived.by);
    Some(
        view! { <p class="small muted">{word}<At at=waived.until now=page.now/>{by}</p> }
            .into_any(),
    )
}

fn hidden(page: &DutyRunPage, one: &BoxNow) -> impl IntoView + use<> {
    let (run, item) = (page.run.id.to_string(), one.item.key.clone());
    view! { <input type="hidden" name="run" value=run/><input type="hidden" name="item" value=item/> }
}

fn button(
    page: &DutyRunPage,
    one: &BoxNow,
    act: &'static str,
    text: &'static str,
    class: &'static str,
) -> AnyView {
    let label = format!("{text}: {}", one.item.title);
    let tick = (act == "tick-duty").then_some("");
    view! {
        <form class="no-print" method="post" action=format!("/act/{act}") data-enhance="" data-tick=tick>
            {hidden(page, one)}
            <button class=class id=format!("{}-{act}", one.item.key) aria-label=label data-busy="Saving…">{text}</button>
        </form>
    }
    .into_any()
}

fn with_text(
    page: &DutyRunPage,
    one: &BoxNow,
    act: &'static str,
    summary: &'static str,
    label: &'static str,
    required: bool,
) -> AnyView {
    let id = format!("{}-{act}-text", one.item.key);
    let (name, class) = match act {
        "waive-duty" => ("reason", "button"),
        "fail-duty" => ("note", "button danger"),
        _ => ("note", "button primary"),
    };
    let text = summary.trim_end_matches('…');
    let text = match act {
        "tick-duty" => "Tick with this note",
        "fail-duty" => "Mark as failed",
        "waive-duty" if page.run.due_at <= page.now => "Waive for a week",
        "waive-duty" => "Waive until the run is due",
        _ => text,
    };
    view! {
        <details class="disclosure no-print" id=format!("{id}-open")>
            <summary>{summary}</summary>
            <form class="form panel" method="post" action=format!("/act/{act}") data-enhance="">
                {hidden(page, one)}
                <TextArea id=id.clone() name=name label=label maxlength=500 required=required/>
                <div class="form-actions"><button class=class data-busy="Saving…">{text}</button></div>
            </form>
        </details>
    }
    .into_any()
}
