//! Announcing a deployment by hand.

use engine::services::ServicePage;
use leptos::prelude::*;

use crate::{
    actions::Announce,
    components::{announce_fields::announce_fields, empty::Empty, field::Select},
    form::action,
};

/// The card with the form.
pub fn announce(page: &ServicePage) -> AnyView {
    let environments = page
        .places
        .iter()
        .rev()
        .map(|(place, _, _)| (place.environment.clone(), place.environment.clone()))
        .collect::<Vec<_>>();
    let content = if environments.is_empty() {
        view! { <Empty text="It runs nowhere yet. Add an environment under Settings first."/> }
            .into_any()
    } else {
        let place = view! { <Select id="announce-env" name="environment" label="Environment" options=environments/> };
        view! {
            <form class="form" method="post" action={action::<Announce>()}>
                <input type="hidden" name="service" value=page.service.slug.clone()/>
                {announce_fields(place.into_any(), &page.runbooks)}
            </form>
        }
        .into_any()
    };
    view! {
        <section class="card no-print" aria-labelledby="announce-h" id="announcement" tabindex="-1">
            <header class="card-head"><h2 id="announce-h">"Announce a deployment"</h2></header>
            <div class="card-body">
                {content}
            </div>
        </section>
    }
    .into_any()
}
