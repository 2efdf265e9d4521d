//! Test reports: JUnit, Playwright and k6 files, told apart by their content.

pub(crate) mod error;
mod json;

use domain::reports::ReportSummary;

pub use error::ReportError;

use crate::junit;

/// Reads a test report, telling the formats apart by content; `content_type` only helps to say what
/// is wrong.
///
/// # Errors
///
/// Where the bytes are no report; the message says what to change. Never for a report of failures.
pub fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<ReportSummary, ReportError> {
    if content_type.is_some_and(|kind| kind.trim_start().starts_with("multipart/")) {
        return Err(ReportError::Form);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ReportError::Encoding { at: 0 });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(ReportError::Empty),
        Some(b'<' | b'{') => {}
        Some(_) => return Err(ReportError::NotAReport),
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ReportError::Encoding { at: error.valid_up_to() })?;
    if text.trim_start().starts_with('<') {
        junit::parse(text.trim_start())
    } else {
        json::parse(text)
    }
}
