//! Times: what people read, with the exact UTC time behind it. An island adds the reader's zone
//! and keeps the relative ones fresh.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::humanize;
use leptos::prelude::*;

/// A point in time seen from now, such as `4 min ago`.
#[component]
pub fn Ago(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <time datetime=machine(at) title=humanize::exact(at) data-relative="">{humanize::relative(at, now)}</time>
    }
}

/// Date and time to the minute, in UTC.
#[component]
pub fn At(at: DateTime<Utc>, now: DateTime<Utc>) -> impl IntoView {
    view! {
        <time datetime=machine(at) title=humanize::exact(at) data-exact="">{humanize::short(at, now)}" UTC"</time>
    }
}

/// For the attribute `datetime`.
pub fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
