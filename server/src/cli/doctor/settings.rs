//! What is configured: addresses, proxies, what probes may reach.

use std::net::IpAddr;

use engine::doctor::Finding;
use url::Url;

use super::sentence;
use crate::{config::Config, http::client_ip::Proxies};

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![Finding::ok("configuration", "The configuration can be read.")];
    found.push(base_url(config));
    found.push(match Proxies::parse(&config.trusted_proxies) {
        Ok(_) => Finding::ok("proxies", "The trusted proxies can be read."),
        Err(error) => Finding::problem(
            "proxies",
            sentence(&error),
            "set DAYTWO_TRUSTED_PROXIES to CIDRs or addresses separated by commas",
        ),
    });
    found.push(match config.guard() {
        Ok(_) => Finding::ok("probes", "The rules for what probes may reach can be read."),
        Err(error) => Finding::problem(
            "probes",
            sentence(&error),
            "set DAYTWO_PROBE_MODE to `private-ok`, `public-only` or `allow-list`, and \
             DAYTWO_PROBE_ALLOW to CIDRs separated by commas",
        ),
    });
    if config.probe.roots.is_some() {
        found.push(extra_roots(config));
    }
    found
}

fn base_url(config: &Config) -> Finding {
    const ABOUT: &str = "base URL";
    let mend = "set DAYTWO_BASE_URL to where people reach the portal, such as \
                `https://daytwo.example.org`";
    let url = match config.base_url() {
        Ok(url) => url,
        Err(error) => return Finding::problem(ABOUT, sentence(&error), mend),
    };
    let Ok(parsed) = Url::parse(&url) else {
        return Finding::problem(ABOUT, format!("{url} is no address."), mend);
    };
    let host = parsed.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let ip: Option<IpAddr> = host.parse().ok();
    if ip.is_some_and(|ip| ip.is_unspecified()) {
        return Finding::warn(ABOUT, format!("Links say {url}, which nobody can follow."), mend);
    }
    let here = ip.is_some_and(|ip| ip.is_loopback())
        || host == "localhost"
        || host.ends_with(".localhost");
    if parsed.scheme() == "http" && !here {
        return Finding::warn(
            ABOUT,
            format!(
                "{url} is not encrypted: passwords and session cookies can be read on the way."
            ),
            "put a proxy with TLS in front and set DAYTWO_BASE_URL to its https address",
        );
    }
    Finding::ok(ABOUT, format!("People reach the portal at {url}."))
}

fn extra_roots(config: &Config) -> Finding {
    const ABOUT: &str = "extra roots";
    let mend = "set DAYTWO_PROBE_ROOTS to a file of certificates in PEM";
    let pem = match config.extra_roots() {
        Ok(pem) => pem.unwrap_or_default(),
        Err(error) => return Finding::problem(ABOUT, sentence(&error), mend),
    };
    // Built as the portal builds it, so that the two cannot disagree.
    match probes::GuardedClient::builder().extra_roots(&pem).build() {
        Ok(_) => Finding::ok(ABOUT, "The extra trust roots can be read."),
        Err(error) => Finding::problem(ABOUT, sentence(&error), mend),
    }
}

#[cfg(test)]
mod tests {
    use engine::doctor::Level;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://127.0.0.1:3000", Level::Ok)]
    #[case("http://localhost:3000", Level::Ok)]
    #[case("http://[::1]:3000", Level::Ok)]
    #[case("https://daytwo.example.org", Level::Ok)]
    #[case("http://daytwo.example.org", Level::Warn)]
    #[case("http://192.168.1.5:3000", Level::Warn)]
    #[case("http://0.0.0.0:3000", Level::Warn)]
    #[case("https://exa mple", Level::Problem)]
    #[case("daytwo.example.org", Level::Problem)]
    fn a_base_url_is_judged(#[case] url: &str, #[case] level: Level) {
        let config = Config { base_url: Some(url.into()), ..Config::default() };
        assert_eq!(base_url(&config).level, level, "{url}");
    }
}
