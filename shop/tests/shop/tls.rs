//! HTTPS: the certificate, the redirect, HSTS.

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{Shop, browser, ready_to_pay, trusting};

const HTTPS: &[&str] = &["--tls-listen", "127.0.0.1:0", "--redirect-to-https"];

#[tokio::test]
async fn https_answers_to_those_who_trust_the_authority() {
    let shop = Shop::start(HTTPS);
    let url = shop.url("https", "/");
    let answer = trusting(&shop).get(&url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        answer.headers()["strict-transport-security"],
        "max-age=31536000; includeSubDomains"
    );
    assert!(browser().get(&url).send().await.is_err(), "nobody else trusts it");
    let by_name = url.replace("127.0.0.1", "localhost");
    assert_eq!(trusting(&shop).get(&by_name).send().await.unwrap().status(), StatusCode::OK);
    shop.switch(json!({"hsts_off": true})).await;
    let answer = trusting(&shop).get(&url).send().await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn plain_http_redirects_with_path_and_query() {
    let shop = Shop::start(HTTPS);
    let answer = shop.get("/login?next=/cart").await;
    assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.headers()["location"], shop.url("https", "/login?next=/cart"));
    let odd = browser().get(shop.url("http", "/x")).header("host", "a@evil.example/#");
    let location = odd.send().await.unwrap().headers()["location"].to_str().unwrap().to_owned();
    let port = shop.ready["https"].as_str().unwrap().rsplit(':').next().unwrap();
    assert_eq!(location, format!("https://evil.example:{port}/x"));
}

#[tokio::test]
async fn cookies_are_secure_and_mails_name_https() {
    let shop = Shop::start(HTTPS);
    let browser = trusting(&shop);
    let form = [("name", "A"), ("email", "a@example.com"), ("password", "first password")];
    let answer = browser.post(shop.url("https", "/register")).form(&form).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-shop_session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let account = browser.get(shop.url("https", "/account")).send().await.unwrap();
    assert!(account.text().await.unwrap().contains("a@example.com"));
    let mail = shop.await_mail("a@example.com", "Welcome to Harbour Goods").await;
    assert_eq!(mail["links"], json!([shop.url("https", "/")]));
}

#[tokio::test]
async fn without_the_redirect_both_serve() {
    let shop = Shop::start(&["--tls-listen", "127.0.0.1:0"]);
    ready_to_pay(&shop, "a@example.com").await;
    let answer = trusting(&shop).get(shop.url("https", "/health")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn handshakes_never_finished_hold_up_nobody() {
    let shop = Shop::start(HTTPS);
    let address = shop.ready["https"].as_str().unwrap().trim_start_matches("https://");
    let mut idle = Vec::new();
    for _ in 0..50 {
        idle.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    let answer = trusting(&shop).get(shop.url("https", "/")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    drop(idle);
}

#[tokio::test]
async fn the_authority_outlives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut shop = Shop::start_in(dir.path(), HTTPS);
    let before = trusting(&shop);
    assert!(shop.terminate().success());
    let shop = Shop::start_in(dir.path(), HTTPS);
    let answer = before.get(shop.url("https", "/")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}
