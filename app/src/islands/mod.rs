//! The islands: what runs in the browser. Each stands once in the shell, listens at the document
//! and renders nothing itself, so that a region that is replaced needs no waking.

mod command_palette;
mod copy_buttons;
mod field_hints;
mod keyboard;
mod live_regions;
mod local_time;

#[cfg(any(feature = "hydrate", test))]
mod completion;
#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
mod page_refresh;
#[cfg(feature = "hydrate")]
mod palette_dialog;
#[cfg(feature = "hydrate")]
mod press;
#[cfg(any(feature = "hydrate", test))]
mod relative;
#[cfg(feature = "hydrate")]
mod sending;
#[cfg(feature = "hydrate")]
mod submit;
#[cfg(feature = "hydrate")]
mod ui_state;

#[cfg(feature = "ssr")]
pub use {
    command_palette::CommandPalette, copy_buttons::CopyButtons, field_hints::FieldHints,
    keyboard::Keyboard, live_regions::LiveRegions, local_time::LocalTime,
};
