//! What the command palette can jump to.

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{actor::Actor, deployment::DeploymentFilter, page::Page};
use engine::Engine;
use serde::Serialize;

use crate::{auth::Visitor, http::refused::problem, pages::service::Room};

/// A place to jump to.
#[derive(Debug, Serialize)]
struct Entry {
    group: &'static str,
    icon: String,
    label: String,
    note: String,
    href: String,
}

fn entry(group: &'static str, icon: &str, label: String, note: String, href: String) -> Entry {
    Entry { group, icon: icon.into(), label, note, href }
}

/// Everything there is to jump to, in the order it is shown.
pub async fn palette(
    State(engine): State<Engine>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let found = async {
        let person = visitor.person()?;
        let history =
            engine.history().page(&person, &DeploymentFilter::default(), None, 60).await?;
        let actor = Actor::Person(person);
        let runbooks = engine.runbooks().list(&actor).await?;
        let (lessons, _) = engine.lessons().list(&actor, "", None, Page::first(100)).await?;
        Ok::<_, engine::Error>((history, runbooks, lessons))
    }
    .await;
    let (history, runbooks, lessons) = match found {
        Ok(found) => found,
        Err(refusal) => return problem(refusal),
    };
    let mut all: Vec<Entry> = history
        .deployments
        .iter()
        .map(|one| {
            let (icon, note) = crate::components::badge::of_deployment(one);
            entry(
                "Deployments",
                icon,
                format!("{} {} on {}", one.service, one.version, one.environment),
                format!(
                    "{}, {}",
                    note.to_lowercase(),
                    domain::humanize::relative(one.deployed_at, history.now)
                ),
                format!("/deployments/{}", one.id),
            )
        })
        .collect();
    for service in &history.services {
        for room in Room::ALL {
            let (label, href) = (service.name.clone(), room.href(&service.slug));
            let label = match room {
                Room::Overview => label,
                room => format!("{label} {}", room.label().to_lowercase()),
            };
            all.push(entry("Services", "release", label, service.slug.clone(), href));
        }
    }
    for runbook in runbooks {
        let (title, slug) = (runbook.content.title, runbook.content.slug);
        let href = format!("/runbooks/{slug}");
        all.push(entry("Runbooks", "chevron", title, slug, href));
    }
    for lesson in lessons {
        let href = format!("/lessons#lesson-{}", lesson.id);
        all.push(entry("Lessons", "chevron", lesson.title, lesson.service, href));
    }
    for (label, href) in crate::components::nav::PAGES {
        all.push(entry("Pages", "chevron", (*label).into(), String::new(), (*href).into()));
    }
    for (label, href) in [
        ("Settings", "/settings"),
        ("People", "/settings/people"),
        ("Tokens", "/settings/tokens"),
        ("Audit log", "/settings/audit"),
        ("The API", "/api/docs"),
    ] {
        all.push(entry("Pages", "chevron", label.into(), String::new(), href.into()));
    }
    Json(all).into_response()
}
