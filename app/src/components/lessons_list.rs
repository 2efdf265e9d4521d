//! Lessons, newest first, with all that was written.

use chrono::{DateTime, Utc};
use domain::lesson::Lesson;
use leptos::prelude::*;

use super::time::Ago;
use crate::markdown;

/// The list.
pub fn lessons_list(lessons: &[Lesson], now: DateTime<Utc>) -> AnyView {
    let rows = lessons.iter().map(|lesson| row(lesson, now)).collect_view();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn row(lesson: &Lesson, now: DateTime<Utc>) -> AnyView {
    let service = lesson.service.clone();
    let from = match (&lesson.deployment_id, &lesson.version) {
        (Some(id), Some(version)) => {
            let href = format!("/deployments/{id}#lessons");
            view! { "from "<a href=href>{format!("{service} {version}")}</a> }.into_any()
        }
        _ => view! { "about "<a href=format!("/services/{service}")>{service.clone()}</a> }
            .into_any(),
    };
    let body = markdown::render(&lesson.body);
    view! {
        <li data-row="" tabindex="-1" id=format!("lesson-{}", lesson.id)>
            <article class="stack tight">
                <h3>
                    {lesson.title.clone()}
                </h3>
                <p class="small">{from}{format!(", by {}, ", lesson.author_name)}<Ago at=lesson.created_at now/></p>
                {(!body.trim().is_empty()).then(|| view! { <div class="prose" inner_html=body></div> })}
            </article>
        </li>
    }
    .into_any()
}
