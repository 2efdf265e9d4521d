//! Small helpers around the browser.
