//! A box: its state, what was seen, and what the reader may do about it.

use domain::{
    item::{AutomatedStatus, ItemActor, ItemState, PostedReport},
    watch::WatchState,
};
use engine::{
    heartbeats::HeartbeatNow,
    runs::{ItemNow, RunPage},
};
use leptos::prelude::*;

use super::{evidence::evidence, item_actions::item_actions, recovered::recovered};
use crate::{
    actions::Tick,
    components::{
        badge::Badge,
        heartbeat_state::{heartbeat_label, heartbeat_state},
        icon::{Icon, of_state},
        phase::seen_state,
        time::Ago,
    },
    form::action,
    markdown,
};

/// Whether the reader's word is what the box lacks now.
pub fn is_turn(now: &ItemNow) -> bool {
    now.allowed.tick
        && match now.item.actor {
            ItemActor::Human => now.item.state != ItemState::Waived,
            ItemActor::Mixed => is_half(now),
            ItemActor::Automated => false,
        }
}

/// Whether the machine's half has passed and a person's is missing.
pub fn is_half(now: &ItemNow) -> bool {
    let machine = now.item.machine.as_ref().map(|(word, _)| *word);
    now.item.actor == ItemActor::Mixed
        && now.item.state == ItemState::Open
        && machine == Some(AutomatedStatus::Passed)
}

/// The row.
pub fn item_row(page: &RunPage, now: &ItemNow) -> AnyView {
    let item = &now.item;
    let turn = is_turn(now);
    let state = item.state.as_str();
    let drawn = if is_half(now) { "half" } else { state };
    let icon = match item.state {
        ItemState::Open | ItemState::Running if !is_half(now) => None,
        _ => Some(view! { <Icon name=drawn/> }),
    };
    let actor = match item.actor {
        ItemActor::Human => "person",
        ItemActor::Automated => "machine",
        ItemActor::Mixed => "machine + person",
    };
    let optional = (!item.required).then(|| view! { " "<span class="tag">"optional"</span> });
    let role = item.role.as_ref().map(|role| format!(" · {role}"));
    view! {
        <li class="item" id=item.key.clone() data-state=state data-turn=turn.then_some("you") data-row="" tabindex="-1">
            <span class="box" data-state=drawn aria-hidden="true">{icon}</span>
            <div class="item-main">
                <h3 class="item-title">
                    {turn.then(|| view! { <span class="sr-only">{format!("{}: ", item.state.label())}</span> })}
                    {item.title.clone()}" "<span class="item-actor">{actor}{role}</span>{optional}
                </h3>
                {words(now)}
                <div class="item-foot">
                    {chips(page, now)}
                    {instructions(now)}
                    {evidence(page, now)}
                    {item_actions(page, now)}
                </div>
            </div>
            {side(page, now, turn)}
        </li>
    }
    .into_any()
}

/// Whether what is to be done stands open in the row.
fn asks(now: &ItemNow) -> bool {
    now.item.actor == ItemActor::Human
        && now.item.state == ItemState::Open
        && !now.item.instructions.trim().is_empty()
}

/// What to do where a person is asked, else why the box stands as it does.
fn words(now: &ItemNow) -> AnyView {
    if asks(now) {
        let html = markdown::render(&now.item.instructions);
        return view! { <div class="item-text prose" inner_html=html></div> }.into_any();
    }
    view! { <p class="item-text">{now.item.reason.clone()}</p> }.into_any()
}

/// What is to be done, where it does not stand open already.
fn instructions(now: &ItemNow) -> Option<AnyView> {
    let how = now.item.instructions.trim();
    (!how.is_empty() && !asks(now)).then(|| {
        let html = markdown::render(how);
        view! {
            <details class="disclosure" id=format!("{}-how", now.item.key)>
                <summary>"Instructions"</summary><div class="prose" inner_html=html></div>
            </details>
        }
        .into_any()
    })
}

