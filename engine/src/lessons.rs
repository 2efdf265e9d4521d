//! Lessons: what was learned, written on a run, found again later.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    event::Event,
    ids::{DeploymentId, LessonId},
    lesson::Lesson,
    page::Page,
    permissions::{Permission, authorize},
    validate,
};
use store::{Tx, deployments, lessons, services};

use crate::{Error, audit::entry, error::ValidationErrors, handle::handle, ids::new_id};

/// The most characters that are searched for.
const WORDS: usize = 200;

handle! {
    /// The use cases of lessons.
    lessons: Lessons
}

/// Writes a lesson on a run, whatever its state: lessons come late.
///
/// # Errors
/// Where the actor may not, a field is at fault, or there is no such deployment.
pub async fn write(
    tx: &mut Tx,
    actor: &Actor,
    id: DeploymentId,
    title: &str,
    body: &str,
    now: DateTime<Utc>,
) -> Result<LessonId, Error> {
    authorize(actor, Permission::WriteLesson, None)?;
    let mut faults = ValidationErrors::default();
    faults.note("/title", validate::line(title, 160));
    faults.note("/body", validate::text(body, 20_000));
    faults.into_result()?;
    let title = title.trim();
    let body = body.trim();
    let Some(deployment) = deployments::by_id(tx, id).await? else {
        return Err(Error::not_found("deployment", id));
    };
    let lesson = LessonId(new_id());
    entry(actor, now, "lesson.write", "lesson", lesson)
        .deployment(id)
        .says(format!("wrote the lesson “{title}”"))
        .record(tx);
    let record = Lesson {
        id: lesson,
        service_id: deployment.service_id,
        service: deployment.service,
        deployment_id: Some(id),
        version: Some(deployment.version),
        title: title.to_owned(),
        body: body.to_owned(),
        author_name: actor.name().to_owned(),
        created_at: now,
    };
    lessons::insert(tx, record).await?;
    tx.publish(Event::run_changed(id));
    Ok(lesson)
}

impl Lessons<'_> {
    /// As [`write`], in a transaction of its own.
    ///
    /// # Errors
    /// As [`write`].
    pub async fn write(
        self,
        actor: &Actor,
        id: DeploymentId,
        title: &str,
        body: &str,
    ) -> Result<LessonId, Error> {
        let (actor, title, body, now) =
            (actor.clone(), title.to_owned(), body.to_owned(), self.0.now());
        self.0
            .write(move |tx| {
                Box::pin(async move { write(tx, &actor, id, &title, &body, now).await })
            })
            .await
    }

    /// Lessons that contain `text`, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Where the token may not read or the service is unknown.
    pub async fn list(
        self,
        actor: &Actor,
        text: &str,
        service: Option<&str>,
        page: Page<LessonId>,
    ) -> Result<(Vec<Lesson>, Option<LessonId>), Error> {
        authorize(actor, Permission::Read, service)?;
        let text = text.trim();
        if text.chars().count() > WORDS {
            return Err(Error::field("/q", format!("must have at most {WORDS} characters")));
        }
        let mut link = self.0.read().await?;
        // Before a page is cut: what is not to be seen moves no page and names no cursor.
        let among = match (service, actor.limited_to()) {
            (Some(slug), _) => match services::by_slug(&mut link, slug).await? {
                Some(found) => Some(vec![found.id]),
                None => return Err(Error::not_found("service", slug)),
            },
            (None, Some(slugs)) => {
                let mut all = services::all(&mut link).await?;
                all.retain(|service| slugs.contains(&service.slug));
                Some(all.into_iter().map(|service| service.id).collect())
            }
            (None, None) => None,
        };
        let found = lessons::search(&mut link, text, among.as_deref(), page).await?;
        let next = crate::full_page(&found, page.limit).map(|last| last.id);
        Ok((found, next))
    }
}
