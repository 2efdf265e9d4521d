//! Why bytes are not a report.

/// Why bytes are not a report. The message says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Nothing was sent.
    #[error("The report is empty; send the file that the test tool wrote.")]
    Empty,
    /// Neither XML nor JSON.
    #[error(
        "The report is neither XML nor JSON; send JUnit XML, Playwright's JSON report or a k6 \
         summary, uncompressed."
    )]
    NotAReport,
    /// A form with the file inside.
    #[error(
        "The report was sent as a form; send the file itself as the body (with curl, \
         `--data-binary @FILE` in place of `--form`)."
    )]
    Form,
    /// Not UTF-8.
    #[error("The report is not UTF-8 (byte {at} is invalid); write it in UTF-8.")]
    Encoding {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// Not of the encoding that its byte order mark or declaration names.
    #[error("The report is not {encoding}, as its beginning says; write it in UTF-8.")]
    Declared {
        /// The encoding's name.
        encoding: String,
    },
    /// XML that is broken, cut off, or not JUnit's.
    #[error("The JUnit XML cannot be read: {what}")]
    Xml {
        /// What and where, as sentences that say what to change.
        what: String,
    },
    /// JSON that is broken, cut off, or of neither tool.
    #[error("The JSON report cannot be read: {what}")]
    Json {
        /// What and where, as sentences that say what to change.
        what: String,
    },
}
