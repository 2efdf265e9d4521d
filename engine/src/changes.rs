//! What was changed of something, from what to what, for whoever reads later what it was and is.

/// The most characters that are told of it.
const MOST_CHARS: usize = 600;

/// The changes, in the order they were noted.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<String>);

impl Changes {
    /// Notes what is otherwise now.
    pub(crate) fn note(&mut self, what: &str, was: impl Into<String>, is: impl Into<String>) {
        let (was, is) = (was.into(), is.into());
        if was != is {
            self.0.push(format!("{what} from {was} to {is}"));
        }
    }

    /// Notes what changed and is not to be told.
    pub(crate) fn note_only(&mut self, what: &str) {
        self.0.push(what.into());
    }

    /// All of them, as they follow upon what was changed; empty where there is none.
    pub(crate) fn told(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let all: String = self.0.join("; ").chars().take(MOST_CHARS).collect();
        format!(": {all}")
    }
}
