//! Heartbeats: asking for them, hearing them, noticing their silence.

mod detect_missed;
mod expect;
mod known_ids;
mod ping;
mod put;
mod request;
mod status;
mod view;

use crate::handle::handle;

pub(crate) use expect::expect_all_since;
pub(crate) use known_ids::KnownIds;
pub use ping::{Ping, PingWord};
pub use put::{put, retire};
pub use request::HeartbeatRequest;
pub(crate) use status::{now_is, source};
pub(crate) use view::now_of;
pub use view::{HeartbeatNow, HeartbeatView};

handle! {
    /// The use cases of heartbeats.
    heartbeats: Heartbeats
}
