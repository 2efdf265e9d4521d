//! Lessons: what was learned, written on a run, found again later.

use domain::{
    event::Event,
    ids::{DeploymentId, LessonId},
    permissions::{Permission, permit},
    validate,
    who::Who,
};
use store::{
    deployments,
    lessons::{self, LessonRecord},
    page::Page,
    services,
};

use crate::{Engine, Refusal, audit::entry, error::Faults, ids::new_id};

impl Engine {
    /// Writes a lesson on a run, whatever its state: lessons come late.
    ///
    /// # Errors
    /// Where the actor may not, a field is at fault, or there is no such deployment.
    pub async fn write_lesson(
        &self,
        who: &Who,
        id: DeploymentId,
        title: &str,
        body: &str,
    ) -> Result<LessonId, Refusal> {
        self.write_lesson_marked(who, id, title, body, false).await
    }

    /// As [`write_lesson`](Self::write_lesson); `demo` says whether it belongs to the demo.
    pub(crate) async fn write_lesson_marked(
        &self,
        who: &Who,
        id: DeploymentId,
        title: &str,
        body: &str,
        demo: bool,
    ) -> Result<LessonId, Refusal> {
        permit(who, Permission::WriteLesson, None)?;
        let mut faults = Faults::default();
        faults.note("/title", validate::line(title, 160));
        faults.note("/body", validate::text(body, 20_000));
        faults.into_result()?;
        let (who, title, body) = (who.clone(), title.trim().to_owned(), body.trim().to_owned());
        let now = self.now();
        self.write(move |tx| {
            Box::pin(async move {
                let Some(deployment) = deployments::by_id(tx, id).await? else {
                    return Err(Refusal::not_found("deployment", id));
                };
                let lesson = LessonId(new_id());
                entry(&who, now, "lesson.write", "lesson", lesson)
                    .deployment(id)
                    .says(format!("wrote the lesson “{title}”"))
                    .record(tx);
                let record = LessonRecord {
                    id: lesson,
                    service_id: deployment.service_id,
                    service: deployment.service,
                    deployment_id: Some(id),
                    version: Some(deployment.version),
                    title,
                    body,
                    author_name: who.name().to_owned(),
                    created_at: now,
                    demo,
                };
                lessons::insert(tx, record).await?;
                tx.publish(Event::run_changed(id));
                Ok(lesson)
            })
        })
        .await
    }

    /// Lessons that contain `text`, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Where the token may not read or the service is unknown.
    pub async fn lessons(
        &self,
        who: &Who,
        text: &str,
        service: Option<&str>,
        page: Page<LessonId>,
    ) -> Result<(Vec<LessonRecord>, Option<LessonId>), Refusal> {
        permit(who, Permission::Read, service)?;
        let mut link = self.read().await?;
        let service = match service {
            None => None,
            Some(slug) => match services::by_slug(&mut link, slug).await? {
                Some(found) => Some(found.id),
                None => return Err(Refusal::not_found("service", slug)),
            },
        };
        let found = lessons::search(&mut link, text.trim(), service, page).await?;
        let next = crate::full_page(&found, page.limit).map(|last| last.id);
        let seen = found
            .into_iter()
            .filter(|lesson| permit(who, Permission::Read, Some(&lesson.service)).is_ok())
            .collect();
        Ok((seen, next))
    }
}
