//! The watch as a strip: what the probes saw, slot by slot, and where now is.

use domain::{answering_version::WINDOW_MIN, humanize, watch::WatchState};
use engine::deployments::{DeploymentPage, Slot};
use leptos::prelude::*;

use crate::components::{
    icon::{Icon, of_state},
    time::At,
};

/// The card.
pub fn watch_strip(page: &DeploymentPage) -> AnyView {
    let one = &page.deployment;
    let strip = &page.strip;
    let open = one.state == WatchState::Watching;
    let note = match (strip.measurements, open) {
        (0, false) => "Nothing was measured in this watch.".to_owned(),
        (0, true) if page.base_url.is_none() => {
            "Nothing was measured in this watch yet. A check needs the service’s base URL.".into()
        }
        (0, true) => "Nothing was measured in this watch yet.".to_owned(),
        (n, _) => format!("{n} measurements, {} failed.", strip.failed),
    };
    view! {
        <section class="card" aria-labelledby="watch-h" id="watch" data-live="watch">
            <header class="card-head">
                <h2 id="watch-h">"Watch"</h2>
                <p class="card-note">
                    <At at=one.deployed_at now=page.now/>" → "<At at=one.watch_ends_at now=page.now/>
                </p>
            </header>
            <div class="card-body">
                {drawing(page)}
                <div class="row apart">{legend(&strip.slots)}<p class="small muted">{note}</p></div>
                {answered(page)}
            </div>
        </section>
    }
    .into_any()
}

/// Which versions answered in the last minutes, where answers name theirs.
fn answered(page: &DeploymentPage) -> Option<AnyView> {
    let (expected, shares) = page.run.answered.as_ref()?;
    let total = shares.total();
    if total == 0 {
        let said = format!("No answer has named its version in the last {WINDOW_MIN} min.");
        return Some(view! { <p class="small muted">{said}</p> }.into_any());
    }
    let rows = shares
        .answers
        .iter()
        .map(|(named, count)| {
            let mine = named.as_ref().is_some_and(|named| expected.is(named));
            let state = if mine { "passed" } else { "undecided" };
            let name = named.clone().unwrap_or_else(|| "no version".to_owned());
            // Rounded down: nobody reads 100 % where one answer was another's.
            let share = count * 100 / total;
            view! {
                <li class="chip" data-state=state>
                    <Icon name=of_state(state)/><span>{name}" "<b>{format!("{share} %")}</b></span>
                </li>
            }
        })
        .collect_view();
    let said = format!("Answered in the last {WINDOW_MIN} min ({total}):");
    Some(view! { <div class="row"><p class="small muted">{said}</p><ul class="chips">{rows}</ul></div> }.into_any())
}

fn drawing(page: &DeploymentPage) -> AnyView {
    let share = page.progress.share() * 100.0;
    let window_s = page.progress.window_s.max(1);
    let count = |wanted| page.strip.slots.iter().filter(|slot| **slot == wanted).count();
    let label = format!(
        "Watch: {share:.0} percent of {} passed; {} slots good, {} unsure, {} failed",
        humanize::duration(window_s),
        count(Slot::Good),
        count(Slot::Unsure),
        count(Slot::Bad)
    );
    let width = 100.0 / page.strip.slots.len().max(1) as f64;
    let slots = page
        .strip
        .slots
        .iter()
        .enumerate()
        .filter_map(|(at, slot)| slot_rect(*slot, at as f64 * width, width))
        .collect_view();
    let marks = (1..6)
        .map(|sixth| {
            let x = format!("{:.2}%", f64::from(sixth) * 100.0 / 6.0);
            let label = format!("+{}", humanize::duration(window_s * i64::from(sixth) / 6));
            view! { <text class="minor" x=x y="58" text-anchor="middle">{label}</text> }
        })
        .collect_view();
    let now = (page.deployment.closed_at.is_none() && !page.progress.is_over()).then(|| {
        let x = format!("{share:.2}%");
        let (dx, anchor) = if share > 92.0 { ("-4", "end") } else { ("4", "start") };
        view! {
            <line class="strip-now" x1=x.clone() x2=x.clone() y1="16" y2="42"></line>
            <text class="strip-now" x=x y="12" dx=dx text-anchor=anchor>"now"</text>
        }
    });
    view! {
        <svg class="strip" role="img" aria-label=label>
            <rect class="strip-track" x="0" y="22" width="100%" height="14" rx="2"></rect>
            {slots}
            {now}
            <text x="0" y="58">"deploy"</text>
            {marks}
            <text x="100%" y="58" text-anchor="end">{format!("+{}", humanize::duration(window_s))}</text>
        </svg>
    }
    .into_any()
}

fn slot_rect(slot: Slot, x: f64, width: f64) -> Option<AnyView> {
    let (state, y, height) = match slot {
        Slot::Empty => return None,
        Slot::Good => (None, "22", "14"),
        Slot::Unsure => (Some("undecided"), "22", "14"),
        Slot::Bad => (Some("failed"), "16", "20"),
    };
    let x = format!("{x:.2}%");
    let width = format!("{:.2}%", width * 0.85);
    Some(
        view! { <rect class="strip-slot" data-state=state x=x y=y width=width height=height rx="1"></rect> }
            .into_any(),
    )
}

/// Only what occurs.
fn legend(slots: &[Slot]) -> AnyView {
    let kinds = [
        (Slot::Good, None, "good", "4", "8"),
        (Slot::Unsure, Some("undecided"), "could not be measured", "4", "8"),
        (Slot::Bad, Some("failed"), "failed, tallest", "0", "12"),
    ];
    let entries = kinds
        .into_iter()
        .filter(|(slot, ..)| slots.contains(slot))
        .map(|(_, state, word, y, height)| {
            view! {
                <span>
                    <svg aria-hidden="true">
                        <rect class="strip-slot" data-state=state y=y width="8" height=height rx="1"></rect>
                    </svg>
                    {word}
                </span>
            }
        })
        .collect_view();
    view! { <p class="legend">{entries}</p> }.into_any()
}
