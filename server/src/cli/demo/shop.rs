//! The demo's shop: a program of its own, started beside the portal and stopped with it.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use demo::Addresses;
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdin, Command},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::startup::StartError;

const PROGRAM: &str = "daytwo-shop";
/// How long the shop may take until everything answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to stop before it is made to.
const FAREWELL: Duration = Duration::from_secs(5);
/// Each option with the port it takes where that is free.
const LISTENERS: [(&str, u16); 6] = [
    ("--listen", 4010),
    ("--control-listen", 4011),
    ("--mail-listen", 4012),
    ("--gateway-listen", 4013),
    ("--smtp-listen", 4025),
    ("--tls-listen", 4443),
];

/// Where a running shop answers: the line it prints once it does.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ready {
    pub(super) http: String,
    pub(super) https: String,
    pub(super) control: String,
    pub(super) mail: String,
    gateway: String,
    smtp: String,
    /// The certificate of its authority (PEM).
    pub(super) ca: String,
}

/// A running shop.
#[derive(Debug)]
pub(super) struct Shop {
    child: Child,
    /// Closing it stops the shop; so does the end of this process, however it comes.
    stdin: Option<ChildStdin>,
    ready: Ready,
    program: PathBuf,
    folder: PathBuf,
}

impl Shop {
    /// Starts the shop on its usual ports, or on free ones where one is taken or `free_ports`
    /// says so, and waits until it answers.
    pub(super) async fn start(folder: &Path, free_ports: bool) -> Result<Self, StartError> {
        let program = find();
        if !free_ports {
            let usual: Vec<_> = LISTENERS.iter().map(|(_, port)| usual(*port)).collect();
            match Self::spawn(&program, folder, &usual).await {
                Ok(shop) => return Ok(shop),
                Err(Trouble::NotThere(error)) => return Err(not_there(&program, &error)),
                Err(Trouble::Stopped(said)) => {
                    tracing::warn!(said, "the shop takes free ports instead of its usual ones");
                }
            }
        }
        let free = vec![usual(0); LISTENERS.len()];
        match Self::spawn(&program, folder, &free).await {
            Ok(shop) => Ok(shop),
            Err(Trouble::NotThere(error)) => Err(not_there(&program, &error)),
            Err(Trouble::Stopped(said)) => {
                Err(StartError::Other(format!("the demo's shop did not start: {said}")))
            }
        }
    }

    async fn spawn(program: &Path, folder: &Path, at: &[String]) -> Result<Self, Trouble> {
        let said = folder.join("start.log");
        let errors = std::fs::File::create(&said).map_err(Trouble::NotThere)?;
        let mut command = Command::new(program);
        for ((option, _), address) in LISTENERS.iter().zip(at) {
            command.arg(option).arg(address);
        }
        command.arg("--redirect-to-https").arg("--exit-with-parent");
        command.args(["--traffic", "60"]).arg("--data-dir").arg(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors).kill_on_drop(true);
        // A Ctrl-C in the terminal is the portal's to handle: it stops the shop itself.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(Trouble::NotThere)?;
        let stdin = child.stdin.take();
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            let mut lines = BufReader::new(stdout);
            drop(timeout(PATIENCE, lines.read_line(&mut line)).await);
        }
        match serde_json::from_str(&line) {
            Ok(ready) => Ok(Self {
                child,
                stdin,
                ready,
                program: program.to_owned(),
                folder: folder.to_owned(),
            }),
            Err(_) => {
                drop(child.kill().await);
                let said = std::fs::read_to_string(&said).unwrap_or_default();
                let last = said.lines().rfind(|line| !line.trim().is_empty());
                Err(Trouble::Stopped(last.unwrap_or("it said nothing").to_owned()))
            }
        }
    }

    pub(super) const fn ready(&self) -> &Ready {
        &self.ready
    }

    pub(super) fn addresses(&self) -> Addresses {
        Addresses {
            https: self.ready.https.clone(),
            http: self.ready.http.clone(),
            control: self.ready.control.clone(),
            mail: self.ready.mail.clone(),
            smtp: self.ready.smtp.clone(),
        }
    }

    /// Starts the shop again where it ends by itself, at the same addresses, until `stop`; then
    /// stops it.
    pub(super) async fn mind(mut self, stop: CancellationToken) {
        let mut wait = Duration::from_secs(1);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                ended = self.child.wait() => {
                    let ended = ended.map_or_else(|e| e.to_string(), |status| status.to_string());
                    tracing::error!(ended, "the shop ended by itself; starting it again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            let same = self.ready.addresses();
            match Self::spawn(&self.program, &self.folder, &same).await {
                Ok(shop) => {
                    tracing::info!(shop = shop.ready.https, "the shop answers again");
                    self = shop;
                    wait = Duration::from_secs(1);
                }
                Err(trouble) => {
                    tracing::error!(%trouble, "the shop does not start again");
                    wait = (wait * 2).min(Duration::from_secs(60));
                }
            }
        }
        drop(self.stdin.take());
        if timeout(FAREWELL, self.child.wait()).await.is_err() {
            tracing::warn!("the shop did not stop by itself");
            drop(self.child.kill().await);
        }
    }
}

impl Ready {
    /// The addresses, in the order of [`LISTENERS`].
    fn addresses(&self) -> Vec<String> {
        [&self.http, &self.control, &self.mail, &self.gateway, &self.smtp, &self.https]
            .into_iter()
            .map(|url| url.rsplit('/').next().unwrap_or_default().to_owned())
            .collect()
    }
}

/// Why the shop is not running.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    NotThere(io::Error),
    #[error("{0}")]
    Stopped(String),
}

fn usual(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// The program beside this one, else whatever PATH has.
fn find() -> PathBuf {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(&name)));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(name))
}

fn not_there(program: &Path, error: &io::Error) -> StartError {
    StartError::Other(format!(
        "the demo's shop, `{PROGRAM}`, cannot be started ({}: {error}). It lies beside `daytwo` \
         after `make build`; from the sources, `cargo build -p server -p shop` makes both",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_takes_the_addresses_of_before() {
        let ready: Ready = serde_json::from_str(
            r#"{"http": "http://127.0.0.1:1", "https": "https://127.0.0.1:6",
                "control": "http://127.0.0.1:2", "mail": "http://127.0.0.1:3",
                "gateway": "http://127.0.0.1:4", "smtp": "127.0.0.1:5", "ca": "/x", "pid": 7}"#,
        )
        .unwrap();
        let ports: Vec<_> = (1..=6).map(usual).collect();
        assert_eq!(ready.addresses(), ports);
    }
}
