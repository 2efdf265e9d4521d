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

/// How a deployment stands, state and word: its verdict while it is watched, else how it ended. What
/// was closed by a waiver is not what is proven, and never looks like it.
pub fn of_deployment(deployment: &Deployment) -> (&'static str, String) {
    let signed_off = WatchState::SignedOff.as_str();
    let waived = match deployment.waived_items {
        0 => None,
        1 => Some("with 1 waiver".to_owned()),
        n => Some(format!("with {n} waivers")),
    };
    match (deployment.state, deployment.verdict, waived) {
        (WatchState::Watching, ..) if deployment.run().standing_revocation().is_some() => {
            ("failed", "Sign-off revoked".into())
        }
        (WatchState::Watching, Verdict::Passed, Some(waived)) => {
            (WITH_WAIVERS, format!("Passed {waived}"))
        }
        (WatchState::Watching, verdict, _) => (verdict.as_str(), verdict_label(verdict).into()),
        (WatchState::SignedOff, _, waived) => {
            let alone = if deployment.signed_alone { " alone" } else { "" };
            // It had been taken back meanwhile.
            let by_somebody = !deployment.sign_off_required.is_empty();
            let again = if deployment.revoked.is_some() && by_somebody { " again" } else { "" };
            let signed = format!("Signed off{again}{alone}");
            match waived {
                Some(waived) => (WITH_WAIVERS, format!("{signed} {waived}")),
                None => (signed_off, signed),
            }
        }
        (closed, ..) => (closed.as_str(), closed.label().into()),
    }
}

/// The state of what passed and was not shown to work in all its boxes.
const WITH_WAIVERS: &str = "passed_with_waivers";

/// How a deployment stands.
#[component]
pub fn DeploymentBadge<'a>(deployment: &'a Deployment) -> impl IntoView + use<> {
    let (state, label) = of_deployment(deployment);
    view! { <Badge state label/> }
}
