//! The payment gateway by itself.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::{GOOD_CARD, Shop, browser, charge};

#[tokio::test]
async fn charges_are_made_declined_and_refused() {
    let shop = Shop::start(&[]);
    let url = shop.url("gateway", "/charges");
    let post = async |body: Value| browser().post(&url).json(&body).send().await.unwrap();

    let answer = post(charge(GOOD_CARD)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let path = answer.headers()["location"].to_str().unwrap().to_owned();
    let made: Value = answer.json().await.unwrap();
    assert_eq!(made["status"], "succeeded");
    assert_eq!(made["card_last4"], "4242");
    let again = browser().get(shop.url("gateway", &path)).send().await.unwrap();
    assert_eq!(again.json::<Value>().await.unwrap(), made);

    let answer = post(charge("4000000000000002")).await;
    assert_eq!(answer.status(), StatusCode::PAYMENT_REQUIRED);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "card_declined");

    for (pointer, value) in [
        ("/card/number", json!("4242424242424241")),
        ("/card/number", json!("")),
        ("/card/expiry", json!("12/20")),
        ("/card/cvc", json!("12")),
        ("/amount_cents", json!(0)),
        ("/currency", json!("XXX")),
    ] {
        let mut bad = charge(GOOD_CARD);
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_eq!(post(bad).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{pointer}");
    }
    assert_eq!(post(json!({"amount_cents": 5})).await.status(), StatusCode::BAD_REQUEST);
    let unknown = browser().get(shop.url("gateway", "/charges/ch_no")).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_same_key_charges_once() {
    let shop = Shop::start(&[]);
    let mut ids = Vec::new();
    for status in [StatusCode::CREATED, StatusCode::OK] {
        let request = browser().post(shop.url("gateway", "/charges")).json(&charge(GOOD_CARD));
        let answer = request.header("idempotency-key", "k1").send().await.unwrap();
        assert_eq!(answer.status(), status);
        ids.push(answer.json::<Value>().await.unwrap()["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
}
