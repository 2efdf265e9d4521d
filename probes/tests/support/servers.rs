//! Real servers, each a process of its own in a directory of its own, ended with the test.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub folder: TempDir,
}

impl Server {
    /// Starts what `command` makes of a folder and an address, and waits until it accepts
    /// connections.
    pub fn start(command: impl FnOnce(&Path, SocketAddr) -> Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_port();
        let mut command = command(folder.path(), address);
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let child = child.spawn().unwrap_or_else(|error| {
            panic!("{:?} cannot be started ({error}); run scripts/setup.sh", command.get_program())
        });
        let mut server = Self { child, address, folder };
        server.wait();
        server
    }

    fn wait(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && began.elapsed() < START, "it did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it where it is: it holds its connections and answers nothing.
    pub fn freeze(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-STOP", &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port nothing listens on now.
pub fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A program that Debian may keep out of PATH.
pub fn program(name: &str) -> Command {
    let in_sbin = Path::new("/usr/sbin").join(name);
    if in_sbin.exists() { Command::new(in_sbin) } else { Command::new(name) }
}

/// A Prometheus that scrapes `target` each second.
pub fn prometheus(target: SocketAddr) -> Server {
    Server::start(|folder, address| {
        let config = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
             scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{target}']}}]}}]\n"
        );
        std::fs::write(folder.join("prometheus.yml"), config).unwrap();
        let mut command = program("prometheus");
        command
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"));
        command
    })
}
