//! Announcing a deployment by hand, from the board.

use domain::{
    permissions::{Permission, permit},
    who::Who,
};
use engine::board::Board;
use leptos::prelude::*;

use crate::{
    actions::Announce,
    components::{announce_fields::announce_fields, field::Select},
    form::action,
};

/// Whether there is anything this reader could announce.
fn offered(board: &Board, who: &Who) -> bool {
    !board.places.is_empty() && permit(who, Permission::Announce, None).is_ok()
}

/// The link into the form: a browser opens the disclosure around what it leads to.
pub fn opener(board: &Board, who: &Who) -> Option<AnyView> {
    offered(board, who).then(|| {
        view! { <div class="row"><a class="button" href="#announce-version">"Announce a deployment"</a></div> }
            .into_any()
    })
}

/// The form, behind a disclosure.
pub fn announce_form(board: &Board, who: &Who) -> Option<AnyView> {
    if !offered(board, who) {
        return None;
    }
    let mut places = Vec::with_capacity(board.places.len());
    for service in &board.services {
        for environment in &board.environments {
            if board.cell(service, environment).is_some() {
                let value = format!("{} {}", service.slug, environment.slug);
                places.push((value, format!("{} on {}", service.name, environment.name)));
            }
        }
    }
    let place = view! { <Select id="announce-place" name="place" label="Service and environment" options=places/> };
    let place = place.into_any();
    Some(
        view! {
            <details class="disclosure no-print" id="announce-form">
                <summary>"Announce a deployment by hand…"</summary>
                <form class="form panel" method="post" action={action::<Announce>()} id="announce">
                    {announce_fields(place, &board.runbooks)}
                </form>
            </details>
        }
        .into_any(),
    )
}
