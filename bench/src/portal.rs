//! The release under measurement.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

/// The address and password of the person the bench signs in as.
pub const EMAIL: &str = "bench@example.org";
/// See [`EMAIL`].
pub const PASSWORD: &str = "a long enough password";

/// A running portal.
pub struct Portal {
    child: Child,
    /// Where it answers.
    pub url: String,
    /// How long it took from the start of the process to its first answered page.
    pub first_page: Duration,
}

/// Where the release is and where it keeps its data.
#[derive(Debug, Clone)]
pub struct Place {
    /// `dist/`.
    pub dist: PathBuf,
    /// The data directory.
    pub data: PathBuf,
    /// The database, where it is not SQLite in the data directory.
    pub database: Option<String>,
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(self.dist.join("daytwo"));
        command
            .arg("--data-dir")
            .arg(&self.data)
            .env_remove("DATABASE_URL")
            .env("DAYTWO_PROBE_ALLOW", "127.0.0.0/8")
            // Many people look from here, each under an address of their own.
            .env("DAYTWO_TRUSTED_PROXIES", "127.0.0.0/8")
            .env("RUST_LOG", "warn");
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs a command of the program; answers what it printed.
    pub fn run(&self, args: &[&str], input: &str) -> String {
        let spawned =
            self.command().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = spawned else { panic!("there is no release in dist/: run make build") };
        if let Some(mut stdin) = child.stdin.take() {
            drop(stdin.write_all(input.as_bytes()));
        }
        let output = child.wait_with_output().map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&output).trim().to_owned()
    }

    /// Adds the person and makes a token.
    pub fn prepare(&self) -> String {
        let person = [
            "user",
            "create",
            "--email",
            EMAIL,
            "--name",
            "B",
            "--role",
            "admin",
            "--password-stdin",
        ];
        self.run(&person, PASSWORD);
        self.run(&["token", "create", "--name", "bench", "--scope", "admin"], "")
    }

    /// Starts the portal and waits for its first page.
    pub async fn start(&self) -> Portal {
        let began = Instant::now();
        let spawned = self
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = spawned else { panic!("there is no release in dist/: run make build") };
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            drop(BufReader::new(stdout).read_line(&mut line));
        }
        let Some(url) = line.trim().strip_prefix("Daytwo is at ") else {
            panic!("the portal did not start")
        };
        let url = url.to_owned();
        let answer = client().get(format!("{url}/login")).send().await;
        let Ok(_page) = answer else { panic!("the portal does not answer") };
        Portal { child, url, first_page: began.elapsed() }
    }
}

impl Portal {
    /// Resident memory in MiB.
    pub fn memory_mib(&self) -> f64 {
        let path = format!("/proc/{}/statm", self.child.id());
        let pages = std::fs::read_to_string(path)
            .ok()
            .and_then(|statm| statm.split(' ').nth(1)?.parse::<f64>().ok());
        pages.unwrap_or(0.0) * 4096.0 / 1_048_576.0
    }

    /// Seconds of CPU used so far.
    pub fn cpu_s(&self) -> f64 {
        cpu_s(&self.child.id().to_string())
    }
}

/// Seconds of processor time a process has used so far.
pub fn cpu_s(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<_> =
        stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    let ticks = |n: usize| fields.get(n).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

impl Drop for Portal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A client with cookies of its own.
pub fn client() -> reqwest::Client {
    let built = reqwest::Client::builder()
        .no_proxy()
        .no_brotli()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .build();
    match built {
        Ok(client) => client,
        Err(error) => panic!("no client: {error}"),
    }
}

/// Signs in; answers the session's cookie.
pub async fn sign_in(url: &str) -> String {
    sign_in_as(url, EMAIL, 0).await
}

/// Adds as many people as asked for who only look; answers their addresses.
pub fn add_viewers(place: &Place, count: usize) -> Vec<String> {
    let emails: Vec<_> = (0..count).map(|n| format!("viewer-{n}@example.org")).collect();
    for email in &emails {
        let person = [
            "user",
            "create",
            "--email",
            email,
            "--name",
            "V",
            "--role",
            "viewer",
            "--password-stdin",
        ];
        place.run(&person, PASSWORD);
    }
    emails
}

/// Signs one of them in, from an address of their own; answers the cookie.
pub async fn sign_in_as(url: &str, email: &str, number: usize) -> String {
    let form = [("email", email), ("password", PASSWORD), ("next", "/")];
    let body: Vec<_> = form.iter().map(|(k, v)| format!("{k}={}", v.replace(' ', "+"))).collect();
    let answer = client()
        .post(format!("{url}/act/log-in"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html")
        .header("x-forwarded-for", format!("198.18.{}.{}", number / 250, number % 250 + 1))
        .body(body.join("&").replace('@', "%40"))
        .send()
        .await;
    let Ok(answer) = answer else { panic!("signing in failed") };
    // The greeting of the next page comes in a cookie of its own.
    let mut cookies = answer.headers().get_all("set-cookie").iter();
    let cookie = cookies.find_map(|c| c.to_str().ok().filter(|c| c.starts_with("daytwo=")));
    let Some(cookie) = cookie else { panic!("signing in gave no session: {}", answer.status()) };
    cookie.split(';').next().unwrap_or_default().to_owned()
}

/// Sends JSON with a token; answers the body.
pub async fn call(url: &str, token: &str, method: &str, path: &str, body: &Value) -> Value {
    let Ok(method) = method.parse() else { panic!("{method} is no method") };
    let sent =
        client().request(method, format!("{url}{path}")).bearer_auth(token).json(body).send().await;
    match sent {
        Ok(answer) => answer.json().await.unwrap_or(Value::Null),
        Err(error) => panic!("{path}: {error}"),
    }
}

/// A service with an open run; answers the deployment's id.
pub async fn open_run(url: &str, token: &str) -> String {
    let service = json!({"name": "Shop", "environments": [{"slug": "production"}]});
    call(url, token, "PUT", "/api/v1/services/shop", &service).await;
    // The database may hold what was measured before.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let version = format!("1.0.{now}");
    let announced = json!({"service": "shop", "environment": "production", "version": version});
    let answer = call(url, token, "POST", "/api/v1/deployments", &announced).await;
    answer["id"].as_str().unwrap_or_default().to_owned()
}

/// A directory for one measurement.
pub fn folder() -> tempfile::TempDir {
    match tempfile::tempdir_in(Path::new(".")) {
        Ok(folder) => folder,
        Err(error) => panic!("no directory for the data: {error}"),
    }
}
