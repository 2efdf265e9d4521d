//! What leaks whatever framework wrote it: secrets with their values, the settings of a debug mode,
//! numbered frames of a stack with file and line, an exception by the name of its class.
//!
//! One of these alone may stand in an article; two of them together are insides.

use std::collections::HashSet;

use super::Sign;
use crate::pattern::{Pattern, pattern};

/// How many frames make a stack.
const FRAMES: usize = 3;
/// How much of a page is looked at, in bytes.
const LOOK_AT: usize = 256 * 1024;

// `DB_PASSWORD=hunter2`, `"APP_KEY": "base64:…"`, `<td>MAIL_PASSWORD</td><td>…</td>`: a name in
// capitals that sounds secret, and a value that is not masked.
pattern!(
    SECRET,
    r#"(?x) \b (?P<name> (?: [A-Z][A-Z0-9]*_ )+ (?: KEY | PASSWORD | PASSWD | PASS | SECRET | TOKEN | DSN
        | CREDENTIALS | SALT ) | DATABASE_URL | REDIS_URL | AMQP_URL )
    (?: (?: [\s"'] | </?[a-z][^>]*> )* (?: => | = | : ) (?: [\s"'] | </?[a-z][^>]*> )*
      | \s* (?: </[a-z]+> \s* )+ (?: <[a-z]+ [^>]*> \s* )+ ["']? )
    (?P<value> [A-Za-z0-9+/=:_.@\-$!%]{4,} )"#
);
// The settings of a debug mode, switched on.
pattern!(
    DEBUG_ON,
    r#"(?ix) \b (?: APP_DEBUG | FLASK_DEBUG | DJANGO_DEBUG | [A-Z]*_DEBUG ) \b
    (?: ["']? \s* (?: => | = | : ) \s* ["']? | \s* (?: </[a-z]+> \s* )+ (?: <[a-z]+ [^>]*> \s* )+ )
    (?: true | 1 | on | yes ) \b
    | \b APP_ENV \b ["']? \s* [=:] \s* ["']? (?: local | dev | development ) \b"#
);
// A file of a program and a line in it: `#3 /srv/app/index.php(51)`, `at x (app.js:1:2)`,
// `File "a.py", line 3`, `from lib/a.rb:12:in`.
pattern!(
    FRAME,
    r#"(?x) [\w./\\@~\-]+ \. (?: php | py | rb | js | mjs | cjs | ts | tsx | jsx | java | kt | scala | go | cs
        | fs | ex | exs | erl | pl | pm | rs | cr | lua | clj | swift | dart | vb | cfm | cpp | hs | jl | tcl )
    (?: \( \d+ \) | : \d+ (?: : \d+ )? \b | ["']? ,? \s+ (?: on \s+ )? line \s+ \d+
      | (?: </[a-z]+> \s* )* \s* (?: <[a-z]+ [^>]*> \s* )* : \s* (?: <[a-z]+ [^>]*> \s* )* \d+ )"#
);
// The class of an exception, with its namespace or by itself.
pattern!(
    EXCEPTION,
    r"\b(?:[A-Za-z_]\w*(?:\\\\?|::|\.|/))*[A-Z]\w*(?:Exception|Error|Fault|Panic)\b|\b(?:panic|fatal error): "
);

pub(super) fn recognise(text: &str) -> Option<Sign> {
    let end = text.floor_char_boundary(LOOK_AT);
    let text = &unescaped(&text[..end]);
    let named = |grave: bool| {
        different(&SECRET, text, |found| {
            let name = found.name("name").map(|name| name.as_str());
            let value = found.name("value").map_or("", |value| value.as_str());
            let name = name.filter(|name| !is_masked(value) && !is_public(name));
            name.filter(|name| !grave || is_grave(name)).map(ToOwned::to_owned)
        })
    };
    let (secrets, grave) = (named(false), named(true));
    let frames = different(&FRAME, text, |found| found.get(0).map(|all| all.as_str().to_owned()));
    let is_in = |pattern: &Pattern| crate::pattern::found(pattern, text);
    let (has_secrets, has_stack) = (secrets > 0, frames >= FRAMES);
    let thrown = frames > 0 && is_in(&EXCEPTION);
    let signs = [has_secrets, secrets > 1 && grave > 0, has_stack, is_in(&DEBUG_ON), thrown];
    if signs.iter().filter(|sign| **sign).count() < 2 {
        return None;
    }
    let what = match (has_secrets, has_stack) {
        (true, true) => "secrets with their values and a stack trace",
        (true, false) => "secrets with their values",
        (false, true) => "a stack trace",
        (false, false) => return None,
    };
    Some(Sign { framework: "debug page", what })
}

/// How many different things a pattern finds.
fn different(
    pattern: &Pattern,
    text: &str,
    of: impl Fn(&regex::Captures<'_>) -> Option<String>,
) -> usize {
    let Some(pattern) = pattern.as_ref() else { return 0 };
    pattern.captures_iter(text).filter_map(|found| of(&found)).collect::<HashSet<_>>().len()
}

/// A text as a browser shows it.
fn unescaped(text: &str) -> String {
    let pairs = [("&quot;", "\""), ("&#34;", "\""), ("&#039;", "'"), ("&#39;", "'"), ("&gt;", ">")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// Whether a name is one of what pages are meant to carry: keys for maps, for counting, for forms.
fn is_public(name: &str) -> bool {
    let parts = [
        "PUBLIC",
        "PUBLISHABLE",
        "SITE_KEY",
        "MAPS",
        "SENTRY",
        "ANALYTICS",
        "CAPTCHA",
        "VAPID",
        "FIREBASE",
        "SEGMENT",
        "INTERCOM",
        "ALGOLIA_SEARCH",
    ];
    let heads = ["REACT_APP_", "VITE_", "NEXT_PUBLIC_", "NUXT_", "EXPO_", "GATSBY_"];
    parts.iter().any(|part| name.contains(part)) || heads.iter().any(|head| name.starts_with(head))
}

/// Whether a name is one of what no page ever carries.
fn is_grave(name: &str) -> bool {
    let ends = ["PASSWORD", "PASSWD", "PASS", "SECRET", "SALT", "CREDENTIALS", "_URL"];
    ends.iter().any(|end| name.ends_with(end)) || matches!(name, "APP_KEY" | "SECRET_KEY")
}

/// Whether a value stands for one that is not shown, or for none.
fn is_masked(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let words = ["null", "none", "true", "false", "redacted", "filtered", "hidden", "undefined"];
    let same = value.chars().next().is_some_and(|first| value.chars().all(|c| c == first));
    same || words.iter().any(|word| lower.trim_matches(['[', ']', '*']) == *word)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::settings("<h1>Whoops</h1><td>APP_KEY</td><td>base64:ZGVtbw==</td> APP_DEBUG=true")]
    #[case::two_secrets("{\"DB_PASSWORD\": \"hunter22\", \"PAYMENT_SECRET\": \"sk_live_1\"}")]
    #[case::escaped(
        "<pre>DB_PASSWORD&quot; =&gt; &quot;hunter22&quot; MAIL_PASSWORD&quot; =&gt; &quot;hunter33&quot;</pre>"
    )]
    #[case::dumped(
        "\"<span>DB_PASSWORD</span>\" => \"<span class=a>hunter22</span>\" <td>APP_DEBUG</td><td>true</td>"
    )]
    #[case::elixir(
        "** (UndefinedFunctionError) function A.b/1\n lib/shop/a.ex:12: x\n lib/shop/b.ex:3: y\n deps/plug/lib/plug.ex:40: z"
    )]
    #[case::rust("panic: oh\n src/main.rs:12:5\n src/lib.rs:3:9\n src/app.rs:44:1")]
    #[case::perl_and_error(
        "DBError at /srv/a.pl line 3 called at /srv/lib/B.pm line 40 called at /srv/lib/C.pm line 9"
    )]
    fn insides_are_recognised(#[case] page: &str) {
        assert!(recognise(page).is_some());
    }

    #[rstest]
    #[case::an_article(
        "<title>How to mend a TypeError</title><p>Open app.js:12 and set APP_DEBUG.</p>"
    )]
    #[case::a_manual("<code>API_KEY=yourkey</code> Otherwise a NotFoundError is thrown.")]
    #[case::of_the_page(
        "window.ENV={\"STRIPE_PUBLISHABLE_KEY\":\"pk_live_1\",\"RECAPTCHA_SITE_KEY\":\"6Lc1\",\"GOOGLE_MAPS_API_KEY\":\"AIza1\"}"
    )]
    #[case::of_a_bundle("REACT_APP_API_KEY=abcd1 OTHER_API_KEY=abcd2 THIRD_TOKEN=abcd3")]
    #[case::masked("DB_PASSWORD=******** APP_KEY=[redacted] APP_DEBUG=false")]
    #[case::a_form("<label>API_KEY</label><input name=API_KEY> Your key")]
    #[case::a_bundle("<script src=/app.js?v=1></script><script src=/b.js:2></script>")]
    #[case::a_problem("{\"type\": \"NotFoundError\", \"title\": \"Not Found\", \"status\": 404}")]
    #[case::a_plain_page("<title>404 Not Found</title><h1>Not Found</h1>")]
    fn plain_pages_are_not(#[case] page: &str) {
        assert_eq!(recognise(page), None);
    }
}
