//! Waiving a box: a reason, and until when.

use domain::run::RunSubject;
use engine::runs::{ItemNow, RunPage};
use leptos::prelude::*;

use crate::{
    actions::Waive,
    components::{
        field::{Field, Select, TextArea},
        time::machine,
    },
    form::action,
};

/// What the end of a run is called.
const fn ending(page: &RunPage) -> &'static str {
    match page.record.subject {
        RunSubject::Deployment => "the end of the watch",
        RunSubject::Duty => "the run is due",
    }
}

/// The form, behind a disclosure.
pub fn waive_form(page: &RunPage, now: &ItemNow) -> AnyView {
    let key = &now.item.key;
    let mut choices = vec![("1h", "1 hour"), ("24h", "24 hours"), ("7d", "7 days")];
    if page.record.ends_at > page.now {
        choices.push(("watch", ending(page)));
    }
    choices.push(("until", "the time beside"));
    let options =
        choices.into_iter().map(|(value, text)| (value.to_owned(), text.to_owned())).collect();
    view! {
        <details class="disclosure no-print" id=format!("{key}-waive") data-key="w">
            <summary>"Waive…"</summary>
            <form class="form panel" method="post" action={action::<Waive>()} data-enhance="">
                <input type="hidden" name="run" value=page.record.id.to_string()/>
                <input type="hidden" name="item" value=key.clone()/>
                <input type="hidden" name="watch_ends_at" value=machine(page.record.ends_at)/>
                <TextArea id=format!("{key}-reason") name="reason" label="Reason" maxlength=500 required=true
                    hint="Stands in the run for good, with your name."/>
                <div class="fields">
                    <Select id=format!("{key}-expires") name="expires" label="Until" options chosen="24h"/>
                    <Field id=format!("{key}-until") name="until" label="Date and time, UTC" kind="datetime-local"/>
                </div>
                <div class="form-actions"><button class="button" data-busy="Waiving…">"Waive this box"</button></div>
            </form>
        </details>
    }
    .into_any()
}
