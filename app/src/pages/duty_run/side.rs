//! Beside the boxes of a duty's run: who signs, what happened, the runs before it.

use engine::{duties::DutyRunPage, text};
use leptos::prelude::*;

use crate::{
    actions::SignDuty,
    components::{
        field::TextArea,
        icon::Icon,
        time::{Ago, At},
    },
    form::action,
};

/// Who must sign and who has.
pub fn sign_off(page: &DutyRunPage) -> AnyView {
    let roles = page
        .roles
        .iter()
        .map(|role| {
            let given = page
                .given
                .iter()
                .filter(|signed| signed.role == role.role)
                .map(|signed| {
                    let note = (!signed.note.is_empty())
                        .then(|| view! { <p class="small muted">{signed.note.clone()}</p> });
                    let name = format!("{} · ", signed.person_name);
                    view! { <dd class="given"><Icon name="passed"/>{name}<Ago at=signed.at now=page.now/>{note}</dd> }
                })
                .collect_view();
            let missing = (role.given < role.needed)
                .then(|| view! { <dd class="muted">{format!("{} of {}", role.given, role.needed)}</dd> });
            view! { <div><dt>{role.role.clone()}</dt>{given}{missing}</div> }
        })
        .collect_view();
    let form = match (&page.may_sign, page.run.closed_at) {
        (_, Some(_)) => None,
        (Ok(role), None) => Some(sign_form(page, role)),
        (Err(why), None) => Some(view! { <p class="small muted">{why.clone()}</p> }.into_any()),
    };
    view! {
        <section class="card sign-off" aria-labelledby="sign-off-h" id="sign-off" tabindex="-1" data-live="sign-off">
            <header class="card-head"><h2 id="sign-off-h">"Sign-off"</h2></header>
            <div class="card-body"><dl class="facts">{roles}</dl>{form}</div>
        </section>
    }
    .into_any()
}

fn sign_form(page: &DutyRunPage, role: &str) -> AnyView {
    let text = format!("Sign off as {role}");
    view! {
        <form class="form" method="post" action={action::<SignDuty>()} data-enhance="" id="sign-off-form">
            <input type="hidden" name="run" value=page.run.id.to_string()/>
            <TextArea id="sign-off-comment" name="comment" label="Comment" maxlength=2000/>
            <div class="form-actions"><button class="button primary wide" data-busy="Signing off…">{text}</button></div>
        </form>
    }
    .into_any()
}

/// The other runs of this duty.
pub fn runs(page: &DutyRunPage) -> Option<AnyView> {
    let others: Vec<_> = page.runs.iter().filter(|run| run.id != page.run.id).collect();
    if others.is_empty() {
        return None;
    }
    let rows = others
        .into_iter()
        .map(|run| {
            let href = format!("/duties/{}", run.id);
            let done = run.closed_at.map_or_else(
                || view! { <span class="muted">"not done"</span> }.into_any(),
                |at| view! { "done "<At at now=page.now/> }.into_any(),
            );
            let opened = text::exact(run.opened_at);
            view! { <li><div><b><a href=href>{opened}</a></b></div><span class="when">{done}</span></li> }
        })
        .collect_view();
    Some(
        view! {
            <section class="card" aria-labelledby="runs-h" id="runs">
                <header class="card-head"><h2 id="runs-h">"Other runs"</h2></header>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
