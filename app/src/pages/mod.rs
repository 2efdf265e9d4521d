//! The pages, one folder or file each.

pub mod board;
pub mod deployment;
mod door;
pub mod login;
pub mod setup;
