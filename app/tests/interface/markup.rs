//! Markup in every field there is: every form of every page is filled with it and sent, what
//! machines send is full of it, and every page is read as a browser reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use domain::{
    actor::Actor,
    ids::{DeploymentId, TokenId},
    roles::Scope,
};
use engine::{
    heartbeats::{Ping, PingWord},
    runs::{ReportRequest, ResultRequest},
};
use http::StatusCode;
use uuid::Uuid;

use crate::{
    html::{self, Element, Field, Form},
    support::{Browser, Failure, Portal},
};

/// Ends every element whose text is written as it stands, and every attribute.
const MARK: &str = "</textarea></title></script>'\"><d2x>&lt;d2y&amp;";
/// The same for fields that take few characters.
const SHORT_MARK: &str = "\"<d2x>&lt;";
/// The same as headers.
const HEADERS: &str = "x-marked: </textarea><d2x>";
/// What no page may hold more of than it has links: enough for a portal with one of each thing.
const PAGES: usize = 150;
/// Forms that would end the walk, or have nothing to be filled in.
const NOT_SENT: [&str; 7] = [
    "/act/log-out",
    "/act/log-in",
    "/act/theme",
    "/act/choose-theme",
    "/act/roll-back",
    // It would end the session that walks.
    "/act/set-password",
    "/act/set-up",
];

/// All pages that links lead to.
async fn walk(
    portal: &Portal,
    browser: &mut Browser,
) -> Result<Vec<(String, Vec<Element>)>, Failure> {
    let mut to_see = BTreeSet::from(["/".to_owned()]);
    let mut seen = BTreeSet::new();
    let mut pages = Vec::new();
    while let Some(path) = to_see.pop_first() {
        if !seen.insert(path.clone()) || pages.len() >= PAGES {
            continue;
        }
        let answer = browser.get(portal, &path).await?;
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let elements = html::elements(&answer.body);
        sound(&path, &elements);
        to_see.extend(html::links(&elements).into_iter().filter(|link| !seen.contains(link)));
        pages.push((path, elements));
    }
    Ok(pages)
}

/// No element came of what was written.
fn sound(at: &str, elements: &[Element]) {
    for element in elements {
        let name = element.name.trim_start_matches('/');
        assert!(!name.starts_with("d2"), "{at} holds an element that was text: {element:?}");
        let odd = element.attributes.iter().find(|(name, _)| name.contains(['<', '"', '\'']));
        assert!(odd.is_none(), "{at}: {element:?}");
    }
    let titles: Vec<_> = elements.iter().filter(|element| element.name == "title").collect();
    assert!(titles.len() <= 1, "{at}: {titles:?}");
    for text in elements.iter().map(|element| &element.text).filter(|text| text.contains("d2x")) {
        // Escaped twice, people would read entities.
        assert!(!text.contains("&amp;lt;") && !text.contains("&lt;/textarea"), "{at}: {text}");
    }
}

/// What a form is filled with: markup wherever text goes, something sensible where only that is
/// taken.
fn filled(form: &Form, sensible: bool) -> Vec<(String, String)> {
    form.fields
        .iter()
        .filter(|field| field.sent || field.kind == "checkbox")
        .map(|field| (field.name.clone(), fill(&form.action, field, sensible)))
        .collect()
}

