//! Switching a duty on.

use engine::duties::DutiesPage;
use leptos::prelude::*;

use crate::{
    actions::PutDuty,
    components::field::{Field, Select},
    form::action,
};

/// The form, for whoever may; with what is missing where there is nothing to switch on.
pub fn form(page: &DutiesPage) -> Option<AnyView> {
    if !page.may_configure {
        return None;
    }
    if page.places.is_empty() || page.runbooks.is_empty() {
        let missing = if page.places.is_empty() {
            "Add a service with an environment first."
        } else {
            "No published runbook recurs. Give one applies_to.duty.cadence."
        };
        return Some(view! { <p class="card-foot small muted">{missing}</p> }.into_any());
    }
    let runbooks = page
        .runbooks
        .iter()
        .map(|(slug, title, cadence)| (slug.clone(), format!("{title} ({cadence})")))
        .collect::<Vec<_>>();
    let places = page
        .places
        .iter()
        .rev()
        .map(|[slug, name, environment, label]| {
            (format!("{slug} {environment}"), format!("{name} on {label}"))
        })
        .collect::<Vec<_>>();
    Some(
        view! {
            <div class="card-foot no-print">
                <details class="disclosure" id="new-duty">
                    <summary>"Switch a duty on…"</summary>
                    <form class="form panel" method="post" action={action::<PutDuty>()} data-enhance="">
                        <div class="fields">
                            <Select id="new-duty-runbook" name="runbook" label="Runbook" options=runbooks/>
                            <Select id="new-duty-place" name="place" label="Service and environment" options=places/>
                        </div>
                        <Field id="new-duty-start" name="starts_at" label="First run, UTC" kind="datetime-local"
                            hint="Later ones are counted from it. Empty: now, or the first deployment for what is done once."/>
                        <div class="form-actions"><button class="button primary" data-busy="Switching on…">"Switch it on"</button></div>
                    </form>
                </details>
            </div>
        }
        .into_any(),
    )
}
