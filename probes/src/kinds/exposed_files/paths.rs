//! The paths asked for, each with what it would be.
//!
//! Only files with a content of their own are listed: a path whose content cannot be recognised
//! could only ever be guessed about.

use super::content::Content;

/// A file that must not be served.
pub(super) struct Exposed {
    /// Its path.
    pub(super) path: &'static str,
    /// What it is, for a sentence: "answers 200 with …".
    pub(super) what: &'static str,
    /// How it is recognised.
    pub(super) content: Content,
}

const fn file(path: &'static str, what: &'static str, content: Content) -> Exposed {
    Exposed { path, what, content }
}

/// The paths, by kind. Each costs one request per run.
pub(super) const PATHS: [Exposed; 42] = [
    file("/.env", "an environment file", Content::Environment),
    file("/.env.local", "an environment file", Content::Environment),
    file("/.env.production", "an environment file", Content::Environment),
    file("/.env.bak", "a copy of an environment file", Content::Environment),
    file("/.env.old", "a copy of an environment file", Content::Environment),
    file("/.env.save", "a copy of an environment file", Content::Environment),
    file("/.git/config", "a git repository's configuration", Content::GitConfig),
    file("/.git/HEAD", "a git repository's head", Content::GitHead),
    file("/.svn/entries", "a Subversion working copy", Content::Subversion),
    file("/.svn/wc.db", "a Subversion working copy", Content::Subversion),
    file("/.hg/requires", "a Mercurial repository", Content::MercurialRequires),
    file("/.DS_Store", "a folder listing", Content::DsStore),
    file("/backup.zip", "an archive", Content::Zip),
    file("/backup.tar.gz", "an archive", Content::Gzip),
    file("/backup.sql", "a database dump", Content::Sql),
    file("/backup.sql.gz", "a packed database dump", Content::Gzip),
    file("/dump.sql", "a database dump", Content::Sql),
    file("/database.sql", "a database dump", Content::Sql),
    file("/db.sql", "a database dump", Content::Sql),
    file("/db.sqlite", "a database", Content::Sqlite),
    file("/db.sqlite3", "a database", Content::Sqlite),
    file("/database.sqlite", "a database", Content::Sqlite),
    file("/config.php.bak", "PHP source", Content::PhpSource),
    file("/config.php~", "PHP source", Content::PhpSource),
    file("/wp-config.php.bak", "WordPress's configuration", Content::PhpSource),
    file("/wp-config.php.old", "WordPress's configuration", Content::PhpSource),
    file("/wp-config.php~", "WordPress's configuration", Content::PhpSource),
    file("/phpinfo.php", "the page of phpinfo()", Content::PhpInfo),
    file("/info.php", "the page of phpinfo()", Content::PhpInfo),
    file("/server-status", "the web server's status", Content::ServerStatus),
    file("/.htpasswd", "a password file", Content::Htpasswd),
    file("/.htaccess", "the web server's rules", Content::Htaccess),
    file("/storage/logs/laravel.log", "an application log", Content::LaravelLog),
    file("/actuator/env", "the application's environment", Content::ActuatorEnv),
    file("/actuator/heapdump", "a heap dump", Content::HeapDump),
    file("/web.config", "the web server's configuration", Content::WebConfig),
    file("/id_rsa", "a private key", Content::PrivateKey),
    file("/.ssh/id_rsa", "a private key", Content::PrivateKey),
    file("/server.key", "a private key", Content::PrivateKey),
    file("/.aws/credentials", "cloud credentials", Content::CloudCredentials),
    file("/.npmrc", "a registry token", Content::NpmToken),
    file("/.docker/config.json", "registry credentials", Content::DockerAuth),
];
