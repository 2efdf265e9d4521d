//! Proofs that a rollback works.

use domain::{humanize, rehearsal::Rehearsal};
use engine::services::ServiceRollback;
use leptos::prelude::*;

use crate::{
    actions::RecordRehearsal,
    components::{
        badge::Badge,
        empty::Empty,
        field::{Field, Select, TextArea},
        time::Ago,
    },
    form::action,
};

/// The card.
pub fn rehearsals(page: &ServiceRollback) -> AnyView {
    let rows = page.rehearsals.iter().map(|kept| row(page, kept)).collect_view();
    let none = page.rehearsals.is_empty().then(|| {
        view! { <Empty text="The rollback was never rehearsed. Put an earlier version back somewhere, time it, and record it here."/> }
    });
    // Whoever may change a service may record its rehearsals: the same role.
    let form = (page.head.may_configure() && !page.plans.is_empty()).then(|| form(page));
    view! {
        <section class="card" aria-labelledby="rehearsals-h" id="rehearsals" tabindex="-1">
            <header class="card-head"><h2 id="rehearsals-h">"Rehearsals"</h2></header>
            <div data-live="rehearsals"><ul class="rows">{rows}</ul>{none}</div>
            {form}
        </section>
    }
    .into_any()
}

fn row(page: &ServiceRollback, kept: &Rehearsal) -> AnyView {
    let (state, label) = if kept.fact.worked {
        ("passed", humanize::took(kept.fact.duration_s))
    } else {
        ("failed", "did not work".to_owned())
    };
    let notes = Some(kept.notes.trim().to_owned()).filter(|notes| !notes.is_empty());
    view! {
        <li>
            <div>
                <b>{format!("{} on {}", kept.fact.version, kept.fact.environment)}</b>
                <p><Ago at=kept.fact.at now=page.head.now/>{format!(" by {}", kept.recorded_by)}</p>
                {notes.map(|notes| view! { <p>{notes}</p> })}
            </div>
            <Badge state label/>
        </li>
    }
    .into_any()
}

fn form(page: &ServiceRollback) -> AnyView {
    let environments = page
        .plans
        .iter()
        .map(|one| (one.environment.clone(), one.environment.clone()))
        .collect::<Vec<_>>();
    let worked = [("yes", "It worked"), ("no", "It did not work")]
        .map(|(value, text)| (value.to_owned(), text.to_owned()));
    view! {
        <div class="card-foot no-print">
            <details class="disclosure" id="rehearsal-form">
                <summary>"Record a rehearsal…"</summary>
                <form class="form panel" method="post" action={action::<RecordRehearsal>()} data-enhance="">
                    <input type="hidden" name="service" value=page.head.service.slug.clone()/>
                    <div class="fields">
                        <Select id="rehearsal-env" name="environment" label="Environment" options=environments/>
                        <Field id="rehearsal-version" name="version" label="Version put back" required=true maxlength=128/>
                    </div>
                    <div class="fields">
                        <Field id="rehearsal-at" name="at" label="When, UTC" kind="datetime-local" hint="Now, where empty."/>
                        <Field id="rehearsal-duration" name="duration_s" label="Seconds it took" kind="number" required=true/>
                    </div>
                    <Select id="rehearsal-worked" name="worked" label="Outcome" options=worked.to_vec()/>
                    <TextArea id="rehearsal-notes" name="notes" label="What was noticed" maxlength=5000/>
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Record it"</button></div>
                </form>
            </details>
        </div>
    }
    .into_any()
}
