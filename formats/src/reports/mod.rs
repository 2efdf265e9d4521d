//! Test reports: JUnit, Playwright and k6 files, told apart by their content.

mod encoding;
pub(crate) mod error;
mod json;

use domain::reports::ReportSummary;
use encoding_rs::Encoding;

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
    // What is neither is said to be neither, before its encoding is looked at.
    let start = Encoding::for_bom(bytes).map_or(0, |(_, length)| length);
    let first = bytes.iter().skip(start).find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    match first {
        None => return Err(ReportError::Empty),
        Some(b'<' | b'{') => {}
        Some(_) => return Err(ReportError::NotAReport),
    }
    let text = encoding::decode(bytes)?;
    let text = text.trim_start();
    if text.starts_with('<') { junit::parse(text) } else { json::parse(text) }
}
