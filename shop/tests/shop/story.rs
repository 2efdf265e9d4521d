//! The whole story of a customer.

use reqwest::StatusCode;
use serde_json::Value;

use crate::harness::{GOOD_CARD, Shop, browser, eventually, pay, post, ready_to_pay, text};

const EMAIL: &str = "anna@example.com";

#[tokio::test]
async fn register_reset_log_in_buy_log_out() {
    let shop = Shop::start(&[]);
    let anna = ready_to_pay(&shop, EMAIL).await;
    shop.await_mail(EMAIL, "Welcome to Harbour Goods").await;

    // She forgets her password; the mail carries the link.
    let forgot = shop.url("http", "/password/forgot");
    let (status, _, known) = post(&browser(), &forgot, &[("email", EMAIL)]).await;
    assert_eq!(status, StatusCode::OK);
    let (_, _, unknown) = post(&browser(), &forgot, &[("email", "who@example.com")]).await;
    assert_eq!(known, unknown, "the page must not tell who has an account");
    let mail = shop.await_mail(EMAIL, "Reset your Harbour Goods password").await;
    assert!(shop.mail_to("who@example.com").await.is_empty());
    let link = mail["links"][0].as_str().unwrap();
    assert!(link.starts_with(&shop.url("http", "/password/reset?token=")), "{link}");
    let token = link.split_once("token=").unwrap().1;
    let page = text(&browser(), link).await;
    assert!(page.contains("Set a new password") && page.contains(token));

    // A weak one is refused and does not spend the link; a good one is set, once.
    let reset = shop.url("http", "/password/reset");
    let weak = [("token", token), ("password", "short")];
    assert_eq!(post(&browser(), &reset, &weak).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let good = [("token", token), ("password", "second password")];
    assert_eq!(post(&browser(), &reset, &good).await.0, StatusCode::SEE_OTHER);
    assert_eq!(post(&browser(), &reset, &good).await.0, StatusCode::GONE);

    // The reset ended the session she had.
    let account = shop.url("http", "/account");
    let answer = anna.get(&account).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/login");

    // Only the new password logs in; the cart filled before logging in is kept.
    let anna = browser();
    let login = shop.url("http", "/login");
    let old = [("email", EMAIL), ("password", "first password")];
    assert_eq!(post(&anna, &login, &old).await.0, StatusCode::UNAUTHORIZED);
    let add = shop.url("http", "/cart/add");
    post(&anna, &add, &[("product", "storm-kettle"), ("quantity", "2")]).await;
    post(&anna, &add, &[("product", "harbour-mug"), ("quantity", "1")]).await;
    let checkout = shop.url("http", "/checkout");
    let answer = anna.get(&checkout).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/login?next=/checkout");
    let new = [("email", EMAIL), ("password", "second password"), ("next", "/checkout")];
    let (status, location, _) = post(&anna, &login, &new).await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/checkout"));
    assert!(text(&anna, &checkout).await.contains("€148.30"));

    // A declined card keeps the cart, a good one makes an order.
    let (status, _, page) = pay(&shop, &anna, "4000 0000 0000 0002").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Your card was declined."));
    let (status, order, _) = pay(&shop, &anna, GOOD_CARD).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(order, "/orders/1001");
    let order = shop.url("http", &order);
    let page = eventually("the worker", async || {
        let page = text(&anna, &order).await;
        page.contains("<dd id=\"state\">Processed</dd>").then_some(page)
    })
    .await;
    assert!(page.contains("Storm kettle") && page.contains("€148.30"));
    let confirmation = shop.await_mail(EMAIL, "Your order 1001").await;
    assert!(confirmation["text"].as_str().unwrap().contains("2 x Storm kettle  €129.80"));
    assert!(text(&anna, &shop.url("http", "/cart")).await.contains("Nothing in here yet"));
    assert!(text(&anna, &account).await.contains("/orders/1001"));

    // Nobody else sees it.
    let eve = ready_to_pay(&shop, "eve@example.com").await;
    assert_eq!(eve.get(&order).send().await.unwrap().status(), StatusCode::NOT_FOUND);

    let (status, ..) = post(&anna, &shop.url("http", "/logout"), &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(anna.get(&account).send().await.unwrap().headers()["location"], "/login");

    assert_eq!(shop.metric("shop_orders_total{outcome=\"paid\"}").await, 1.0);
    assert_eq!(shop.metric("shop_orders_total{outcome=\"declined\"}").await, 1.0);
    assert_eq!(shop.metric("shop_revenue_cents_total").await, 14_830.0);
    assert_eq!(shop.metric("shop_registrations_total").await, 2.0);
    assert_eq!(shop.metric("shop_logins_total{outcome=\"refused\"}").await, 1.0);
    let paid = r#"shop_http_requests_total{method="POST",route="/checkout",status="303"}"#;
    assert_eq!(shop.metric(paid).await, 1.0);
    let (status, health) = shop.health().await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(health["status"], "ok");
    the_log_tells_it_without_secrets(&shop, token);
}

fn the_log_tells_it_without_secrets(shop: &Shop, token: &str) {
    let log = shop.log();
    let placed: Vec<&Value> = log.iter().filter(|line| line["message"] == "order placed").collect();
    assert_eq!(placed.len(), 1);
    assert_eq!(placed[0]["level"], "INFO");
    assert_eq!(placed[0]["order"], 1001);
    let request_id = &placed[0]["span"]["request_id"];
    let served = log.iter().find(|line| {
        line["message"] == "request served" && line["span"]["request_id"] == *request_id
    });
    assert!(served.is_some_and(|line| line["status"] == 303), "the same request id");
    let all = log.iter().map(Value::to_string).collect::<String>();
    for secret in [token, "first password", "second password", "4242424242424242"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn forms_refuse_what_makes_no_sense() {
    let shop = Shop::start(&[]);
    let register = shop.url("http", "/register");
    for (name, email, password) in [
        ("", "a@example.com", "long enough password"),
        ("Anna", "not an address", "long enough password"),
        ("Anna", "a@example.com", "short"),
    ] {
        let form = [("name", name), ("email", email), ("password", password)];
        let (status, _, page) = post(&browser(), &register, &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("role=\"alert\""));
    }
    ready_to_pay(&shop, EMAIL).await;
    let again = [("name", "A"), ("email", "ANNA@example.com"), ("password", "another password")];
    assert_eq!(post(&browser(), &register, &again).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let nothing = [("product", "no-such-thing"), ("quantity", "1")];
    let (status, ..) = post(&browser(), &shop.url("http", "/cart/add"), &nothing).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/products/no-such-thing").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/orders/../../etc").await.status(), StatusCode::NOT_FOUND);

    // The cart: changed, emptied, never more than there may be.
    let anna = browser();
    let (add, update) = (shop.url("http", "/cart/add"), shop.url("http", "/cart/update"));
    post(&anna, &add, &[("product", "harbour-mug"), ("quantity", "4000000000")]).await;
    assert!(text(&anna, &shop.url("http", "/cart")).await.contains("€370.00"));
    post(&anna, &update, &[("product", "harbour-mug"), ("quantity", "0")]).await;
    assert!(text(&anna, &shop.url("http", "/cart")).await.contains("Nothing in here yet"));
}
