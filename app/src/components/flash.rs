//! What came of the last act.

use leptos::prelude::*;

use super::icon::Icon;
use crate::flash::Flash;

/// The line, in its place also where there is none: the islands fill it.
#[component]
pub fn FlashLine(flash: Option<Flash>) -> impl IntoView {
    view! {
        <div data-live="flash">
            {flash.map(|Flash { good, text }| {
                let (tone, role, icon) =
                    if good { ("ok", "status", "passed") } else { ("bad", "alert", "failed") };
                view! {
                    <div class="flash" data-tone=tone role=role><Icon name=icon/><p>{text}</p></div>
                }
            })}
        </div>
    }
}
