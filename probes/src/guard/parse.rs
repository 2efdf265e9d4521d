//! Reads the guard's settings as an administrator writes them.

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

/// A setting of the guard that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuardConfigError {
    /// An entry of the allowed ranges.
    #[error(
        "`{0}` is neither an address range such as `10.0.0.0/8` nor an address such as `127.0.0.1`"
    )]
    Range(String),
    /// A range whose host bits are set, which usually means a mistyped prefix.
    #[error("`{given}` has bits set beyond its prefix; write `{network}`, or a longer prefix")]
    HostBits {
        /// What was written.
        given: String,
        /// The network it lies in.
        network: IpNet,
    },
    /// The mode.
    #[error("`{0}` is no mode of the probe guard; write private-ok, public-only or allow-list")]
    Mode(String),
}

/// Reads comma-separated CIDRs or bare addresses; blank entries are skipped.
pub(super) fn parse_ranges(text: &str) -> Result<Vec<IpNet>, GuardConfigError> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(parse_range).collect()
}

fn parse_range(entry: &str) -> Result<IpNet, GuardConfigError> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(IpNet::from(address.to_canonical()));
    }
    let range = entry.parse::<IpNet>().map_err(|_| GuardConfigError::Range(entry.to_owned()))?;
    if range.addr() != range.network() {
        return Err(GuardConfigError::HostBits { given: entry.to_owned(), network: range.trunc() });
    }
    Ok(range)
}
