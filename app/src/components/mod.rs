//! The pieces pages are made of. Their markup is described in `style/README.md`.

pub mod agreed_rules;
pub mod announce_form;
pub mod badge;
pub mod breadcrumbs;
pub mod chart_plot;
pub mod copyable;
pub mod deployments_table;
pub mod empty;
pub mod field;
pub mod flash;
pub mod heartbeat_state;
pub mod icon;
pub mod lessons_list;
pub mod measurement_details;
pub mod nav;
pub mod pagination;
pub mod phase;
pub mod raw_text;
pub mod retire;
pub mod run;
pub mod screenshots;
pub mod tabs;
pub mod test_check;
pub mod time;
