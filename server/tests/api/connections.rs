//! Connections that say nothing, and those who come after them.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::common::program;

/// How many descriptors the portal gets.
const DESCRIPTORS: u32 = 256;
/// More half-sent requests than it has room for.
const HALF_SENT: usize = 300;

struct Limited(Child);

impl Drop for Limited {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A portal that may open no more than so many files; answers where it is.
fn start(data: &std::path::Path) -> (Limited, String) {
    let script = format!("ulimit -n {DESCRIPTORS} && exec \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(program())
        .arg("--data-dir")
        .arg(data)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env_remove("DATABASE_URL")
        .env("RUST_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("Daytwo is at http://").unwrap().to_owned();
    (Limited(child), address)
}

/// One whole request on a connection of its own; answers what came back.
fn ask(address: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn many_who_say_nothing_keep_nobody_out() {
    let data = tempfile::tempdir().unwrap();
    let (_portal, address) = start(data.path());
    assert!(ask(&address).unwrap().starts_with("HTTP/1.1 200"));
    let mut silent = Vec::new();
    for n in 0..HALF_SENT {
        let mut stream = TcpStream::connect(&address).unwrap();
        // Some say nothing at all, some begin.
        if n % 3 != 0 {
            drop(stream.write_all(b"GET / HTTP/1.1\r\nhost: her"));
        }
        silent.push(stream);
    }
    for _ in 0..5 {
        let answer = ask(&address).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    // Those who have waited longest were told to go.
    let mut first = &silent[0];
    first.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(first.read(&mut [0; 16]).unwrap_or(0), 0, "it is closed");
}
