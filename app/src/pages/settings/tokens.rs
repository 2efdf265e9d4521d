//! API tokens. A new one is shown once, on the page after it was made.

use chrono::{DateTime, Utc};
use domain::{actor::Actor, service::Service, token::Token};
use leptos::prelude::*;

use super::{tabs::head, token_form::token_form};
use crate::{
    actions::RevokeToken,
    auth::Visitor,
    components::{
        badge::Badge,
        copyable::Copyable,
        empty::Empty,
        icon::Icon,
        time::{Ago, At},
    },
    form::action,
    page,
    reveal_token::NewToken,
};

/// What the page shows.
struct Found {
    actor: Actor,
    tokens: Vec<Token>,
    services: Vec<Service>,
    new: Option<NewToken>,
    now: DateTime<Utc>,
}

/// The page.
#[component]
pub fn TokensRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let new = NewToken::here();
    page::load(
        async move {
            let actor = visitor.actor()?;
            let tokens = engine.tokens().list(&actor).await?;
            let services = engine.services().page(&visitor.person()?).await?.services;
            let services = services.into_iter().map(|row| row.service).collect();
            Ok(Found { actor, tokens, services, new, now: engine.now() })
        },
        |found| ("Tokens".to_owned(), whole(&found)),
    )
}

fn whole(found: &Found) -> AnyView {
    let active =
        found.tokens.iter().filter(|token| state(token, found.now).0 == "active_token").count();
    let rows = found.tokens.iter().map(|token| row(token, found.now)).collect_view();
    let content = if found.tokens.is_empty() {
        view! { <Empty text="There is no token yet. Pipelines need one to announce deployments and to send results."/> }.into_any()
    } else {
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Tokens: table">
                <table class="table">
                    <caption class="sr-only">"Tokens"</caption>
                    <thead><tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Scopes"</th>
                        <th scope="col" class="col-wide">"Services"</th>
                        <th scope="col" class="col-wide">"Last used"</th>
                        <th scope="col" class="col-wide">"Expires"</th>
                        <th scope="col">"State"</th>
                        <th scope="col"><span class="sr-only">"Revoke"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        {head(&found.actor, "/settings/tokens")}
        {found.new.as_ref().map(shown_once)}
        <section class="card" aria-labelledby="tokens-h" id="tokens" data-live="tokens">
            <header class="card-head"><h2 id="tokens-h">"Tokens"</h2><p class="card-note">{format!("{active} active")}</p></header>
            {content}
        </section>
        {token_form(&found.services)}
    }
    .into_any()
}

fn shown_once(new: &NewToken) -> AnyView {
    let said = format!("The token “{}” was made. Copy it now: it is not shown again.", new.name);
    view! {
        <section class="card" aria-label="The new token" id="new-token">
            <div class="card-body stack">
                <div class="flash" data-tone="ok"><Icon name="lock"/><p><b>{said}</b></p></div>
                <Copyable text=new.token.clone() label="The new token"/>
            </div>
        </section>
    }
    .into_any()
}

fn state(token: &Token, now: DateTime<Utc>) -> (&'static str, &'static str, &'static str) {
    if token.revoked_at.is_some() {
        ("revoked", "Revoked", "failed")
    } else if token.expires_at.is_some_and(|at| at <= now) {
        ("expired", "Expired", "failed")
    } else {
        ("active_token", "Active", "passed")
    }
}

fn row(token: &Token, now: DateTime<Utc>) -> AnyView {
    let (tone, label, icon) = state(token, now);
    let active = tone == "active_token";
    let scopes = token
        .scopes
        .iter()
        .map(|scope| view! { <span class="tag">{scope.as_str()}</span>" " })
        .collect_view();
    let services =
        if token.services.is_empty() { "all".to_owned() } else { token.services.join(", ") };
    let used = match token.last_used_at {
        None => view! { <span class="muted">"never"</span> }.into_any(),
        Some(at) => view! { <Ago at now/> }.into_any(),
    };
    let expires = match token.expires_at {
        None => view! { <span class="muted">"never"</span> }.into_any(),
        Some(at) => view! { <At at now/> }.into_any(),
    };
    let badge = if active || tone == "revoked" {
        view! { <span class="badge" data-state=tone><Icon name=icon/>{label}</span> }.into_any()
    } else {
        view! { <Badge state="overdue" label/> }.into_any()
    };
    let revoke = active.then(|| {
        view! {
            <form method="post" action={action::<RevokeToken>()} data-enhance="">
                <input type="hidden" name="token" value=token.id.to_string()/>
                <button class="button danger" aria-label=format!("Revoke the token {}", token.name) data-busy="Revoking…">"Revoke"</button>
            </form>
        }
    });
    view! {
        <tr data-void=(!active).then_some("") data-row="" tabindex="-1">
            <th scope="row">
                {token.name.clone()}
                <small><code>{format!("{}…", token.prefix)}</code></small>
                <small>"made "<Ago at=token.created_at now/>{format!(" by {}", token.created_by)}</small>
            </th>
            <td>{scopes}</td>
            <td class="col-wide">{services}</td>
            <td class="col-wide">{used}</td>
            <td class="col-wide">{expires}</td>
            <td>{badge}</td>
            <td>{revoke}</td>
        </tr>
    }
    .into_any()
}
