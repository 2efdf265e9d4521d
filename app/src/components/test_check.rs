//! Running a check now.

use leptos::prelude::*;

/// The form: one button.
pub fn test_check(service: &str, key: &str) -> AnyView {
    view! {
        <form class="no-print" method="post" action="/act/test-check" data-enhance="">
            <input type="hidden" name="service" value=service.to_owned()/>
            <input type="hidden" name="key" value=key.to_owned()/>
            <button class="button" data-busy="Testing…" aria-label=format!("Test {key} now")>"Test now"</button>
        </form>
    }
    .into_any()
}
