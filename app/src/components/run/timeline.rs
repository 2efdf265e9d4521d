//! What happened, newest first, day by day.

use domain::{audit::AuditEntry, humanize};
use leptos::prelude::*;

use crate::components::time::machine;

/// The card.
pub fn timeline(entries: &[AuditEntry]) -> AnyView {
    let mut day = None;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let date = entry.at.date_naive();
        if day.is_some_and(|known| known != date) {
            let text = entry.at.format("%-d %b %Y").to_string();
            rows.push(
                view! { <li class="day"><time datetime=date.to_string()>{text}</time></li> }
                    .into_any(),
            );
        }
        day = Some(date);
        let at = entry.at;
        let said = entry.sentence.clone();
        let clock = at.format("%H:%M").to_string();
        let row = view! {
            <li>
                <time datetime=machine(at) title=humanize::exact(at) data-exact="">{clock}</time>
                <p><b>{entry.actor_name.clone()}</b>" "{said}</p>
            </li>
        };
        rows.push(row.into_any());
    }
    view! {
        <section class="card" aria-labelledby="timeline-h" id="timeline" data-live="timeline">
            <header class="card-head"><h2 id="timeline-h">"Timeline"</h2><p class="card-note">"UTC"</p></header>
            <div class="card-body"><ol class="timeline">{rows}</ol></div>
        </section>
    }
    .into_any()
}
