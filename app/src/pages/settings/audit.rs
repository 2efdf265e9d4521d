//! The audit log: who did what, and whether the chain of entries holds.

use domain::actor::Actor;
use engine::audit_log::AuditPage;
use leptos::prelude::*;

use super::{audit_row::audit_row, tabs::head};
use crate::{
    auth::Visitor,
    components::{badge::Badge, empty::Empty, pagination::Pagination},
    page,
    query::{Query, href},
};

/// The page.
#[component]
pub fn AuditRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let person = visitor.person()?;
            let before: Option<i64> = Query::of(&visitor).text("before").parse().ok();
            let found = engine.audit_log().page(&person, before).await?;
            Ok((Actor::Person(person), before, found))
        },
        |(actor, before, found)| ("Audit log".to_owned(), whole(&actor, before, &found)),
    )
}

fn whole(actor: &Actor, before: Option<i64>, found: &AuditPage) -> AnyView {
    let (badge, broken) = match &found.chain {
        Ok(count) => (
            view! { <Badge state="passed" label=format!("Unbroken, {count} entries")/> }.into_any(),
            None,
        ),
        Err(why) => {
            (view! { <Badge state="broken" label="Broken"/> }.into_any(), Some(why.clone()))
        }
    };
    let broken = broken.map(|why| {
        view! {
            <div class="card-body"><p><strong>{why}</strong>" Someone changed the database beside the portal, or it was damaged. Compare it with a backup."</p></div>
        }
    });
    let rows = found.entries.iter().map(audit_row).collect_view();
    let content = if found.entries.is_empty() {
        view! { <Empty text="No entry is that old."><a class="button" href="/settings/audit">"To the newest"</a></Empty> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Audit log: table">
                <table class="table wraps">
                    <caption class="sr-only">"Audit log, newest first"</caption>
                    <thead><tr>
                        <th scope="col" class="number col-wide">"No."</th>
                        <th scope="col">"When, UTC"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"Did"</th>
                        <th scope="col" class="col-wide">"On"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    // The log has no gap, so there are older ones unless the first is shown.
    let older = found
        .entries
        .last()
        .filter(|last| last.seq > 1)
        .map(|last| href("/settings/audit", &[("before", &last.seq.to_string())]));
    let newest = before.map(|_| "/settings/audit".to_owned());
    let shown = match (found.entries.first(), found.entries.last()) {
        (Some(first), Some(last)) => format!("{} to {}", first.seq, last.seq),
        _ => "none".to_owned(),
    };
    view! {
        {head(actor, "/settings/audit")}
        <section class="card" aria-labelledby="audit-h" id="audit" data-live="audit">
            <header class="card-head"><h2 id="audit-h">"Audit log"</h2>{badge}</header>
            {broken}
            {content}
            <Pagination text=shown newest older/>
        </section>
    }
    .into_any()
}
