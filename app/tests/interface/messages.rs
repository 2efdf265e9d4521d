//! What came of an act, said once to whoever did it and to nobody else.

use crate::support::{Browser, Failure, Portal};
use http::StatusCode;

const COOKIE: &str = "daytwo_said";

#[tokio::test]
async fn a_message_travels_in_a_signed_cookie() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let page = format!("/deployments/{id}");
    browser.get(&portal, &page).await?;
    let id = id.to_string();
    let fields = [("run", id.as_str()), ("item", "smoke-tests")];
    let answer = browser.post(&portal, "/act/tick", &fields).await?;
    let cookie = answer.header("set-cookie");
    for part in [COOKIE, "Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=60"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!answer.location().contains("Ticked"), "{}", answer.location());

    // A stranger who brings it sees the words, whoever changes a letter of it does not.
    let mut forged = Browser::of(&portal, "vic@example.org").await?;
    let kept = browser.cookie_named(COOKIE).unwrap_or_default().to_owned();
    let changed = kept.replacen('e', "f", 1);
    forged.set_cookie(COOKIE, &changed);
    let shown = forged.get(&portal, &page).await?;
    assert!(!shown.body.contains("<p>Ticked.</p>"), "{}", shown.body);
    assert_eq!(forged.cookie_named(COOKIE), None, "it is dropped");

    // Data and refreshes leave the message to the page.
    browser.html = false;
    browser.get(&portal, "/palette.json").await?;
    browser.html = true;
    assert_eq!(browser.cookie_named(COOKIE), Some(kept.as_str()));
    let shown = browser.get(&portal, &page).await?;
    assert!(shown.body.contains("<p>Ticked.</p>"), "{}", shown.body);
    assert_eq!(browser.cookie_named(COOKIE), None, "shown once");
    Ok(())
}

#[tokio::test]
async fn a_new_token_is_in_the_answer_and_nowhere_else() -> Result<(), Failure> {
    let (portal, _) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    browser.get(&portal, "/settings/tokens").await?;
    let writes = portal.session_writes();
    let fields = [("name", "ci"), ("scope", "deployments:write"), ("scope", "results:write")];
    let answer = browser.post(&portal, "/act/create-token", &fields).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.body.contains("data-page=\"/settings/tokens\""), "{}", answer.body);
    let token = answer.body.split("d2_").nth(1).and_then(|rest| rest.get(..46));
    let token = token.ok_or("no token is shown")?;
    assert!(token.chars().all(|c| c.is_ascii_alphanumeric()), "{token}");
    assert_eq!(portal.session_writes(), writes);
    let later = browser.get(&portal, "/settings/tokens").await?;
    assert!(!later.body.contains(token) && later.body.contains("ci"), "{}", later.body);
    Ok(())
}

#[tokio::test]
async fn a_second_try_comes_back_to_the_page() -> Result<(), Failure> {
    let (portal, id) = Portal::with_deployment().await?;
    let mut browser = Browser::of(&portal, "mira@example.org").await?;
    let path = format!("/deployments/{id}");
    browser.get(&portal, &path).await?;
    let id = id.to_string();
    let fields = [("run", id.as_str()), ("item", "smoke-tests"), ("note", "")];
    let refused = browser.post(&portal, "/act/mark-failed", &fields).await?;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("/act/tick?page={path}");
    assert!(refused.body.contains(&form), "{}", refused.body);
    // The browser now calls the page by the form's address.
    browser.stands_on("/act/mark-failed");
    let ticked = browser.post(&portal, &form, &fields).await?;
    assert_eq!(ticked.location(), format!("{path}#smoke-tests"));
    let lost = browser.get(&portal, "/act/tick").await?;
    assert_eq!((lost.status, lost.location()), (StatusCode::SEE_OTHER, "/"));
    Ok(())
}
