//! Forms with rows: their fields come as a list of names and values.

use engine::Refusal;
use serde::Deserialize;

use super::filled;

/// All fields of a form in their order; a name may come more than once.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The value of a field, as it was sent; empty where it is absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value of a field that was filled in.
    pub fn filled(&self, name: &str) -> Option<String> {
        filled(self.text(name))
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number, where the field was filled in.
    ///
    /// # Errors
    /// Where it is none.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Refusal> {
        match self.filled(name) {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(Refusal::field(format!("/{name}"), "must be a whole number")),
            },
        }
    }

    /// The rows of a table in the form: how many there are by the count of `name`.
    pub fn rows<const N: usize>(&self, names: [&str; N]) -> Vec<[String; N]> {
        let columns = names.map(|name| self.all(name).map(str::trim).collect::<Vec<_>>());
        let count = columns.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |column: &Vec<&str>, at: usize| (*column.get(at).unwrap_or(&"")).to_owned();
        (0..count).map(|at| columns.each_ref().map(|column| cell(column, at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_together_from_their_columns() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = Fields(vec![
            pair("slug", "staging"),
            pair("url", ""),
            pair("slug", " production "),
            pair("url", "https://shop.example"),
        ]);
        let rows = fields.rows(["slug", "url"]);
        assert_eq!(rows, [["staging", ""], ["production", "https://shop.example"]]);
        assert!(fields.number::<i64>("url").is_ok_and(|found| found.is_none()));
        assert_eq!(fields.all("slug").count(), 2);
    }
}
