//! The baselines that somebody recorded by hand, newest first.

use domain::baseline::ManualBaseline;
use engine::deployments::DeploymentPage;
use leptos::prelude::*;

use super::baseline_value::value;
use crate::components::time::At;

/// The most that are shown.
const SHOWN: usize = 5;

/// The tables, one for each time somebody recorded them.
pub fn manual_baselines(page: &DeploymentPage) -> AnyView {
    let mut times: Vec<&[ManualBaseline]> =
        page.manual_baselines.chunk_by(|one, next| one.taken_at == next.taken_at).collect();
    times.reverse();
    let more = times.len().saturating_sub(SHOWN);
    let more = (more > 0)
        .then(|| view! { <p class="card-foot">{format!("{more} older ones are in the API’s answer.")}</p> });
    let times = times.into_iter().take(SHOWN).map(|all| one_time(page, all)).collect_view();
    view! { {times}{more} }.into_any()
}

fn one_time(page: &DeploymentPage, all: &[ManualBaseline]) -> Option<AnyView> {
    let first = all.first()?;
    let hours = (first.measured.window_until - first.measured.window_from).num_minutes();
    let length = format!("over {} h {:02} min", hours / 60, hours % 60);
    let by = format!(" by {}, ", first.taken_by);
    let rows = all
        .iter()
        .map(|ManualBaseline { measured: one, .. }| {
            view! {
                <tr>
                    <th scope="row"><span title=one.source.clone()>{one.label.clone()}</span></th>
                    <td class="number">{value(Some(&one.summary), &one.unit)}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Baselines recorded by hand: table">
                <table class="table">
                    <caption class="small muted">"Recorded by hand "<At at=first.taken_at now=page.now/>{by}{length}</caption>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}
