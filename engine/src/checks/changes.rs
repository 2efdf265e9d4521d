//! What was changed of a check, for whoever reads later what it was and is.

use domain::check::Check;
use probes::redacted_address;

use crate::changes::Changes;

/// What is otherwise now. What is sent may hold secrets: of it only that it changed is said.
pub(super) fn changes(was: &Check, is: &Check) -> Changes {
    let mut changes = Changes::default();
    let mut note = |what: &str, was: String, is: String| changes.note(what, was, is);
    let or_none = |text: Option<&String>| text.map_or_else(|| "none".into(), Clone::clone);
    let conditions = |all: &[String]| {
        if all.is_empty() { "none".into() } else { format!("`{}`", all.join("`, `")) }
    };
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    note("its environment", was.environment.clone(), is.environment.clone());
    note("its kind", was.spec.kind().into(), is.spec.kind().into());
    note("its address", redacted_address(was.spec.url()), redacted_address(is.spec.url()));
    note("its conditions", conditions(&was.conditions), conditions(&is.conditions));
    note("its box", or_none(was.item.as_ref()), or_none(is.item.as_ref()));
    note("whether it is critical", yes(was.critical), yes(is.critical));
    note("whether it is on trial", yes(was.dry_run), yes(is.dry_run));
    note("what no data counts as", was.no_data.clone(), is.no_data.clone());
    note("its interval", format!("{} s", was.interval_s), format!("{} s", is.interval_s));
    note("its time-out", format!("{} s", was.timeout_s), format!("{} s", is.timeout_s));
    if was.retired_at.is_some() {
        changes.note_only("that it is retired no more");
    }
    let same_place = (was.spec.kind(), was.spec.url()) == (is.spec.kind(), is.spec.url());
    if same_place && was.spec != is.spec {
        changes.note_only("what it sends or looks for");
    }
    changes
}
