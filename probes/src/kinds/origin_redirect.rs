//! Recognises a site that sends every address on, as it is, to another origin of the same host.
//!
//! A base address in clear often only redirects everything to HTTPS. Judging those redirects would
//! pass a site nobody has looked at.

use http::header;
use url::Url;

use crate::client::Response;

/// The most such redirects followed.
pub(super) const MAX_ORIGIN_REDIRECTS: usize = 2;

/// Where an answer sends the same path: the same host, give or take `www.`, under another scheme,
/// port or name.
pub(super) fn target(answer: &Response) -> Option<Url> {
    let from = &answer.final_url;
    let location = answer.header(header::LOCATION.as_str());
    let to = from.join(location.filter(|_| answer.status.is_redirection())?).ok()?;
    let moved = to.path() == from.path() && same_host(from, &to) && to.origin() != from.origin();
    moved.then_some(to)
}

/// The same host, give or take a leading `www.`.
pub(super) fn same_host(one: &Url, other: &Url) -> bool {
    let bare = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
    };
    bare(one) == bare(other)
}
