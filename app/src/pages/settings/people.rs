//! Who may sign in and what they may do.

use domain::{
    account::Account,
    actor::{Actor, Person},
};
use leptos::prelude::*;

use super::{
    person_form::{add_form, change_form},
    tabs::head,
};
use crate::{auth::Visitor, components::time::Ago, page};

/// The page.
#[component]
pub fn PeopleRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    page::load(
        async move {
            let person = visitor.person()?;
            let people = engine.people().list(&visitor.actor()?).await?;
            Ok((person, people, engine.now()))
        },
        |(person, people, now)| ("People".to_owned(), whole(&person, &people, now)),
    )
}

fn whole(reader: &Person, people: &[Account], now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let rows = people.iter().map(|kept| row(reader, kept, now)).collect_view();
    view! {
        {head(&Actor::Person(reader.clone()), "/settings/people")}
        <section class="card" aria-labelledby="people-h" id="people" data-live="people">
            <header class="card-head"><h2 id="people-h">"People"</h2><p class="card-note">{people.len()}</p></header>
            <div class="table-wrap" tabindex="0" role="group" aria-label="People: table">
                <table class="table">
                    <caption class="sr-only">"People"</caption>
                    <thead><tr>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="col-wide">"E-mail"</th>
                        <th scope="col">"Role and teams"</th>
                        <th scope="col" class="col-wide">"Signed in"</th>
                        <th scope="col"><span class="sr-only">"Change"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        {add_form()}
        <section class="card no-print" aria-labelledby="change-h" id="change">
            <header class="card-head"><h2 id="change-h">"Change a person"</h2></header>
            <div class="card-body stack tight">{people.iter().map(change_form).collect_view()}</div>
        </section>
    }
    .into_any()
}

fn row(reader: &Person, kept: &Account, now: chrono::DateTime<chrono::Utc>) -> AnyView {
    let person = &kept.person;
    let you = (person.id == reader.id).then(|| view! { " "<span class="tag">"you"</span> });
    let teams = person
        .teams
        .iter()
        .map(|team| view! { " "<span class="tag">{team.clone()}</span> })
        .collect_view();
    let role = match kept.disabled_at {
        None => view! { <span class="tag">{person.role.as_str()}</span>{teams} }.into_any(),
        Some(at) => view! { "may not sign in, since "<Ago at now/> }.into_any(),
    };
    let seen = match kept.last_login_at {
        None => view! { <span class="muted">"never"</span> }.into_any(),
        Some(at) => view! { <Ago at now/> }.into_any(),
    };
    let link = format!("Change {}", person.name);
    view! {
        <tr data-void=kept.disabled_at.map(|_| "") data-row="" tabindex="-1">
            <th scope="row">{person.name.clone()}{you}</th>
            <td class="col-wide">{person.email.clone()}</td>
            <td>{role}</td>
            <td class="col-wide">{seen}</td>
            <td class="number"><a href=format!("#person-{}", person.id) aria-label=link>"Change"</a></td>
        </tr>
    }
    .into_any()
}