fn chips(page: &RunPage, now: &ItemNow) -> Option<AnyView> {
    if now.checks.is_empty() && now.heartbeats.is_empty() && now.item.reports.is_empty() {
        return None;
    }
    let reports = now.item.reports.iter().map(|one| report(page, one)).collect_view();
    let beating = now.heartbeats.iter().map(|one| heartbeat(page, one)).collect_view();
    let chips = now
        .checks
        .iter()
        .map(|bound| {
            let label = format!("{} ", bound.check.label);
            let trial = bound.check.dry_run.then_some(" (on trial)");
            match &bound.newest {
                None => view! { <li class="chip"><span>{label}<b>"not measured yet"</b>{trial}</span></li> }
                    .into_any(),
                Some(seen) => {
                    let too_old = page.too_old(bound);
                    let (state, said) = seen_state(seen.phase, too_old.is_some());
                    let old = too_old.is_some().then_some(" (too old)");
                    let title = too_old.unwrap_or_else(|| seen.sentence.clone());
                    view! {
                        <li class="chip" data-state=state title=title>
                            <Icon name=of_state(state)/>
                            <span class="sr-only">{format!("{}:", said.to_lowercase())}</span>
                            <span>{label}<b>{seen.short.clone()}</b>{old}{trial}</span>
                        </li>
                    }
                    .into_any()
                }
            }
        })
        .collect_view();
    // What failed and went away by itself still was.
    let recovered = recovered(page, &now.checks);
    Some(view! { <ul class="chips">{chips}{beating}{reports}</ul>{recovered} }.into_any())
}

fn heartbeat(page: &RunPage, one: &HeartbeatNow) -> AnyView {
    let state = heartbeat_state(one.state);
    let label = heartbeat_label(one.state);
    let heard = one.record.heard.last().map(|at| view! { " "<Ago at=at now=page.now/> });
    view! {
        <li class="chip" data-state=state>
            <Icon name=of_state(state)/>
            <span>{one.record.label.clone()}" "<b>{label.to_lowercase()}</b>{heard}</span>
        </li>
    }
    .into_any()
}

fn report(page: &RunPage, one: &PostedReport) -> AnyView {
    let (state, label) = match one.word {
        AutomatedStatus::Passed => ("passed", "passed"),
        AutomatedStatus::Failed => ("failed", "failed"),
        AutomatedStatus::Running | AutomatedStatus::Undecided => ("undecided", "undecided"),
    };
    // One from a time when reports had no name.
    let name = if one.name.is_empty() { "report" } else { &one.name };
    view! {
        <li class="chip" data-state=state title=one.sentence.clone()>
            <Icon name=of_state(state)/>
            <span>{name.to_owned()}" "<b>{label}</b>" "<Ago at=one.at now=page.now/></span>
        </li>
    }
    .into_any()
}

fn side(page: &RunPage, now: &ItemNow, turn: bool) -> AnyView {
    let item = &now.item;
    let badge =
        (!turn).then(|| view! { <Badge state=item.state.as_str() label=item.state.label()/> });
    let confirms = item.actor == ItemActor::Mixed;
    let tick = now.allowed.tick.then(|| {
        let verb = if confirms { "Confirm" } else { "Tick" };
        let class = if turn { "button primary" } else { "button" };
        view! {
            <form method="post" action={action::<Tick>()} data-enhance="" data-tick="">
                <input type="hidden" name="run" value=page.record.id.to_string()/>
                <input type="hidden" name="item" value=item.key.clone()/>
                <button class=class id=format!("{}-tick", item.key) data-busy="Ticking…"
                    aria-label=format!("{verb}: {}", item.title)>{verb}</button>
            </form>
        }
    });
    view! { <div class="item-side">{badge}{tick}{due(page, now, turn)}</div> }.into_any()
}

fn due(page: &RunPage, now: &ItemNow, turn: bool) -> Option<AnyView> {
    if now.item.state.is_closed() || page.record.state != WatchState::Watching {
        return None;
    }
    let at = now.item.due_at?;
    let state = now.overdue.then_some("overdue");
    let whose = turn.then_some(" · you");
    Some(
        view! { <p class="item-due" data-state=state>"due "<Ago at now=page.now/>{whose}</p> }
            .into_any(),
    )
}
