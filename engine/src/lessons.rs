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
        let mut link = self.0.read().await?;
        let service = match service {
            None => None,
            Some(slug) => match services::by_slug(&mut link, slug).await? {
                Some(found) => Some(found.id),
                None => return Err(Error::not_found("service", slug)),
            },
        };
        let found = lessons::search(&mut link, text.trim(), service, page).await?;
        let next = crate::full_page(&found, page.limit).map(|last| last.id);
        let seen = found
            .into_iter()
            .filter(|lesson| authorize(actor, Permission::Read, Some(&lesson.service)).is_ok())
            .collect();
        Ok((seen, next))
    }
}
