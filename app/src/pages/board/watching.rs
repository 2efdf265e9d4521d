//! The open watches.

use domain::{
    actor::Actor,
    deployment::Deployment,
    humanize,
    permissions::{Permission, authorize},
    watch::WatchProgress,
};
use engine::board::Board;
use leptos::prelude::*;

use crate::components::{
    badge::{DeploymentBadge, of_deployment},
    empty::Empty,
};

/// The card.
pub fn watching(board: &Board, actor: &Actor) -> AnyView {
    let note = match board.watching.len() {
        0 => "none".to_owned(),
        1 => "1 deployment".to_owned(),
        n => format!("{n} deployments"),
    };
    let rows = board.watching.iter().map(|one| row(board, one)).collect_view();
    view! {
        <section class="card" aria-labelledby="watched-h" id="watched" data-live="watched">
            <header class="card-head"><h2 id="watched-h">"Being watched now"</h2><p class="card-note">{note}</p></header>
            {if board.watching.is_empty() {
                first_steps(board, actor)
            } else {
                view! { <ul class="watch-rows">{rows}</ul> }.into_any()
            }}
        </section>
    }
    .into_any()
}

fn row(board: &Board, one: &Deployment) -> AnyView {
    let progress = WatchProgress::at(one.deployed_at, one.watch_ends_at, board.now);
    let share = progress.share() * 100.0;
    let label = format!("{share:.0} percent of the watch passed");
    let left = if progress.is_over() {
        "the watch's time is over".to_owned()
    } else {
        format!("{} left", humanize::duration(progress.left_s()))
    };
    let closed = one.required_items - one.open_items - one.waived_items;
    let waived = match one.waived_items {
        0 => String::new(),
        n => format!(", {n} waived"),
    };
    let now = format!("{share:.2}%");
    view! {
        <li class="watch-row" data-state=of_deployment(one).0 data-row="" tabindex="-1" id=format!("d-{}", one.id)>
            <DeploymentBadge deployment=one/>
            <div class="watch-row-main">
                <h3>
                    <a href=format!("/deployments/{}", one.id)>{format!("{} {}", one.service, one.version)}</a>
                    " "<span class="faint">{format!("on {}", one.environment)}</span>
                </h3>
                <p>{one.reason.clone()}</p>
            </div>
            <div class="watch-row-strip">
                <svg class="strip mini" role="img" aria-label=label>
                    <rect class="strip-track" y="2" width="100%" height="8" rx="2"></rect>
                    <line class="strip-now" x1=now.clone() x2=now y1="0" y2="12"></line>
                </svg>
                <p>{format!("{closed} of {} boxes{waived} · ", one.required_items)}<span class="nowrap">{left}</span></p>
            </div>
        </li>
    }
    .into_any()
}

/// What to do first, where there is nothing to watch.
fn first_steps(board: &Board, actor: &Actor) -> AnyView {
    if board.services.is_empty() {
        if authorize(actor, Permission::Configure, None).is_err() {
            return view! { <Empty text="Nothing is here yet. An operator adds the first service."/> }
                .into_any();
        }
        return view! {
            <Empty text="Nothing is here yet. Add a service and say where it runs; then announce a deployment of it.">
                <a class="button primary" href="/services">"Add a service"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty text="No deployment is being watched. The next announced one appears here, with its boxes."/> }
        .into_any()
}
