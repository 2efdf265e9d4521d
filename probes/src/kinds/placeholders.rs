//! Names in a text, `{{token}}`, in whose place a value is put.

/// The most bytes of a text with its values in it: a short one may name one thousands of times.
pub(super) const FILLED_BYTES: usize = 1024 * 1024;

/// Why a text could not be filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FillError<'a> {
    /// Nothing is known by this name.
    Unknown(&'a str),
    /// A `{{` is not closed; the text with that and all behind it as they stand.
    NotClosed(String),
    /// It is longer than [`FILLED_BYTES`] with what stands in it.
    TooLong,
}

/// Puts values in the place of their names.
pub(super) fn fill<'a, 'v>(
    text: &'a str,
    value_of: impl Fn(&str) -> Option<&'v String>,
) -> Result<String, FillError<'a>> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((name, after)) = inside.split_once("}}") else {
            return Err(FillError::NotClosed(out + rest));
        };
        let value = value_of(name.trim()).ok_or(FillError::Unknown(name.trim()))?;
        out.push_str(before);
        out.push_str(value);
        if out.len() > FILLED_BYTES {
            return Err(FillError::TooLong);
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn values_stand_in_the_place_of_their_names() {
        let values = BTreeMap::from([
            ("token".to_owned(), "t-1".to_owned()),
            ("long".to_owned(), "x".repeat(FILLED_BYTES / 2)),
        ]);
        let fill = |text: &'static str| fill(text, |name| values.get(name));
        assert_eq!(fill("plain"), Ok("plain".into()));
        assert_eq!(fill("Bearer {{ token }}; {{token}}!"), Ok("Bearer t-1; t-1!".into()));
        assert_eq!(fill("{{tokne}}"), Err(FillError::Unknown("tokne")));
        assert_eq!(fill("{{token}} {{x"), Err(FillError::NotClosed("t-1 {{x".into())));
        assert_eq!(fill("{{long}}{{long}}{{token}}"), Err(FillError::TooLong));
    }
}
