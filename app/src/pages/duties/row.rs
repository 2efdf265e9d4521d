//! A duty: how it stands, until when, and what comes next.

use domain::duty::DutyState;
use engine::duties::{DutiesPage, DutyNow};
use leptos::prelude::*;

use crate::{
    actions::RetireDuty,
    components::{
        badge::Badge,
        time::{Ago, At},
    },
    form::action,
};

/// The word a state is drawn with.
pub fn drawn(state: DutyState) -> &'static str {
    match state {
        DutyState::Planned => "not_required",
        DutyState::Open => "open",
        DutyState::DueSoon => "undecided",
        DutyState::Overdue => "overdue",
        DutyState::Finished => "passed",
    }
}

/// How it stands; a box that failed is said before the time that is left.
pub fn badge(duty: &DutyNow) -> AnyView {
    if duty.failed.is_empty() || duty.state == DutyState::Overdue {
        return view! { <Badge state=drawn(duty.state) label=duty.state.label()/> }.into_any();
    }
    view! { <Badge state="failed" label="Failed"/> }.into_any()
}

/// The row.
pub fn row(page: &DutiesPage, duty: &DutyNow) -> AnyView {
    let record = &duty.record;
    let title = duty.title.clone();
    let name = match &duty.open {
        None => view! { <a href=format!("/runbooks/{}", record.runbook)>{title}</a> }.into_any(),
        Some(run) => view! { <a href=format!("/duties/{}", run.id)>{title}</a> }.into_any(),
    };
    let due = duty.open.as_ref().map(|run| view! { <At at=run.due_at now=page.now/> });
    let (closed, required) = duty.closed;
    let boxes = duty.open.as_ref().map(|_| {
        let late = match duty.overdue.len() {
            0 => None,
            n => Some(view! { <small data-state="overdue">{format!("{n} overdue")}</small> }),
        };
        let failed = match duty.failed.len() {
            0 => None,
            n => Some(view! { <small data-state="failed">{format!("{n} failed")}</small> }),
        };
        view! { {format!("{closed} of {required}")}{failed}{late} }
    });
    let last = duty.last.as_ref().and_then(|run| {
        let at = run.closed_at?;
        Some(view! { <a href=format!("/duties/{}", run.id)><Ago at now=page.now/></a> })
    });
    let next = duty.next_at.map(|at| view! { <At at now=page.now/> });
    let last = last.map_or_else(
        || view! { <span class="none">"never"</span> }.into_any(),
        |one| one.into_any(),
    );
    let next = next
        .map_or_else(|| view! { <span class="none">"–"</span> }.into_any(), |one| one.into_any());
    let place =
        format!("{} on {} · {}", record.service, record.environment, record.cadence.as_str());
    view! {
        <tr>
            <th scope="row">{name}<small>{place}</small></th>
            <td>{badge(duty)}</td>
            <td>{due}</td>
            <td>{boxes}</td>
            <td class="col-wide">{last}</td>
            <td class="col-wide">{next}</td>
            <td>{page.may_configure.then(|| off(duty))}</td>
        </tr>
    }
    .into_any()
}

fn off(duty: &DutyNow) -> AnyView {
    let record = &duty.record;
    let label = format!("{} of {} on {}", duty.title, record.service, record.environment);
    view! {
        <details class="disclosure no-print" id=format!("off-{}", record.id)>
            <summary>"Switch off…"</summary>
            <form class="form panel" method="post" action={action::<RetireDuty>()} data-enhance="">
                <p class="hint">"No more runs open, and an open one waits for nobody. What was done stays."</p>
                <input type="hidden" name="service" value=record.service.clone()/>
                <input type="hidden" name="runbook" value=record.runbook.clone()/>
                <input type="hidden" name="environment" value=record.environment.clone()/>
                <div class="form-actions">
                    <button class="button danger" data-busy="Switching off…" aria-label=format!("Switch off {label}")>"Switch off"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
