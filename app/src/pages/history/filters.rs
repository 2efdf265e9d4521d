//! The form that narrows the history.

use domain::{deployment::DeploymentKind, watch::WatchState};
use engine::history::HistoryPage;
use leptos::prelude::*;

use super::filter_query::Ask;
use crate::components::{
    deployments_table::kind_word,
    field::{Field, Select},
};

/// The form.
pub fn filters(ask: &Ask, page: &HistoryPage) -> AnyView {
    let services = page.services.iter().map(|known| (known.slug.clone(), known.name.clone()));
    let environments =
        page.environments.iter().map(|known| (known.slug.clone(), known.name.clone()));
    let states =
        WatchState::ALL.iter().map(|state| (state.as_str().to_owned(), state.label().to_owned()));
    let kinds = DeploymentKind::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), kind_word(*kind).to_owned()));
    let rest = (!ask.lessons).then(|| {
        view! {
            <Select id="history-env" name="environment" label="Environment" options=or_any(environments) chosen=ask.environment.clone()/>
            <Select id="history-state" name="state" label="State" options=or_any(states) chosen=ask.state.clone()/>
            <Select id="history-kind" name="kind" label="Kind" options=or_any(kinds) chosen=ask.kind.clone()/>
            <Field id="history-since" plain=true name="since" label="Since" kind="date" value=ask.since.clone()/>
        }
    });
    let lessons = ask.lessons.then(|| view! { <input type="hidden" name="show" value="lessons"/> });
    let label = if ask.lessons { "Filter lessons" } else { "Filter deployments" };
    view! {
        <form class="form inline" role="search" aria-label=label method="get" action="/history">
            {lessons}
            <Field id="history-q" plain=true name="q" label="Words" kind="search" value=ask.text.clone()/>
            <Select id="history-service" name="service" label="Service" options=or_any(services) chosen=ask.service.clone()/>
            {rest}
            <button class="button">"Apply"</button>
            {ask.narrows().then(|| view! { <a class="button quiet" href="/history">"Clear"</a> })}
        </form>
    }
    .into_any()
}

fn or_any(options: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    [(String::new(), "Any".to_owned())].into_iter().chain(options).collect()
}
