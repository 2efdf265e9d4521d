//! Daytwo: probes.
