//! Test reports: what a JUnit, Playwright or k6 file says about a release.
//!
//! A report with no test in it proves nothing and is undecided, never passed.

mod types;

pub use types::{
    CaseFailure, MAX_FAILURES, ReportError, ReportFormat, ReportSummary, ReportVerdict,
};
