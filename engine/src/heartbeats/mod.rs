//! Heartbeats: asking for them, hearing them, noticing their silence.

mod missed;
mod ping;
mod put;
mod request;
mod stand;
mod view;

pub use ping::{Ping, PingWord};
pub use request::HeartbeatRequest;
pub(crate) use stand::{now_is, source};
pub(crate) use view::now_of;
pub use view::{HeartbeatNow, HeartbeatView};
