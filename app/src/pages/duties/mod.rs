//! Duties: recurring runbooks, those that wait first.

mod form;
mod row;

pub use row::{badge, drawn};

use engine::duties::DutiesPage;
use leptos::prelude::*;

use crate::{auth::Visitor, components::empty::Empty, page};

/// The page.
#[component]
pub fn DutiesRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(async move { engine.duties().page(&visitor.person()?).await }, |found| {
        ("Duties".to_owned(), whole(&found))
    })
}

fn whole(page: &DutiesPage) -> AnyView {
    let waiting = page.duties.iter().filter(|duty| duty.state.waits()).count();
    let note = match (waiting, page.duties.len()) {
        (_, 0) => "Work that comes back: restore drills, the first 30 days".to_owned(),
        (0, n) => format!("{n} switched on, none waits"),
        (waiting, n) => format!("{n} switched on, {waiting} waiting"),
    };
    let rows = page.duties.iter().map(|duty| row::row(page, duty)).collect_view();
    let list = if page.duties.is_empty() {
        let text = "No duty is switched on. A duty is a runbook that comes back: the monthly restore drill, or the plan for the first 30 days.";
        view! { <div class="card-body"><Empty text/></div> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Duties: table">
                <table class="table">
                    <caption class="sr-only">"Duties with their open runs"</caption>
                    <thead><tr>
                        <th scope="col">"Duty"</th><th scope="col">"State"</th><th scope="col">"Due"</th>
                        <th scope="col">"Boxes"</th><th scope="col" class="col-wide">"Last done"</th><th scope="col" class="col-wide">"Next"</th>
                        <th scope="col"><span class="sr-only">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="page-head">
            <div><h1>"Duties"</h1><p class="page-sub" data-live="duties-note">{note}</p></div>
        </div>
        <div class="stack" data-events="/events">
            <section class="card" aria-labelledby="duties-h" id="duties" tabindex="-1">
                <header class="card-head"><h2 id="duties-h">"Switched on"</h2></header>
                <div data-live="duties">{list}</div>
                {form::form(page)}
            </section>
        </div>
    }
    .into_any()
}
