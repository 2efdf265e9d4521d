//! Starts shops and talks to them.
#![expect(clippy::unwrap_used, reason = "part of the tests, which may panic")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Certificate, Client, Response, StatusCode, redirect::Policy};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A card that pays.
pub const GOOD_CARD: &str = "4242 4242 4242 4242";

/// A running shop; killed when dropped.
pub struct Shop {
    pub child: Child,
    pub stdin: Option<ChildStdin>,
    pub ready: Value,
    dir: PathBuf,
    own_dir: Option<TempDir>,
}

impl Shop {
    /// A shop with a directory of its own.
    pub fn start(arguments: &[&str]) -> Self {
        let own_dir = tempfile::tempdir().unwrap();
        let mut shop = Self::start_in(own_dir.path(), arguments);
        shop.own_dir = Some(own_dir);
        shop
    }

    /// A shop on a directory that may have been used before.
    pub fn start_in(dir: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daytwo-shop"));
        for listener in ["", "control-", "mail-", "smtp-", "gateway-"] {
            command.args([&format!("--{listener}listen"), "127.0.0.1:0"]);
        }
        command.arg("--data-dir").arg(dir).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        let stdin = child.stdin.take();
        Self { child, stdin, ready, dir: dir.to_owned(), own_dir: None }
    }

    /// An address of a part: `shop.url("http", "/cart")`.
    pub fn url(&self, part: &str, path: &str) -> String {
        format!("{}{path}", self.ready[part].as_str().unwrap())
    }

    /// Throws switches.
    pub async fn switch(&self, change: Value) -> Value {
        let answer =
            browser().post(self.url("control", "/control")).json(&change).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        browser().get(self.url("http", path)).send().await.unwrap()
    }

    pub async fn health(&self) -> (StatusCode, Value) {
        let answer = self.get("/health").await;
        (answer.status(), answer.json().await.unwrap())
    }

    /// The value of one line of the metrics; 0 where there is none.
    pub async fn metric(&self, series: &str) -> f64 {
        let text = self.get("/metrics").await.text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }

    /// The caught mail to an address, newest first.
    pub async fn mail_to(&self, to: &str) -> Vec<Value> {
        let url = self.url("mail", &format!("/mail/api/messages?to={to}"));
        let mut answer: Value = browser().get(url).send().await.unwrap().json().await.unwrap();
        match answer["items"].take() {
            Value::Array(items) => items,
            other => panic!("no list: {other}"),
        }
    }

    /// Waits for a mail and opens it.
    pub async fn await_mail(&self, to: &str, subject: &str) -> Value {
        let id = eventually("the mail", async || {
            let mail = self.mail_to(to).await;
            let found = mail.iter().find(|mail| mail["subject"] == subject)?;
            Some(found["id"].as_str()?.to_owned())
        })
        .await;
        let url = self.url("mail", &format!("/mail/api/messages/{id}"));
        browser().get(url).send().await.unwrap().json().await.unwrap()
    }

    /// The lines of the application log.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.dir.join("shop.log")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn terminate(&mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.await_exit()
    }

    pub fn await_exit(&mut self) -> std::process::ExitStatus {
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the shop did not stop");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Only now: a shop that still runs would write into it.
        drop(self.own_dir.take());
    }
}

/// A browser with its own cookies, that does not follow redirects.
pub fn browser() -> Client {
    builder().build().unwrap()
}

/// A client that keeps no cookies.
pub fn without_cookies() -> Client {
    builder().cookie_store(false).build().unwrap()
}

/// A browser that trusts the shop's authority and no other.
pub fn trusting(shop: &Shop) -> Client {
    let ca = std::fs::read(shop.ready["ca"].as_str().unwrap()).unwrap();
    builder().tls_certs_only([Certificate::from_pem(&ca).unwrap()]).build().unwrap()
}

fn builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy()
}

/// Posts a form and answers status, `Location` and text.
pub async fn post(
    browser: &Client,
    url: &str,
    form: &[(&str, &str)],
) -> (StatusCode, String, String) {
    let answer = browser.post(url).form(form).send().await.unwrap();
    let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), location.unwrap_or_default(), answer.text().await.unwrap())
}

pub async fn text(browser: &Client, url: &str) -> String {
    browser.get(url).send().await.unwrap().text().await.unwrap()
}

/// Registers and puts something into the cart; the browser is ready to pay.
pub async fn ready_to_pay(shop: &Shop, email: &str) -> Client {
    let browser = browser();
    let form = [("name", "Anna"), ("email", email), ("password", "first password")];
    let (status, ..) = post(&browser, &shop.url("http", "/register"), &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let form = [("product", "storm-kettle"), ("quantity", "2")];
    let (status, ..) = post(&browser, &shop.url("http", "/cart/add"), &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    browser
}

pub async fn pay(shop: &Shop, browser: &Client, card: &str) -> (StatusCode, String, String) {
    let form = [
        ("address", "1 Quay Street"),
        ("card", card),
        ("expiry", "12/68"),
        ("cvc", "123"),
        ("reference", "r1"),
    ];
    post(browser, &shop.url("http", "/checkout"), &form).await
}

/// Asks until there is an answer, for at most half a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not come");
}

/// A charge the gateway takes.
pub fn charge(number: &str) -> Value {
    json!({"amount_cents": 100, "currency": "EUR",
           "card": {"number": number, "expiry": "12/68", "cvc": "123"}})
}
