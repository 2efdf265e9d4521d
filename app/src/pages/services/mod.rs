//! All services, with what runs where.

mod add_form;

use domain::{deployment::Deployment, service::ServiceEnvironment};
use engine::services::{ServiceRow, ServicesPage};
use leptos::prelude::*;

use self::add_form::add_form;
use crate::{
    auth::Visitor,
    components::{
        badge::of_deployment,
        copyable::Copyable,
        empty::Empty,
        icon::{Icon, of_state},
        time::Ago,
    },
    page,
};

/// The page.
#[component]
pub fn ServicesRoute() -> impl IntoView {
    let engine = page::engine();
    let visitor = Visitor::here();
    let base_url = engine.options().base_url.clone();
    page::load(async move { engine.services().page(&visitor.person()?).await }, move |found| {
        ("Services".to_owned(), whole(&found, &base_url))
    })
}

fn whole(page: &ServicesPage, base_url: &str) -> AnyView {
    let count = match page.services.len() {
        0 => "None yet".to_owned(),
        1 => "1 service".to_owned(),
        n => format!("{n} services"),
    };
    let add = page.may_configure.then(|| {
        view! { <div class="row"><a class="button" href="#add"><Icon name="plus"/>"Add a service"</a></div> }
    });
    view! {
        <div class="page-head">
            <div><h1>"Services"</h1><p class="page-sub">{count}</p></div>
            {add}
        </div>
        {if page.services.is_empty() { nothing(page, base_url) } else { table(page) }}
        {page.may_configure.then(|| add_form(page.services.is_empty()))}
    }
    .into_any()
}

fn nothing(page: &ServicesPage, base_url: &str) -> AnyView {
    let said = if page.may_configure {
        "A service is an application you deploy. Add the first one below, or let a pipeline do it with a token that has the scope config:write:"
    } else {
        "A service is an application you deploy. An operator adds the first one here, or a pipeline does with a token that has the scope config:write:"
    };
    let curl = format!(
        "curl -fsS -X PUT -H \"Authorization: Bearer $DAYTWO_TOKEN\" -H 'Content-Type: application/json' \\\n  \
         -d '{{\"name\":\"Shop\",\"environments\":[{{\"slug\":\"production\",\"base_url\":\"https://shop.example.org\"}}]}}' \\\n  \
         {base_url}/api/v1/services/shop"
    );
    view! {
        <section class="card" aria-label="All services" id="list">
            <Empty text=said><Copyable text=curl label="Command"/></Empty>
        </section>
    }
    .into_any()
}

fn table(page: &ServicesPage) -> AnyView {
    let rows = page.services.iter().map(|row| service_row(page, row)).collect_view();
    view! {
        <section class="card" aria-label="All services" id="list" data-live="services">
            <div class="table-wrap" tabindex="0" role="group" aria-label="All services: table">
                <table class="table matrix">
                    <caption class="sr-only">"Services and what runs where"</caption>
                    <thead><tr>
                        <th scope="col">"Service"</th>
                        <th scope="col">"Runs"</th>
                        <th scope="col" class="col-wide">"Owners"</th>
                        <th scope="col" class="col-wide">"Tier"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn service_row(page: &ServicesPage, row: &ServiceRow) -> AnyView {
    let service = &row.service;
    let places = row
        .places
        .iter()
        .map(|(place, running)| runs(page, place, running.as_ref()))
        .collect_view();
    let nowhere =
        row.places.is_empty().then(|| view! { <span class="none">"no environment yet"</span> });
    view! {
        <tr data-row="" tabindex="-1">
            <th scope="row">
                <a href=format!("/services/{}", service.slug)>{service.name.clone()}</a>
                {(service.slug != service.name).then(|| view! { <small><code>{service.slug.clone()}</code></small> })}
            </th>
            <td><ul class="row">{places}</ul>{nowhere}</td>
            <td class="col-wide">{or_dash(&service.owners)}</td>
            <td class="col-wide">{or_dash(&service.tier)}</td>
        </tr>
    }
    .into_any()
}

fn or_dash(text: &str) -> AnyView {
    if text.trim().is_empty() {
        view! { <span class="none">"not said"</span> }.into_any()
    } else {
        text.to_owned().into_any()
    }
}

fn runs(page: &ServicesPage, place: &ServiceEnvironment, running: Option<&Deployment>) -> AnyView {
    match running {
        None => view! {
            <li><span class="none">"never deployed"</span><small>{place.environment.clone()}</small></li>
        }
        .into_any(),
        Some(one) => {
            let (state, label) = of_deployment(one);
            view! {
                <li>
                    <span class="version" data-state=state>
                        <Icon name=of_state(state)/><span class="sr-only">{label}": "</span>
                        <a href=format!("/deployments/{}", one.id)>{one.version.clone()}</a>
                    </span>
                    <small>{place.environment.clone()}", "<Ago at=one.deployed_at now=page.now/></small>
                </li>
            }
            .into_any()
        }
    }
}
