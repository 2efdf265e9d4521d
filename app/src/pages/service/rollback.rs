//! How a service is put back, per environment.

use engine::services::{ServicePage, hidden};
use leptos::prelude::*;
use store::services::RollbackPlan;

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

/// The card.
pub fn rollback(page: &ServicePage) -> AnyView {
    let written =
        page.places.iter().filter(|(_, _, plan)| plan.as_ref().is_some_and(has_way)).count();
    let note = format!("{written} of {} written", page.places.len());
    let plans = page
        .places
        .iter()
        .map(|(place, _, plan)| one(page, &place.environment, plan.as_ref()))
        .collect_view();
    let nowhere = page
        .places
        .is_empty()
        .then(|| view! { <Empty text="It runs nowhere yet, so there is nothing to put back."/> });
    view! {
        <section class="card" aria-labelledby="rollback-h" id="rollback" data-live="rollback" tabindex="-1">
            <header class="card-head"><h2 id="rollback-h">"Rollback plans"</h2><p class="card-note">{note}</p></header>
            <div class="card-body stack">{plans}{nowhere}</div>
        </section>
    }
    .into_any()
}

fn has_way(plan: &RollbackPlan) -> bool {
    !plan.command.trim().is_empty() || plan.hook_url.is_some()
}

fn one(page: &ServicePage, environment: &str, plan: Option<&RollbackPlan>) -> AnyView {
    let badge = if plan.is_some_and(has_way) {
        view! { <Badge state="done" label="Written"/> }.into_any()
    } else {
        view! { <Badge state="undecided" label="No plan"/> }.into_any()
    };
    let said = match plan.filter(|plan| has_way(plan)) {
        None => view! { <p class="muted small">"Without a command or a hook nobody knows how to go back, and the box rollback-rehearsed stays undecided."</p> }.into_any(),
        Some(plan) => facts(plan),
    };
    view! {
        <section class="stack tight">
            <div class="row apart"><h3>{environment.to_owned()}</h3>{badge}</div>
            {said}
            {page.may_configure.then(|| form(page, environment, plan))}
        </section>
    }
    .into_any()
}

fn facts(plan: &RollbackPlan) -> AnyView {
    let hook = plan.hook_url.as_deref().map_or_else(|| "none".to_owned(), hidden::address);
    let command = plan.command.trim().to_owned();
    let command = (!command.is_empty()).then(|| view! { <Copyable text=command label="Command"/> });
    view! {
        {command}
        <dl class="facts">
            <div><dt>"Hook"</dt><dd>{hook}</dd></div>
            {agreed_rules(&plan.rules)}
        </dl>
    }
    .into_any()
}

fn form(page: &ServicePage, environment: &str, plan: Option<&RollbackPlan>) -> AnyView {
    let id = format!("plan-{environment}");
    let plan = plan.cloned().unwrap_or_default();
    let says = "Gets one POST with the service, the environment and the version to restore.";
    let hook_hint = match &plan.hook_url {
        None => says.to_owned(),
        Some(url) => format!("{says} Leave empty to keep {}.", hidden::address(url)),
    };
    let forget = plan.hook_url.is_some().then(|| {
        view! { <label class="check"><input type="checkbox" name="forget_hook" value="yes"/>" Call no hook any more"</label> }
    });
    view! {
        <details class="disclosure no-print" id=id.clone()>
            <summary>"Write the plan…"</summary>
            <form class="form panel" method="post" action={action::<PutPlan>()} data-enhance="">
                <input type="hidden" name="service" value=page.service.slug.clone()/>
                <input type="hidden" name="environment" value=environment.to_owned()/>
                <TextArea id=format!("{id}-command") name="command" label="Command to copy" rows=2 maxlength=2000 value=plan.command/>
                <Field id=format!("{id}-hook") name="hook_url" label="Hook to call" kind="url" maxlength=2048
                    hint=hook_hint/>
                {forget}
                <TextArea id=format!("{id}-rules") name="rules" label="Rules agreed before the deploy" rows=3 maxlength=2000 value=plan.rules
                    hint="One a line, such as: error rate over 1 % for 5 minutes."/>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save the plan"</button></div>
            </form>
        </details>
    }
    .into_any()
}
