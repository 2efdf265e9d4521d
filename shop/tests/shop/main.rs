//! The shop from outside: its real binary, its real listeners.

mod control;
mod faults;
mod gateway;
mod harness;
mod process;
mod security;
mod smtp;
mod story;
mod tls;
