//! Daytwo: app.
