//! The acts of the deployment's page, as a browser without scripts and as crafted requests.

use crate::support::{Browser, Failure, PASSWORD, Portal, person};
use domain::{actor::Actor, roles::Role};
use http::StatusCode;

#[tokio::test]
async fn ticking_and_taking_back_without_scripts() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let path = format!("/deployments/{id}");
    let page = browser.get(&portal, &path).await?;
    assert!(page.body.contains("Tick: Smoke tests pass"), "{}", page.body);

    let id = id.to_string();
    let fields = [("run", id.as_str()), ("item", "smoke-tests"), ("note", "all & well")];
    let answer = browser.post(&portal, "/act/tick", &fields).await?;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), format!("{path}#smoke-tests"));
    let page = browser.get(&portal, &path).await?;
    assert!(page.body.contains("Ticked by Mira Koch: all &amp; well"), "{}", page.body);
    assert!(page.body.contains("all &amp; well"), "{}", page.body);
    assert!(page.body.contains("<p>Ticked.</p>"), "the message is shown");
    let again = browser.get(&portal, &path).await?;
    assert!(!again.body.contains("<p>Ticked.</p>"), "and shown once");

    let page = browser.follow(&portal, "/act/untick", &fields).await?;
    assert!(!page.body.contains("Ticked by Mira Koch"), "{}", page.body);
    assert!(page.body.contains("Tick: Smoke tests pass"), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn waiving_and_ending_it() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    browser.get(&portal, &format!("/deployments/{id}")).await?;
    let id = id.to_string();
    let waiver = [
        ("run", id.as_str()),
        ("item", "logs-triaged"),
        ("reason", "no log yet"),
        ("expires", "24h"),
    ];
    let page = browser.follow(&portal, "/act/waive", &waiver).await?;
    assert!(page.body.contains("Waived by Mira Koch: no log yet"), "{}", page.body);
    let page = browser.follow(&portal, "/act/end-waiver", &waiver[..2]).await?;
    assert!(!page.body.contains("Waived by Mira Koch"), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn crafted_requests_meet_the_rules() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut viewer = Browser::of(&portal, "vic@example.org").await?;
    let mut admin = Browser::of(&portal, "mira@example.org").await?;
    viewer.html = false;
    admin.html = false;
    let id = id.to_string();
    let nobody = uuid::Uuid::nil().to_string();
    let on = |id: &str, item: &str| {
        vec![("run", id.to_owned()), ("item", item.to_owned()), ("reason", "x".into())]
    };
    let of = |id: &str| vec![("deployment", id.to_owned()), ("reason", "x".into())];
    let cases = [
        ("viewer", "tick", on(&id, "smoke-tests"), 403),
        ("viewer", "roll-back", [of(&id), vec![("sure", "yes".into())]].concat(), 403),
        ("viewer", "waive", [on(&id, "smoke-tests"), vec![("expires", "1h".into())]].concat(), 403),
        ("viewer", "sign-off", on(&id, ""), 403),
        (
            "viewer",
            "settle-leak",
            [on(&id, "perf-security"), vec![("note", "x".into())]].concat(),
            403,
        ),
        (
            "admin",
            "settle-leak",
            [on(&id, "perf-security"), vec![("note", "x".into())]].concat(),
            409,
        ),
        ("admin", "settle-leak", on(&id, "perf-security"), 422),
        ("viewer", "record-baselines", of(&id), 403),
        ("admin", "record-baselines", of(&id), 409),
        ("viewer", "write-lesson", [of(&id), vec![("title", "x".into())]].concat(), 403),
        ("admin", "tick", on(&nobody, "smoke-tests"), 404),
        ("admin", "tick", on(&id, "no-such-box"), 404),
        ("admin", "tick", on(&id, "perf-security"), 409),
        ("admin", "tick", vec![("run", "no id".to_owned())], 422),
        ("admin", "tick", vec![], 422),
        ("admin", "mark-failed", on(&id, "smoke-tests"), 422),
        ("admin", "untick", on(&id, "smoke-tests"), 409),
        ("admin", "end-waiver", on(&id, "smoke-tests"), 409),
        ("admin", "probe-item", on(&id, "perf-security"), 409),
        (
            "admin",
            "waive",
            [on(&id, "smoke-tests"), vec![("expires", "never".into())]].concat(),
            422,
        ),
        ("admin", "roll-back", of(&id), 422),
        ("admin", "sign-off", on(&id, ""), 409),
    ];
    for (actor, act, fields, expected) in cases {
        let browser = if actor == "viewer" { &mut viewer } else { &mut admin };
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = browser.post(&portal, &format!("/act/{act}"), &fields).await?;
        let context = format!("{actor} {act} {fields:?}: {}", answer.body);
        assert_eq!(answer.status.as_u16(), expected, "{context}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{context}");
    }
    let answer = admin.post(&portal, "/act/sign-off", &[("run", &id)]).await?;
    let problem: serde_json::Value = serde_json::from_str(&answer.body)?;
    assert!(problem["open"].as_array().is_some_and(|open| open.len() > 2), "{problem}");
    let reading = admin.get(&portal, "/act/tick").await?;
    assert_eq!(reading.status, StatusCode::METHOD_NOT_ALLOWED);
    Ok(())
}

#[tokio::test]
async fn rolling_back_takes_two_steps() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    browser.get(&portal, &format!("/deployments/{id}")).await?;
    let id = id.to_string();
    let fields = [("deployment", id.as_str()), ("reason", "orders fail"), ("sure", "yes")];
    let page = browser.post(&portal, "/act/roll-back", &fields[..2]).await?;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.body.contains("nothing was rolled back"), "{}", page.body);
    assert!(page.body.contains("orders fail"), "what was typed is not lost: {}", page.body);
    let page = format!("/deployments/{id}");
    let again = browser.get(&portal, &page).await?;
    assert!(!again.body.contains("orders fail"), "it is kept nowhere: {}", again.body);
    let page = browser.follow(&portal, "/act/roll-back", &fields).await?;
    assert!(page.body.contains("This deployment was rolled back."), "{}", page.body);
    assert!(page.body.contains("orders fail"), "{}", page.body);
    assert!(!page.body.contains("/act/roll-back"), "a closed watch offers no rollback");
    assert!(!page.body.contains("/act/tick"), "a closed run offers no ticks");
    Ok(())
}

