//! The value of a baseline.

use domain::{baseline::Summary, indicator::shown};
use leptos::prelude::*;

/// The value, or why there is none.
pub fn value(summary: Option<&Summary>, unit: &str) -> AnyView {
    let Some(summary) = summary else {
        return view! { <span class="muted">"–"</span> }.into_any();
    };
    let measured = format!("{} · {:.0} %", summary.samples, summary.coverage * 100.0);
    match summary.value {
        None => view! { "no value"<small>{measured}</small> }.into_any(),
        Some(value) => {
            let text = format!("{} {unit}", shown(value));
            let p95 =
                summary.p95.map(|p95| view! { <small>{format!("p95 {}", shown(p95))}</small> });
            view! { {text}{p95}<small>{measured}</small> }.into_any()
        }
    }
}
