//! A service, room by room: each an address, each read by itself.

mod baselines;
mod check_form;
mod check_form_kinds;
mod checks;
mod environments;
mod glance;
mod heartbeat_form;
mod heartbeats;
mod indicator_form;
mod indicators;
mod overview;
mod rehearsals;
mod rollback;
mod room;
mod settings;

use std::future::Future;

use engine::{Engine, Error};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use domain::actor::Person;

use crate::{auth::Visitor, page, query::Query};

pub use room::Room;

/// Asks for a room and shows it.
fn load<T, F>(
    ask: impl FnOnce(Engine, Person, String) -> F + Send + 'static,
    show: impl FnOnce(T) -> (String, AnyView) + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let engine = page::engine();
    let visitor = Visitor::here();
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    page::load(async move { ask(engine, visitor.person()?, slug).await }, show)
}

/// What runs where, the deployments, the baselines.
#[component]
pub fn OverviewRoute() -> impl IntoView {
    load(
        async |engine, person, slug| engine.services().overview(&person, &slug).await,
        |found| (Room::Overview.title(&found.head), overview::overview(&found)),
    )
}

/// The checks.
#[component]
pub fn ChecksRoute() -> impl IntoView {
    let adding = Query::of(&Visitor::here()).text("add");
    load(
        async |engine, person, slug| engine.services().checks(&person, &slug).await,
        move |found| (Room::Checks.title(&found.head), checks::checks(&found, &adding)),
    )
}

/// The indicators.
#[component]
pub fn IndicatorsRoute() -> impl IntoView {
    load(
        async |engine, person, slug| engine.services().indicators(&person, &slug).await,
        |found| (Room::Indicators.title(&found.head), indicators::indicators(&found)),
    )
}

/// The heartbeats.
#[component]
pub fn HeartbeatsRoute() -> impl IntoView {
    load(
        async |engine, person, slug| engine.services().heartbeats(&person, &slug).await,
        |found| (Room::Heartbeats.title(&found.head), heartbeats::heartbeats(&found)),
    )
}

/// The rollback plans and rehearsals.
#[component]
pub fn RollbackRoute() -> impl IntoView {
    load(
        async |engine, person, slug| engine.services().rollback(&person, &slug).await,
        |found| (Room::Rollback.title(&found.head), rollback::rollback(&found)),
    )
}

/// The settings.
#[component]
pub fn SettingsRoute() -> impl IntoView {
    load(
        async |engine, person, slug| engine.services().settings(&person, &slug).await,
        |found| (Room::Settings.title(&found.head), settings::settings(&found)),
    )
}
