//! Deployments and lessons of the past, by filter.

mod filter_query;
mod filters;

use domain::{deployment::DeploymentFilter, lesson::Lesson, page::Page};
use engine::{Engine, Error, history::HistoryPage};
use leptos::prelude::*;

use self::filter_query::Ask;
use super::lessons::{PAGE as LESSONS, limit};
use crate::{
    auth::Visitor,
    components::{
        deployments_table::deployments_table,
        empty::Empty,
        lessons_list::lessons_list,
        pagination::Pagination,
        tabs::{Tab, tabs},
    },
    page,
    query::Query,
};

/// How many deployments stand on a page.
const PAGE: usize = 50;

/// What was asked for and what was found.
struct Found {
    ask: Ask,
    /// What is asked for that does not exist, in a sentence.
    unknown: Option<String>,
    page: HistoryPage,
    lessons: Vec<Lesson>,
    more_lessons: bool,
}

/// The page.
#[component]
pub fn HistoryRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(async move { find(&engine, &visitor).await }, |found| {
        ("History".to_owned(), whole(&found))
    })
}

async fn find(engine: &Engine, visitor: &Visitor) -> Result<Found, Error> {
    let person = visitor.person()?;
    let ask = Ask::of(&Query::of(visitor));
    let services = engine.services().page(&person).await?.services;
    let service = services.iter().map(|row| &row.service).find(|known| known.slug == ask.service);
    let (filter, mut unknown) = ask.filter();
    if !ask.service.is_empty() && service.is_none() {
        unknown = Some(format!("There is no service “{}”.", ask.service));
    }
    let filter = DeploymentFilter { service_id: service.map(|known| known.id), ..filter };
    let nothing = unknown.is_some() || ask.lessons;
    let limit_now = if nothing { 0 } else { PAGE };
    let mut page =
        engine.history().page(&person, &filter, ask.before_deployment(), limit_now).await?;
    page.more &= !nothing;
    let mut lessons = Vec::new();
    if ask.lessons && unknown.is_none() {
        let named = service.map(|known| known.slug.as_str());
        let asked = Page { before: ask.before_lesson(), limit: limit() };
        (lessons, _) = engine.lessons().list(&visitor.actor()?, &ask.text, named, asked).await?;
    }
    let more_lessons = lessons.len() > LESSONS;
    lessons.truncate(LESSONS);
    Ok(Found { ask, unknown, page, lessons, more_lessons })
}

fn whole(found: &Found) -> AnyView {
    let ask = &found.ask;
    let tab = |lessons: bool, text: &'static str| Tab {
        text,
        href: ask.show(lessons),
        current: ask.lessons == lessons,
    };
    let content = if ask.lessons { lessons(found) } else { deployments(found) };
    view! {
        <div class="page-head">
            <div><h1>"History"</h1><p class="page-sub">"What was deployed and what was learned, newest first"</p></div>
        </div>
        {tabs("Parts of the history", vec![tab(false, "Deployments"), tab(true, "Lessons")])}
        {filters::filters(ask, &found.page)}
        {content}
    }
    .into_any()
}

fn deployments(found: &Found) -> AnyView {
    let (ask, page) = (&found.ask, &found.page);
    let content = if !page.deployments.is_empty() {
        deployments_table(&page.deployments, "Deployments", page.now)
    } else if let Some(sentence) = found.unknown.clone() {
        none(sentence)
    } else if ask.narrows() {
        none("No deployment fits these filters.".into())
    } else {
        let text = "Nothing was announced yet. A pipeline announces with a token, or a person does on the board or on a service’s page.";
        view! { <Empty text><a class="button" href="/services">"To the services"</a></Empty> }
            .into_any()
    };
    let older = page
        .deployments
        .last()
        .filter(|_| page.more)
        .map(|last| ask.after(&filter_query::cursor(last.deployed_at, last.id)));
    card("Deployments", content, page.deployments.len(), ask, older)
}

fn lessons(found: &Found) -> AnyView {
    let ask = &found.ask;
    let content = if !found.lessons.is_empty() {
        lessons_list(&found.lessons, found.page.now)
    } else {
        none(found.unknown.clone().unwrap_or_else(|| "No lesson fits these words.".into()))
    };
    let older = found
        .lessons
        .last()
        .filter(|_| found.more_lessons)
        .map(|last| ask.after(&last.id.to_string()));
    card("Lessons", content, found.lessons.len(), ask, older)
}

fn none(text: String) -> AnyView {
    view! { <Empty text><a class="button" href="/history">"Clear the filters"</a></Empty> }
        .into_any()
}

fn card(
    title: &'static str,
    content: AnyView,
    shown: usize,
    ask: &Ask,
    older: Option<String>,
) -> AnyView {
    let newest = (!ask.cursor.is_empty()).then(|| ask.after(""));
    view! {
        <section class="card" aria-labelledby="found-h" id="found" data-live="found">
            <header class="card-head"><h2 id="found-h">{title}</h2><p class="card-note">{format!("{shown} shown")}</p></header>
            {content}
            <Pagination text=format!("{shown} shown") newest older/>
        </section>
    }
    .into_any()
}
