//! The reader's own account: who they are, their password, their theme.

use domain::actor::{Actor, Person};
use leptos::prelude::*;

use super::tabs::head;
use crate::{
    actions::{ChangeOwnPassword, ChooseTheme},
    auth::Visitor,
    components::field::Field,
    form::action,
    page,
    theme::Theme,
};

/// The page.
#[component]
pub fn AccountRoute() -> impl IntoView {
    let visitor = Visitor::here();
    page::load(async move { Ok((visitor.person()?, visitor.theme)) }, |(person, theme)| {
        ("Your account".to_owned(), whole(&person, theme))
    })
}

fn whole(person: &Person, theme: Theme) -> AnyView {
    let teams = if person.teams.is_empty() { "none".to_owned() } else { person.teams.join(", ") };
    view! {
        {head(&Actor::Person(person.clone()), "/settings")}
        <div class="split even">
            <section class="card" aria-labelledby="account-h" id="you">
                <header class="card-head"><h2 id="account-h">"Your account"</h2></header>
                <div class="card-body stack">
                    <dl class="facts">
                        <div><dt>"Name"</dt><dd>{person.name.clone()}</dd></div>
                        <div><dt>"E-mail"</dt><dd>{person.email.clone()}</dd></div>
                        <div><dt>"Role"</dt><dd>{person.role.as_str()}</dd></div>
                        <div><dt>"Teams"</dt><dd>{teams}</dd></div>
                    </dl>
                    {themes(theme)}
                </div>
            </section>
            {password(person)}
        </div>
    }
    .into_any()
}

fn themes(theme: Theme) -> AnyView {
    let buttons = Theme::ALL
        .into_iter()
        .map(|offered| {
            let pressed = if offered == theme { "true" } else { "false" };
            view! {
                <button class="button" name="theme" value=offered.as_str() aria-pressed=pressed>{offered.label()}</button>
            }
        })
        .collect_view();
    view! {
        <form class="row apart" method="post" action={action::<ChooseTheme>()}>
            <span id="own-theme">"Theme"</span>
            <span class="segmented" role="group" aria-labelledby="own-theme">{buttons}</span>
        </form>
    }
    .into_any()
}

fn password(person: &Person) -> AnyView {
    view! {
        <section class="card" aria-labelledby="password-h" id="password">
            <header class="card-head"><h2 id="password-h">"Password"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeOwnPassword>()}>
                    <input type="text" name="username" value=person.email.clone() autocomplete="username" hidden=true/>
                    <Field id="current" name="current" label="Current password" kind="password" autocomplete="current-password" required=true/>
                    <Field id="new" name="password" label="New password" kind="password" autocomplete="new-password" required=true
                        minlength=12 maxlength=200 hint="At least 12 characters."/>
                    <Field id="again" name="again" label="New password again" kind="password" autocomplete="new-password" required=true
                        minlength=12 maxlength=200/>
                    <div class="form-actions"><button class="button primary" data-busy="Changing…">"Change the password"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}
