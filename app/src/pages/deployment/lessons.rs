//! What was learned on this run, and what is in the release.

use engine::deployments::DeploymentPage;
use leptos::prelude::*;

use crate::{
    actions::WriteLesson,
    components::{
        field::{Field, TextArea},
        time::Ago,
    },
    form::action,
    markdown,
};

/// The cards.
pub fn lessons(page: &DeploymentPage) -> AnyView {
    let kept = page
        .lessons
        .iter()
        .map(|lesson| {
            let body = markdown::render(&lesson.body);
            view! {
                <article>
                    <h3>{lesson.title.clone()}</h3>
                    <p class="small muted">{lesson.author_name.clone()}", "<Ago at=lesson.created_at now=page.now/></p>
                    <div class="prose" inner_html=body></div>
                </article>
            }
        })
        .collect_view();
    let none = page.lessons.is_empty().then(|| {
        view! { <p class="muted">"Nothing written down yet. A lesson helps whoever deploys next."</p> }
    });
    let note = match page.lessons.len() {
        0 => "none yet".to_owned(),
        n => n.to_string(),
    };
    view! {
        <section class="card" aria-labelledby="lessons-h" id="lessons" data-live="lessons">
            <header class="card-head"><h2 id="lessons-h">"Lessons"</h2><p class="card-note">{note}</p></header>
            <div class="card-body">{kept}{none}{page.may_write_lesson.then(|| form(page))}</div>
        </section>
        {notes(page)}
    }
    .into_any()
}

fn form(page: &DeploymentPage) -> AnyView {
    view! {
        <details class="disclosure no-print" id="lesson-form">
            <summary>"Write a lesson…"</summary>
            <form class="form panel" method="post" action={action::<WriteLesson>()} data-enhance="">
                <input type="hidden" name="deployment" value=page.deployment.id.to_string()/>
                <Field id="lesson-title" name="title" label="Title" required=true maxlength=160/>
                <TextArea id="lesson-body" name="body" label="What happened, what to do next time" rows=5 maxlength=20000 hint="Markdown."/>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">"Keep the lesson"</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn notes(page: &DeploymentPage) -> Option<AnyView> {
    let notes = page.deployment.notes.trim();
    (!notes.is_empty()).then(|| {
        let html = markdown::render(notes);
        view! {
            <section class="card" aria-labelledby="notes-h" id="notes">
                <header class="card-head"><h2 id="notes-h">"Release notes"</h2></header>
                <div class="card-body"><div class="prose" inner_html=html></div></div>
            </section>
        }
        .into_any()
    })
}
