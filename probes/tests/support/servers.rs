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
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name));
        read("log").unwrap_or_default() + &read("dovecot.log").unwrap_or_default()
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

/// A Prometheus that scrapes `target` each second; `more` is added to its configuration.
pub fn prometheus(target: SocketAddr, more: &str) -> Server {
    Server::start(|folder, address| {
        let config = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
             scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{target}']}}]}}]\n\
             {more}"
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

/// A Redis that asks for a password.
pub fn redis(password: &str) -> Server {
    Server::start(|folder, address| {
        let mut command = program("redis-server");
        command.args(["--port", &address.port().to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--requirepass", password, "--dir"]).arg(folder);
        command
    })
}

/// A MariaDB whose user `watch` has a password and no rights.
pub fn mariadb(password: &str) -> Server {
    Server::start(|folder, address| {
        let data = folder.join("data");
        let setup = program("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal"])
            .args(["--skip-test-db", "--skip-name-resolve"])
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--user={}", user()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(setup.success(), "mariadb-install-db failed; run scripts/setup.sh");
        let init = folder.join("init.sql");
        let sql = format!("CREATE USER 'watch'@'%' IDENTIFIED BY '{password}';\n");
        std::fs::write(&init, sql).unwrap();
        let mut command = program("mariadbd");
        command
            .args(["--no-defaults", "--skip-log-bin", "--innodb-fast-shutdown=2"])
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--socket={}", folder.join("s").display()))
            .arg(format!("--init-file={}", init.display()))
            .arg(format!("--user={}", user()))
            .arg("--bind-address=127.0.0.1")
            .arg(format!("--port={}", address.port()));
        command
    })
}

/// A name server that knows what the test tells it.
pub fn dnsmasq(records: &[&str]) -> Server {
    Server::start(|folder, address| {
        let mut command = program("dnsmasq");
        command
            .args(["--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null"])
            .args(["--listen-address=127.0.0.1", "--bind-interfaces", "--local=/example.org/"])
            .arg(format!("--port={}", address.port()))
            .arg(format!("--pid-file={}", folder.join("pid").display()))
            .arg(format!("--user={}", user()))
            .args(records);
        command
    })
}

/// An SMTP server that puts every mail into a Maildir below its folder.
pub fn smtp() -> Server {
    Server::start(|folder, address| {
        let mut command = program("aiosmtpd");
        // As root it becomes nobody, since no IMAP server serves root's mail.
        if user() == "root" {
            open_to_all(folder);
            for part in ["", "tmp", "new", "cur"] {
                let part = folder.join("Maildir").join(part);
                std::fs::create_dir_all(&part).unwrap();
                open_to_all(&part);
            }
        } else {
            command.arg("-n");
        }
        command.args(["-l", &address.to_string(), "-c", "aiosmtpd.handlers.Mailbox"]);
        command.arg(folder.join("Maildir"));
        command
    })
}

/// An IMAP server over a Maildir, for the user `watch`.
pub fn imap(maildir: &Path, password: &str) -> Server {
    Server::start(|folder, address| {
        let me = user();
        let at = folder.display();
        // Its log-in process refuses to be root, and must get at its sockets.
        let root = me == "root";
        let (inner, login) = if root { ("dovecot", "dovenull") } else { (&*me, &*me) };
        let (mail_user, mail_group) =
            if root { ("nobody".to_owned(), "nogroup".to_owned()) } else { (me.clone(), group()) };
        if root {
            open_to_all(folder);
        }
        let config = format!(
            "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/dovecot.log\n\
             protocols = imap\nssl = no\ndisable_plaintext_auth = no\n\
             default_internal_user = {inner}\ndefault_login_user = {login}\n\
             default_internal_group = {inner_group}\n\
             first_valid_uid = 0\nfirst_valid_gid = 0\n\
             service anvil {{\n chroot =\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n address = 127.0.0.1\n port = {port}\n }}\n \
             inet_listener imaps {{\n port = 0\n }}\n}}\n\
             passdb {{\n driver = static\n args = password={password}\n}}\n\
             userdb {{\n driver = static\n args = uid={mail_user} gid={mail_group} home={at}/home\n}}\n\
             mail_location = maildir:{maildir}\n",
            inner_group = if root { "dovecot".to_owned() } else { group() },
            port = address.port(),
            maildir = maildir.display(),
        );
        std::fs::write(folder.join("dovecot.conf"), config).unwrap();
        let mut command = program("dovecot");
        command.arg("-F").arg("-c").arg(folder.join("dovecot.conf"));
        command
    })
}

/// Lets other users write into a folder: servers started by root become others.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
}

/// Who runs the test.
fn user() -> String {
    said(Command::new("id").arg("-un"))
}

fn group() -> String {
    said(Command::new("id").arg("-gn"))
}

fn said(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap().trim().to_owned()
}
