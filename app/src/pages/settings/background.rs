//! What the portal does by itself, and how that goes.

use chrono::{DateTime, Utc};
use domain::{actor::Actor, humanize};
use engine::background::{BackgroundPage, TaskStatus};
use leptos::prelude::*;

use super::tabs::head;
use crate::{
    auth::Visitor,
    components::{badge::Badge, empty::Empty, time::Ago},
    page,
};

/// The page.
#[component]
pub fn BackgroundRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let person = visitor.person()?;
            let found = engine.background().page(&person)?;
            Ok((Actor::Person(person), found))
        },
        |(actor, found)| ("Background".to_owned(), whole(&actor, &found)),
    )
}

fn whole(actor: &Actor, page: &BackgroundPage) -> AnyView {
    let failing = page.tasks.iter().filter(|task| task.failing).count();
    let badge = match failing {
        _ if page.tasks.is_empty() => view! { <Badge state="undecided" label="Not started"/> },
        0 => view! { <Badge state="passed" label="All work"/> },
        1 => view! { <Badge state="failed" label="1 fails"/> },
        many => view! { <Badge state="failed" label=format!("{many} fail")/> },
    };
    let rows = page.tasks.iter().map(|task| row(task, page.now)).collect_view();
    let content = if page.tasks.is_empty() {
        view! { <Empty text="Nothing runs by itself at this portal: its background work was not started."/> }.into_any()
    } else {
        view! {
            <div class="card-body"><p class="hint">"Each task runs now and then, by itself and beside the others; where one fails, its next run tries again. Counted since this portal started."</p></div>
            <div class="table-wrap" tabindex="0" role="group" aria-label="Background: table">
                <table class="table wraps">
                    <caption class="sr-only">"Background tasks"</caption>
                    <thead><tr>
                        <th scope="col">"Task"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Last run"</th>
                        <th scope="col" class="col-wide">"Next"</th>
                        <th scope="col" class="number col-wide">"Runs"</th>
                        <th scope="col" class="number col-wide">"Failed"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        {head(actor, "/settings/background")}
        <section class="card" aria-labelledby="background-h" id="background" data-live="background">
            <header class="card-head"><h2 id="background-h">"Background"</h2>{badge}</header>
            {content}
        </section>
    }
    .into_any()
}

fn row(task: &TaskStatus, now: DateTime<Utc>) -> AnyView {
    let about = task.about;
    let (state, label) = match task {
        TaskStatus { failing: true, .. } => ("failed", "Fails"),
        TaskStatus { running_since: Some(_), .. } => ("running", "Runs"),
        TaskStatus { runs: 0, .. } => ("open", "Not yet run"),
        _ => ("passed", "Works"),
    };
    let next = match (task.running_since, task.next_due) {
        (Some(since), _) => view! { "runs since "<Ago at=since now/> }.into_any(),
        (None, Some(at)) => view! { <Ago at now/> }.into_any(),
        (None, None) => view! { <span class="muted">"at once"</span> }.into_any(),
    };
    let every = i64::try_from(about.period.as_secs()).unwrap_or(i64::MAX);
    view! {
        <tr id=format!("task-{}", about.name) data-row="" tabindex="-1">
            <th scope="row">
                {about.title}
                <small>{about.does}</small>
                {failure(task, now)}
            </th>
            <td><Badge state label/></td>
            <td>{last_run(task, now)}</td>
            <td class="col-wide">{next}<small>{format!("every {}", humanize::duration(every))}</small></td>
            <td class="number col-wide">{task.runs}</td>
            <td class="number col-wide">{task.failures}</td>
        </tr>
    }
    .into_any()
}

/// When it ran last, how long that took and what came of it.
fn last_run(task: &TaskStatus, now: DateTime<Utc>) -> AnyView {
    let Some(at) = task.last_finished else {
        return view! { <span class="muted">"none"</span> }.into_any();
    };
    let took = task.last_duration.map(|took| format!("took {}", took_text(took)));
    let result = match &task.last_result {
        Some(result) if !task.failing => result.clone(),
        _ => String::new(),
    };
    view! {
        <Ago at now/>
        <small>{took}</small>
        <small>{result}</small>
    }
    .into_any()
}

/// How it fails, or failed last.
fn failure(task: &TaskStatus, now: DateTime<Utc>) -> Option<AnyView> {
    let failure = task.failure.as_ref()?;
    let times =
        if failure.times == 1 { "once".to_owned() } else { format!("{} times", failure.times) };
    let said = failure.sentence.clone();
    Some(if task.failing {
        view! { <small><strong>"Fails since "<Ago at=failure.since now/>{format!(", {times}: {said}")}</strong></small> }
            .into_any()
    } else {
        view! { <small>"Failed "<Ago at=failure.last now/>{format!(", {times}: {said}")}</small> }
            .into_any()
    })
}

/// Such as `12 ms` or `3.4 s`.
fn took_text(took: std::time::Duration) -> String {
    match took.as_millis() {
        millis @ ..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", took.as_secs_f64()),
        _ => humanize::duration(i64::try_from(took.as_secs()).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_readable() {
        let read = |millis| took_text(Duration::from_millis(millis));
        assert_eq!([0, 12, 3_420, 125_000].map(read), ["0 ms", "12 ms", "3.4 s", "2 min"]);
    }
}
