//! How a service is put back, per environment: the plan, and whether it is proven.

use domain::{item::AutomatedStatus, rollback::RollbackPlan};
use engine::{
    secrets,
    services::{PlanNow, Readiness, ServiceRollback},
};
use leptos::prelude::*;

use super::{Room, rehearsals::rehearsals, room::head};
use crate::{
    actions::PutPlan,
    components::{
        agreed_rules::agreed_rules,
        badge::Badge,
        copyable::Copyable,
        empty::Empty,
        field::{Field, TextArea},
    },
    form::action,
};

/// The room.
pub fn rollback(page: &ServiceRollback) -> AnyView {
    let written = page.plans.iter().filter(|one| one.written().is_some()).count();
    let note = format!("{written} of {} written", page.plans.len());
    let plans = page.plans.iter().map(|one| plan(page, one)).collect_view();
    let nowhere = page.plans.is_empty().then(|| {
        let settings = Room::Settings.href(&page.head.service.slug);
        view! {
            <Empty text="It runs nowhere yet, so there is nothing to put back.">
                <a href=format!("{settings}#new-environment")>"Where it runs is said in its settings"</a>
            </Empty>
        }
    });
    view! {
        {head(&page.head, Room::Rollback)}
        <div class="split even">
            <section class="card" aria-labelledby="rollback-h" id="rollback" data-live="rollback" tabindex="-1">
                <header class="card-head"><h2 id="rollback-h">"Rollback plans"</h2><p class="card-note">{note}</p></header>
                <ul class="plans">{plans}</ul>
                {nowhere}
            </section>
            {rehearsals(page)}
        </div>
    }
    .into_any()
}

fn plan(page: &ServiceRollback, one: &PlanNow) -> AnyView {
    let (state, label) = state(one);
    let said = match (one.written(), &one.readiness) {
        (None, _) => "Without a command or a hook nobody knows how to go back, and the box rollback-rehearsed stays undecided.".to_owned(),
        (Some(_), None) => "Nothing runs here yet that could be rolled back.".to_owned(),
        (Some(_), Some(_)) if page.rehearsals.is_empty() => "It was never rehearsed.".to_owned(),
        (Some(_), Some(now)) => now.sentence.clone(),
    };
    let id = format!("plan-of-{}", one.environment);
    view! {
        <li class="stack tight" id=id>
            <div class="row apart"><h3>{one.environment.clone()}</h3><Badge state label/></div>
            <p class="muted">{said}</p>
            {facts(one)}
            {page.head.may_configure().then(|| form(page, &one.environment, one.plan.as_ref()))}
        </li>
    }
    .into_any()
}

/// State and word: whether a rollback would work now.
fn state(one: &PlanNow) -> (&'static str, &'static str) {
    match (one.written(), one.readiness.as_ref().map(|now| now.word)) {
        (None, _) => ("undecided", "No plan"),
        (Some(_), None) => ("open", "Written"),
        (Some(_), Some(AutomatedStatus::Passed)) => ("ready", "Ready"),
        (Some(_), Some(AutomatedStatus::Failed)) => ("failed", "Did not work"),
        (Some(_), Some(AutomatedStatus::Undecided | AutomatedStatus::Running)) => {
            ("undecided", "Unproven")
        }
    }
}

fn facts(one: &PlanNow) -> Option<AnyView> {
    let plan = one.written()?;
    let hook = plan.hook_url.as_deref().map_or_else(
        || "none".to_owned(),
        |url| {
            let how = if plan.hook_repeatable { "until it answers" } else { "at most once" };
            format!("{}, called {how}", secrets::address(url))
        },
    );
    let command = plan.command.trim().to_owned();
    let command = (!command.is_empty()).then(|| {
        view! { <Copyable text=command label=format!("Command for {}", one.environment)/> }
    });
    let restores = one.readiness.as_ref().map(|Readiness { from, to, .. }| {
        let beside = match to {
            Some(_) => format!(" in place of {from}"),
            None => "not known".to_owned(),
        };
        view! { <div><dt>"Restores"</dt><dd>{to.clone()}<span class="faint">{beside}</span></dd></div> }
    });
    Some(
        view! {
            {command}
            <dl class="facts">
                {restores}
                <div><dt>"Hook"</dt><dd>{hook}</dd></div>
                {agreed_rules(&plan.rules)}
            </dl>
        }
        .into_any(),
    )
}

fn form(page: &ServiceRollback, environment: &str, plan: Option<&RollbackPlan>) -> AnyView {
    let id = format!("plan-{environment}");
    let summary = if plan.is_some() { "Change the plan…" } else { "Write the plan…" };
    let plan = plan.cloned().unwrap_or_default();
    let says = "Gets one POST with the service, the environment and the version to restore.";
    let hook_hint = match &plan.hook_url {
        None => says.to_owned(),
        Some(url) => format!("{says} Leave empty to keep {}.", secrets::address(url)),
    };
    let forget = plan.hook_url.is_some().then(|| {
        view! { <label class="check"><input type="checkbox" name="forget_hook" value="yes"/>" Call no hook any more"</label> }
    });
    view! {
        <details class="disclosure no-print" id=id.clone()>
            <summary>{summary}</summary>
            <form class="form panel" method="post" action={action::<PutPlan>()} data-enhance="">
                <input type="hidden" name="service" value=page.head.service.slug.clone()/>
                <input type="hidden" name="environment" value=environment.to_owned()/>
                <TextArea id=format!("{id}-command") name="command" label="Command to copy" rows=2 maxlength=2000 value=plan.command/>
                <Field id=format!("{id}-hook") name="hook_url" label="Hook to call" kind="url" maxlength=2048
                    hint=hook_hint/>
                <input type="hidden" name="hook_repeatable_asked" value="yes"/>
                <label class="check">
                    <input type="checkbox" name="hook_repeatable" value="yes" checked=plan.hook_url.is_none() || plan.hook_repeatable/>
                    " Call it again until it answers; it tells repeats by their Idempotency-Key"
                </label>
                {forget}
                <TextArea id=format!("{id}-rules") name="rules" label="Rules agreed before the deploy" rows=3 maxlength=2000 value=plan.rules
                    hint="One a line, such as: error rate over 1 % for 5 minutes."/>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save the plan"</button></div>
            </form>
        </details>
    }
    .into_any()
}
