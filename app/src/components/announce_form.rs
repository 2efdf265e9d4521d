//! Announcing a deployment by hand: one form, wherever it stands.

use leptos::prelude::*;

use super::field::{Field, Select, TextArea};
use crate::{actions::Announce, form::action};

/// A service in an environment, to choose: what the form sends and what people read.
pub struct Choice {
    value: String,
    text: String,
}

impl Choice {
    /// One of them. The slugs are sent, the names are shown.
    pub fn new(service: (&str, &str), environment: (&str, &str)) -> Self {
        let ((service, service_name), (environment, environment_name)) = (service, environment);
        Self {
            value: format!("{service} {environment}"),
            text: format!("{service_name} on {environment_name}"),
        }
    }
}

/// The form, behind a disclosure. `runbooks` are the published ones: slug and title.
pub fn announce_form(choices: Vec<Choice>, runbooks: &[(String, String)]) -> AnyView {
    let places = choices.into_iter().map(|one| (one.value, one.text)).collect();
    let fits = std::iter::once((String::new(), "the one that fits the kind".to_owned()));
    let runbooks: Vec<_> = fits.chain(runbooks.iter().cloned()).collect();
    view! {
        <details class="disclosure no-print" id="announce-form">
            <summary>"Announce a deployment by hand…"</summary>
            <form class="form panel" method="post" action={action::<Announce>()} id="announcement">
                <p class="muted">"Pipelines announce by themselves. This is for what was installed by hand. A watch that is open there becomes superseded."</p>
                <div class="fields">
                    <Select id="announce-place" name="place" label="Service and environment" options=places/>
                    <Field id="announce-version" name="version" label="Version" required=true maxlength=128/>
                    <Field id="announce-commit" name="commit" label="Commit" maxlength=128/>
                </div>
                <div class="fields">
                    <Select id="announce-kind" name="kind" label="Kind" options=words(&[
                        ("", "first or subsequent, as it fits"), ("first", "first"),
                        ("subsequent", "subsequent"), ("hotfix", "hotfix"),
                        ("vendor_sync", "vendor sync"), ("rollback", "rollback"),
                    ])/>
                    <Select id="announce-strategy" name="strategy" label="Strategy" options=words(&[
                        ("rolling", "rolling"), ("blue_green", "blue-green"), ("canary", "canary"), ("recreate", "recreate"),
                    ])/>
                    <Select id="announce-runbook" name="runbook" label="Runbook" options=runbooks/>
                </div>
                <div class="fields">
                    <Field id="announce-at" name="deployed_at" label="Installed at, UTC" kind="datetime-local" hint="Now, where left empty."/>
                    <Field id="announce-by" name="deployed_by" label="Installed by" maxlength=120 hint="A name or an e-mail address. You, where left empty."/>
                    <Field id="announce-url" name="url" label="The pipeline's page" kind="url" maxlength=2048/>
                </div>
                <TextArea id="announce-notes" name="notes" label="What is in it" rows=3 maxlength=10000 hint="Markdown."/>
                <div class="form-actions"><button class="button primary" data-busy="Announcing…">"Announce and begin the watch"</button></div>
            </form>
        </details>
    }
    .into_any()
}

fn words(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect()
}
