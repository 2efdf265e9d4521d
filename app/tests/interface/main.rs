//! The interface over a real database, asked by a browser without scripts and by programs.
#![cfg(feature = "ssr")]

mod acts;
mod door;
mod pages;
mod service_rooms;
mod support;