fn fill(act: &str, field: &Field, sensible: bool) -> String {
    let known = match (act, &*field.name) {
        ("/act/change-targets", "name" | "path") => Some(""),
        (_, "slug" | "key") => Some("marked"),
        (_, "version") => Some("9.9.9"),
        (_, "commit") => Some("0123abc"),
        (_, "email") => Some("marked@example.org"),
        (_, "url" | "base_url" | "server_url" | "evidence_url") => {
            Some("http://127.0.0.1:9/?%3Cd2x%3E")
        }
        (_, "password" | "again") => Some("correct horse battery"),
        (_, "conditions") => Some("status == 200"),
        (_, "pass" | "warn" | "rollback") => Some("< 200"),
        (_, "headers") => Some(HEADERS),
        (_, "teams") => Some("sre"),
        (_, "at") => Some("2026-11-20T10:00"),
        // Left empty: what they take is no text, or they say what is to be said by another field.
        (_, "environment" | "hook_url" | "item" | "cron" | "time_zone" | "until" | "expires")
        | (_, "deployed_at" | "starts_at") => Some(""),
        _ => None,
    };
    match (&*field.kind, known) {
        ("hidden" | "select" | "checkbox" | "radio" | "button", _) => field.value.clone(),
        (_, Some(_)) if sensible && !field.value.is_empty() && !field.value.contains("d2x") => {
            field.value.clone()
        }
        (_, Some(known)) if sensible => known.to_owned(),
        ("number" | "date" | "time" | "datetime-local", _) if field.value.is_empty() => "7".into(),
        ("number" | "date" | "time" | "datetime-local", _) => field.value.clone(),
        _ if field.most.is_some_and(|most| most < MARK.len()) => SHORT_MARK.to_owned(),
        _ => MARK.to_owned(),
    }
}

/// Sends every form of these pages once; answers how many were taken, by where they were sent.
async fn send_all(
    portal: &Portal,
    browser: &mut Browser,
    pages: &[(String, Vec<Element>)],
    sensible: bool,
) -> Result<BTreeMap<String, usize>, Failure> {
    let mut known = BTreeSet::new();
    let mut taken = BTreeMap::new();
    let forms = pages.iter().flat_map(|(path, elements)| {
        let posts = html::forms(elements).into_iter().filter(|form| form.posts);
        posts.map(move |form| (path, form))
    });
    let mut forms: Vec<_> = forms.collect();
    // A new announcement ends the run whose boxes are filled.
    forms.sort_by_key(|(_, form)| form.action == "/act/announce");
    for (path, form) in forms {
        let names: Vec<_> = form.fields.iter().map(|field| field.name.clone()).collect();
        let retires = form.action.contains("retire") || form.action.contains("revoke");
        if NOT_SENT.contains(&&*form.action)
            || retires
            || !known.insert((form.action.clone(), names))
        {
            continue;
        }
        browser.stands_on(path);
        let fields = filled(&form, sensible);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = browser.post(portal, &form.action, &fields).await?;
        let at = format!("{} from {path}", form.action);
        assert!(!answer.status.is_server_error(), "{at}: {} {}", answer.status, answer.body);
        let elements = html::elements(&answer.body);
        sound(&at, &elements);
        let count = taken.entry(form.action.clone()).or_insert(0);
        *count += usize::from(answer.status.is_success() || answer.status.is_redirection());
        // What came back in a refused form is what was typed.
        let areas = elements.iter().filter(|element| element.name == "textarea");
        for area in areas.filter(|area| area.text.contains("d2x")) {
            assert!([MARK, SHORT_MARK, HEADERS].contains(&&*area.text), "{at}: {}", area.text);
        }
        if answer.status == StatusCode::SEE_OTHER {
            let to = answer.location().split('#').next().unwrap_or_default().to_owned();
            let page = browser.get(portal, &to).await?;
            sound(&format!("{at}, then {to}"), &html::elements(&page.body));
        }
    }
    Ok(taken)
}

