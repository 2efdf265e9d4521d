//! Making a token.

use domain::{roles::Scope, service::Service};
use leptos::prelude::*;

use crate::{actions::CreateToken, components::field::Field, form::action};

/// The scopes a pipeline needs most.
const USUAL: [Scope; 2] = [Scope::DeploymentsWrite, Scope::ResultsWrite];

/// The card.
pub fn token_form(services: &[Service]) -> AnyView {
    let scopes = Scope::ALL
        .iter()
        .map(|scope| {
            let usual = USUAL.contains(scope);
            view! {
                <label class="check">
                    <input type="checkbox" name="scope" value=scope.as_str() checked=usual/>
                    <span><code>{scope.as_str()}</code>" "<span class="muted">{about(*scope)}</span></span>
                </label>
            }
        })
        .collect_view();
    let limits = services
        .iter()
        .map(|service| {
            view! {
                <label class="check"><input type="checkbox" name="service" value=service.slug.clone()/><span>{service.name.clone()}</span></label>
            }
        })
        .collect_view();
    let limits = (!services.is_empty()).then(|| {
        view! { <fieldset class="field"><legend>"Only for these services (none ticked: for all)"</legend>{limits}</fieldset> }
    });
    view! {
        <section class="card no-print" aria-labelledby="make-h" id="make">
            <header class="card-head"><h2 id="make-h">"Make a token"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<CreateToken>()}>
                    <div class="fields">
                        <Field id="token-name" name="name" label="Name" required=true maxlength=80 placeholder="ci" autocomplete="off"/>
                        <Field id="token-expires" name="expires" label="Last day it works, UTC" kind="date" hint="Without one it works until it is revoked."/>
                    </div>
                    <fieldset class="field"><legend>"Scopes"</legend>{scopes}</fieldset>
                    {limits}
                    <p class="hint">"A token is never a person: it cannot tick a person’s box, waive or sign off."</p>
                    <div class="form-actions"><button class="button primary" data-busy="Making…">"Make the token"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

const fn about(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "reads everything",
        Scope::DeploymentsWrite => "announces deployments, triggers rollbacks",
        Scope::ResultsWrite => "posts results and reports on boxes",
        Scope::MeasurementsWrite => "pushes points of indicators",
        Scope::LogsWrite => "sends log lines",
        Scope::ConfigWrite => "creates and changes services and checks",
        Scope::Admin => "all of these, and publishes runbooks",
    }
}
