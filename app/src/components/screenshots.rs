//! What a browser showed on a journey, as a strip of pictures.

use domain::{ids::CheckId, measurement::Measurement};
use leptos::prelude::*;

/// The strip; nothing where there are no pictures.
pub fn pictures(check: CheckId, label: &str, seen: &Measurement) -> Option<AnyView> {
    if seen.pictures.is_empty() {
        return None;
    }
    let at = seen.started_at.timestamp_micros();
    let all = seen
        .pictures
        .iter()
        .enumerate()
        .map(|(n, picture)| {
            let href = format!("/pictures/{check}/{at}/{n}");
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a journey")]
            let after = format!("{:.1} s", picture.at_ms as f64 / 1_000.0);
            let state = (!picture.good).then_some("failed");
            let broke = (!picture.good).then_some("It broke here: ");
            let title = picture.title.clone();
            let shown = match picture.left_out.clone() {
                Some(why) => view! { <p class="faint">{why}</p> }.into_any(),
                None => view! {
                    <a href=href.clone()><img src=href.clone() alt=format!("After: {title}") loading="lazy" width="192" height="120"/></a>
                }
                .into_any(),
            };
            view! {
                <li data-state=state>
                    {shown}
                    <p><b>{n + 1}". "{broke}</b>{title}" "<span class="faint">{after}</span></p>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <div class="pictures" tabindex="0" role="group" aria-label=format!("Pictures of {label}")><ol>{all}</ol></div>
        }
        .into_any(),
    )
}
