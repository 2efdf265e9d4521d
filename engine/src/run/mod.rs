//! A run: what is known about its boxes, and what that makes of them.

mod capture;
mod judge;
mod machine_half;
mod rehearsed;
mod spoke;

pub(crate) use capture::{source, stretches};
pub(crate) use judge::{ask, boxes_now, decide, judge_all, judge_item, person_fact};
pub use machine_half::CheckNow;
pub(crate) use machine_half::{checks_now, rehearsal_judgement, rollback_target};
pub(crate) use spoke::{Spoken, spoke};
