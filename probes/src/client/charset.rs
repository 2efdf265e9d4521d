//! What encoding a body's text is in, as a browser takes it.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a page the encoding it names itself is looked for, in bytes: as far as browsers look.
const NAMED_WITHIN_BYTES: usize = 1_024;

/// The text of a body: a byte order mark decides, then what the content type names, then what a page
/// names itself; else it is UTF-8, and a text that is not is taken for windows-1252. What cannot be read
/// becomes replacement characters.
pub(super) fn decode<'a>(body: &'a [u8], content_type: &str, cut: bool) -> Cow<'a, str> {
    let content_type = content_type.to_ascii_lowercase();
    let named = if content_type.contains("json") {
        // RFC 8259: it is UTF-8, whatever is said of it.
        Some(UTF_8)
    } else {
        label(&content_type).and_then(|label| Encoding::for_label(label.as_bytes()))
    };
    let is_text = content_type.is_empty() || content_type.starts_with("text/");
    let is_page = is_text || content_type.contains("html") || content_type.contains("xml");
    let encoding = named.or_else(|| if is_page { named_within(body) } else { None });
    let encoding = encoding
        .unwrap_or_else(|| if is_page && !is_utf_8(body, cut) { WINDOWS_1252 } else { UTF_8 });
    encoding.decode(body).0
}

/// Whether a body is UTF-8, as far as it was read.
fn is_utf_8(body: &[u8], cut: bool) -> bool {
    match std::str::from_utf8(body) {
        Ok(_) => true,
        Err(error) => cut && error.error_len().is_none(),
    }
}

/// What `<meta charset=…>`, `<meta http-equiv content="…; charset=…">` or `<?xml encoding="…"?>` names.
fn named_within(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..body.len().min(NAMED_WITHIN_BYTES)).unwrap_or_default();
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let declared = head.strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    if let Some(value) = declared.and_then(|text| value_of(text, "encoding")) {
        return ascii_based(value);
    }
    let head = without_comments(&head);
    let tags = head.split("<meta").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    tags.filter_map(label).find_map(ascii_based)
}

fn without_comments(head: &str) -> String {
    let mut kept = String::new();
    let mut rest = head;
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
    }
    kept.push_str(rest);
    kept
}

/// The encoding of that name; UTF-8 for UTF-16, since what was read byte by byte is none.
fn ascii_based(label: &str) -> Option<&'static Encoding> {
    let found = Encoding::for_label(label.as_bytes())?;
    let is_utf_16 = found == UTF_16LE || found == UTF_16BE;
    Some(if is_utf_16 { UTF_8 } else { found })
}

/// What stands behind `charset=`.
fn label(text: &str) -> Option<&str> {
    value_of(text, "charset")
}

fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| c.is_whitespace() || "\"';,>?/".contains(c));
    Some(end.map_or(rest, |end| &rest[..end])).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LATIN: &[u8] = b"St\xf6rung";

    #[rstest]
    #[case::named(LATIN.to_vec(), "text/html; charset=ISO-8859-1", "Störung")]
    #[case::quoted(LATIN.to_vec(), "text/plain; charset=\"latin1\"", "Störung")]
    #[case::cyrillic(vec![0xce, 0xf8, 0xe8], "text/html; charset=windows-1251", "Оши")]
    #[case::unnamed(LATIN.to_vec(), "text/html", "Störung")]
    #[case::utf_8("Störung".as_bytes().to_vec(), "text/html", "Störung")]
    #[case::by_the_page(
        b"<html><head><META Charset='windows-1251'>\xce\xf8\xe8".to_vec(), "text/html",
        "<html><head><META Charset='windows-1251'>Оши"
    )]
    #[case::in_its_words(
        b"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\">\xe9".to_vec(), "",
        "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\">é"
    )]
    #[case::in_a_comment(
        b"<!-- <meta charset=windows-1251> --><meta charset=latin1>\xe9".to_vec(), "text/html",
        "<!-- <meta charset=windows-1251> --><meta charset=latin1>é"
    )]
    #[case::xml(
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>".to_vec(), "application/xml",
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"
    )]
    #[case::marked("\u{feff}{\"ok\":true}".as_bytes().to_vec(), "application/json", "{\"ok\":true}")]
    #[case::utf_16(vec![0xff, 0xfe, b'{', 0, b'}', 0], "application/json", "{}")]
    #[case::json_is_utf_8(
        "\"é\"".as_bytes().to_vec(), "application/json; charset=iso-8859-1", "\"é\""
    )]
    #[case::says_utf_8_and_is_not(LATIN.to_vec(), "text/html; charset=utf-8", "St\u{fffd}rung")]
    #[case::nobody_knows_it(LATIN.to_vec(), "text/html; charset=klingon", "Störung")]
    #[case::no_text(LATIN.to_vec(), "application/octet-stream", "St\u{fffd}rung")]
    #[case::empty(Vec::new(), "text/html", "")]
    fn a_body_is_read_as_a_browser_reads_it(
        #[case] body: Vec<u8>,
        #[case] content_type: &str,
        #[case] text: &str,
    ) {
        assert_eq!(decode(&body, content_type, false), text);
    }

    #[test]
    fn one_that_was_cut_within_a_letter_is_utf_8_all_the_same() {
        let body = "Störung é".as_bytes();
        let cut = body.get(..body.len() - 1).unwrap();
        assert_eq!(decode(cut, "text/html", true), "Störung \u{fffd}");
    }
}
