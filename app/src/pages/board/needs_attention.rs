//! What waits on the reader, what waits for signatures, and what is overdue.

use domain::humanize;
use engine::board::Board;
use leptos::prelude::*;

use crate::{components::badge::Badge, pages::duties::badge};

/// What the reader has to restore by hand, and the reader's boxes.
pub fn waits_on_you(board: &Board) -> AnyView {
    let boxes = board
        .waiting_on_me
        .iter()
        .map(|(item, of)| {
            let due = item.due_at.map(|at| format!("due {}", humanize::relative(at, board.now)));
            view! {
                <li>
                    <div>
                        <b><a href=format!("{}#{}", of.path, item.key)>{item.title.clone()}</a></b>
                        <p>{of.title.clone()}</p>
                    </div>
                    <span class="when">{due}</span>
                </li>
            }
        })
        .collect_view();
    let restore = board.to_restore.iter().map(|one| {
        let bad = &one.deployment;
        let label = format!("{} on {}: rolled back, not restored", bad.service, bad.environment);
        view! {
            <li>
                <div>
                    <b><a href=format!("/deployments/{}#rollback", bad.id)>{label}</a></b>
                    <p>{one.sentence()}</p>
                </div>
                {one.is_failed().then(|| view! { <Badge state="failed" label="Hook failed"/> })}
            </li>
        }
    });
    let restore = restore.collect_view();
    let revoked = board.revoked.iter().map(|open| {
        let label = format!("{} {} on {}", open.service, open.version, open.environment);
        view! {
            <li>
                <div>
                    <b><a href=format!("/deployments/{}", open.id)>{label}</a></b>
                    <p>{open.reason.clone()}</p>
                </div>
                <Badge state="failed" label="Sign-off revoked"/>
            </li>
        }
    });
    let revoked = revoked.collect_view();
    let count = board.waiting();
    let none = (count == 0).then(
        || view! { <div class="card-body"><p class="muted">"Nothing waits on you."</p></div> },
    );
    view! {
        <section class="card" aria-labelledby="mine-h" id="mine" data-live="mine">
            <header class="card-head"><h2 id="mine-h">"Waits on you"</h2><p class="card-note">{count}</p></header>
            {none}
            <ul class="rows">{restore}{revoked}{boxes}</ul>
        </section>
    }
    .into_any()
}

/// The watches whose boxes are all closed; nothing where there is none.
pub fn to_sign(board: &Board) -> Option<AnyView> {
    if board.to_sign.is_empty() {
        return None;
    }
    let rows = board
        .to_sign
        .iter()
        .map(|open| {
            let label = format!("{} {} on {}", open.service, open.version, open.environment);
            view! {
                <li>
                    <div>
                        <b><a href=format!("/deployments/{}#sign-off", open.id)>{label}</a></b>
                        <p>{open.reason.clone()}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="sign-h" id="sign" data-live="sign">
                <header class="card-head">
                    <h2 id="sign-h">"Ready to sign off"</h2><p class="card-note">{board.to_sign.len()}</p>
                </header>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

/// The duties whose runs are open; nothing where there is none.
pub fn duties(board: &Board) -> Option<AnyView> {
    if board.duties.is_empty() {
        return None;
    }
    let rows = board
        .duties
        .iter()
        .filter_map(|duty| {
            let run = duty.open.as_ref()?;
            let place = format!("{} on {}", duty.record.service, duty.record.environment);
            let (closed, required) = duty.closed;
            let said = format!(
                "{place} · {closed} of {required} boxes · due {}",
                humanize::relative(run.due_at, board.now)
            );
            Some(view! {
                <li>
                    <div>
                        <b><a href=format!("/duties/{}", run.id)>{duty.title.clone()}</a></b>
                        <p>{said}</p>
                    </div>
                    {badge(duty)}
                </li>
            })
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="duties-h" id="duties" data-live="duties">
                <header class="card-head">
                    <h2 id="duties-h"><a href="/duties">"Duties"</a></h2><p class="card-note">{board.duties.len()}</p>
                </header>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

/// The boxes whose time is up.
pub fn overdue(board: &Board) -> AnyView {
    let rows = board
        .overdue
        .iter()
        .map(|(item, of)| {
            let late = item.due_at.map_or(0, |at| (board.now - at).num_seconds().max(1));
            view! {
                <li>
                    <div>
                        <b><a href=format!("{}#{}", of.path, item.key)>{item.title.clone()}</a></b>
                        <p>{of.title.clone()}</p>
                    </div>
                    <Badge state="overdue" label=humanize::duration(late)/>
                </li>
            }
        })
        .collect_view();
    let none = board
        .overdue
        .is_empty()
        .then(|| view! { <div class="card-body"><p class="muted">"Nothing is overdue."</p></div> });
    view! {
        <section class="card" aria-labelledby="late-h" id="late" data-live="late">
            <header class="card-head"><h2 id="late-h">"Overdue"</h2><p class="card-note">{board.overdue.len()}</p></header>
            {none}
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}
