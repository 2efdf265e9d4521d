//! Announcing a deployment by hand, from the board.

use domain::{
    permissions::{Permission, permit},
    who::Who,
};
use engine::board::Board;
use leptos::prelude::*;

use crate::components::field::{Field, Select, TextArea};

/// Whether there is anything this reader could announce.
fn offered(board: &Board, who: &Who) -> bool {
    !board.places.is_empty() && permit(who, Permission::Announce, None).is_ok()
}

/// The link into the form: a browser opens the disclosure around what it leads to.
pub fn opener(board: &Board, who: &Who) -> Option<AnyView> {
    offered(board, who).then(|| {
        view! { <div class="row"><a class="button" href="#announce-version">"Announce a deployment"</a></div> }
            .into_any()
    })
}

/// The form, behind a disclosure.
pub fn announce_form(board: &Board, who: &Who) -> Option<AnyView> {
    if !offered(board, who) {
        return None;
    }
    let mut places = Vec::with_capacity(board.places.len());
    for service in &board.services {
        for environment in &board.environments {
            if board.cell(service, environment).is_some() {
                let value = format!("{} {}", service.slug, environment.slug);
                places.push((value, format!("{} on {}", service.name, environment.name)));
            }
        }
    }
    Some(
        view! {
            <details class="disclosure no-print" id="announce-form">
                <summary>"Announce a deployment by hand…"</summary>
                <form class="form panel" method="post" action="/act/announce" id="announce">
                    <p class="muted">"Pipelines announce by themselves. This is for what was installed by hand."</p>
                    <div class="fields">
                        <Select id="announce-place" name="place" label="Service and environment" options=places/>
                        <Field id="announce-version" name="version" label="Version" required=true maxlength=128/>
                        <Field id="announce-commit" name="commit" label="Commit" maxlength=128/>
                    </div>
                    <div class="fields">
                        <Select id="announce-kind" name="kind" label="Kind" options=choices(&[
                            ("", "first or subsequent, as it fits"), ("hotfix", "hotfix"),
                            ("vendor_sync", "vendor sync"), ("rollback", "rollback"),
                        ])/>
                        <Select id="announce-strategy" name="strategy" label="Strategy" options=choices(&[
                            ("rolling", "rolling"), ("blue_green", "blue-green"), ("canary", "canary"), ("recreate", "recreate"),
                        ])/>
                    </div>
                    <TextArea id="announce-notes" name="notes" label="What is in it" rows=3 maxlength=10000 hint="Markdown."/>
                    <div class="form-actions"><button class="button primary">"Announce and begin the watch"</button></div>
                </form>
            </details>
        }
        .into_any(),
    )
}

fn choices(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect()
}
