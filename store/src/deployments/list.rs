//! Listing deployments, narrowed and page by page.

use chrono::{DateTime, Utc};
use domain::{deployment::DeploymentFilter, ids::DeploymentId};
use sqlx::AssertSqlSafe;

use super::{SELECT, read};
use crate::{
    db::{Connection, micros},
    error::StoreError,
};
use domain::{deployment::Deployment, page::Page};

/// Deployments, newest first. The page's key is the last one's time and id.
///
/// # Errors
/// What the database says.
pub async fn list(
    link: &mut Connection,
    filter: &DeploymentFilter,
    page: Page<(DateTime<Utc>, DeploymentId)>,
) -> Result<Vec<Deployment>, StoreError> {
    // Each clause is added only where it narrows, so that its index can be used.
    let mut sql = format!("{SELECT} WHERE r.subject_kind = 'deployment'");
    let mut place = 0;
    let mut clause = |sql: &mut String, text: &str, values: usize| {
        let mut text = text.to_owned();
        // From the last: `?1` begins the name of the tenth, too.
        for n in (1..=values).rev() {
            text = text.replace(&format!("?{n}"), &format!("${}", place + n));
        }
        place += values;
        sql.push_str(" AND ");
        sql.push_str(&text);
    };
    if filter.service_id.is_some() {
        clause(&mut sql, "r.service_id = ?1", 1);
    }
    if let Some(slugs) = &filter.services {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = (1..=slugs.len()).map(|n| format!("?{n}")).collect();
        clause(&mut sql, &format!("s.slug IN ({})", places.join(", ")), slugs.len());
    }
    if filter.environment.is_some() {
        clause(&mut sql, "r.environment = ?1", 1);
    }
    if filter.state.is_some() {
        clause(&mut sql, "r.state = ?1", 1);
    }
    if filter.kind.is_some() {
        clause(&mut sql, "d.kind = ?1", 1);
    }
    if filter.runbook.is_some() {
        clause(&mut sql, "d.runbook_slug = ?1", 1);
    }
    if filter.since.is_some() {
        clause(&mut sql, "r.opened_at >= ?1", 1);
    }
    if filter.text.is_some() {
        clause(
            &mut sql,
            "(lower(d.version) LIKE lower(?1) ESCAPE '!' \
             OR lower(s.slug) LIKE lower(?2) ESCAPE '!' \
             OR lower(d.deployed_by) LIKE lower(?3) ESCAPE '!' \
             OR lower(d.notes) LIKE lower(?4) ESCAPE '!')",
            4,
        );
    }
    if page.before.is_some() {
        clause(&mut sql, "(r.opened_at < ?1 OR (r.opened_at = ?2 AND r.id < ?3))", 3);
    }
    sql.push_str(&format!(" ORDER BY r.opened_at DESC, r.id DESC LIMIT ${}", place + 1));

    let mut query = link.query(AssertSqlSafe(sql));
    if let Some(id) = filter.service_id {
        query = query.bind(id.0);
    }
    for slug in filter.services.iter().flatten() {
        query = query.bind(slug.clone());
    }
    if let Some(environment) = &filter.environment {
        query = query.bind(environment.clone());
    }
    if let Some(state) = filter.state {
        query = query.bind(state.as_str().to_owned());
    }
    if let Some(kind) = filter.kind {
        query = query.bind(kind.as_str().to_owned());
    }
    if let Some(runbook) = &filter.runbook {
        query = query.bind(runbook.clone());
    }
    if let Some(since) = filter.since {
        query = query.bind(micros(since));
    }
    if let Some(text) = &filter.text {
        let pattern = like(text);
        for _ in 0..4 {
            query = query.bind(pattern.clone());
        }
    }
    if let Some((at, id)) = page.before {
        query = query.bind(micros(at)).bind(micros(at)).bind(id.0);
    }
    query.bind(page.limit).fetch_as(read).await
}

/// A `LIKE … ESCAPE '!'` pattern for rows that contain `text`. Both sides are lowered by the
/// database: SQLite lowers ASCII only, and a pattern lowered here would miss what it left alone.
pub(crate) fn like(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
