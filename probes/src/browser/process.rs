//! The browser's process.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::cdp::Cdp;
use super::proxy::Proxy;
use super::tabs::Tabs;
use crate::client::GuardedClient;

/// How long a browser may take to start.
const START: Duration = Duration::from_secs(30);

/// A running browser.
pub(crate) struct Browser {
    cdp: Cdp,
    proxy: Proxy,
    group: Option<rustix::process::Pid>,
    _child: Child,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // With everything it started: its children are of its process group.
        if let Some(group) = self.group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

impl Browser {
    /// Starts a browser whose requests pass the guard.
    pub(crate) async fn start(
        client: &GuardedClient,
        program: Option<&Path>,
    ) -> Result<Self, String> {
        let program = program.ok_or(
            "there is no Chromium on Daytwo's machine; install one, or name it with \
             DAYTWO_CHROMIUM",
        )?;
        let profile = tempfile::Builder::new()
            .prefix("daytwo-journey-")
            .tempdir()
            .map_err(|error| format!("no folder for the browser's profile: {error}"))?;
        let proxy = Proxy::start(client.clone())
            .await
            .map_err(|error| format!("no port for the browser's proxy: {error}"))?;
        let mut command = Command::new(program);
        command
            .args([
                "--headless=new",
                "--remote-debugging-port=0",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-default-apps",
                "--disable-extensions",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--disable-webrtc",
                "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                // One process for all frames of a page, so that a frame of another site is one of
                // its page's session; the browser is this journey's alone and ends with it.
                "--disable-site-isolation-trials",
                "--disable-features=Translate,MediaRouter,OptimizationHints,IsolateOrigins,\
                 site-per-process",
                "--mute-audio",
                "--hide-scrollbars",
                "--lang=en-US",
                // Loopback too goes through the proxy, where the guard decides.
                "--proxy-bypass-list=<-loopback>",
            ])
            .arg(format!("--proxy-server=http://{}", proxy.address()))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if rustix::process::geteuid().is_root() {
            // Chromium refuses to sandbox itself as root.
            command.arg("--no-sandbox");
        }
        if client.has_own_roots() {
            // Chromium knows only the system's roots; the proxy judges certificates by ours.
            command.arg("--ignore-certificate-errors");
        }
        command.arg("about:blank");
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let group = group.and_then(rustix::process::Pid::from_raw);
        let address = timeout(START, address(&mut child)).await;
        let address = address
            .map_err(|_| format!("the browser did not start within {} s", START.as_secs()))
            .flatten();
        let cdp = match address {
            Ok(address) => connect(&address).await,
            Err(why) => Err(why),
        };
        let cdp = match cdp {
            Ok(cdp) => cdp,
            Err(why) => {
                if let Some(group) = group {
                    let signal = rustix::process::Signal::KILL;
                    let _ = rustix::process::kill_process_group(group, signal);
                }
                return Err(why);
            }
        };
        Ok(Self { cdp, proxy, group, _child: child, _profile: profile })
    }

    /// Opens the first tab.
    pub(crate) async fn tabs(&self) -> Result<Tabs<'_>, super::CdpError> {
        Tabs::open(&self.cdp).await
    }

    /// What is wrong with a certificate the browser met, where it is for the proxy to judge.
    pub(crate) fn untrusted(&self) -> Option<String> {
        self.proxy.untrusted()
    }

    /// What the guard refused the browser, where it did.
    pub(crate) fn refused(&self) -> Option<String> {
        self.proxy.refused()
    }
}

/// Where the browser says that it can be spoken to. Its words are read to their end, or it would
/// wait for somebody to read them.
async fn address(child: &mut Child) -> Result<String, String> {
    let stderr = child.stderr.take().ok_or("the browser's words cannot be read")?;
    let mut lines = BufReader::new(stderr).lines();
    let mut said = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(address) = line.strip_prefix("DevTools listening on ws://") {
            let address = address.to_owned();
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(address);
        }
        said = line;
    }
    let said = crate::redact::shorten(&said, 200);
    let said = if said.is_empty() { "without a word".to_owned() } else { format!("with: {said}") };
    Err(format!("the browser ended at its start, {said}"))
}

async fn connect(address: &str) -> Result<Cdp, String> {
    let host = address.split('/').next().unwrap_or_default();
    let gone = |error: &dyn std::fmt::Display| format!("the browser cannot be spoken to: {error}");
    let stream = TcpStream::connect(host).await.map_err(|error| gone(&error))?;
    // A command can be small and hurried; a picture is large.
    let _ = stream.set_nodelay(true);
    let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}"), stream)
        .await
        .map_err(|error| gone(&error))?;
    Ok(Cdp::over(socket))
}
