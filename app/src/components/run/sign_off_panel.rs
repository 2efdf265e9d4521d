//! Who must sign, who has signed, and what still stands in the way.

use chrono::{DateTime, Utc};
use domain::{
    humanize,
    item::{ItemActor, ItemState},
    run::RunSubject,
    sign_off::{Ask, Offer},
    watch::WatchState,
};
use engine::runs::{GivenSignOff, ItemNow, RunPage, SignOffRole};
use leptos::prelude::*;

use super::{
    item_row::{is_half, is_turn},
    recovered::recovered,
};
use crate::{
    actions::SignOff,
    components::{
        field::TextArea,
        icon::{Icon, of_state},
        time::{Ago, At},
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
                {deployer_unknown(page)}
                {blockers(page)}
                {unproven(page)}
                {recovered_now(page)}
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
        .filter(|given| given.sign_off.role == role.role)
        .map(|given| signature(given, page.now))
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

/// A signature with what was said; struck through with the reason where it counts no more.
fn signature(given: &GivenSignOff, now: DateTime<Utc>) -> AnyView {
    let signed = &given.sign_off;
    let comment = (!signed.comment.is_empty())
        .then(|| view! { <p class="small muted">{signed.comment.clone()}</p> });
    let declared = signed.did_not_deploy.as_ref().map(|text| {
        view! { <p class="small muted">{format!("Says that they are not `{text}`, who deployed it.")}</p> }
    });
    let despite = signed.despite.as_ref().map(|what| {
        view! { <p class="small">{format!("Signed in spite of this ({what}).")}</p> }
    });
    let alone = signed.alone.then(|| view! { <p class="small">"Signed off alone."</p> });
    let by = format!("{} · ", signed.person_name);
    match &given.void_because {
        None => view! {
            <dd class="given"><Icon name="passed"/>{by}<Ago at=signed.at now/>{declared}{alone}{despite}{comment}</dd>
        }
        .into_any(),
        Some(why) => view! {
            <dd class="given" data-void="">
                <Icon name="failed"/><s>{by}<Ago at=signed.at now/></s>
                <p class="small">{format!("Counts no more: {why}")}</p>
            </dd>
        }
        .into_any(),
    }
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

/// What a signature would be given in spite of: what is waived, until when and why, and what fails
/// beside the required boxes.
fn unproven(page: &RunPage) -> Option<AnyView> {
    let gate = &page.gate;
    if page.record.state != WatchState::Watching
        || (gate.waived.is_empty() && gate.failing_beside.is_empty())
    {
        return None;
    }
    let waived = page
        .items
        .iter()
        .filter(|now| gate.waived.contains(&now.item.key))
        .map(|now| waived_row(page, now))
        .collect_view();
    let failing = gate
        .failing_beside
        .iter()
        .map(|label| {
            view! {
                <li data-state="failed"><Icon name=of_state("failed")/><span>{format!("{label} fails")}</span></li>
            }
        })
        .collect_view();
    Some(
        view! {
            <div>
                <p class="small muted">"Not shown to work:"</p>
                <ul class="blockers">{failing}{waived}</ul>
            </div>
        }
        .into_any(),
    )
}

/// What failed since the run began and passes now: whoever signs later would not see it otherwise.
fn recovered_now(page: &RunPage) -> Option<AnyView> {
    let open = page.record.state == WatchState::Watching;
    let of_items = page.items.iter().flat_map(|now| &now.checks);
    let rows = recovered(page, of_items.chain(&page.other_checks)).filter(|_| open)?;
    Some(view! { <div><p class="small muted">"Failed, and passes now:"</p>{rows}</div> }.into_any())
}

fn waived_row(page: &RunPage, now: &ItemNow) -> AnyView {
    let item = &now.item;
    let about = now.waiver.as_ref().map(|waiver| {
        // A form knows no fractions of a second.
        let ends = waiver.expires_at + chrono::Duration::seconds(1);
        let early = if ends < page.record.ends_at && page.record.ends_at > page.now {
            ", before the watch ends"
        } else {
            ""
        };
        view! {
            ", waived by "{waiver.approver_name.clone()}" until "<At at=waiver.expires_at now=page.now/>
            {early}": "{waiver.reason.clone()}
        }
    });
    view! {
        <li data-state="waived">
            <Icon name=of_state("waived")/>
            <span><a href=format!("#{}", item.key)>{item.title.clone()}</a>{about}</span>
        </li>
    }
    .into_any()
}

/// What has to be said with the signature.
fn ask(ask: &Ask) -> AnyView {
    let (name, value, text) = match ask {
        Ask::DidNotDeploy(text) => (
            "did_not_deploy",
            "yes".to_owned(),
            format!(" I did not deploy this (nobody here is known as `{text}`)"),
        ),
        // Sent back as it was read: what is accepted is what was shown.
        Ask::Despite(what) => {
            ("despite", what.clone(), format!(" I sign in spite of this ({what})"))
        }
        Ask::Alone => (
            "alone",
            "yes".to_owned(),
            " I sign this off alone: nobody else here could, and that stays with the release"
                .to_owned(),
        ),
    };
    view! {
        <label class="check">
            <input type="checkbox" id=format!("sign-off-{name}") name=name value=value required/>
            {text}
        </label>
    }
    .into_any()
}

/// Who deployed, where nobody here is known by that name.
fn deployer_unknown(page: &RunPage) -> Option<AnyView> {
    let text = page.sign_off.deployer_unknown.as_ref()?;
    let said = format!(
        "Deployer unknown: nobody here is known as `{text}`. Whoever signs alone says that it was \
         not them."
    );
    Some(view! { <p class="small muted">{said}</p> }.into_any())
}

/// What the last signature does to a watch that has not run its time.
fn ends_early(page: &RunPage, completes: bool) -> Option<AnyView> {
    let left_s = (page.record.ends_at - page.now).num_seconds();
    let early = completes && left_s >= 60 && page.record.subject == RunSubject::Deployment;
    let said = format!(
        "The last signature: it ends the watch {} early. Its checks go on until then.",
        humanize::duration(left_s)
    );
    early.then(|| view! { <p class="small muted">{said}</p> }.into_any())
}

fn form(page: &RunPage) -> Option<AnyView> {
    match &page.sign_off.allowed {
        Ok(Offer { role, asks, completes }) => Some(
            view! {
                <form class="form" method="post" action={action::<SignOff>()} data-enhance="" id="sign-off-form">
                    <input type="hidden" name="run" value=page.record.id.to_string()/>
                    <TextArea id="sign-off-comment" name="comment" label="Comment" maxlength=2000/>
                    {asks.iter().map(ask).collect_view()}
                    {ends_early(page, *completes)}
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
