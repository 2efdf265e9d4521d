//! The boxes of the run, in their sections.

use domain::item::ItemState;
use engine::runs::RunPage;
use leptos::prelude::*;

use super::item_row::item_row;

/// The card.
pub fn run_items(page: &RunPage) -> AnyView {
    let (runbook, version) = &page.runbook;
    let sections = page.items.windows(2).any(|pair| pair[0].item.section != pair[1].item.section);
    let mut section = "";
    let mut rows = Vec::with_capacity(page.items.len());
    for now in &page.items {
        if sections && section != now.item.section {
            section = &now.item.section;
            let heading = section.to_owned();
            rows.push(view! { <li class="item section">{heading}</li> }.into_any());
        }
        rows.push(item_row(page, now));
    }
    view! {
        <section class="card" aria-labelledby="runbook-h" id="runbook" data-live="runbook">
            <header class="card-head">
                <h2 id="runbook-h">
                    "Runbook "
                    <a class="tag" href=format!("/runbooks/{runbook}")>{format!("{runbook} · v{version}")}</a>
                </h2>
                <p class="card-note">{tally(page)}{keys(page)}</p>
            </header>
            <ol class="items">{rows}</ol>
        </section>
    }
    .into_any()
}

/// The keys, for whoever can use them.
fn keys(page: &RunPage) -> Option<AnyView> {
    let ticks = page.items.iter().any(|now| now.allowed.tick);
    let waives = page.items.iter().any(|now| now.allowed.waive);
    (ticks || waives).then(|| {
        view! {
            <span class="only-wide">
                {ticks.then(|| view! { " · "<b>"x"</b>" tick" })}
                {waives.then(|| view! { " · "<b>"w"</b>" waive" })}
            </span>
        }
        .into_any()
    })
}

fn tally(page: &RunPage) -> String {
    let count = |states: &[ItemState]| {
        page.items.iter().filter(|now| states.contains(&now.item.state)).count()
    };
    let parts = [
        (count(&[ItemState::Failed]), "failed"),
        (count(&[ItemState::Passed, ItemState::NotRequired]), "closed"),
        (count(&[ItemState::Waived]), "waived"),
        (count(&[ItemState::Undecided]), "undecided"),
        (count(&[ItemState::Running]), "running"),
        (count(&[ItemState::Open]), "open"),
    ];
    let said: Vec<_> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    said.join(" · ")
}
