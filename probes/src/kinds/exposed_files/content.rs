//! What the listed files look like, so that a leak is recognised by itself.

use crate::client::Response;
use crate::pattern::{Pattern, found, pattern};
use crate::redact;

/// How a kind of file is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Environment file: lines of `NAME=value`.
    Environment,
    /// Git's configuration: `[core]` and its like.
    GitConfig,
    /// Git's head: `ref: refs/…` or a commit.
    GitHead,
    /// Subversion's entries or database.
    Subversion,
    /// Mercurial's list of requirements.
    MercurialRequires,
    /// Mac's folder file.
    DsStore,
    /// Zip archive.
    Zip,
    /// Gzip archive.
    Gzip,
    /// Database dump.
    Sql,
    /// SQLite database.
    Sqlite,
    /// PHP source, which a server should have run.
    PhpSource,
    /// The page of `phpinfo()`.
    PhpInfo,
    /// Apache's status page.
    ServerStatus,
    /// Password file: `name:hash`.
    Htpasswd,
    /// Apache's rules for a folder.
    Htaccess,
    /// Laravel's log.
    LaravelLog,
    /// Spring's environment.
    ActuatorEnv,
    /// Java heap dump.
    HeapDump,
    /// ASP.NET's configuration.
    WebConfig,
    /// Private key.
    PrivateKey,
    /// Cloud credentials: an INI section with keys.
    CloudCredentials,
    /// npm's registry token.
    NpmToken,
    /// Docker's registry credentials.
    DockerAuth,
}

