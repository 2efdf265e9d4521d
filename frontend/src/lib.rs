//! Daytwo: frontend.
