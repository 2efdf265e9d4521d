//! From one part of the settings to another.

use domain::{
    actor::Actor,
    permissions::{Permission, authorize},
};
use leptos::prelude::*;

use crate::components::tabs::{Tab, tabs};

const PARTS: [(&str, &str, Option<Permission>); 6] = [
    ("Account", "/settings", None),
    ("People", "/settings/people", Some(Permission::ManagePeople)),
    ("Tokens", "/settings/tokens", Some(Permission::ManageTokens)),
    ("Storage", "/settings/storage", Some(Permission::ManagePeople)),
    ("Background", "/settings/background", Some(Permission::ManagePeople)),
    ("Audit log", "/settings/audit", Some(Permission::ManagePeople)),
];

/// The head of a part, with links to the others that the reader may see.
pub fn head(actor: &Actor, current: &str) -> AnyView {
    let seen: Vec<_> = PARTS
        .into_iter()
        .filter(|(_, _, needs)| needs.is_none_or(|needs| authorize(actor, needs, None).is_ok()))
        .map(|(text, to, _)| Tab { text, href: to.to_owned(), current: to == current })
        .collect();
    let bar = (seen.len() > 1).then(|| tabs("Parts of the settings", seen));
    view! {
        <div class="page-head"><div><h1>"Settings"</h1></div></div>
        {bar}
    }
    .into_any()
}
