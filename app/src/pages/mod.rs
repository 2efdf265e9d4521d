//! The pages, one folder or file each.

pub mod board;
mod door;
pub mod deployment;
pub mod login;
pub mod setup;
pub mod service;
pub mod services;
pub mod history;
pub mod lessons;
pub mod runbook;
pub mod runbooks;
pub mod settings;
