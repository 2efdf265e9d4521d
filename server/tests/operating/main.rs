//! The program's commands for those who operate it, run as they run them.

#![expect(clippy::unwrap_used, reason = "a helper that fails should fail its test")]

mod doctor;
mod installation;
mod moving;
mod postgres;
