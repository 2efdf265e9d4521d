//! Announcing a deployment by hand.

use engine::services::ServicePage;
use leptos::prelude::*;

use crate::components::{
    empty::Empty,
    field::{Field, Select, TextArea},
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
        view! { <Empty text="It runs nowhere yet. Add an environment under Settings first."/> }.into_any()
    } else {
        let kinds = [
            ("", "First or subsequent, as it fits"),
            ("hotfix", "Hotfix"),
            ("vendor_sync", "Vendor sync"),
            ("rollback", "Rollback"),
        ]
        .map(|(value, text)| (value.to_owned(), text.to_owned()));
        view! {
            <form class="form" method="post" action="/act/announce">
                <input type="hidden" name="service" value=page.service.slug.clone()/>
                <div class="fields">
                    <Select id="announce-env" name="environment" label="Environment" options=environments/>
                    <Field id="announce-version" name="version" label="Version" required=true maxlength=128/>
                </div>
                <div class="fields">
                    <Field id="announce-commit" name="commit" label="Commit" maxlength=128/>
                    <Select id="announce-kind" name="kind" label="Kind" options=kinds.to_vec()/>
                </div>
                <TextArea id="announce-notes" name="notes" label="What is in it" rows=3 maxlength=10000 hint="Markdown."/>
                <div class="form-actions"><button class="button primary" data-busy="Announcing…">"Announce"</button></div>
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
            <p class="card-foot">"Says that a version is installed now and opens its watch. A watch that is open there becomes superseded."</p>
        </section>
    }
    .into_any()
}
