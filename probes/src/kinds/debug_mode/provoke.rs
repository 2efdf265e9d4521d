//! Harmless requests that make a careless application show an error page.

use sha2::{Digest as _, Sha256};
use url::Url;

/// One odd request.
pub(super) struct Provocation {
    /// What is odd about it.
    pub(super) what: &'static str,
    pub(super) method: &'static str,
    target: Target,
    pub(super) headers: &'static [(&'static str, &'static str)],
}

enum Target {
    /// The base address itself.
    Base,
    /// A path that cannot exist.
    Missing(&'static str),
    /// A path below the base.
    Path(&'static str),
    /// The base with a query.
    Query(&'static str),
}

/// The requests, each to be sent once per run.
pub(super) const PROVOCATIONS: [Provocation; 8] = [
    get("the page itself", Target::Base),
    get("a missing path", Target::Missing("")),
    get("a missing script", Target::Missing(".php")),
    get("a malformed query", Target::Query("id[]=%00&page=-1")),
    get("a broken percent sign", Target::Query("q=%E0%A4%A&x=%zz")),
    get("a broken percent sign in the path", Target::Path("/%C0%AE%C0%AE/%FF")),
    Provocation {
        what: "an answer in a form nobody has",
        method: "GET",
        target: Target::Missing(""),
        headers: &[("accept", "application/json;q=nonsense, ;/"), ("content-type", "a/b/c;=")],
    },
    Provocation {
        what: "a method that is not offered",
        method: "OPTIONS",
        target: Target::Missing(""),
        headers: &[],
    },
];

const fn get(what: &'static str, target: Target) -> Provocation {
    Provocation { what, method: "GET", target, headers: &[] }
}

impl Provocation {
    /// The address to ask for.
    pub(super) fn address(&self, base: &Url) -> String {
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        let folder = base.path().trim_end_matches('/').to_owned();
        match self.target {
            Target::Base => {}
            Target::Missing(ending) => url.set_path(&format!("{folder}/{}{ending}", name(base))),
            Target::Path(path) => url.set_path(&format!("{folder}{path}")),
            Target::Query(query) => url.set_query(Some(query)),
        }
        url.to_string()
    }
}

/// A name no site has, the same on every run.
fn name(base: &Url) -> String {
    let digest = Sha256::digest(base.as_str().as_bytes());
    digest.iter().skip(8).take(8).map(|byte| format!("{byte:02x}")).collect()
}
