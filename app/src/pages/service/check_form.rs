//! Adding and changing a check: a form for each kind.

use domain::check::{Check, ProbeSpec};
use engine::{secrets, services::ServiceChecks};
use leptos::prelude::*;

use super::{Room, check_form_kinds::of_service, room::choices};
use crate::{
    actions::PutCheck,
    components::field::{Field, Select, TextArea},
    form::action,
    query::href,
};

/// Each kind with what it is called, what it is for, and what its conditions may name.
const KINDS: [(&str, &str, &str, &str); 18] = [
    (
        "http",
        "HTTP request",
        "Sends one request and holds the answer against conditions.",
        "status, response_time_ms, dns_ms, connect_ms, tls_ms, first_byte_ms, headers, body, json, final_url, certificate_days, hsts_max_age",
    ),
    (
        "http_steps",
        "HTTP requests in turn",
        "Several requests; what one answers is used in the next, and cookies are kept.",
        "",
    ),
    (
        "journey",
        "Browser journey",
        "Replays a flow recorded with Chrome's DevTools Recorder in a headless browser, with a picture of each step.",
        "",
    ),
    ("tcp", "TCP port", "Accepts connections, and answers as expected.", TALK),
    (
        "reachable",
        "Reachable host",
        "The host answers, without ICMP: one that refuses a connection is there.",
        TALK,
    ),
    ("dns", "DNS name", "A name has records.", "records, dns_ms, response_time_ms"),
    ("websocket", "WebSocket", "Opens, and answers as expected.", TALK),
    ("grpc", "gRPC health", "The server says that it serves, by grpc.health.v1.", TALK),
    ("postgres", "PostgreSQL", "Lets in and answers a query.", TALK),
    ("mysql", "MySQL or MariaDB", "Lets in and answers a query.", TALK),
    ("redis", "Redis", "Lets in and answers PING.", TALK),
    (
        "mail",
        "E-mail delivery",
        "Sends a mail and waits until it arrives; the value is the time between.",
        "response_time_ms, value",
    ),
    ("prometheus", "Prometheus query", "A metric server answers a query with one number.", "value"),
    ("tls", "Certificate", "Looks at the certificate: days left, chain, name.", "certificate_days"),
    (
        "https_redirect",
        "Redirect to HTTPS",
        "Plain HTTP must redirect to HTTPS on the same host.",
        "status, headers, final_url",
    ),
    (
        "hsts",
        "HSTS",
        "Strict-Transport-Security must be sent and last long enough.",
        "hsts_max_age, headers",
    ),
    (
        "exposed_files",
        "Exposed files",
        "/.env, /.git/config, backups and their like must answer 403 or 404.",
        "",
    ),
    ("debug_mode", "Debug mode", "A provoked error page must give away no stack trace.", ""),
];

/// What conditions on a connection of its own may name.
const TALK: &str = "connected, response_time_ms, dns_ms, connect_ms, tls_ms, body";

/// The part of the card that adds checks: the kinds there are, and the form of the one that was
/// chosen. The other forms are as long as all the rest of the room.
pub fn new_checks(page: &ServiceChecks, adding: &str) -> AnyView {
    if page.environments.is_empty() {
        return ().into_any();
    }
    let room = Room::Checks.href(&page.head.service.slug);
    let chosen = KINDS.into_iter().map(|(kind, ..)| kind).find(|kind| *kind == adding);
    let kinds = KINDS.into_iter().map(|(kind, title, about, _)| {
        let to = href(&room, &[("add", kind)]);
        let here = (chosen == Some(kind)).then_some("true");
        view! {
            <li>
                <a href=format!("{to}#new-{kind}") aria-current=here>{title}</a>
                <p class="small muted">{about}</p>
            </li>
        }
    });
    let kinds = kinds.collect_view();
    view! {
        <div class="card-foot stack tight no-print">
            <details class="disclosure" id="new-check">
                <summary>"Add a check…"</summary>
                <ul class="panel columns">{kinds}</ul>
            </details>
            {chosen.map(|kind| check_form(page, kind, None))}
        </div>
    }
    .into_any()
}