#[tokio::test]
async fn closing_every_box_opens_the_sign_off() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let engine = &portal.engine;
    let (mira, _) = engine.people().log_in("mira@example.org", PASSWORD.into()).await?;
    let anna = person("Anna Weber", "anna@example.org", Role::Approver);
    engine.people().add(&Actor::Person(mira.clone()), anna).await?;
    let open = engine.deployments().page(&mira, id).await?.run.gate.open;
    assert!(open.len() > 2, "{open:?}");

    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let path = format!("/deployments/{id}");
    let page = browser.get(&portal, &path).await?;
    assert!(!page.body.contains("action=\"/act/sign-off\""), "{}", page.body);
    let id = id.to_string();
    for key in &open {
        let fields = [("run", id.as_str()), ("item", key), ("reason", "x"), ("expires", "1h")];
        browser.follow(&portal, "/act/waive", &fields).await?;
    }
    let page = browser.get(&portal, &path).await?;
    assert!(page.body.contains("You deployed this release"), "{}", page.body);
    assert!(!page.body.contains("action=\"/act/sign-off\""), "{}", page.body);

    let mut other = Browser::of(&portal, "anna@example.org").await?;
    let page = other.get(&portal, &path).await?;
    assert!(page.body.contains("Sign off as approver"), "{}", page.body);
    assert!(page.body.contains("Not shown to work:"), "{}", page.body);
    let despite = format!("waived: {}", open.join(", "));
    let fields = [("run", id.as_str()), ("comment", "watched it for a day"), ("despite", &despite)];
    // What is not accepted by name is not signed.
    let refused = other.post(&portal, "/act/sign-off", &fields[..2]).await?;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let page = other.follow(&portal, "/act/sign-off", &fields).await?;
    assert!(page.body.contains("the watch is closed"), "{}", page.body);
    assert!(page.body.contains("watched it for a day"), "{}", page.body);
    assert!(!page.body.contains("action=\"/act/sign-off\""), "signed twice by one person");
    Ok(())
}
