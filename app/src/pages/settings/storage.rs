//! What is kept, how much that is, and for how long.

use domain::actor::Actor;
use engine::retention::StoragePage;
use leptos::prelude::*;

use super::tabs::head;
use crate::{
    actions::PutRetention,
    auth::Visitor,
    components::{field::Field, time::At},
    form::action,
    page,
};

/// The page.
#[component]
pub fn StorageRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let person = visitor.person()?;
            let found = engine.settings().storage_page(&person).await?;
            Ok((Actor::Person(person), found))
        },
        |(actor, found)| ("Storage".to_owned(), whole(&actor, &found)),
    )
}

fn whole(actor: &Actor, page: &StoragePage) -> AnyView {
    let size = &page.size;
    let database = match page.database {
        engine::DatabaseKind::Sqlite => "SQLite, a file in the data directory",
        engine::DatabaseKind::Postgres => "PostgreSQL",
    };
    let oldest = size.oldest.map(|at| view! { ", the oldest from "<At at now=page.now/> });
    let kept = page.retention;
    view! {
        {head(actor, "/settings/storage")}
        <section class="card" aria-labelledby="size-h" id="size">
            <header class="card-head"><h2 id="size-h">"What is kept"</h2><p class="card-note">{bytes(size.bytes)}</p></header>
            <div class="card-body">
                <dl class="facts">
                    <div><dt>"Database"</dt><dd>{database}</dd></div>
                    <div><dt>"Measurements of checks"</dt><dd>{count(size.measurements)}{oldest}</dd></div>
                    <div><dt>"Evidence of measurements"</dt><dd>{count(size.evidence)}</dd></div>
                    <div><dt>"Minutes of indicators"</dt><dd>{count(size.minutes)}</dd></div>
                    <div><dt>"Hours of indicators"</dt><dd>{count(size.hours)}</dd></div>
                    <div><dt>"Entries of the audit log"</dt><dd>{count(size.audit)}</dd></div>
                </dl>
            </div>
        </section>
        <section class="card" aria-labelledby="retention-h" id="retention" tabindex="-1">
            <header class="card-head"><h2 id="retention-h">"For how long"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<PutRetention>()} data-enhance="">
                    <p class="hint">"Baselines, the boxes' evidence, lessons and the audit log are kept for good."</p>
                    <Field id="measurements-d" name="measurements_d" label="Measurements of checks, in days" kind="number" required=true
                        value=kept.measurements_d.to_string() hint="3 to 365. Those of an open watch stay until it is closed."/>
                    <Field id="minutes-d" name="minutes_d" label="Indicators by the minute, in days" kind="number" required=true
                        value=kept.minutes_d.to_string() hint="14 to 90; afterwards they are kept by the hour."/>
                    <Field id="hours-d" name="hours_d" label="Indicators by the hour, and evidence of turns, in days" kind="number" required=true
                        value=kept.hours_d.to_string() hint="90 to 3,650."/>
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// Such as `1,234,567`.
fn count(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Such as `12.3 MiB`.
#[expect(clippy::cast_precision_loss, reason = "shown to a tenth")]
fn bytes(n: i64) -> String {
    let mib = n as f64 / 1_048_576.0;
    if mib < 1_024.0 { format!("{mib:.1} MiB") } else { format!("{:.1} GiB", mib / 1_024.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(bytes(1_572_864), "1.5 MiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }
}
