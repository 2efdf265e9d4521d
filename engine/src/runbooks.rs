//! Publishing runbooks and reading them.

use domain::{
    ids::RunbookVersionId,
    permissions::{Permission, permit},
    who::Who,
};
use formats::{
    SHIPPED_RUNBOOKS,
    runbook_yaml::{self, RunbookError},
};
use store::{
    deployments::{self, DeploymentFilter, DeploymentRecord},
    page::Page,
    runbooks::{self, RunbookVersion},
};

use crate::{Engine, Refusal, audit::entry, error::FieldError, ids::new_id};

/// What publishing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The runbook.
    pub slug: String,
    /// The number of its newest version.
    pub number: i64,
    /// Whether that version is new; the same text again makes none.
    pub new: bool,
}

/// A runbook with its versions and the deployments that used it.
#[derive(Debug, Clone)]
pub struct RunbookPage {
    /// All versions, newest first.
    pub versions: Vec<RunbookVersion>,
    /// The newest runs copied from any of them.
    pub used_by: Vec<DeploymentRecord>,
}

impl Engine {
    /// Publishes the runbooks that ship, where there is none of that name yet: what a team has
    /// changed stays.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn publish_shipped(&self) -> Result<(), Refusal> {
        let known: Vec<String> = runbooks::published(&mut self.read().await?)
            .await?
            .into_iter()
            .map(|version| version.content.slug)
            .collect();
        for (file, source) in SHIPPED_RUNBOOKS {
            let runbook = runbook_yaml::read(file, source).map_err(refused)?;
            if !known.contains(&runbook.slug) {
                self.publish_runbook(&Who::System("daytwo"), file, source).await?;
            }
        }
        Ok(())
    }

    /// Publishes a runbook from its YAML as a new version; runs that copied an older one keep it.
    ///
    /// # Errors
    /// Where the actor may not, or the text is no runbook: each fault with file, line and field.
    pub async fn publish_runbook(
        &self,
        who: &Who,
        file: &str,
        source: &str,
    ) -> Result<Published, Refusal> {
        permit(who, Permission::PublishRunbook, None)?;
        let content = runbook_yaml::read(file, source).map_err(refused)?;
        let (who, source, now) = (who.clone(), source.to_owned(), self.now());
        self.write(move |tx| {
            Box::pin(async move {
                let slug = content.slug.clone();
                let newest = runbooks::versions(tx, &slug).await?.into_iter().next();
                if let Some(newest) = &newest
                    && newest.content == content
                {
                    return Ok(Published { slug, number: newest.number, new: false });
                }
                let number = newest.map_or(0, |version| version.number) + 1;
                entry(&who, now, "runbook.publish", "runbook", &slug)
                    .says(format!("published {slug} v{number}"))
                    .with("items", content.items.len())
                    .record(tx);
                let version = RunbookVersion {
                    id: RunbookVersionId(new_id()),
                    number,
                    source,
                    content,
                    published_by: who.name().to_owned(),
                    published_at: now,
                };
                runbooks::insert(tx, version).await?;
                Ok(Published { slug, number, new: true })
            })
        })
        .await
    }

    /// The newest published version of each runbook.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn runbooks(&self, who: &Who) -> Result<Vec<RunbookVersion>, Refusal> {
        permit(who, Permission::Read, None)?;
        Ok(runbooks::published(&mut self.read().await?).await?)
    }

    /// A runbook with its versions and the runs that used it.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub async fn runbook(&self, who: &Who, slug: &str) -> Result<RunbookPage, Refusal> {
        permit(who, Permission::Read, None)?;
        let mut link = self.read().await?;
        let versions = runbooks::versions(&mut link, slug).await?;
        if versions.is_empty() {
            return Err(Refusal::not_found("runbook", slug));
        }
        let filter =
            DeploymentFilter { runbook: Some(slug.to_owned()), ..DeploymentFilter::default() };
        let used_by = deployments::list(&mut link, &filter, Page::first(20)).await?;
        Ok(RunbookPage { versions, used_by })
    }
}

fn refused(errors: Vec<RunbookError>) -> Refusal {
    Refusal::Invalid(
        errors
            .into_iter()
            .map(|error| FieldError { pointer: String::new(), message: error.to_string() })
            .collect(),
    )
}
