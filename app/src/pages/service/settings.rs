//! What a service is called, who owns it, where it runs and how fast it must answer.

use engine::services::ServicePage;
use leptos::prelude::*;

use crate::{
    actions::{ChangeService, ChangeTargets},
    components::field::{Field, TextArea},
    form::action,
};

/// The cards.
pub fn settings(page: &ServicePage) -> AnyView {
    let service = &page.service;
    let places = page
        .places
        .iter()
        .map(|(place, _, _)| {
            let slug = place.environment.clone();
            let label = format!("Base URL of {slug}");
            view! {
                <div>
                    <input type="hidden" name="environment" value=slug.clone()/>
                    <Field id=format!("base-{slug}") name="base_url" label kind="url" maxlength=2048
                        value=place.base_url.clone().unwrap_or_default()/>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="split even">
        <section class="card no-print" aria-labelledby="settings-h" id="settings" tabindex="-1">
            <header class="card-head"><h2 id="settings-h">"Settings"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeService>()} data-enhance="">
                    <input type="hidden" name="service" value=service.slug.clone()/>
                    <div class="fields">
                        <Field id="name" name="name" label="Name" required=true maxlength=80 value=service.name.clone()/>
                        <Field id="tier" name="tier" label="Tier" maxlength=40 value=service.tier.clone()/>
                    </div>
                    <Field id="owners" name="owners" label="Owners" maxlength=200 value=service.owners.clone()/>
                    <TextArea id="description" name="description" label="Description" maxlength=2000 value=service.description.clone()/>
                    {places}
                    <fieldset class="field">
                        <legend>"Another environment"</legend>
                        <div class="fields">
                            <Field id="new-environment" plain=true name="environment" label="Environment" maxlength=64 placeholder="staging"/>
                            <Field id="new-base" plain=true name="base_url" label="Base URL" kind="url" maxlength=2048 placeholder="https://…"/>
                        </div>
                    </fieldset>
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save"</button></div>
                </form>
            </div>
        </section>
        {targets(page)}
        </div>
    }
    .into_any()
}

fn targets(page: &ServicePage) -> AnyView {
    let known = page
        .service
        .targets
        .iter()
        .map(|target| (target.name.clone(), target.path.clone(), target.target_ms.to_string()));
    let blank = (String::new(), String::new(), String::new());
    let rows = known
        .chain([blank])
        .enumerate()
        .map(|(at, (name, path, ms))| {
            view! {
                <div class="fields trio">
                    <Field id=format!("target-{at}-name") plain=true name="name" label="Page" maxlength=64 value=name/>
                    <Field id=format!("target-{at}-path") plain=true name="path" label="Path" maxlength=500 value=path/>
                    <Field id=format!("target-{at}-ms") plain=true name="target_ms" label="At most, ms" kind="number" value=ms/>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card no-print" aria-labelledby="targets-h" id="targets" tabindex="-1">
            <header class="card-head"><h2 id="targets-h">"Response targets"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeTargets>()} data-enhance="">
                    <input type="hidden" name="service" value=page.service.slug.clone()/>
                    <p class="hint">"How fast each page must answer. Empty a page’s name to leave it out."</p>
                    {rows}
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save the targets"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}
