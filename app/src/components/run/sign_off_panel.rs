//! Who must sign, who has signed, and what still stands in the way.

use domain::{
    item::{ItemActor, ItemState},
    watch::WatchState,
};
use engine::runs::{ItemNow, RunPage, SignOffRole};
use leptos::prelude::*;

use super::item_row::{is_half, is_turn};
use crate::{
    actions::SignOff,
    components::{
        field::TextArea,
        icon::{Icon, of_state},
        time::Ago,
    },
    form::action,
};

/// The card.
pub fn sign_off_panel(page: &RunPage) -> AnyView {
    let panel = &page.sign_off;
    let needed: u32 = panel.roles.iter().map(|role| role.needed).sum();
    let given: u32 = panel.roles.iter().map(|role| role.given.min(role.needed)).sum();
    let roles = panel.roles.iter().map(|role| role_row(page, role)).collect_view();
    view! {
        <section class="card sign-off" aria-labelledby="sign-off-h" id="sign-off" data-live="sign-off">
            <header class="card-head">
                <h2 id="sign-off-h">"Sign-off"</h2>
                <p class="card-note">{format!("{given} of {needed}")}</p>
            </header>
            <div class="card-body">
                <dl class="facts">{roles}</dl>
                {blockers(page)}
                {form(page)}
            </div>
        </section>
    }
    .into_any()
}

fn role_row(page: &RunPage, role: &SignOffRole) -> AnyView {
    let title = format!("{} × {}", role.role, role.needed);
    let mut given = page
        .sign_off
        .given
        .iter()
        .filter(|signed| signed.role == role.role)
        .map(|signed| {
            let said = (!signed.comment.is_empty()).then(|| view! { <p class="small muted">{signed.comment.clone()}</p> });
            view! {
                <dd class="given"><Icon name="passed"/>{format!("{} · ", signed.person_name)}<Ago at=signed.at now=page.now/>{said}</dd>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    if role.given < role.needed {
        let candidates = if role.candidates.is_empty() {
            "nobody here holds this role".to_owned()
        } else {
            either(&role.candidates)
        };
        given.push(view! { <dd class="muted">{candidates}</dd> }.into_any());
    }
    view! { <div><dt>{title}</dt>{given}</div> }.into_any()
}

/// Such as `Anna, Femi or Jo`.
fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [some @ .., last] => format!("{} or {last}", some.join(", ")),
    }
}

fn blockers(page: &RunPage) -> Option<AnyView> {
    if page.record.state != WatchState::Watching || page.gate.open.is_empty() {
        return None;
    }
    let rows = page
        .items
        .iter()
        .filter(|now| page.gate.open.contains(&now.item.key))
        .map(|now| {
            let item = &now.item;
            let state = if is_half(now) { "half" } else { item.state.as_str() };
            view! {
                <li data-state=state>
                    <Icon name=of_state(state)/>
                    <span><a href=format!("#{}", item.key)>{item.title.clone()}</a>{format!(", {}", lacks(now))}</span>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <div>
                <p class="small muted">"Opens when every required box is closed. Still open:"</p>
                <ul class="blockers">{rows}</ul>
            </div>
        }
        .into_any(),
    )
}

fn lacks(now: &ItemNow) -> &'static str {
    match (now.item.state, now.item.actor) {
        (ItemState::Failed, _) => "failed",
        _ if is_turn(now) => "your tick",
        (_, ItemActor::Human) => "a person",
        (_, ItemActor::Mixed) if is_half(now) => "a person",
        (ItemState::Running, _) => "running",
        _ => "no evidence yet",
    }
}

fn form(page: &RunPage) -> Option<AnyView> {
    match &page.sign_off.allowed {
        Ok(role) => Some(
            view! {
                <form class="form" method="post" action={action::<SignOff>()} data-enhance="" id="sign-off-form">
                    <input type="hidden" name="run" value=page.record.id.to_string()/>
                    <TextArea id="sign-off-comment" name="comment" label="Comment" maxlength=2000/>
                    <div class="form-actions">
                        <button class="button primary wide" id="sign-off-button" data-busy="Signing off…">
                            {format!("Sign off as {role}")}
                        </button>
                    </div>
                </form>
            }
            .into_any(),
        ),
        // The open boxes above say it already.
        Err(_) if !page.gate.open.is_empty() => None,
        Err(_) if page.record.state != WatchState::Watching => None,
        Err(why) => Some(view! { <p class="small muted">{why.clone()}</p> }.into_any()),
    }
}