/// What machines send.
async fn by_machines(portal: &Portal, id: DeploymentId) -> Result<(), Failure> {
    let engine = &portal.engine;
    let actor = &Actor::Token {
        id: TokenId(Uuid::nil()),
        name: MARK.into(),
        scopes: vec![Scope::Admin],
        services: Vec::new(),
    };
    let runs = engine.runs();
    let cdata = MARK.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let body = format!(
        "<testsuite name=\"{cdata}\" tests=\"2\" failures=\"1\">\
         <testcase classname=\"{cdata}\" name=\"{cdata}\"/>\
         <testcase name=\"b\"><failure message=\"{cdata}\">{cdata}</failure></testcase></testsuite>"
    );
    let report = ReportRequest {
        body: body.into_bytes(),
        content_type: None,
        name: Some(MARK.chars().filter(|c| !c.is_control()).take(60).collect()),
        exit_status: None,
    };
    // A name may be refused for what it holds; the report is then sent without one.
    if runs.post_report(actor, id, "smoke-tests", report.clone(), None).await.is_err() {
        let nameless = ReportRequest { name: None, ..report };
        runs.post_report(actor, id, "smoke-tests", nameless, None).await?;
    }
    let result: ResultRequest = serde_json::from_value(serde_json::json!({
        "status": "failed", "summary": MARK, "details": {MARK: MARK},
        "evidence_url": "https://example.org/?q=%3Cd2x%3E",
    }))?;
    runs.post_result(actor, id, "integrations", result, None).await?;
    let beat = serde_json::from_value(serde_json::json!({
        "label": MARK, "environment": "production", "period_s": 3600, "grace_s": 60,
    }))?;
    let beat = engine.heartbeats().put(actor, "shop", "beats", beat).await?.value;
    let address = beat.ping_url.unwrap_or_default();
    let ping_id = address.rsplit('/').next().unwrap_or_default().parse()?;
    let ping = Ping {
        word: PingWord::Fail,
        rid: None,
        source: MARK.into(),
        body: MARK.as_bytes().to_vec(),
    };
    engine.heartbeats().ping(ping_id, ping).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_written_is_text_on_every_page() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let named = serde_json::json!({
        "name": MARK, "description": MARK, "owners": MARK,
        "environments": [{"slug": "production", "base_url": "http://127.0.0.1:9"}],
    });
    let actor = Actor::CommandLine;
    portal.engine.services().put(&actor, "shop", serde_json::from_value(named)?).await?;
    by_machines(&portal, id).await?;
    let pages = walk(&portal, &mut browser).await?;
    assert!(pages.len() > 25, "{}", pages.len());
    let refused = send_all(&portal, &mut browser, &pages, false).await?;
    let pages = walk(&portal, &mut browser).await?;
    let taken = send_all(&portal, &mut browser, &pages, true).await?;
    // Whatever can be written by a form was: a walk that sends nothing finds nothing.
    for act in [
        "add-service",
        "change-service",
        "put-check",
        "put-heartbeat",
        "put-plan",
        "record-rehearsal",
        "write-lesson",
        "add-person",
        "create-token",
        "tick",
        "waive",
        "announce",
    ] {
        let act = format!("/act/{act}");
        let times = |map: &BTreeMap<String, usize>| map.get(&act).copied().unwrap_or(0);
        assert!(
            times(&refused) + times(&taken) > 0,
            "{act} was never taken: {refused:?} {taken:?}"
        );
    }
    walk(&portal, &mut browser).await?;
    let mut viewer = Browser::of(&portal, "vic@example.org").await?;
    walk(&portal, &mut viewer).await?;
    Ok(())
}

/// The library writes the text of these elements as it stands, so each has one place that escapes.
#[test]
fn elements_with_raw_text_are_made_in_one_place() {
    fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap_or_default();
                found.push((path.display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    assert!(found.len() > 100);
    let made_in = |what: &str| -> Vec<&str> {
        let holding = found.iter().filter(|(_, text)| text.contains(what));
        holding.map(|(path, _)| path.rsplit("/src/").next().unwrap_or(path)).collect()
    };
    assert_eq!(made_in("<textarea"), ["components/field.rs"]);
    assert_eq!(made_in("<Title"), ["components/raw_text.rs"]);
    assert_eq!(made_in("<style"), Vec::<&str>::new());
    assert_eq!(made_in("<noscript"), Vec::<&str>::new());
    let scripts: Vec<_> = found
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter(|line| line.contains("<script") && !line.contains("alert(1)"))
        .collect();
    assert!(scripts.iter().all(|line| line.contains("inner_html=IDLE_ENDS")), "{scripts:?}");
}
