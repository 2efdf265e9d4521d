//! The board: what is being watched, what waits on whom, what runs where.

mod environments;
mod needs_attention;
mod watching;

use domain::permissions::{Permission, authorize};
use engine::board::Board;
use leptos::prelude::*;

use crate::{
    auth::Visitor,
    components::announce_form::{Choice, announce_form},
    page,
};

/// The page.
#[component]
pub fn BoardPage() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let person = visitor.person()?;
            let board = engine.board().page(&person).await?;
            Ok((board, visitor.actor()?))
        },
        |(board, actor)| {
            let offered =
                !board.places.is_empty() && authorize(&actor, Permission::Announce, None).is_ok();
            let view = view! {
                <div class="page-head" data-live="board-head">
                    <div><h1>"Board"</h1><p class="page-sub">{summary(&board)}</p></div>
                </div>
                {offered.then(|| announce(&board))}
                <div class="split" data-events="/events">
                    <div class="stack">
                        {watching::watching(&board, &actor)}
                        {environments::environments(&board)}
                    </div>
                    <div class="stack">
                        {needs_attention::waits_on_you(&board)}
                        {needs_attention::to_sign(&board)}
                        {needs_attention::overdue(&board)}
                        {needs_attention::duties(&board)}
                    </div>
                </div>
            };
            ("Board".to_owned(), view.into_any())
        },
    )
}

/// The form for an announcement by hand, anywhere there is.
fn announce(board: &Board) -> AnyView {
    let choices = board.services.iter().flat_map(|service| {
        let here = board.environments.iter();
        here.filter(|environment| board.cell(service, environment).is_some()).map(|environment| {
            let named = (environment.slug.as_str(), environment.name.as_str());
            Choice::new((&service.slug, &service.name), named)
        })
    });
    announce_form(choices.collect(), &board.runbooks)
}

fn summary(board: &Board) -> String {
    let watches = match board.watching.len() {
        0 => "No watch is open".to_owned(),
        1 => "1 watch open".to_owned(),
        n => format!("{n} watches open"),
    };
    let mine = match board.waiting() {
        0 => "nothing waits on you".to_owned(),
        1 => "1 thing waits on you".to_owned(),
        n => format!("{n} things wait on you"),
    };
    let late = match board.overdue.len() {
        0 => "nothing is overdue".to_owned(),
        1 => "1 is overdue".to_owned(),
        n => format!("{n} are overdue"),
    };
    format!("{watches} · {mine} · {late}")
}
