//! Cookies, headers, cross-site requests, guessing.

use reqwest::StatusCode;

use crate::harness::{Shop, browser, post, ready_to_pay, text, without_cookies};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let shop = Shop::start(&[]);
    for path in ["/", "/nowhere", "/health", "/assets/shop.css"] {
        let answer = shop.get(path).await;
        let headers = answer.headers();
        assert!(
            headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert!(headers.contains_key("x-request-id"), "{path}");
        assert!(!headers.contains_key("strict-transport-security"), "{path}: plain HTTP");
    }
}

#[tokio::test]
async fn looking_around_starts_no_session_and_logging_in_renews_it() {
    let shop = Shop::start(&[]);
    assert!(shop.get("/").await.headers().get("set-cookie").is_none());
    ready_to_pay(&shop, "anna@example.com").await;
    let add = [("product", "harbour-mug"), ("quantity", "1")];
    let plain = without_cookies();
    let answer = plain.post(shop.url("http", "/cart/add")).form(&add).send().await.unwrap();
    let before = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(before.contains("; HttpOnly; SameSite=Lax"), "{before}");
    let cookie = before.split_once(';').unwrap().0;
    let login = [("email", "anna@example.com"), ("password", "first password")];
    let request = plain.post(shop.url("http", "/login")).form(&login).header("cookie", cookie);
    let answer = request.send().await.unwrap();
    let after = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert_ne!(cookie, after.split_once(';').unwrap().0);
    let old = plain.get(shop.url("http", "/account")).header("cookie", cookie);
    assert_eq!(old.send().await.unwrap().headers()["location"], "/login");
}

#[tokio::test]
async fn forms_of_elsewhere_are_refused() {
    let shop = Shop::start(&[]);
    let anna = ready_to_pay(&shop, "anna@example.com").await;
    let logout = anna.post(shop.url("http", "/logout")).header("origin", "https://evil.example");
    assert_eq!(logout.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(text(&anna, &shop.url("http", "/account")).await.contains("anna@example.com"));
    let login = [
        ("email", "anna@example.com"),
        ("password", "first password"),
        ("next", "//evil.example/"),
    ];
    let (_, location, _) = post(&browser(), &shop.url("http", "/login"), &login).await;
    assert_eq!(location, "/account");
}

#[tokio::test]
async fn guessing_a_password_has_to_wait() {
    let shop = Shop::start(&[]);
    ready_to_pay(&shop, "anna@example.com").await;
    let url = shop.url("http", "/login");
    let wrong = [("email", "anna@example.com"), ("password", "a wrong guess")];
    for _ in 0..10 {
        assert_eq!(post(&browser(), &url, &wrong).await.0, StatusCode::UNAUTHORIZED);
    }
    let right = [("email", "anna@example.com"), ("password", "first password")];
    assert_eq!(post(&browser(), &url, &right).await.0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn bodies_are_bounded_and_text_is_escaped() {
    let shop = Shop::start(&[]);
    let big = "x".repeat(100_000);
    let url = shop.url("http", "/register");
    let form = [("name", big.as_str()), ("email", "a@example.com"), ("password", "long enough 1")];
    assert_eq!(post(&browser(), &url, &form).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let form = [("name", "<script>x</script>"), ("email", "no"), ("password", "long enough 1")];
    let page = post(&browser(), &url, &form).await.2;
    assert!(!page.contains("<script>x") && page.contains("&lt;script&gt;x"));
    let wrong = browser().delete(shop.url("http", "/cart")).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
}
