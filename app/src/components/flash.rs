//! What came of the last act.

use leptos::prelude::*;

use super::icon::Icon;
use crate::{form_draft::FormDraft, http::flash::Flash};

/// The line, in its place also where there is none: the islands fill it.
#[component]
pub fn FlashLine(flash: Option<Flash>) -> impl IntoView {
    view! {
        <div data-live="flash">
            {flash.map(|Flash { good, text, draft }| {
                let (tone, role, icon) =
                    if good { ("ok", "status", "passed") } else { ("bad", "alert", "failed") };
                view! {
                    <div class="flash" data-tone=tone role=role><Icon name=icon/><p>{text}</p></div>
                    {lost(draft)}
                }
            })}
        </div>
    }
}

/// What was typed into the refused form, to copy from.
fn lost(FormDraft(fields): FormDraft) -> Option<AnyView> {
    if fields.is_empty() {
        return None;
    }
    let rows = fields
        .into_iter()
        .map(|(name, value)| {
            view! { <div><dt>{name.replace('_', " ")}</dt><dd class="verbatim">{value}</dd></div> }
        })
        .collect_view();
    Some(
        view! {
            <section class="panel typed" aria-label="What you filled in">
                <p class="small">"What you filled in, to copy from:"</p>
                <dl class="facts">{rows}</dl>
            </section>
        }
        .into_any(),
    )
}
