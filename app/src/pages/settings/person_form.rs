//! Adding and changing a person.

use domain::{account::Account, roles::Role};
use leptos::prelude::*;

use crate::{
    actions::{AddPerson, ChangePerson, SetPassword},
    components::field::{Field, Select},
    form::action,
};

/// The roles, lowest first, with what each may do.
fn roles() -> Vec<(String, String)> {
    Role::ALL
        .iter()
        .map(|role| {
            let allowed = match role {
                Role::Viewer => "viewer: reads",
                Role::Operator => "operator: works runs, changes services",
                Role::Approver => "approver: also waives and signs off",
                Role::Admin => "admin: also people, tokens, runbooks",
            };
            (role.as_str().to_owned(), allowed.to_owned())
        })
        .collect()
}

/// The card that adds one.
pub fn add_form() -> AnyView {
    view! {
        <section class="card no-print" aria-labelledby="add-h" id="add">
            <header class="card-head"><h2 id="add-h">"Add a person"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<AddPerson>()}>
                    <div class="fields">
                        <Field id="name" name="name" label="Name" required=true maxlength=80 autocomplete="off"/>
                        <Field id="email" name="email" label="E-mail" kind="email" required=true maxlength=254 autocomplete="off"/>
                    </div>
                    <div class="fields">
                        <Select id="role" name="role" label="Role" options=roles() chosen="operator"/>
                        <Field id="teams" name="teams" label="Teams" hint="Such as sre, product. A required sign-off may name one."/>
                    </div>
                    <Field id="person-password" name="password" label="First password" kind="password" required=true minlength=12 maxlength=200
                        autocomplete="new-password" hint="At least 12 characters. They change it under Settings."/>
                    <div class="form-actions"><button class="button primary" data-busy="Adding…">"Add the person"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// The disclosure that changes one.
pub fn change_form(kept: &Account) -> AnyView {
    let person = &kept.person;
    let id = format!("person-{}", person.id);
    view! {
        <details class="disclosure" id=id.clone()>
            <summary>{format!("{} · {}", person.name, person.email)}</summary>
            <form class="form panel" method="post" action={action::<ChangePerson>()} data-enhance="">
                <input type="hidden" name="person" value=person.id.to_string()/>
                <div class="fields">
                    <Select id=format!("{id}-role") name="role" label="Role" options=roles() chosen=person.role.as_str()/>
                    <Field id=format!("{id}-teams") name="teams" label="Teams" value=person.teams.join(", ")/>
                </div>
                <Field id=format!("{id}-logins") name="logins" label="Logins elsewhere" value=kept.logins.join(", ")
                    hint="What CI calls them, such as anna-gh. A deployment announced under it is theirs, so they never sign it off alone."/>
                <label class="check"><input type="checkbox" name="enabled" value="yes" checked=kept.disabled_at.is_none()/>" May sign in"</label>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save"</button></div>
            </form>
            <form class="form panel" method="post" action={action::<SetPassword>()}>
                <input type="hidden" name="email" value=person.email.clone()/>
                <Field id=format!("{id}-password") name="password" label="New password" kind="password" required=true minlength=12 maxlength=200
                    autocomplete="new-password" hint="For someone who has lost theirs."/>
                <div class="form-actions"><button class="button" data-busy="Setting…">"Set the password"</button></div>
            </form>
        </details>
    }
    .into_any()
}
