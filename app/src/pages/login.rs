//! Signing in.

use leptos::prelude::*;

use super::signed_out_page::signed_out_page;
use crate::{
    actions::LogIn,
    auth::Visitor,
    components::field::Field,
    form::action,
    urls::{ENDED, local_path},
};

/// The page.
#[component]
pub fn LoginPage() -> impl IntoView {
    let visitor = Visitor::here();
    let next = next_of(&visitor.query);
    // What was typed is lost: it was sent by nobody known.
    let ended = visitor.query.split('&').any(|pair| pair == ENDED).then(|| {
        view! { <p class="card-note" role="status">"Your session has ended, so nothing was changed. Sign in and do it again."</p> }
    });
    let refused = visitor.flash.as_ref().and_then(|flash| flash.draft.get("email"));
    let email = refused.unwrap_or_default().to_owned();
    let again = !email.is_empty();
    let form = view! {
        <div class="card-body">
            {ended}
            <form class="form" method="post" action={action::<LogIn>()}>
                <input type="hidden" name="next" value=next/>
                <Field id="email" name="email" label="E-mail" kind="email" autocomplete="username" required=true value=email autofocus=!again/>
                <Field id="password" name="password" label="Password" kind="password" autocomplete="current-password" required=true autofocus=again/>
                <div class="form-actions"><button class="button primary wide">"Sign in"</button></div>
            </form>
        </div>
        <p class="card-foot">"No account? An administrator makes one."</p>
    };
    signed_out_page("Sign in", "", form.into_any())
}

/// The page the reader wanted, from the query `next=`.
fn next_of(query: &str) -> String {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("next="))
        .and_then(decode)
        .and_then(|next| local_path(&next).map(str::to_owned))
        .unwrap_or_default()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&pair).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::next_of;

    #[test]
    fn next_is_read_back() {
        let login = crate::urls::login_for("/history", "q=a%20b&x=1");
        let query = login.split_once('?').map_or("", |(_, query)| query);
        assert_eq!(next_of(query), "/history?q=a%20b&x=1");
        assert_eq!(next_of("next=//evil.example"), "");
        assert_eq!(next_of("next=%2"), "");
    }
}
