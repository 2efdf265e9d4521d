//! The fields that only the kinds have which look at what a service depends on.

use domain::check::{Check, HttpStep, Inbox, ProbeSpec};
use engine::secrets::{HIDDEN, header_lines};
use leptos::prelude::*;

use crate::components::field::{Field, Select, TextArea};

/// What an empty answer may mean.
const NO_DATA: [(&str, &str); 3] =
    [("undecided", "Nothing is known"), ("zero", "A zero"), ("fail", "A failure")];

/// What a form shows of a check.
#[derive(Default)]
struct Shown {
    send: String,
    expect: String,
    service: String,
    password: String,
    from: String,
    to: String,
    inbox_url: String,
    inbox_password: String,
    query: String,
    heartbeat: String,
    headers: String,
    steps: String,
    recording: String,
    secrets: String,
}

impl Shown {
    fn of(spec: Option<&ProbeSpec>) -> Self {
        let secret = |secret: &Option<String>| {
            secret.as_ref().map_or_else(String::new, |_| HIDDEN.to_owned())
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        match spec {
            Some(ProbeSpec::Tcp { send, expect, .. }) => {
                Self { send: text(send), expect: text(expect), ..Self::default() }
            }
            Some(ProbeSpec::Websocket { send, expect, .. }) => {
                Self { send: secret(send), expect: text(expect), ..Self::default() }
            }
            Some(ProbeSpec::Grpc { grpc_service, .. }) => {
                Self { service: text(grpc_service), ..Self::default() }
            }
            Some(
                ProbeSpec::Postgres { password, .. }
                | ProbeSpec::Mysql { password, .. }
                | ProbeSpec::Redis { password, .. },
            ) => Self { password: secret(password), ..Self::default() },
            Some(ProbeSpec::Mail {
                password,
                from,
                to,
                inbox: Inbox { url, password: of },
                ..
            }) => Self {
                password: secret(password),
                from: from.clone(),
                to: to.clone(),
                inbox_url: url.clone(),
                inbox_password: secret(of),
                ..Self::default()
            },
            Some(ProbeSpec::Prometheus { query, heartbeat_query, headers, .. }) => Self {
                query: query.clone(),
                heartbeat: text(heartbeat_query),
                headers: header_lines(headers),
                ..Self::default()
            },
            Some(ProbeSpec::HttpSteps { steps }) => {
                Self { steps: hidden_steps(steps), ..Self::default() }
            }
            Some(ProbeSpec::Journey { recording, secrets }) => Self {
                recording: serde_json::to_string_pretty(recording).unwrap_or_default(),
                secrets: secrets
                    .keys()
                    .map(|name| format!("{name}: {HIDDEN}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
                ..Self::default()
            },
            _ => Self { steps: EXAMPLE.into(), ..Self::default() },
        }
    }
}

/// What the steps of a new check begin with.
const EXAMPLE: &str = r#"[
  { "name": "log in", "url": "https://shop.example.org/api/login", "method": "POST",
    "headers": { "content-type": "application/json" },
    "body": "{\"email\": \"watch@example.org\", \"password\": \"…\"}",
    "capture": { "token": "json.token" } },
  { "name": "orders", "url": "https://shop.example.org/api/orders",
    "headers": { "authorization": "Bearer {{token}}" },
    "conditions": ["status == 200"] }
]"#;

/// The steps as JSON, with what may be a secret hidden.
fn hidden_steps(steps: &[HttpStep]) -> String {
    let mut spec = ProbeSpec::HttpSteps { steps: steps.to_vec() };
    for (_, secret) in spec.secrets_mut() {
        HIDDEN.clone_into(secret);
    }
    let ProbeSpec::HttpSteps { steps } = spec else { return String::new() };
    serde_json::to_string_pretty(&steps).unwrap_or_default()
}

/// The fields of a kind.
pub fn of_service(id: &str, kind: &str, known: Option<&Check>) -> AnyView {
    let shown = Shown::of(known.map(|check| &check.spec));
    match kind {
        "http_steps" => view! {
            <TextArea id=format!("{id}-steps") name="steps" label="Steps" rows=12 required=true value=shown.steps
                hint="A list of requests as JSON. {{name}} stands for what an earlier step captured. What is hidden stays as it is until it is written anew."/>
        }
        .into_any(),
        "journey" => view! {
            <TextArea id=format!("{id}-recording") name="recording" label="Recording" rows=10 required=true value=shown.recording
                hint="What DevTools' Recorder exports as JSON. {{name}} stands for a secret, {{run}} for a text no other run has. A customStep named mail-link opens the link of a mail: its parameters are inbox, the address of a mail catcher, and match, what the link contains."/>
            <TextArea id=format!("{id}-secrets") name="secrets" label="Secrets" rows=2 value=shown.secrets
                hint="One a line, such as password: s3cret. What is hidden stays as it is until it is written anew."/>
        }
        .into_any(),
        "tcp" | "websocket" => view! {
            <div class="fields">
                <Field id=format!("{id}-send") name="send" label="Send" value=shown.send/>
                <Field id=format!("{id}-expect") name="expect" label="Expect in the answer" value=shown.expect/>
            </div>
        }
        .into_any(),
        "grpc" => view! {
            <Field id=format!("{id}-service") name="grpc_service" label="Service" value=shown.service hint="Such as shop.Pay; the whole server where empty."/>
        }
        .into_any(),
        "mail" => view! {
            <Field id=format!("{id}-password") name="password" label="Password" kind="password" autocomplete="new-password" value=shown.password/>
            <div class="fields">
                <Field id=format!("{id}-from") name="from" label="From" kind="email" required=true value=shown.from/>
                <Field id=format!("{id}-to") name="to" label="To" kind="email" required=true value=shown.to/>
            </div>
            <div class="fields">
                <Field id=format!("{id}-inbox") name="inbox_url" label="Inbox" kind="url" required=true value=shown.inbox_url
                    hint="imaps://watch@mail.example.org/INBOX, or the address of a mail catcher's list."/>
                <Field id=format!("{id}-inbox-password") name="inbox_password" label="Inbox password" kind="password" autocomplete="new-password" value=shown.inbox_password/>
            </div>
        }
        .into_any(),
        "prometheus" => view! {
            <TextArea id=format!("{id}-query") name="query" label="Query" rows=3 required=true maxlength=4000 value=shown.query
                hint="{{service}}, {{environment}}, {{version}}, {{window}} and {{since_deploy}} are filled in."/>
            <TextArea id=format!("{id}-heartbeat") name="heartbeat_query" label="Heartbeat query" rows=1 maxlength=4000 value=shown.heartbeat
                hint="With it an empty answer is a zero; without, there is no data."/>
            <TextArea id=format!("{id}-headers") name="headers" label="Headers" rows=2 value=shown.headers
                hint="One a line, such as X-Scope-OrgID: shop or Authorization: Bearer …. What is hidden stays as it is, for the same server, until it is written anew."/>
            <Select id=format!("{id}-no-data") name="no_data" label="No data means" options=NO_DATA.map(|(word, text)| (word.to_owned(), text.to_owned())).to_vec()
                chosen=known.map_or_else(String::new, |check| check.no_data.clone())/>
        }
        .into_any(),
        _ => view! {
            <Field id=format!("{id}-password") name="password" label="Password" kind="password" autocomplete="new-password" value=shown.password
                hint="The user stands in the address. What is hidden stays as it is until it is written anew."/>
        }
        .into_any(),
    }
}
