//! Setting the portal up: the first account.

use leptos::prelude::*;

use super::signed_out_page::signed_out_page;
use crate::{actions::SetUp, components::field::Field, form::action};

/// The page.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let form = view! {
        <div class="card-body">
            <form class="form" method="post" action={action::<SetUp>()}>
                <p class="muted">"The first account is the administrator. It adds the others."</p>
                <Field id="name" name="name" label="Your name" autocomplete="name" maxlength=80 required=true autofocus=true/>
                <Field id="email" name="email" label="E-mail" kind="email" autocomplete="username" required=true/>
                <Field id="password" name="password" label="Password" kind="password" autocomplete="new-password"
                    hint="At least 12 characters." minlength=12 required=true/>
                <div class="form-actions"><button class="button primary wide">"Create the account"</button></div>
            </form>
        </div>
    };
    signed_out_page("Set up Daytwo", "once", form.into_any())
}
