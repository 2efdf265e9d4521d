//! A deployment as the API answers it.

use chrono::{DateTime, Utc};
use domain::{
    actor::Actor,
    deployer::meant_by,
    deployment::{Deployment, DeploymentFilter},
    ids::DeploymentId,
    page::Page,
    permissions::{Permission, authorize},
    watch::WatchState,
};
use serde::{Deserialize, Serialize};
use store::{
    Connection, baselines, deployments, people, releases,
    runs::{evidence, sign_offs},
    services,
};

use super::{BaselineView, Deployments};
use crate::{
    Error,
    runs::{
        EVIDENCE_EACH, ItemView, SignOffRequiredView, SignOffView, answered_now, gate_now,
        items_now,
    },
};

/// A deployment with its items.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeploymentView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: DeploymentId,
    /// Its page.
    pub url: String,
    /// The service's slug.
    pub service: String,
    /// The environment's slug.
    pub environment: String,
    /// The version.
    pub version: String,
    /// The commit it was built from.
    pub commit: Option<String>,
    /// The digest of what was installed.
    pub artifact_digest: Option<String>,
    /// `first`, `subsequent`, `hotfix`, `vendor_sync` or `rollback`.
    pub kind: String,
    /// `rolling`, `blue_green`, `canary` or `recreate`.
    pub strategy: String,
    /// `watching`, `signed_off`, `rolled_back` or `superseded`.
    pub state: String,
    /// `passed`, `failed` or `undecided`.
    pub verdict: String,
    /// The sentence that explains the verdict.
    pub reason: String,
    /// When it was installed.
    pub deployed_at: DateTime<Utc>,
    /// Who installed it.
    pub deployed_by: String,
    /// Whether that names somebody known here. Where it does not, whoever signs alone says that it
    /// was not them.
    #[serde(default)]
    pub deployer_known: bool,
    /// When the watch ends.
    pub watch_ends_at: DateTime<Utc>,
    /// The runbook its run was copied from, with its version, such as `subsequent-deploy v1`.
    pub runbook: String,
    /// The pipeline's page.
    pub pipeline_url: Option<String>,
    /// What is in it.
    pub notes: String,
    /// When its sign-off was revoked, and why, until it is signed off again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<RevocationView>,
    /// Which versions answered in the last ten minutes, most first, while it is watched and where the
    /// service's answers name theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Vec<AnsweredView>>,
    /// The sign-offs given.
    pub sign_offs: Vec<SignOffView>,
    /// The sign-offs required.
    pub sign_off_required: Vec<SignOffRequiredView>,
    /// The items of its run, in order.
    pub items: Vec<ItemView>,
    /// What was normal at the fixed moments of its watch, and what was recorded by hand.
    pub baselines: Vec<BaselineView>,
}

/// How many answers a version gave.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AnsweredView {
    /// The version as the answers name it; `null` for those that name none.
    pub version: Option<String>,
    /// Whether it is the one that was announced.
    pub announced: bool,
    /// How many answers.
    pub answers: i64,
}

/// That a sign-off counts no more, because what it was given on failed afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RevocationView {
    /// When that was noticed.
    pub at: DateTime<Utc>,
    /// What failed.
    pub because: String,
}

/// A deployment in a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SummaryView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: DeploymentId,
    /// Its page.
    pub url: String,
    /// The service's slug.
    pub service: String,
    /// The environment's slug.
    pub environment: String,
    /// The version.
    pub version: String,
    /// Why it was deployed.
    pub kind: String,
    /// Where its watch stands.
    pub state: String,
    /// What the gate says.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// When it was installed.
    pub deployed_at: DateTime<Utc>,
    /// When the watch ends.
    pub watch_ends_at: DateTime<Utc>,
}

/// The key of a page of deployments: the last one's time and id.
pub type PageKey = (DateTime<Utc>, DeploymentId);

/// Which deployments to list; what is `None` does not narrow.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Of the service of this slug.
    pub service: Option<String>,
    /// In this environment.
    pub environment: Option<String>,
    /// In this state.
    pub state: Option<WatchState>,
    /// Deployed at or after this.
    pub since: Option<DateTime<Utc>>,
    /// Before this one.
    pub before: Option<PageKey>,
    /// The most there may be.
    pub limit: i64,
}

impl SummaryView {
    fn of(record: Deployment, base_url: &str) -> Self {
        Self {
            url: page_url(base_url, record.id),
            id: record.id,
            service: record.service,
            environment: record.environment,
            version: record.version,
            kind: record.kind.as_str().into(),
            state: record.state.as_str().into(),
            verdict: record.verdict.as_str().into(),
            reason: record.reason,
            deployed_at: record.deployed_at,
            watch_ends_at: record.watch_ends_at,
        }
    }
}

fn page_url(base_url: &str, id: DeploymentId) -> String {
    format!("{base_url}/deployments/{id}")
}

