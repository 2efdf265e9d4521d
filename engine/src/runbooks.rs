//! Publishing runbooks and reading them.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    deployment::{Deployment, DeploymentFilter},
    ids::RunbookVersionId,
    page::Page,
    permissions::{Permission, authorize},
    runbook::{Runbook, RunbookVersion},
};
use formats::{
    SHIPPED_RUNBOOKS,
    runbook_yaml::{self, RunbookError},
};
use store::{Tx, deployments, runbooks};

use crate::{Error, audit::entry, error::FieldError, handle::handle, ids::new_id};

handle! {
    /// The use cases of runbooks.
    runbooks: Runbooks
}

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
    pub used_by: Vec<Deployment>,
}

/// A runbook that was read from its YAML. A transaction is no place for that: all other acts would
/// wait for it.
#[derive(Debug, Clone)]
pub struct ReadRunbook {
    content: Runbook,
    source: String,
}

impl ReadRunbook {
    /// Reads a runbook; `file` is what its faults name.
    ///
    /// # Errors
    /// Where the text is no runbook: each fault with file, line and field.
    pub fn read(file: &str, source: &str) -> Result<Self, Error> {
        let content = runbook_yaml::read(file, source).map_err(refused)?;
        Ok(Self { content, source: source.to_owned() })
    }
}

/// Publishes a runbook as a new version; runs that copied an older one keep it.
///
/// # Errors
/// Where the actor may not.
pub async fn publish(
    tx: &mut Tx,
    actor: &Actor,
    runbook: ReadRunbook,
    now: DateTime<Utc>,
) -> Result<Published, Error> {
    authorize(actor, Permission::PublishRunbook, None)?;
    let ReadRunbook { content, source } = runbook;
    let slug = content.slug.clone();
    let newest = runbooks::versions(tx, &slug).await?.into_iter().next();
    if let Some(newest) = &newest
        && newest.content == content
    {
        return Ok(Published { slug, number: newest.number, new: false });
    }
    let number = newest.map_or(0, |version| version.number) + 1;
    entry(actor, now, "runbook.publish", "runbook", &slug)
        .says(format!("published {slug} v{number}"))
        .with("items", content.items.len())
        .record(tx);
    let version = RunbookVersion {
        id: RunbookVersionId(new_id()),
        number,
        source,
        content,
        published_by: actor.name().to_owned(),
        published_at: now,
    };
    runbooks::insert(tx, version).await?;
    Ok(Published { slug, number, new: true })
}

impl Runbooks<'_> {
    /// Publishes the runbooks that ship, where there is none of that name yet: what a team has
    /// changed stays.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn publish_shipped(self) -> Result<(), Error> {
        let now = self.0.now();
        let shipped = SHIPPED_RUNBOOKS.iter().map(|(file, source)| ReadRunbook::read(file, source));
        let shipped: Vec<_> = shipped.collect::<Result<_, _>>()?;
        self.0
            .write(move |tx| {
                Box::pin(async move {
                    let known = runbooks::published(tx).await?;
                    for runbook in shipped {
                        let slug = &runbook.content.slug;
                        if !known.iter().any(|version| version.content.slug == *slug) {
                            publish(tx, &Actor::System("daytwo"), runbook, now).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Publishes a runbook from its YAML, as [`publish`].
    ///
    /// # Errors
    /// As [`ReadRunbook::read`] and [`publish`].
    pub async fn publish(
        self,
        actor: &Actor,
        file: &str,
        source: &str,
    ) -> Result<Published, Error> {
        authorize(actor, Permission::PublishRunbook, None)?;
        let runbook = ReadRunbook::read(file, source)?;
        let (actor, now) = (actor.clone(), self.0.now());
        self.0
            .write(move |tx| Box::pin(async move { publish(tx, &actor, runbook, now).await }))
            .await
    }

    /// The newest published version of each runbook.
    ///
    /// # Errors
    /// Where the actor may not read.
    pub async fn list(self, actor: &Actor) -> Result<Vec<RunbookVersion>, Error> {
        authorize(actor, Permission::Read, None)?;
        Ok(runbooks::published(&mut self.0.read().await?).await?)
    }

    /// A runbook with its versions and the runs that used it.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub async fn page(self, actor: &Actor, slug: &str) -> Result<RunbookPage, Error> {
        authorize(actor, Permission::Read, None)?;
        let mut link = self.0.read().await?;
        let versions = runbooks::versions(&mut link, slug).await?;
        if versions.is_empty() {
            return Err(Error::not_found("runbook", slug));
        }
        let filter =
            DeploymentFilter { runbook: Some(slug.to_owned()), ..DeploymentFilter::default() };
        let used_by = deployments::list(&mut link, &filter, Page::first(20)).await?;
        Ok(RunbookPage { versions, used_by })
    }
}

fn refused(errors: Vec<RunbookError>) -> Error {
    Error::Invalid(
        errors
            .into_iter()
            .map(|error| FieldError { pointer: String::new(), message: error.to_string() })
            .collect(),
    )
}
