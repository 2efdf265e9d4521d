//! A state: icon and word, never colour alone.

use domain::{deployment::Deployment, verdict::Verdict, watch::WatchState};
use leptos::prelude::*;

use super::icon::{Icon, of_state};

/// A state's badge. Its icon follows from the state.
#[component]
pub fn Badge(#[prop(into)] state: String, #[prop(into)] label: String) -> impl IntoView {
    let icon = of_state(&state).to_owned();
    view! { <span class="badge" data-state=state><Icon name=icon/>{label}</span> }
}

/// The word of a verdict.
pub const fn verdict_label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Failed => "Failed",
        Verdict::Undecided => "Undecided",
    }
}

/// How a deployment stands, state and word: its verdict while it is watched, else how it ended.
pub fn of_deployment(deployment: &Deployment) -> (&'static str, &'static str) {
    match deployment.state {
        WatchState::Watching if deployment.run().standing_revocation().is_some() => {
            ("failed", "Sign-off revoked")
        }
        WatchState::Watching => (deployment.verdict.as_str(), verdict_label(deployment.verdict)),
        WatchState::SignedOff if deployment.signed_alone => {
            (WatchState::SignedOff.as_str(), "Signed off alone")
        }
        closed => (closed.as_str(), closed.label()),
    }
}

/// How a deployment stands.
#[component]
pub fn DeploymentBadge<'a>(deployment: &'a Deployment) -> impl IntoView + use<> {
    let (state, label) = of_deployment(deployment);
    view! { <Badge state label/> }
}
