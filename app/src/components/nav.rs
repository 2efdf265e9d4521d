//! The header of every page: where one can go, and who one is.

use domain::actor::Person;
use engine::Engine;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    actions::{ChooseTheme, LogOut},
    auth::Visitor,
    form::action,
    theme::Theme,
};

/// The pages of the header.
pub const PAGES: &[(&str, &str)] = &[
    ("Board", "/"),
    ("Services", "/services"),
    ("Duties", "/duties"),
    ("Runbooks", "/runbooks"),
    ("History", "/history"),
    ("Lessons", "/lessons"),
];

/// The keys of the help dialog.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Anywhere",
        &[
            ("Search or jump", "Ctrl K"),
            ("This help", "?"),
            ("Board", "g b"),
            ("Services", "g s"),
            ("Duties", "g d"),
            ("Runbooks", "g r"),
            ("History", "g h"),
            ("Lessons", "g l"),
        ],
    ),
    (
        "In a run",
        &[
            ("Next box", "j"),
            ("Previous box", "k"),
            ("Tick or confirm", "x"),
            ("Waive", "w"),
            ("Evidence", "e"),
            ("Rollback panel", "r"),
        ],
    ),
];

/// The header.
#[component]
pub fn SiteHeader(visitor: Visitor) -> impl IntoView {
    let Visitor { person, theme, path, .. } = visitor;
    let label = use_context::<Engine>().and_then(|engine| engine.options().label.clone());
    let links = PAGES
        .iter()
        .map(|(text, href)| {
            let current = (path == *href || (*href == "/" && path.starts_with("/deployments/")))
                .then_some("page")
                .or_else(|| (*href != "/" && path.starts_with(href)).then_some("true"));
            view! { <li><a href=*href aria-current=current>{*text}</a></li> }
        })
        .collect_view();
    view! {
        <header class="site-header"><div>
            <a class="brand" href="/">
                <Icon name="mark"/>"Daytwo"
                {label.map(|label| view! { " "<span class="tag">{label}</span> })}
            </a>
            <details class="nav-toggle"><summary><Icon name="menu"/>"Menu"</summary></details>
            <nav class="site-nav" aria-label="Main"><ul>{links}</ul></nav>
            <form class="jump" role="search" action="/history">
                <label class="sr-only" for="jump">"Search or jump to"</label>
                <input id="jump" name="q" type="search" placeholder="Search or jump to…" autocomplete="off"/>
                <kbd>"Ctrl K"</kbd>
            </form>
            {person.map(|person| view! { <Account person theme/> })}
        </div></header>
    }
}

#[component]
fn Account(person: Person, theme: Theme) -> impl IntoView {
    let initials: String =
        person.name.split_whitespace().filter_map(|part| part.chars().next()).take(2).collect();
    let themes = Theme::ALL
        .into_iter()
        .map(|offered| {
            let pressed = if offered == theme { "true" } else { "false" };
            view! {
                <button class="button" name="theme" value=offered.as_str() aria-pressed=pressed>
                    {offered.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <details class="menu" id="account">
            <summary>
                <span class="avatar" aria-hidden="true">{initials.to_uppercase()}</span>
                <span class="sr-only">{format!("{}: account and theme", person.name)}</span>
            </summary>
            <div class="menu-panel">
                <p><b>{person.name.clone()}</b>{format!("{} · {}", person.email, person.role.as_str())}</p>
                <hr/>
                <a class="menu-item" href="/settings">"Settings"</a>
                <hr/>
                <form class="menu-group" method="post" action={action::<ChooseTheme>()}>
                    <span id="theme-label">"Theme"</span>
                    <span class="segmented" role="group" aria-labelledby="theme-label">{themes}</span>
                </form>
                <hr/>
                <form method="post" action={action::<LogOut>()}><button class="menu-item">"Sign out"</button></form>
            </div>
        </details>
    }
}

/// The keys, in a dialog that an island opens.
#[component]
pub fn Help() -> impl IntoView {
    let sections = KEYS
        .iter()
        .map(|(title, keys)| {
            let keys = keys
                .iter()
                .map(|(what, keys)| {
                    let keys =
                        keys.split(' ').map(|key| view! { <kbd>{key}</kbd>" " }).collect_view();
                    view! { <div><dt>{*what}</dt><dd>{keys}</dd></div> }
                })
                .collect_view();
            view! { <section><h3>{*title}</h3><dl>{keys}</dl></section> }
        })
        .collect_view();
    view! {
        <dialog class="dialog" id="help" aria-labelledby="help-h">
            <div class="dialog-head">
                <h2 id="help-h">"Keyboard"</h2>
                <form method="dialog">
                    <button class="button quiet square" aria-label="Close"><Icon name="failed"/></button>
                </form>
            </div>
            <div class="dialog-body keys">{sections}</div>
        </dialog>
    }
}
