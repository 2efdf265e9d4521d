//! How to go back: to what, by which rule, how it was proven, and the button.

use domain::{
    humanize,
    item::AutomatedStatus,
    rollback::{HookState, RollbackPlan, Unrestored},
};
use engine::deployments::{DeploymentPage, RollbackPanel};
use leptos::prelude::*;

use super::{header::short_commit, hook_delivery::hook_delivery};
use crate::{
    actions::RollBack,
    components::{
        agreed_rules::agreed_rules,
        badge::Badge,
        field::TextArea,
        time::{Ago, At},
    },
    form::action,
    pages::service::Room,
};

/// The card.
pub fn rollback_panel(page: &DeploymentPage) -> AnyView {
    let panel = &page.rollback;
    let (state, label) = match (&panel.done, panel.word) {
        (Some(done), _) if done.hook_state == HookState::Failed => ("failed", "Hook failed"),
        (Some(done), _) if done.hook_state == HookState::Unknown => ("failed", "Hook unknown"),
        (Some(_), _) => ("rolled_back", "Rolled back"),
        (None, AutomatedStatus::Passed) => ("ready", "Ready"),
        (None, AutomatedStatus::Failed) => ("broken", "Broken"),
        (None, AutomatedStatus::Running | AutomatedStatus::Undecided) => {
            ("undecided", "Not proven")
        }
    };
    view! {
        <section class="card rollback" aria-labelledby="rollback-h" id="rollback" data-live="rollback" tabindex="-1">
            <header class="card-head"><h2 id="rollback-h">"Rollback"</h2><Badge state label/></header>
            <div class="card-body">
                {done(page)}
                <p class="rollback-why">{panel.sentence.clone()}</p>
                {facts(page)}
                {command(panel.plan.as_ref())}
                {without_plan(page)}
                <div class="rollback-actions no-print">
                    {panel.allowed.then(|| form(page))}
                    {copy(panel)}
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn done(page: &DeploymentPage) -> Option<AnyView> {
    let done = page.rollback.done.as_ref()?;
    let delivery = page.rollback.delivery.as_ref();
    // Those from before deliveries were written down have no more than their sentence.
    let said = match done.hook_state {
        HookState::Done | HookState::Failed | HookState::Unknown if delivery.is_none() => {
            Some(done.hook_sentence.clone())
        }
        _ => None,
    };
    // Where its hook failed, the verdict says it.
    let by_hand = page.rollback.unrestored.as_ref();
    let by_hand = by_hand.filter(|one| one.waits_on_a_person() && !one.is_failed());
    let by_hand = by_hand.map(Unrestored::sentence);
    Some(
        view! {
            <p><strong>{format!("{} rolled it back", done.triggered_by)}</strong>" "<Ago at=done.at now=page.now/>": "{done.reason.clone()}</p>
            {said.map(|sentence| view! { <p>{sentence}</p> })}
            {delivery.map(|delivery| hook_delivery(delivery, page.now))}
            {by_hand.map(|sentence| view! { <p>{sentence}</p> })}
        }
        .into_any(),
    )
}

fn facts(page: &DeploymentPage) -> AnyView {
    let panel = &page.rollback;
    let target = match &panel.target {
        None => view! { <span class="muted">"nothing signed off before"</span> }.into_any(),
        Some(target) => {
            let commit = panel
                .target_commit
                .as_deref()
                .map(|sha| view! { " "<code class="faint">{short_commit(sha)}</code> });
            let href = format!("/deployments/{}", target.id);
            view! { <a href=href>{target.version.clone()}</a>{commit} }.into_any()
        }
    };
    let rules = panel.plan.as_ref().map(|plan| agreed_rules(&plan.rules));
    let rehearsed = match &panel.rehearsal {
        None => view! { <span class="muted">"never"</span> }.into_any(),
        Some(kept) => {
            let took = humanize::took(kept.fact.duration_s);
            let how = if kept.fact.worked { format!(", {took}") } else { ", did not work".into() };
            view! { <Ago at=kept.fact.at now=page.now/>{how} }.into_any()
        }
    };
    view! {
        <dl class="facts">
            <div><dt>"To"</dt><dd>{target}</dd></div>
            {rules}
            <div><dt>"Rehearsed"</dt><dd>{rehearsed}</dd></div>
        </dl>
    }
    .into_any()
}

fn command(plan: Option<&RollbackPlan>) -> Option<AnyView> {
    let command = plan?.command.trim().to_owned();
    (!command.is_empty())
        .then(|| view! { <code class="code" tabindex="0">{command}</code> }.into_any())
}

fn without_plan(page: &DeploymentPage) -> Option<AnyView> {
    let href = Room::Rollback.href(&page.deployment.service);
    page.rollback.plan.is_none().then(|| {
        view! { <p><a href=href>"Write the rollback plan"</a>" before it is needed."</p> }
            .into_any()
    })
}

fn copy(panel: &RollbackPanel) -> Option<AnyView> {
    let command = panel.plan.as_ref()?.command.trim().to_owned();
    (!command.is_empty()).then(|| {
        view! { <button class="button" type="button" hidden="" data-copy=command>"Copy command"</button> }
            .into_any()
    })
}

/// Two steps that need no scripts: open the form, then say yes.
fn form(page: &DeploymentPage) -> AnyView {
    let panel = &page.rollback;
    let one = &page.deployment;
    let (yes, button) = match &panel.target {
        Some(target) => (
            format!(" Put {} back on {} now", target.version, one.environment),
            format!("Roll back to {}", target.version),
        ),
        None => (
            format!(
                " Take {} off {} now; nothing was signed off there before",
                one.version, one.environment
            ),
            "Roll back".to_owned(),
        ),
    };
    let hook = panel.plan.as_ref().filter(|plan| plan.hook_url.is_some());
    let hint = match hook.map(|plan| plan.hook_repeatable) {
        Some(true) => "Closes the watch and calls the plan’s hook until it answers.",
        Some(false) => "Closes the watch and calls the plan’s hook once.",
        None => "Closes the watch. A person runs the command; the portal calls nothing.",
    };
    view! {
        <details class="disclosure" id="rollback-form">
            <summary class="button danger">"Roll back…"</summary>
            <form class="form panel" method="post" action={action::<RollBack>()} data-enhance="">
                <input type="hidden" name="deployment" value=one.id.to_string()/>
                <TextArea id="rollback-reason" name="reason" label="Reason" required=true maxlength=1000 hint/>
                <label class="check">
                    <input type="checkbox" id="rollback-sure" name="sure" value="yes" required/>
                    {yes}
                </label>
                <div class="form-actions">
                    <button class="button danger solid" data-busy="Rolling back…">{button}</button>
                </div>
            </form>
        </details>
        {page.deployment.closed_at.map(|at| view! { <p class="small muted">"The watch was closed "<At at now=page.now/></p> })}
    }
    .into_any()
}
