//! What was learned, found again.

use domain::{ids::LessonId, lesson::Lesson, page::Page, service::Service};
use leptos::prelude::*;

use crate::{
    auth::Visitor,
    components::{
        empty::Empty,
        field::{Field, Select},
        lessons_list::lessons_list,
        pagination::Pagination,
    },
    page,
    query::{Query, href},
};

/// How many stand on a page.
pub const PAGE: usize = 25;

/// What is asked for and what was found.
struct Found {
    text: String,
    service: String,
    cursor: String,
    lessons: Vec<Lesson>,
    more: bool,
    services: Vec<Service>,
    now: chrono::DateTime<chrono::Utc>,
}

/// The page.
#[component]
pub fn LessonsRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let query = Query::of(&visitor);
            let (text, cursor) = (query.text("q"), query.text("before"));
            let service = query.text("service");
            let actor = visitor.actor()?;
            let named = Some(service.as_str()).filter(|slug| !slug.is_empty());
            let ask = Page { before: cursor.parse::<LessonId>().ok(), limit: limit() };
            let (mut lessons, _) = engine.lessons().list(&actor, &text, named, ask).await?;
            let more = lessons.len() > PAGE;
            lessons.truncate(PAGE);
            let services = engine.services().page(&visitor.person()?).await?.services;
            let services = services.into_iter().map(|row| row.service).collect();
            Ok(Found { text, service, cursor, lessons, more, services, now: engine.now() })
        },
        |found| ("Lessons".to_owned(), whole(&found)),
    )
}

/// One more than is shown says whether there are more.
pub fn limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(25) + 1
}

fn whole(found: &Found) -> AnyView {
    view! {
        <div class="page-head">
            <div><h1>"Lessons"</h1><p class="page-sub">"Written on the pages of deployments, found here again"</p></div>
        </div>
        {search(found)}
        {results(found)}
    }
    .into_any()
}

fn search(found: &Found) -> AnyView {
    let services = [(String::new(), "All".to_owned())]
        .into_iter()
        .chain(found.services.iter().map(|service| (service.slug.clone(), service.name.clone())))
        .collect::<Vec<_>>();
    let filtered = !found.text.is_empty() || !found.service.is_empty();
    view! {
        <form class="form inline" role="search" aria-label="Search lessons" method="get" action="/lessons">
            <Field id="lessons-q" plain=true name="q" label="Words" kind="search" value=found.text.clone()/>
            <Select id="lessons-service" name="service" label="Service" options=services chosen=found.service.clone()/>
            <button class="button">"Search"</button>
            {filtered.then(|| view! { <a class="button quiet" href="/lessons">"Clear"</a> })}
        </form>
    }
    .into_any()
}

fn results(found: &Found) -> AnyView {
    let narrowed = !found.text.is_empty() || !found.service.is_empty() || !found.cursor.is_empty();
    let content = match (found.lessons.is_empty(), narrowed) {
        (false, _) => lessons_list(&found.lessons, found.now),
        (true, true) => {
            view! { <Empty text="No lesson has these words."><a class="button" href="/lessons">"Show all"</a></Empty> }.into_any()
        }
        (true, false) => {
            let text = "Nothing was written down yet. Open a deployment and write what whoever deploys next should know.";
            view! { <Empty text><a class="button" href="/history">"To the deployments"</a></Empty> }.into_any()
        }
    };
    let link = |before: &str| {
        href("/lessons", &[("q", &found.text), ("service", &found.service), ("before", before)])
    };
    let older =
        found.more.then(|| found.lessons.last().map(|last| link(&last.id.to_string()))).flatten();
    let newest = (!found.cursor.is_empty()).then(|| link(""));
    view! {
        <section class="card" aria-labelledby="found-h" id="found" data-live="lessons">
            <header class="card-head"><h2 id="found-h">"Found"</h2></header>
            {content}
            <Pagination text=format!("{} shown", found.lessons.len()) newest older/>
        </section>
    }
    .into_any()
}
