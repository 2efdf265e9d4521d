//! A run on a page, whatever it is about: its items, who signs, what happened.

mod evidence;
mod item_actions;
mod item_row;
mod recovered;
mod run_items;
mod sign_off_panel;
mod timeline;
mod waive_form;

pub use item_row::is_turn;
pub use run_items::run_items;
pub use sign_off_panel::sign_off_panel;
pub use timeline::timeline;
