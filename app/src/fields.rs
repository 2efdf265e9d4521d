//! Forms with rows: their fields as a list of names and values.

use std::fmt;

use engine::Error;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};

use crate::actions::filled;

/// All fields of a form in their order; a name may come more than once. As an argument of a server
/// function it stands `#[server(flatten)]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the fields of a form")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Fields(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Fields {
    /// The value of a field, as it was sent; empty where it is absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The value of a field that was filled in.
    pub fn filled(&self, name: &str) -> Option<String> {
        filled(self.text(name))
    }

    /// All values of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The rows of a table in the form: how many there are by the count of `name`.
    pub fn rows<const N: usize>(&self, names: [&str; N]) -> Vec<[String; N]> {
        let columns = names.map(|name| self.all(name).map(str::trim).collect::<Vec<_>>());
        let count = columns.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |column: &Vec<&str>, at: usize| (*column.get(at).unwrap_or(&"")).to_owned();
        (0..count).map(|at| columns.each_ref().map(|column| cell(column, at))).collect()
    }
}

/// A whole number, where the field was filled in.
///
/// # Errors
/// Where it is none.
pub fn number<N: std::str::FromStr>(pointer: &str, text: &str) -> Result<Option<N>, Error> {
    match filled(text) {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Error::field(pointer, "must be a whole number")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_together_from_their_columns() {
        #[derive(Deserialize)]
        struct Form {
            #[serde(flatten)]
            fields: Fields,
        }
        let body = "slug=staging&url=&slug=+production+&url=https%3A%2F%2Fshop.example";
        let Form { fields } = serde_urlencoded::from_str(body).unwrap();
        let rows = fields.rows(["slug", "url"]);
        assert_eq!(rows, [["staging", ""], ["production", "https://shop.example"]]);
        assert!(number::<i64>("/url", fields.text("url")).is_ok_and(|found| found.is_none()));
        assert_eq!(fields.all("slug").count(), 2);
    }
}
