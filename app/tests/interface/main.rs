//! The interface over a real database, asked by a browser without scripts and by programs.
#![cfg(feature = "ssr")]

mod actions;
mod background;
mod costs;
mod door;
mod html;
mod markup;
mod messages;
mod pages;
mod server_functions;
mod service_rooms;
mod support;
