//! What failed since a run began and passes now: it went away by itself, and still was.

use engine::runs::{CheckNow, RunPage};
use leptos::prelude::*;

use crate::components::icon::{Icon, of_state};

/// A row for each of these checks; nothing where none has failed and recovered.
pub fn recovered<'a>(
    page: &RunPage,
    checks: impl IntoIterator<Item = &'a CheckNow>,
) -> Option<AnyView> {
    let rows: Vec<_> = checks
        .into_iter()
        .filter_map(|bound| page.recovered(bound))
        .map(|said| {
            view! {
                <li data-state="undecided"><Icon name=of_state("undecided")/><span>{said}"."</span></li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <ul class="blockers">{rows}</ul> }.into_any())
}
