//! The pages, one folder or file each.

pub mod board;
pub mod check;
pub mod deployment;
pub mod duties;
pub mod duty_run;
pub mod history;
pub mod lessons;
pub mod login;
pub mod runbook;
pub mod runbooks;
pub mod service;
pub mod services;
pub mod settings;
pub mod setup;
mod signed_out_page;