/// The deployment as it stands on this connection.
pub(crate) async fn load(
    link: &mut Connection,
    id: DeploymentId,
    base_url: &str,
    now: DateTime<Utc>,
) -> Result<DeploymentView, Error> {
    let Some(record) = deployments::by_id(link, id).await? else {
        return Err(Error::not_found("deployment", id));
    };
    let run = record.run();
    let items = items_now(link, &run, now).await?;
    let ids: Vec<_> = items.iter().map(|item| item.id).collect();
    let kept = evidence::of_items(link, &ids, EVIDENCE_EACH).await?;
    let release = releases::by_id(link, record.release_id).await?;
    let given = sign_offs::of_run(link, id.into()).await?;
    let everyone = people::all(link).await?;
    let deployer_known = !meant_by(&record.deployed_by, &everyone).is_empty();
    let open = record.state == WatchState::Watching;
    let given = given.into_iter().map(|one| {
        let signer = everyone.iter().find(|known| known.person.id == one.person_id);
        // What closed the run stays what it was, whatever became of its signatories.
        let void = one.void_because(signer).filter(|_| one.voided.is_some() || open);
        SignOffView::of(one, void)
    });
    let given = given.collect();
    let gate = gate_now(link, &run, &items, now).await?;
    let answered = answered_now(link, &run, now).await?;
    let captured = baselines::of_deployment(link, id).await?;
    let by_hand = baselines::manual_of_deployment(link, id).await?;
    Ok(DeploymentView {
        url: page_url(base_url, id),
        id,
        service: record.service,
        environment: record.environment,
        version: record.version,
        commit: release.as_ref().and_then(|release| release.commit_sha.clone()),
        artifact_digest: release.and_then(|release| release.artifact_digest),
        kind: record.kind.as_str().into(),
        strategy: record.strategy.as_str().into(),
        state: record.state.as_str().into(),
        verdict: gate.verdict.as_str().into(),
        reason: gate.reason,
        deployed_at: record.deployed_at,
        deployer_known,
        deployed_by: record.deployed_by,
        watch_ends_at: record.watch_ends_at,
        runbook: format!("{} v{}", record.runbook_slug, record.runbook_number),
        pipeline_url: record.url,
        notes: record.notes,
        revoked: run
            .standing_revocation()
            .map(|revoked| RevocationView { at: revoked.at, because: revoked.because.clone() }),
        answered: answered.map(|(expected, shares)| {
            let all = shares.answers.into_iter();
            all.map(|(version, answers)| AnsweredView {
                announced: version.as_ref().is_some_and(|named| expected.is(named)),
                version,
                answers,
            })
            .collect()
        }),
        sign_offs: given,
        sign_off_required: record
            .sign_off_required
            .into_iter()
            .map(|needed| SignOffRequiredView { role: needed.role, count: needed.count })
            .collect(),
        items: items.iter().map(|item| ItemView::of(item, &kept, now)).collect(),
        baselines: captured
            .into_iter()
            .map(BaselineView::from)
            .chain(by_hand.into_iter().map(BaselineView::from))
            .collect(),
    })
}

impl Deployments<'_> {
    /// A deployment with its items.
    ///
    /// # Errors
    /// Where there is none of that id, or the token is limited to other services.
    pub async fn view(self, actor: &Actor, id: DeploymentId) -> Result<DeploymentView, Error> {
        let mut link = self.0.read().await?;
        let view = load(&mut link, id, &self.0.options().base_url, self.0.now()).await?;
        authorize(actor, Permission::Read, Some(&view.service))?;
        Ok(view)
    }

    /// Deployments, newest first, and where the next page begins.
    ///
    /// # Errors
    /// Where the token may not read or the service is unknown.
    pub async fn list(
        self,
        actor: &Actor,
        query: ListQuery,
    ) -> Result<(Vec<SummaryView>, Option<PageKey>), Error> {
        authorize(actor, Permission::Read, query.service.as_deref())?;
        let mut link = self.0.read().await?;
        let service_id = match &query.service {
            None => None,
            Some(slug) => match services::by_slug(&mut link, slug).await? {
                Some(service) => Some(service.id),
                None => return Err(Error::not_found("service", slug)),
            },
        };
        let filter = DeploymentFilter {
            service_id,
            // Before a page is cut: what is not to be seen moves no page and names no cursor.
            services: actor.limited_to().map(<[String]>::to_vec),
            environment: query.environment,
            state: query.state,
            since: query.since,
            ..DeploymentFilter::default()
        };
        let page = Page { before: query.before, limit: query.limit };
        let found = deployments::list(&mut link, &filter, page).await?;
        let next = crate::full_page(&found, query.limit).map(|last| (last.deployed_at, last.id));
        let views = found
            .into_iter()
            .map(|record| SummaryView::of(record, &self.0.options().base_url))
            .collect();
        Ok((views, next))
    }
}
