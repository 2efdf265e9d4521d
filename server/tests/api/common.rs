//! A real portal for tests: the program itself, on a free port, with a data directory of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// The program under test: the release where a script names one, else the one just built.
#[expect(clippy::disallowed_methods, reason = "tests take their settings from the environment")]
pub fn program() -> PathBuf {
    std::env::var_os("DAYTWO_PROGRAM")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_daytwo")), PathBuf::from)
}

/// A number from the environment.
#[expect(clippy::disallowed_methods, reason = "tests take their settings from the environment")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A running portal.
pub struct Portal {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Portal {
    /// Starts it and waits until it says where it is.
    pub fn start(data_dir: &Path, database_url: Option<&str>) -> Self {
        let mut command = command(data_dir, database_url);
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("DAYTWO_PROBE_ALLOW", "127.0.0.0/8");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.trim().strip_prefix("Daytwo is at ").expect("it says where it is").to_owned();
        Self { child, url }
    }

    /// The process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself; answers whether all was well.
    pub async fn ended(&mut self, patience: std::time::Duration) -> bool {
        let until = std::time::Instant::now() + patience;
        while std::time::Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("it did not end in {patience:?}");
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program on a data directory.
pub fn command(data_dir: &Path, database_url: Option<&str>) -> Command {
    let mut command = Command::new(program());
    command.arg("--data-dir").arg(data_dir).env_remove("DATABASE_URL").env("RUST_LOG", "warn");
    if let Some(url) = database_url {
        command.env("DATABASE_URL", url);
    }
    command
}

/// Runs a command of the program; answers what it printed.
pub fn run(data_dir: &Path, database_url: Option<&str>, args: &[&str], input: &str) -> String {
    let mut child = command(data_dir, database_url)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "daytwo {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A token for everything.
pub fn admin_token(data_dir: &Path, database_url: Option<&str>) -> String {
    let args = ["token", "create", "--name", "ci", "--scope", "admin"];
    run(data_dir, database_url, &args, "")
}

/// A client of the API.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    /// Where the portal answers.
    pub url: String,
    token: String,
}

impl Api {
    pub fn new(url: &str, token: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(std::time::Duration::from_secs(20))
            .build()
            .unwrap();
        Self { client, url: url.to_owned(), token: token.to_owned() }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .bearer_auth(&self.token)
    }

    /// Sends JSON; answers status and body.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.request(method, path).json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.request("GET", path).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// A service `shop` in production without a base URL.
    pub async fn put_shop(&self) {
        let body = json!({"name": "Shop", "environments": [{"slug": "production"}]});
        let (status, answer) = self.send("PUT", "/api/v1/services/shop", &body).await;
        assert!(status == 200 || status == 201, "{answer}");
    }

    /// Announces a version of it; answers the deployment's id.
    pub async fn announce(&self, version: &str) -> String {
        let body = json!({"service": "shop", "environment": "production", "version": version});
        let (status, answer) = self.send("POST", "/api/v1/deployments", &body).await;
        assert_eq!(status, 201, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }
}
