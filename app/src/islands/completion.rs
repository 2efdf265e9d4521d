//! Which fields of a condition fit what was typed so far.

/// The word before the caret, and the fields that begin with it or have it in their names; none
/// while nothing of a word is typed, or where the word is a field already.
pub fn completions<'a>(fields: &'a str, before: &str) -> (String, Vec<&'a str>) {
    let begins = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphanumeric() || *c == '_')
        .last()
        .map_or(before.len(), |(at, _)| at);
    let word = &before[begins..];
    let starts = word.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let within_text = before[..begins].lines().next_back().unwrap_or_default().matches('"').count();
    if !starts || within_text % 2 == 1 {
        return (word.to_owned(), Vec::new());
    }
    let all = || fields.split(", ").map(str::trim).filter(|field| !field.is_empty());
    if all().any(|field| field == word) {
        return (word.to_owned(), Vec::new());
    }
    let mut fits: Vec<_> = all().filter(|field| field.starts_with(word)).collect();
    fits.extend(all().filter(|field| field.contains(word) && !field.starts_with(word)));
    (word.to_owned(), fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "status, response_time_ms, headers[\"content-type\"], body, connect_ms";

    fn fits(before: &str) -> Vec<&'static str> {
        completions(FIELDS, before).1
    }

    #[test]
    fn fields_that_begin_with_the_word_come_first() {
        assert_eq!(fits("st"), ["status"]);
        assert_eq!(fits("status == 200 && res"), ["response_time_ms"]);
        assert_eq!(fits("x\nco"), ["connect_ms", "headers[\"content-type\"]"]);
        assert_eq!(fits("head"), ["headers[\"content-type\"]"]);
        assert_eq!(completions(FIELDS, "200 < resp").0, "resp");
    }

    #[test]
    fn nothing_is_said_where_no_field_is_meant() {
        for before in ["", "status", "status == ", "status == 2", "body == \"st", "zzz"] {
            assert_eq!(fits(before), Vec::<&str>::new(), "{before:?}");
        }
    }
}
