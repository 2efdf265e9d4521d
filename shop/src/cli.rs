//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;

use crate::faults::FaultArgument;

/// A small web shop on loopback, with switches for faults, for Daytwo to watch.
///
/// Prints one line of JSON on standard output once every listener is ready.
#[derive(Debug, Clone, Parser)]
#[command(name = "daytwo-shop", version)]
pub struct Arguments {
    /// Where the shop answers over plain HTTP. Port 0 takes a free one, here as below.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4010")]
    pub listen: SocketAddr,

    /// Where the shop answers over HTTPS, with a certificate of its own authority.
    #[arg(long, value_name = "ADDR")]
    pub tls_listen: Option<SocketAddr>,

    /// Makes the plain listener redirect everything to HTTPS.
    #[arg(long, requires = "tls_listen")]
    pub redirect_to_https: bool,

    /// Days until the HTTPS certificate expires.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=825))]
    pub certificate_days: u16,

    /// Where the fault switches are; a loopback address.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4011", value_parser = loopback)]
    pub control_listen: SocketAddr,

    /// Where the caught mail can be read; a loopback address.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4012", value_parser = loopback)]
    pub mail_listen: SocketAddr,

    /// Where the mail catcher speaks SMTP; a loopback address.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4025", value_parser = loopback)]
    pub smtp_listen: SocketAddr,

    /// Where the payment gateway answers; a loopback address.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4013", value_parser = loopback)]
    pub gateway_listen: SocketAddr,

    /// Holds the log, the snapshot of the shop's data and the certificate authority.
    #[arg(long, value_name = "DIR")]
    pub data_dir: PathBuf,

    /// The version the shop says it is.
    #[arg(long, value_name = "VERSION", default_value = "1.4.0")]
    pub release: String,

    /// The shop's own address in the mails it sends; found out from the listeners if not given.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<url::Url>,

    /// Pinged by the queue worker as long as it works.
    #[arg(long, value_name = "URL")]
    pub heartbeat_url: Option<reqwest::Url>,

    /// Seconds between two heartbeats of an idle worker.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub heartbeat_every_s: u64,

    /// Requests a minute the built-in visitor makes; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=6_000))]
    pub traffic: u32,

    /// A fault to start with, such as `errors_percent=5` or `debug_on`. May be repeated.
    #[arg(long = "fault", value_name = "NAME[=VALUE]")]
    pub faults: Vec<FaultArgument>,

    /// Stops when standard input is closed, so that the shop never outlives its parent.
    #[arg(long)]
    pub exit_with_parent: bool,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "not an address:port".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("only a loopback address: whoever reaches this can break the shop".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(extra: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(["daytwo-shop", "--data-dir", "d"].iter().chain(extra))
    }

    #[test]
    fn the_switches_stay_on_loopback() {
        assert!(parse(&["--control-listen", "127.0.0.1:0"]).is_ok());
        assert!(parse(&["--control-listen", "[::1]:0"]).is_ok());
        assert!(parse(&["--control-listen", "0.0.0.0:4011"]).is_err());
        assert!(parse(&["--smtp-listen", "192.0.2.1:25"]).is_err());
    }

    #[test]
    fn a_redirect_needs_somewhere_to_go() {
        assert!(parse(&["--redirect-to-https"]).is_err());
        assert!(parse(&["--redirect-to-https", "--tls-listen", "127.0.0.1:0"]).is_ok());
    }
}
