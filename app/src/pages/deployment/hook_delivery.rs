//! The rollback's hook on its way: how it stands, each attempt with its answer, and the button.

use chrono::{DateTime, Utc};
use domain::delivery::{Attempt, AttemptOutcome, DeliveryState};
use engine::deliveries::DeliveryNow;
use leptos::prelude::*;

use crate::{
    actions::Redeliver,
    components::time::{Ago, At},
    form::action,
};

/// How it stands, with its attempts.
pub fn hook_delivery(delivery: &DeliveryNow, now: DateTime<Utc>) -> AnyView {
    let one = &delivery.record;
    let answer = one.answer.clone();
    let sentence = match (one.state, one.next_at) {
        (DeliveryState::Pending, Some(next)) if one.attempts > one.rounds_before => view! {
            <p>{answer}" It is called again "<Ago at=next now=now/>", until "<At at=one.repeat_until now=now/>" at the latest."</p>
        }
        .into_any(),
        (DeliveryState::Pending | DeliveryState::Sending, _) => {
            view! { <p>"The plan’s hook is being called…"</p> }.into_any()
        }
        _ => view! { <p>{answer}</p> }.into_any(),
    };
    let again = delivery.may_redeliver.then(|| {
        let deployment = one.deployment_id.to_string();
        view! {
            <form class="no-print" method="post" action={action::<Redeliver>()} data-enhance="">
                <input type="hidden" name="deployment" value=deployment/>
                <button class="button" id="redeliver" data-busy="Sending…">"Send again"</button>
            </form>
        }
    });
    view! {
        {sentence}
        {attempts(delivery, now)}
        {again}
    }
    .into_any()
}

fn attempts(delivery: &DeliveryNow, now: DateTime<Utc>) -> Option<AnyView> {
    let rows: Vec<_> = delivery.attempts.iter().map(|attempt| row(attempt, now)).collect();
    let title = match rows.len() {
        0 => return None,
        1 => "1 attempt".to_owned(),
        n => format!("{n} attempts"),
    };
    Some(
        view! {
            <details class="disclosure" id="hook-attempts">
                <summary>{title}</summary>
                <ol class="small">{rows}</ol>
                <p class="small muted">"Sent with the key "<code>{delivery.record.id.to_string()}</code>": the same each time."</p>
            </details>
        }
        .into_any(),
    )
}

fn row(attempt: &Attempt, now: DateTime<Utc>) -> AnyView {
    let said = match attempt.outcome {
        AttemptOutcome::Sending => "under way".to_owned(),
        _ => attempt.answer.clone(),
    };
    let took = attempt.duration_ms.map(|ms| format!(" ({ms} ms)"));
    view! { <li><At at=attempt.at now=now/>": "{said}{took}</li> }.into_any()
}
