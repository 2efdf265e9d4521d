//! The text of a report, whatever encoding it is in.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::error::ReportError;

/// How far into the file its XML declaration is looked for.
const DECLARATION_BYTES: usize = 200;

/// Reads UTF-8 and UTF-16, with a byte order mark or without, and what an XML declaration names.
///
/// # Errors
///
/// Where the bytes are not of that encoding.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ReportError> {
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some(marked) => marked,
        None => (unmarked(bytes)?, 0),
    };
    let text = bytes.get(mark..).unwrap_or_default();
    if encoding == UTF_8 {
        let text = std::str::from_utf8(text)
            .map_err(|error| ReportError::Encoding { at: mark + error.valid_up_to() })?;
        return Ok(Cow::Borrowed(text));
    }
    encoding
        .decode_without_bom_handling_and_without_replacement(text)
        .ok_or_else(|| ReportError::Declared { encoding: encoding.name().to_owned() })
}

/// The encoding of what has no byte order mark.
fn unmarked(bytes: &[u8]) -> Result<&'static Encoding, ReportError> {
    match bytes {
        [b'<' | b'{', 0, ..] => return Ok(UTF_16LE),
        [0, b'<' | b'{', ..] => return Ok(UTF_16BE),
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES)).unwrap_or_default();
    let Some(name) = declared(head) else { return Ok(UTF_8) };
    let named = Encoding::for_label(name.as_bytes());
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    // Read as another it may hide what it says: in UTF-7 no `<` need be one.
    if named.is_none() && !plain.eq_ignore_ascii_case("utf8") {
        return Err(ReportError::Declared { encoding: name.chars().take(40).collect() });
    }
    Ok(match named {
        // What can be read byte by byte is no UTF-16, whatever it says: some write the name of the
        // strings they hold in memory.
        None => UTF_8,
        Some(named) if named == UTF_16LE || named == UTF_16BE => UTF_8,
        Some(named) => named,
    })
}

/// The name in `<?xml version="1.0" encoding="…"?>`.
fn declared(head: &[u8]) -> Option<&str> {
    let ascii = head.utf8_chunks().next()?.valid();
    let declaration = ascii.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect()
    }

    #[rstest]
    #[case::plain("<a>é</a>".as_bytes().to_vec())]
    #[case::marked("\u{feff}<a>é</a>".as_bytes().to_vec())]
    #[case::little(utf_16("\u{feff}<a>é</a>", false))]
    #[case::big(utf_16("\u{feff}<a>é</a>", true))]
    #[case::little_unmarked(utf_16("<a>é</a>", false))]
    #[case::big_unmarked(utf_16("<a>é</a>", true))]
    fn is_read(#[case] bytes: Vec<u8>) {
        assert_eq!(decode(&bytes).unwrap(), "<a>é</a>");
    }

    #[test]
    fn a_declaration_names_another() {
        let bytes = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        assert!(decode(bytes).unwrap().ends_with("<a>é</a>"));
        let claims = r#"<?xml version="1.0" encoding="utf-16"?><a>é</a>"#;
        assert_eq!(decode(claims.as_bytes()).unwrap(), claims);
    }

    #[test]
    fn what_is_not_of_its_encoding_is_refused() {
        assert!(decode(b"<a>\xe9</a>").is_err());
        assert!(decode(b"<?xml version='1.0' encoding='UTF-7'?><a/>").is_err());
        assert!(decode(b"<?xml version='1.0' encoding='UTF_8'?><a/>").is_ok());
        let mut odd = utf_16("\u{feff}<a/>", false);
        odd.pop();
        assert!(decode(&odd).is_err());
        assert!(decode(&[0xff, 0xfe, 0x00, 0xd8, b'<', 0]).is_err());
    }
}
