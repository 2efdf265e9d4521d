//! What was deployed, where, by whom, and what it replaced.

use domain::deployment::{DeploymentKind, Strategy};
use engine::deployments::{DeploymentPage, Neighbour};
use leptos::prelude::*;

use crate::components::{breadcrumbs::Breadcrumbs, time::At};

/// The page's head.
pub fn header(page: &DeploymentPage) -> AnyView {
    let one = &page.deployment;
    let links = vec![
        ("Board".to_owned(), "/".to_owned()),
        (page.service_name.clone(), format!("/services/{}", one.service)),
        (one.environment.clone(), format!("/services/{}#{}", one.service, one.environment)),
    ];
    let commit = page
        .release
        .as_ref()
        .and_then(|release| release.commit_sha.clone())
        .map(|sha| view! { " · "<code>{short_commit(&sha)}</code> });
    let pipeline = one
        .url
        .clone()
        .map(|url| view! { " · "<a href=url rel="noopener noreferrer">"pipeline"</a> });
    let replaces = page.replaces.clone().map(|other| view! { " · replaces "{link(other)} });
    let superseded =
        page.superseded_by.clone().map(|other| view! { " · superseded by "{link(other)} });
    let base = page
        .base_url
        .clone()
        .map(|url| view! { " · "<a href=url.clone() rel="noopener noreferrer">{url.clone()}</a> });
    view! {
        <div>
            <Breadcrumbs links/>
            <div class="page-head">
                <div>
                    <h1>{format!("{} {} ", page.service_name, one.version)}<span>{format!("on {}", one.environment)}</span></h1>
                    <p class="page-sub">
                        {format!("{} · {}", kind_label(one.kind), strategy_label(one.strategy))}
                        {commit}
                        {format!(" · by {}, ", one.deployed_by)}
                        <At at=one.deployed_at now=page.now/>
                        {replaces}{superseded}{base}{pipeline}
                    </p>
                </div>
                <div class="row"><a class="button only-narrow" href="#rollback">"Rollback"</a></div>
            </div>
        </div>
    }
    .into_any()
}

fn link(other: Neighbour) -> impl IntoView {
    view! { <a href=format!("/deployments/{}", other.id)>{other.version}</a> }
}

/// A commit as people write it.
pub fn short_commit(sha: &str) -> String {
    let hex = sha.len() >= 20 && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex { sha.chars().take(7).collect() } else { sha.to_owned() }
}

/// The words of a kind.
pub const fn kind_label(kind: DeploymentKind) -> &'static str {
    match kind {
        DeploymentKind::First => "First deploy",
        DeploymentKind::Subsequent => "Subsequent deploy",
        DeploymentKind::Hotfix => "Hotfix",
        DeploymentKind::VendorSync => "Vendor sync",
        DeploymentKind::Rollback => "Rollback",
    }
}

/// The words of a strategy.
pub const fn strategy_label(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Rolling => "rolling",
        Strategy::BlueGreen => "blue-green",
        Strategy::Canary => "canary",
        Strategy::Recreate => "recreate",
    }
}
