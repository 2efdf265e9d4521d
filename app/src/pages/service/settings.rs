//! What a service is called, who owns it, where it runs and how fast it must answer.

use engine::services::ServiceSettings;
use leptos::prelude::*;

use super::{Room, room::head};
use crate::{
    actions::{ChangeService, ChangeTargets, ChangeVersionSource},
    components::field::{Field, Select, TextArea},
    form::action,
};

/// The room: forms for those who may change it, the same as facts for everyone else.
pub fn settings(page: &ServiceSettings) -> AnyView {
    let cards = if page.head.may_configure() {
        view! { {form(page)}<div class="stack">{targets_form(page)}{version_form(page)}</div> }
            .into_any()
    } else {
        view! { {facts(page)}<div class="stack">{targets(page)}{version(page)}</div> }.into_any()
    };
    view! {
        {head(&page.head, Room::Settings)}
        <div class="split even">{cards}</div>
    }
    .into_any()
}

fn form(page: &ServiceSettings) -> AnyView {
    let service = &page.head.service;
    let environments = page
        .environments
        .iter()
        .map(|one| {
            let slug = one.environment.clone();
            let label = format!("Base URL of {slug}");
            view! {
                    <input type="hidden" name="environment" value=slug.clone()/>
                    <Field id=format!("base-{slug}") name="base_url" label kind="url" maxlength=2048
                        value=one.base_url.clone().unwrap_or_default()/>
                    <Field id=format!("plain-{slug}") name="plain_http" maxlength=500
                        label=format!("{slug} is plain HTTP on purpose, because")
                        hint="Only for an address that begins with http://. Then no HTTPS redirect, HSTS or certificate is expected."
                        value=one.plain_http_because.clone().unwrap_or_default()/>
            }
        })
        .collect_view();
    view! {
        <section class="card no-print" aria-labelledby="settings-h" id="settings" tabindex="-1">
            <header class="card-head"><h2 id="settings-h">"The service"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeService>()} data-enhance="">
                    <input type="hidden" name="service" value=service.slug.clone()/>
                    <div class="fields">
                        <Field id="name" name="name" label="Name" required=true maxlength=80 value=service.name.clone()/>
                        <Field id="tier" name="tier" label="Tier" maxlength=40 value=service.tier.clone()/>
                    </div>
                    <Field id="owners" name="owners" label="Owners" maxlength=200 value=service.owners.clone()/>
                    <TextArea id="description" name="description" label="Description" maxlength=2000 value=service.description.clone()/>
                    {environments}
                    <fieldset class="field">
                        <legend>"Another environment"</legend>
                        <div class="fields">
                            <Field id="new-environment" plain=true name="environment" label="Environment" maxlength=64 placeholder="staging"/>
                            <Field id="new-base" plain=true name="base_url" label="Base URL" kind="url" maxlength=2048 placeholder="https://…"/>
                            <input type="hidden" name="plain_http" value=""/>
                        </div>
                    </fieldset>
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn targets_form(page: &ServiceSettings) -> AnyView {
    let service = &page.head.service;
    let known = service
        .targets
        .iter()
        .map(|target| (target.name.clone(), target.path.clone(), target.target_ms.to_string()));
    let blank = (String::new(), String::new(), String::new());
    let rows = known
        .chain([blank])
        .enumerate()
        .map(|(at, (name, path, ms))| {
            view! {
                <div class="fields trio">
                    <Field id=format!("target-{at}-name") plain=true name="name" label="Page" maxlength=64 value=name/>
                    <Field id=format!("target-{at}-path") plain=true name="path" label="Path" maxlength=500 value=path/>
                    <Field id=format!("target-{at}-ms") plain=true name="target_ms" label="At most, ms" kind="number" value=ms/>
                </div>
            }
        })
        .collect_view();
    let assumed = service.targets.iter().any(|target| target.assumed).then(|| {
        view! { <p class="hint">"Nobody has agreed on these yet: a page that is not there (404) fails nothing until they are saved."</p> }
    });
    view! {
        <section class="card no-print" aria-labelledby="targets-h" id="targets" tabindex="-1">
            <header class="card-head"><h2 id="targets-h">"Response targets"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeTargets>()} data-enhance="">
                    <input type="hidden" name="service" value=service.slug.clone()/>
                    <p class="hint">"How fast each page must answer. Empty a page’s name to leave it out."</p>
                    {assumed}
                    {rows}
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save the targets"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// Where answers name the version that gave them.
fn version_form(page: &ServiceSettings) -> AnyView {
    let service = &page.head.service;
    let known = service.version_source.as_ref();
    let option = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let parts = vec![
        option("", "Nowhere: any version's answers count"),
        option("header", "In a header"),
        option("json", "In the JSON body"),
        option("meta", "In a meta element of the page"),
    ];
    let share = known.map_or(100, |known| known.min_share).to_string();
    view! {
        <section class="card no-print" aria-labelledby="version-source-h" id="version-source" tabindex="-1">
            <header class="card-head"><h2 id="version-source-h">"The version that answers"</h2></header>
            <div class="card-body">
                <form class="form" method="post" action={action::<ChangeVersionSource>()} data-enhance="">
                    <input type="hidden" name="service" value=service.slug.clone()/>
                    <p class="hint">
                        "Where an answer names its version, a measurement counts only if the announced version gave it: \
                         neither a rollout that is half done nor a cache passes for the release."
                    </p>
                    <Select id="version-from" name="version_from" label="Answers name their version" options=parts
                        chosen=known.map(|known| known.from.as_str()).unwrap_or_default()/>
                    <Field id="version-name" name="version_name" label="Name or pointer" plain=true maxlength=200
                        hint="X-Version, /build/version or app-version, say."
                        value=known.map(|known| known.name.clone()).unwrap_or_default()/>
                    <Field id="version-share" name="min_share" label="At least, in percent" kind="number" plain=true
                        hint="Of all answers of the last ten minutes. Below that, boxes are undecided." value=share/>
                    <div class="form-actions"><button class="button primary" data-busy="Saving…">"Save the version’s place"</button></div>
                </form>
            </div>
        </section>
    }
    .into_any()
}

/// The same, to be read.
fn version(page: &ServiceSettings) -> AnyView {
    let said = match &page.head.service.version_source {
        None => "Answers name no version: any version's answers count.".to_owned(),
        Some(known) => format!(
            "Answers name their version ({}). At least {} % of those of the last ten minutes have to \
             be the announced one's.",
            known.describe(),
            known.min_share
        ),
    };
    view! {
        <section class="card" aria-labelledby="version-source-h" id="version-source">
            <header class="card-head"><h2 id="version-source-h">"The version that answers"</h2></header>
            <div class="card-body"><p class="muted">{said}</p></div>
        </section>
    }
    .into_any()
}

/// What stands in the form, to be read.
fn facts(page: &ServiceSettings) -> AnyView {
    let service = &page.head.service;
    let said = |text: &str| match text.trim() {
        "" => view! { <span class="faint">"not said"</span> }.into_any(),
        text => text.to_owned().into_any(),
    };
    let environments = page
        .environments
        .iter()
        .map(|one| {
            let url = one.base_url.as_deref().unwrap_or_default();
            let plain = one.plain_http().map(|why| {
                view! { <div><dt>{format!("{} is plain HTTP, because", one.environment)}</dt><dd>{said(why)}</dd></div> }
            });
            view! {
                <div><dt>{format!("Base URL of {}", one.environment)}</dt><dd>{said(url)}</dd></div>
                {plain}
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="settings-h" id="settings">
            <header class="card-head"><h2 id="settings-h">"The service"</h2></header>
            <div class="card-body">
                <dl class="facts left">
                    <div><dt>"Name"</dt><dd>{said(&service.name)}</dd></div>
                    <div><dt>"Short name"</dt><dd><code>{service.slug.clone()}</code></dd></div>
                    <div><dt>"Tier"</dt><dd>{said(&service.tier)}</dd></div>
                    <div><dt>"Owners"</dt><dd>{said(&service.owners)}</dd></div>
                    <div><dt>"Description"</dt><dd>{said(&service.description)}</dd></div>
                    {environments}
                </dl>
            </div>
        </section>
    }
    .into_any()
}

fn targets(page: &ServiceSettings) -> AnyView {
    let rows = page.head.service.targets.iter().map(|target| {
        let at_most = format!("{} ms", target.target_ms);
        view! {
            <div>
                <dt>{target.name.clone()}" "<code class="faint">{target.path.clone()}</code></dt>
                <dd class="number">{at_most}</dd>
            </div>
        }
    });
    let rows = rows.collect::<Vec<_>>();
    let content = if rows.is_empty() {
        view! { <p class="muted">"No page has a target: nothing is timed."</p> }.into_any()
    } else {
        view! { <dl class="facts">{rows}</dl> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="targets-h" id="targets">
            <header class="card-head"><h2 id="targets-h">"Response targets"</h2></header>
            <div class="card-body">{content}</div>
        </section>
    }
    .into_any()
}
