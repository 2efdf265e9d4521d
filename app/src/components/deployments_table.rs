//! A table of deployments, newest first.

use chrono::{DateTime, Utc};
use domain::deployment::{Deployment, DeploymentKind};
use leptos::prelude::*;

use super::{badge::DeploymentBadge, time::Ago};

/// The table. `caption` names it to those who cannot see it.
pub fn deployments_table(deployments: &[Deployment], caption: &str, now: DateTime<Utc>) -> AnyView {
    let rows = deployments.iter().map(|one| row(one, now)).collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="group" aria-label=format!("{caption}: table")>
            <table class="table">
                <caption class="sr-only">{caption.to_owned()}</caption>
                <thead><tr>
                    <th scope="col">"Release"</th>
                    <th scope="col" class="col-wide">"Environment"</th>
                    <th scope="col" class="col-wide">"Kind"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="number">"Closed"<span class="sr-only">" of the required boxes"</span></th>
                    <th scope="col" class="col-wide">"By"</th>
                    <th scope="col" class="number col-wide">"When"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(one: &Deployment, now: DateTime<Utc>) -> AnyView {
    let closed = (one.required_items - one.open_items - one.waived_items).max(0);
    let waived = match one.waived_items {
        0 => String::new(),
        n => format!(" + {n} waived"),
    };
    view! {
        <tr data-row="" tabindex="-1">
            <th scope="row">
                <a href=format!("/deployments/{}", one.id)>{format!("{} {}", one.service, one.version)}</a>
                <small class="only-narrow">{one.environment.clone()}", "<Ago at=one.deployed_at now/></small>
            </th>
            <td class="col-wide">{one.environment.clone()}</td>
            <td class="col-wide">{kind_word(one.kind)}</td>
            <td><DeploymentBadge deployment=one/></td>
            <td class="number">{closed}<span class="only-wide">{waived}</span>{format!(" / {}", one.required_items)}</td>
            <td class="col-wide">{one.deployed_by.clone()}</td>
            <td class="number col-wide"><Ago at=one.deployed_at now/></td>
        </tr>
    }
    .into_any()
}

/// A kind as a word for people.
pub const fn kind_word(kind: DeploymentKind) -> &'static str {
    match kind {
        DeploymentKind::First => "first",
        DeploymentKind::Subsequent => "subsequent",
        DeploymentKind::Hotfix => "hotfix",
        DeploymentKind::VendorSync => "vendor sync",
        DeploymentKind::Rollback => "rollback",
    }
}