/// The form for a check of a kind, new or known.
pub fn check_form(page: &ServiceChecks, kind: &'static str, known: Option<&Check>) -> AnyView {
    let id = known.map_or_else(|| format!("new-{kind}"), |check| format!("change-{}", check.key));
    let (_, title, about, fields) =
        KINDS.into_iter().find(|(word, ..)| *word == kind).unwrap_or((kind, kind, "", ""));
    let summary = if known.is_some() { "Change…".to_owned() } else { format!("{title}…") };
    let usual_url = usual_url(page, kind);
    let environments = choices(&page.environments);
    let text = |of: fn(&Check) -> String, other: &str| known.map_or_else(|| other.to_owned(), of);
    let key = match known {
        None => view! {
            <Field id=format!("{id}-key") name="key" label="Key" required=true maxlength=64
                hint="Its name in the API, such as checkout-page."/>
        }
        .into_any(),
        Some(check) => {
            view! { <input type="hidden" name="key" value=check.key.clone()/> }.into_any()
        }
    };
    let address = (!matches!(kind, "http_steps" | "journey")).then(|| {
        let value = known.map_or(usual_url, |check| check.spec.url().to_owned());
        view! { <Field id=format!("{id}-url") name="url" label="Address" kind="url" required=true maxlength=2048 value/> }
    });
    let hint = format!("One a line, such as {}. Fields: {fields}.", example_condition(kind));
    let conditions = (!fields.is_empty()).then(|| {
        view! {
            <TextArea id=format!("{id}-conditions") name="conditions" label="Conditions" rows=3
                value=text(|check| check.conditions.join("\n"), usual_conditions(kind)) hint/>
            <p class="field-hints" role="group" aria-label="Fields that fit" data-fields-for=format!("{id}-conditions") data-fields=fields hidden></p>
        }
    });
    view! {
        <details class="disclosure no-print" id=id.clone() open=known.is_none()>
            <summary>{summary}</summary>
            <form class="form panel" method="post" action={action::<PutCheck>()} data-enhance="">
                <p class="hint">{about}</p>
                <input type="hidden" name="service" value=page.head.service.slug.clone()/>
                <input type="hidden" name="kind" value=kind/>
                <div class="fields">
                    {key}
                    <Select id=format!("{id}-env") name="environment" label="Environment" options=environments
                        chosen=text(|check| check.environment.clone(), "")/>
                </div>
                {address}
                {of_kind(&id, kind, known)}
                {conditions}
                <div class="fields">
                    <Field id=format!("{id}-interval") name="interval_s" label="Every, in seconds" kind="number" required=true
                        value=text(|check| check.interval_s.to_string(), "60")/>
                    <Field id=format!("{id}-timeout") name="timeout_s" label="At most, in seconds" kind="number" required=true
                        value=text(|check| check.timeout_s.to_string(), "10")/>
                </div>
                <div class="fields">
                    <Field id=format!("{id}-item") name="item" label="Box" maxlength=64 value=text(|check| check.item.clone().unwrap_or_default(), "")
                        hint="The key of the box it is evidence for, such as perf-security."/>
                </div>
                <label class="check"><input type="checkbox" name="critical" value="yes" checked=known.is_some_and(|check| check.critical)/>" Critical: its failure is a broken core flow"</label>
                <label class="check"><input type="checkbox" name="dry_run" value="yes" checked=known.is_some_and(|check| check.dry_run)/>" Dry run: measure without counting"</label>
                <div class="form-actions"><button class="button primary" data-busy="Saving…">{if known.is_some() { "Save the check" } else { "Add the check" }}</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The address a new check of a kind begins with.
fn usual_url(page: &ServiceChecks, kind: &str) -> String {
    let of_kind = domain::check::kind_of(kind);
    if of_kind.is_some_and(|kind| kind.word != "prometheus" && kind.schemes.contains(&"http")) {
        let mut environments = page.environments.iter().rev();
        return environments.find_map(|one| one.base_url.clone()).unwrap_or_default();
    }
    of_kind.map(|kind| kind.example.to_owned()).unwrap_or_default()
}

fn example_condition(kind: &str) -> &'static str {
    match kind {
        "http" | "https_redirect" => "status == 200 or response_time_ms < 300",
        "dns" => "\"192.0.2.7\" in records",
        "prometheus" => "value < 0.5",
        "tls" => "certificate_days > 30",
        "hsts" => "hsts_max_age >= 31536000",
        "mail" => "response_time_ms < 10000",
        _ => "response_time_ms < 300",
    }
}

fn usual_conditions(kind: &str) -> &'static str {
    if kind == "http" { "status == 200" } else { "" }
}

/// The fields that only this kind has.
fn of_kind(id: &str, kind: &str, known: Option<&Check>) -> AnyView {
    let spec = known.map(|check| &check.spec);
    match kind {
        "http" => http(id, spec),
        "http_steps" | "journey" | "tcp" | "websocket" | "grpc" | "postgres" | "mysql"
        | "redis" | "mail" | "prometheus" => of_service(id, kind, known),
        "tls" => {
            let days = match spec {
                Some(ProbeSpec::Tls { min_days: Some(days), .. }) => days.to_string(),
                _ => String::new(),
            };
            view! { <Field id=format!("{id}-days") name="min_days" label="Fewest days left" kind="number" value=days hint="14 where empty."/> }
                .into_any()
        }
        "hsts" => {
            let age = match spec {
                Some(ProbeSpec::Hsts { min_max_age_s: Some(age), .. }) => age.to_string(),
                _ => String::new(),
            };
            view! { <Field id=format!("{id}-age") name="min_max_age_s" label="Shortest max-age, in seconds" kind="number" value=age hint="15768000, six months, where empty."/> }
                .into_any()
        }
        _ => ().into_any(),
    }
}

fn http(id: &str, spec: Option<&ProbeSpec>) -> AnyView {
    let (method, headers, body) = match spec {
        Some(ProbeSpec::Http { method, headers, body, .. }) => (
            method.clone().unwrap_or_default(),
            secrets::header_lines(headers),
            body.as_ref().map_or_else(String::new, |_| secrets::HIDDEN.to_owned()),
        ),
        _ => Default::default(),
    };
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .map(|word| (word.to_owned(), word.to_owned()));
    view! {
        <Select id=format!("{id}-method") name="method" label="Method" options=methods.to_vec() chosen=method/>
        <TextArea id=format!("{id}-headers") name="headers" label="Headers" rows=2 value=headers hint="One a line, such as Accept: text/html. What is hidden stays as it is, for the same server, until it is written anew."/>
        <TextArea id=format!("{id}-body") name="body" label="Body" rows=2 value=body/>
    }
    .into_any()
}
