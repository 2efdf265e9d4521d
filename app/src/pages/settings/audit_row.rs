//! An entry of the audit log.

use domain::audit::AuditEntry;
use leptos::prelude::*;

use crate::components::time::machine;

/// The row.
pub fn audit_row(entry: &AuditEntry) -> AnyView {
    let exact = entry.at.format("%Y-%m-%d %H:%M:%S").to_string();
    let kind = match entry.actor_kind.as_str() {
        "person" => None,
        other => Some(other.replace('_', " ")),
    };
    let kind =
        kind.filter(|kind| *kind != entry.actor_name).map(|kind| view! { <small>{kind}</small> });
    let on = match entry.deployment_id {
        // The run of a duty stands where a deployment would.
        Some(id) if entry.subject_kind.starts_with("duty") => {
            let name = (entry.subject_kind == "duty_item").then(|| entry.subject.clone());
            view! { <a href=format!("/duties/{id}")>"duty"</a>{name.map(|name| view! { <small>{name}</small> })} }
                .into_any()
        }
        Some(id) => {
            let subject = if entry.subject_kind == "deployment" {
                String::new()
            } else {
                format!(" {}", entry.subject)
            };
            view! { <a href=format!("/deployments/{id}")>"deployment"</a>{(!subject.is_empty()).then(|| view! { <small>{format!("{}{subject}", entry.subject_kind)}</small> })} }
                .into_any()
        }
        None => subject(entry),
    };
    view! {
        <tr data-row="" tabindex="-1">
            <td class="number col-wide">{entry.seq}</td>
            <th scope="row"><time datetime=machine(entry.at) data-exact="">{exact}</time></th>
            <td>{entry.actor_name.clone()}{kind}</td>
            <td>{entry.sentence.clone()}<small><code>{entry.action.clone()}</code></small></td>
            <td class="col-wide">{on}</td>
        </tr>
    }
    .into_any()
}

/// What it was done to: a link where it has a page.
fn subject(entry: &AuditEntry) -> AnyView {
    let name = entry.subject.clone();
    match entry.subject_kind.as_str() {
        "service" => view! { <a href=format!("/services/{name}")>{name.clone()}</a> }.into_any(),
        "runbook" => view! { <a href=format!("/runbooks/{name}")>{name.clone()}</a> }.into_any(),
        // Their ids say nothing to people.
        kind @ ("person" | "token" | "lesson") => kind.to_owned().into_any(),
        kind => format!("{kind} {name}").into_any(),
    }
}
