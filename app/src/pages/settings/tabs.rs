//! From one part of the settings to another.

use domain::{
    permissions::{Permission, permit},
    who::Who,
};
use leptos::prelude::*;

const PARTS: [(&str, &str, Option<Permission>); 6] = [
    ("Account", "/settings", None),
    ("People", "/settings/people", Some(Permission::ManagePeople)),
    ("Tokens", "/settings/tokens", Some(Permission::ManageTokens)),
    ("Storage", "/settings/storage", Some(Permission::ManagePeople)),
    ("Background", "/settings/background", Some(Permission::ManagePeople)),
    ("Audit log", "/settings/audit", Some(Permission::ManagePeople)),
];

/// The head of a part, with links to the others that the reader may see.
pub fn head(who: &Who, current: &str) -> AnyView {
    let seen: Vec<_> = PARTS
        .into_iter()
        .filter(|(_, _, needs)| needs.is_none_or(|needs| permit(who, needs, None).is_ok()))
        .collect();
    let tabs = (seen.len() > 1).then(|| {
        let links = seen
            .into_iter()
            .map(|(text, to, _)| {
                let here = (to == current).then_some("page");
                view! { <a href=to aria-current=here>{text}</a> }
            })
            .collect_view();
        view! { <nav class="tabs" aria-label="Parts of the settings">{links}</nav> }
    });
    view! {
        <div class="page-head"><div><h1>"Settings"</h1></div></div>
        {tabs}
    }
    .into_any()
}
