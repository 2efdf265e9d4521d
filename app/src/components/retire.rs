//! Taking something out of use, with what becomes of it said first.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::form::action;

/// The disclosure with the form of the act `A`. `what` is what it is called, such as `check`.
pub fn retire<A: ServerFn>(what: &str, service: &str, key: &str, hint: &'static str) -> AnyView {
    view! {
        <details class="disclosure no-print" id=format!("retire-{what}-{key}")>
            <summary>"Retire…"</summary>
            <form class="form panel" method="post" action={action::<A>()} data-enhance="">
                <p class="hint">{hint}</p>
                <input type="hidden" name="service" value=service.to_owned()/>
                <input type="hidden" name="key" value=key.to_owned()/>
                <div class="form-actions"><button class="button danger" data-busy="Retiring…">"Retire "{key.to_owned()}</button></div>
            </form>
        </details>
    }
    .into_any()
}
