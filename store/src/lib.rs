//! Daytwo: store.
