//! Adding and changing a heartbeat.

use domain::heartbeat::Heartbeat;
use engine::services::ServiceHeartbeats;
use leptos::prelude::*;

use super::room::choices;
use crate::{
    actions::PutHeartbeat,
    components::field::{Field, Select},
    form::action,
};

/// The form for a heartbeat, new or known.
pub fn heartbeat_form(page: &ServiceHeartbeats, known: Option<&Heartbeat>) -> AnyView {
    let id =
        known.map_or_else(|| "new-heartbeat".to_owned(), |one| format!("change-h-{}", one.key));
    let summary = if known.is_some() { "Change…" } else { "Add a heartbeat…" };
    let text =
        |of: fn(&Heartbeat) -> String, other: &str| known.map_or_else(|| other.to_owned(), of);
    let environments = choices(&page.environments);
    let key = match known {
        None => view! {
            <Field id=format!("{id}-key") name="key" label="Key" required=true maxlength=64 hint="Its name in the API, such as queue-worker."/>
        }
        .into_any(),
        Some(one) => view! { <input type="hidden" name="key" value=one.key.clone()/> }.into_any(),
    };
    view! {
        <details class="disclosure no-print" id=id.clone()>
            <summary>{summary}</summary>
            <form class="form panel" method="post" action={action::<PutHeartbeat>()} data-enhance="">
                <p class="hint">"Give either a period, or a cron expression with its time zone."</p>
                <input type="hidden" name="service" value=page.head.service.slug.clone()/>
                <div class="fields">
                    {key}
                    <Select id=format!("{id}-env") name="environment" label="Environment" options=environments
                        chosen=text(|one| one.environment.clone(), "")/>
                </div>
                <Field id=format!("{id}-label") name="label" label="Label" maxlength=60 value=text(|one| one.label.clone(), "")/>
                <div class="fields">
                    <Field id=format!("{id}-period") name="period_s" label="Period, in seconds" kind="number"
                        value=text(|one| one.period_s.map(|s| s.to_string()).unwrap_or_default(), "")/>
                    <Field id=format!("{id}-grace") name="grace_s" label="Grace, in seconds" kind="number"
                        value=text(|one| one.grace_s.to_string(), "300") hint="How late it may be, and how long a run may take."/>
                </div>
                <div class="fields">
                    <Field id=format!("{id}-cron") name="cron" label="Cron expression" maxlength=120
                        value=text(|one| one.cron.clone().unwrap_or_default(), "") hint="Five fields, such as 30 2 * * *."/>
                    <Field id=format!("{id}-zone") name="time_zone" label="Time zone" maxlength=64
                        value=text(|one| one.time_zone.clone().unwrap_or_default(), "") hint="Such as Europe/Berlin; UTC where empty."/>
                </div>
                <Field id=format!("{id}-item") name="item" label="Box" maxlength=64 value=text(|one| one.item.clone().unwrap_or_default(), "")
                    hint="The key of the box it is evidence for, such as integrations."/>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">{if known.is_some() { "Save the heartbeat" } else { "Add the heartbeat" }}</button></div>
            </form>
        </details>
    }
    .into_any()
}
