//! What was typed into a form that was refused. Without JavaScript the answer is another page, and
//! a text somebody wrote would be gone with the form: it is shown beside the reason instead. It
//! goes from the request into the page that answers it, and is kept nowhere.

/// The most that is kept, in bytes.
const MAX: usize = 16 * 1024;

/// Names of fields whose values are secret, or may hold a secret.
const SECRET: [&str; 8] =
    ["password", "current", "again", "token", "headers", "secrets", "inbox_password", "hook_url"];

/// Names of fields that the page chooses, not the reader.
const CHOSEN: [&str; 8] =
    ["deployment", "run", "item", "next", "watch_ends_at", "theme", "sure", "forget_hook"];

/// Fields with what was typed into them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormDraft(pub Vec<(String, String)>);

impl FormDraft {
    /// What was typed into the field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The fields of a form that somebody filled in: no secrets, nothing the page chose.
    pub fn of(body: &[u8]) -> Self {
        let mut room = MAX;
        let mut fields = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            let theirs = !SECRET.contains(&name.as_ref()) && !CHOSEN.contains(&name.as_ref());
            if !theirs || value.trim().is_empty() || value.len() > room {
                continue;
            }
            room -= value.len();
            fields.push((name.into_owned(), value.into_owned()));
        }
        Self(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_was_filled_in_and_nothing_secret() {
        let body =
            b"reason=orders+fail&deployment=01a1&role=admin&password=four+words+no+one&note=+";
        let kept = [("reason", "orders fail"), ("role", "admin")];
        assert_eq!(
            FormDraft::of(body).0,
            kept.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        let long = format!("a={}&b=c+d", "x ".repeat(MAX));
        assert_eq!(FormDraft::of(long.as_bytes()).0, [("b".to_owned(), "c d".to_owned())]);
    }
}
