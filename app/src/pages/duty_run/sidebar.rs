//! Beside the items of a duty's run: the runs before it.

use domain::humanize;
use engine::duties::DutyRunPage;
use leptos::prelude::*;

use crate::components::time::At;

/// The other runs of this duty.
pub fn runs(page: &DutyRunPage) -> Option<AnyView> {
    let others: Vec<_> = page.runs.iter().filter(|run| run.id != page.run.id).collect();
    if others.is_empty() {
        return None;
    }
    let rows = others
        .into_iter()
        .map(|run| {
            let href = format!("/duties/{}", run.id);
            let done = run.closed_at.map_or_else(
                || view! { <span class="muted">"not done"</span> }.into_any(),
                |at| view! { "done "<At at now=page.now/> }.into_any(),
            );
            let opened = humanize::exact(run.opened_at);
            view! { <li><div><b><a href=href>{opened}</a></b></div><span class="when">{done}</span></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="runs-h" id="runs">
                <header class="card-head"><h2 id="runs-h">"Other runs"</h2></header>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
