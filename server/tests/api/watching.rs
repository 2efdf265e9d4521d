//! Heartbeats, indicators and points over HTTP.

use crate::common::{Api, Portal, admin_token};
use serde_json::{Value, json};
use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "the program under test has the machine's clock")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

struct Stage {
    _data: tempfile::TempDir,
    portal: Portal,
    api: Api,
}

async fn stage() -> Stage {
    let data = tempfile::tempdir().unwrap();
    let token = admin_token(data.path(), None);
    let portal = Portal::start(data.path(), None);
    let api = Api::new(&portal.url, &token);
    api.put_shop().await;
    Stage { _data: data, portal, api }
}

async fn state(api: &Api) -> (String, Value) {
    let (_, list) = api.get("/api/v1/services/shop/heartbeats").await;
    (list["items"][0]["state"].as_str().unwrap().to_owned(), list["items"][0].clone())
}

#[tokio::test]
async fn pings_in_the_form_users_of_healthchecks_know() {
    let stage = stage().await;
    let asked = json!({"environment": "production", "period_s": 60, "grace_s": 30});
    let (status, made) =
        stage.api.send("PUT", "/api/v1/services/shop/heartbeats/worker", &asked).await;
    assert_eq!(status, 201, "{made}");
    // The address is that of the base URL; here it is asked on the port the portal took.
    let address = made["ping_url"].as_str().unwrap();
    let path = &address[address.find("/ping/").unwrap()..];
    assert_eq!(state(&stage.api).await.0, "new");

    let nobody = Api::new(&stage.portal.url, "");
    let ping = async |method: &str, end: &str, body: Vec<u8>| {
        let request = nobody.request(method, &format!("{path}{end}")).body(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let ok = (200, "OK".to_owned());
    assert_eq!(ping("GET", "", vec![]).await, ok);
    assert_eq!(state(&stage.api).await.0, "up");
    assert_eq!(ping("GET", "/start", vec![]).await, ok);
    // A long log with what is no text in it, as a failed job sends it.
    assert_eq!(ping("POST", "/fail", vec![0xff; 200_000]).await, ok);
    assert_eq!(state(&stage.api).await.0, "failed");
    assert_eq!(ping("POST", "/0", b"done".to_vec()).await, ok);
    assert_eq!(ping("GET", "/137", vec![]).await, ok);
    assert_eq!(state(&stage.api).await.0, "failed");
    assert_eq!(ping("HEAD", "", vec![]).await.0, 200);
    let (word, heartbeat) = state(&stage.api).await;
    assert_eq!(word, "up");
    assert!(heartbeat["expected_at"].is_string(), "{heartbeat}");
    // A log changes nothing; a slash too many is heard all the same.
    assert_eq!(ping("POST", "/log", b"a line".to_vec()).await, ok);
    assert_eq!(state(&stage.api).await.0, "up");
    for (method, end) in [("GET", "/fail/"), ("POST", "//fail"), ("HEAD", "/1/")] {
        assert_eq!(ping("GET", "/", vec![]).await, ok);
        assert_eq!(state(&stage.api).await.0, "up");
        assert_eq!(ping(method, end, vec![]).await.0, 200, "{end}");
        assert_eq!(state(&stage.api).await.0, "failed", "{end}");
    }
    // Of two runs that overlap one ends.
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    for rid in [one, other] {
        assert_eq!(ping("GET", &format!("/start?rid={rid}"), vec![]).await, ok);
    }
    assert_eq!(ping("GET", &format!("?rid={one}"), vec![]).await, ok);
    let (word, heartbeat) = state(&stage.api).await;
    assert_eq!(word, "up");
    let expected: chrono::DateTime<chrono::Utc> =
        heartbeat["expected_at"].as_str().unwrap().parse().unwrap();
    let pinged: chrono::DateTime<chrono::Utc> =
        heartbeat["last_ping_at"].as_str().unwrap().parse().unwrap();
    assert!(expected <= pinged, "the other run has begun and must end: {heartbeat}");
    assert_eq!(ping("GET", "?rid=1", vec![]).await.0, 400);
    for (method, end) in [("GET", "/fail/again"), ("GET", "/done/"), ("DELETE", "/"), ("PUT", "")] {
        assert!((400..500).contains(&ping(method, end, vec![]).await.0), "{method} {end}");
    }
    for path in ["/ping", "/ping/", "//ping", "/Ping/1", "/ping//start"] {
        for method in ["GET", "HEAD", "POST"] {
            let answer = nobody.request(method, path).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{method} {path}");
        }
    }
    for end in ["/256", "/-1", "/done"] {
        assert_eq!(ping("GET", end, vec![]).await.0, 404, "{end}");
    }
    for path in ["/ping/not-a-uuid", "/ping/01a1fdef-49d0-7337-b90f-b79f9e6e2986"] {
        let answer = nobody.request("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), 404);
        let said = answer.text().await.unwrap();
        assert!(said.contains("There is no such heartbeat") && !said.contains("01a1"), "{said}");
    }
}

#[tokio::test]
async fn points_are_kept_and_bad_ones_named() {
    let stage = stage().await;
    let asked = json!({
        "family": "error_rate", "source": "pushed", "unit": "%", "direction": "lower_is_better",
        "thresholds": {"pass": ["< 1%"], "rollback": ["> 1% for 2m"], "critical": true},
    });
    let path = "/api/v1/services/shop/indicators/error_rate";
    assert_eq!(stage.api.send("PUT", path, &asked).await.0, 201);
    let (status, again) = stage.api.send("PUT", path, &asked).await;
    assert_eq!((status, &again["thresholds"]["rollback"]), (200, &json!(["> 1% for 2m"])));
    let (_, list) = stage.api.get("/api/v1/services/shop/indicators").await;
    assert_eq!(list["items"][0]["key"], "error_rate");

    let now = now();
    let point = |good: u64, total: u64| {
        json!({
            "service": "shop", "environment": "production", "indicator": "error_rate", "at": now,
            "good": good, "total": total,
        })
    };
    let body = json!({"points": [point(99, 100), point(101, 100), {"service": "shop"}]});
    let (status, answer) = stage.api.send("POST", "/api/v1/measurements", &body).await;
    assert_eq!(status, 202, "{answer}");
    assert_eq!((&answer["accepted"], &answer["refused"]), (&json!(1), &json!(2)));
    assert_eq!(answer["errors"][0]["pointer"], "/points/1/good");
    assert!(answer["errors"][1]["message"].as_str().unwrap().contains("environment"));
    // All bad is a refusal, so that `curl --fail` notices.
    let body = json!({"points": [point(101, 100)]});
    assert_eq!(stage.api.send("POST", "/api/v1/measurements", &body).await.0, 422);
    // Ten thousand with long names fit into a call.
    let many: Vec<_> = (0..10_000).map(|_| point(1_000_000, 1_000_001)).collect();
    let (status, answer) =
        stage.api.send("POST", "/api/v1/measurements", &json!({"points": many})).await;
    assert_eq!((status, &answer["accepted"]), (202, &json!(10_000)), "{answer}");
    assert_eq!(stage.api.send("DELETE", path, &Value::Null).await.0, 204);
}
