//! Adding a service by hand.

use leptos::prelude::*;

use crate::{
    actions::AddService,
    components::field::{Field, TextArea},
    form::action,
};

/// The card with the form; open where there is nothing else to do.
pub fn add_form(first: bool) -> AnyView {
    let places = [("staging", "0"), ("production", "1"), ("", "2")]
        .into_iter()
        .map(|(slug, at)| {
            view! {
                <div class="fields">
                    <Field id=format!("environment-{at}") plain=true name="environment" label="Environment" value=slug maxlength=64/>
                    <Field id=format!("base-url-{at}") plain=true name="base_url" label="Base URL" kind="url"
                        placeholder="https://…" maxlength=2048/>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card no-print" aria-labelledby="add-h" id="add" tabindex="-1">
            <header class="card-head"><h2 id="add-h">"Add a service"</h2></header>
            <div class="card-body">
                <details class="disclosure" id="add-form" open=first>
                    <summary class="button">"Add by hand…"</summary>
                    <form class="form panel" method="post" action={action::<AddService>()} data-enhance="">
                        <div class="fields">
                            <Field id="name" name="name" label="Name" required=true maxlength=80/>
                            <Field id="slug" name="slug" label="Short name" required=true maxlength=64
                                placeholder="shop" hint="For addresses and pipelines: a to z, 0 to 9 and hyphens. It stays."/>
                        </div>
                        <div class="fields">
                            <Field id="owners" name="owners" label="Owners" maxlength=200/>
                            <Field id="tier" name="tier" label="Tier" maxlength=40 placeholder="1"/>
                        </div>
                        <TextArea id="description" name="description" label="Description" maxlength=2000/>
                        <fieldset class="field">
                            <legend>"Where it runs"</legend>
                            <p class="hint">
                                "The built-in checks begin as soon as a base URL is known. A row without an environment is left out."
                            </p>
                            {places}
                        </fieldset>
                        <div class="form-actions"><button class="button primary" data-busy="Adding…">"Add the service"</button></div>
                    </form>
                </details>
            </div>
        </section>
    }
    .into_any()
}