pattern!(ENVIRONMENT, r"(?m)^\s*(?:export\s+)?[A-Z][A-Z0-9_]{2,}\s*=");
pattern!(GIT_CONFIG, r#"(?m)^\s*\[(?:core|remote "|branch ")"#);
pattern!(GIT_HEAD, r"^\s*(?:ref: refs/\S+|[0-9a-f]{40}|[0-9a-f]{64})\s*$");
pattern!(SUBVERSION, r"^(?:\d{1,2}\r?\n(?:\r?\n(?:dir|file)\b)?|<\?xml[^>]*>\s*<wc-entries)");
pattern!(MERCURIAL, r"(?m)^(?:revlogv1|revlogv2|dotencode|fncache|generaldelta|sparserevlog)\s*$");
pattern!(
    SQL,
    r"(?im)^\s*(?:CREATE\s+(?:TABLE|DATABASE|SCHEMA)|INSERT\s+INTO|DROP\s+TABLE\s+IF|COPY\s+\S+\s*\(.*FROM\s+stdin|--\s*(?:MySQL|MariaDB|PostgreSQL)\b.*dump)"
);
pattern!(PHP_SOURCE, r"(?i)^\s*<\?(?:php|=)");
pattern!(
    PHP_INFO,
    r"(?i)<title>[^<]*phpinfo\(\)|>PHP Version\s*<|class=.e.>\s*Loaded Configuration File"
);
pattern!(
    SERVER_STATUS,
    r"(?i)<title>Apache Status</title>|Apache Server Status for|^Active connections: \d+|^Total Accesses: \d+"
);
pattern!(
    HTPASSWD,
    r"(?m)^[^\s:<>]+:(?:\$apr1\$|\$2[aby]\$|\$[156]\$|\{SHA\}|[./0-9A-Za-z]{13}\s*$)"
);
pattern!(
    HTACCESS,
    r"(?im)^\s*(?:RewriteEngine\s+(?:on|off)|RewriteRule\s+\S+|AuthUserFile\s+\S+|Require\s+(?:all|valid-user)|<IfModule\s|Deny\s+from\s)"
);
pattern!(
    LARAVEL_LOG,
    r"(?m)^\[\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\]]*\] \w+\.(?:DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY):"
);
pattern!(ACTUATOR, r#""propertySources"\s*:\s*\[|"activeProfiles"\s*:"#);
pattern!(
    WEB_CONFIG,
    r"(?i)<configuration[\s>][\s\S]*<(?:system\.web|system\.webServer|connectionStrings|appSettings)[\s/>]"
);
pattern!(PRIVATE_KEY, r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----");
pattern!(CLOUD, r"(?im)^\s*aws_(?:access_key_id|secret_access_key)\s*=");
pattern!(NPM, r"(?m)(?:_authToken|_auth|_password)\s*=");
pattern!(DOCKER, r#""auths"\s*:\s*\{"#);

impl Content {
    /// Whether the answer is such a file.
    pub(super) fn matches(self, answer: &Response) -> bool {
        let body = answer.body.as_ref();
        let text = answer.text();
        let has = |pattern: &Pattern| found(pattern, &text);
        match self {
            // A page may quote such lines in its scripts or in a text about them.
            Self::Environment => has(&ENVIRONMENT) && !is_page(&text),
            Self::GitConfig => has(&GIT_CONFIG) && !is_page(&text),
            Self::GitHead => has(&GIT_HEAD),
            Self::Subversion => has(&SUBVERSION) || is_sqlite(body),
            Self::MercurialRequires => has(&MERCURIAL) && !is_page(&text),
            Self::DsStore => body.starts_with(b"\0\0\0\x01Bud1"),
            Self::Zip => body.starts_with(b"PK\x03\x04") || body.starts_with(b"PK\x05\x06"),
            // A server may unpack it by calling it an encoding.
            Self::Gzip => {
                body.starts_with(&[0x1f, 0x8b]) || is_tar(body) || (has(&SQL) && !is_page(&text))
            }
            Self::Sql => is_dump(body) || (has(&SQL) && !is_page(&text)),
            Self::Sqlite => is_sqlite(body),
            Self::PhpSource => has(&PHP_SOURCE),
            Self::PhpInfo => has(&PHP_INFO),
            Self::ServerStatus => has(&SERVER_STATUS),
            Self::Htpasswd => has(&HTPASSWD) && !is_page(&text),
            Self::Htaccess => has(&HTACCESS) && !is_page(&text),
            Self::LaravelLog => has(&LARAVEL_LOG),
            Self::ActuatorEnv => has(&ACTUATOR),
            Self::HeapDump => body.starts_with(b"JAVA PROFILE 1."),
            Self::WebConfig => has(&WEB_CONFIG),
            Self::PrivateKey => has(&PRIVATE_KEY),
            Self::CloudCredentials => has(&CLOUD) && !is_page(&text),
            Self::NpmToken => has(&NPM) && !is_page(&text),
            Self::DockerAuth => has(&DOCKER) && !is_page(&text),
        }
    }

    /// What of the file may be kept: the names in it, never the values.
    pub(super) fn excerpt(self, answer: &Response) -> String {
        let text = answer.text();
        match self {
            Self::Environment | Self::NpmToken | Self::CloudCredentials => names_only(&text, '='),
            Self::Htpasswd => names_only(&text, ':'),
            Self::PrivateKey => text.lines().next().unwrap_or_default().to_owned() + " [redacted]",
            Self::GitHead | Self::MercurialRequires | Self::Subversion | Self::GitConfig => {
                crate::evidence::excerpt(&answer.body)
            }
            Self::PhpInfo | Self::ServerStatus | Self::Htaccess => {
                redact::shorten(&crate::evidence::excerpt(&answer.body), 400)
            }
            // Dumps, logs, sources and archives are secrets all through.
            _ => format!("[{} bytes, not kept]", answer.body.len()),
        }
    }
}

/// Each line up to its separator.
fn names_only(text: &str, separator: char) -> String {
    const LINES: usize = 40;
    let kept: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .take(LINES)
        .map(|line| match line.split_once(separator) {
            Some((name, _)) => {
                let name = redact::printable(&redact::shorten(name.trim(), 60));
                format!("{name}{separator}{}", redact::REDACTED)
            }
            None => redact::REDACTED.to_owned(),
        })
        .collect();
    kept.join("\n")
}

fn is_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(256).collect();
    let start = start.to_ascii_lowercase();
    start.starts_with("<!doctype") || start.starts_with("<html") || start.contains("<head")
}

fn is_sqlite(body: &[u8]) -> bool {
    body.starts_with(b"SQLite format 3\0")
}

/// PostgreSQL's own dump format.
fn is_dump(body: &[u8]) -> bool {
    body.starts_with(b"PGDMP")
}

fn is_tar(body: &[u8]) -> bool {
    body.get(257..262) == Some(b"ustar")
}
