//! The pieces pages are made of. Their markup is described in `style/README.md`.

pub mod badge;
pub mod breadcrumbs;
pub mod empty;
pub mod field;
pub mod flash;
pub mod icon;
pub mod nav;
pub mod time;
