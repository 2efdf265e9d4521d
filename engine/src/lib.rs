//! Daytwo: engine.
