//! Runs: the copy of a runbook that is worked for a deployment or a duty. What is said of its items,
//! what follows from that, and whether the gate passes. What a run is about differs; nothing else
//! does.

mod automated_result;
mod close_unsigned;
mod evaluate;
mod find;
mod gate;
mod items_page;
pub mod last_evaluated;
mod manual_status;
mod open;
mod page;
mod posted_report;
mod rehearsed;
mod report;
mod result;
mod revoke;
mod settle_leak;
mod sign_off;
mod sign_off_panel;
mod signing_facts;
mod sources;
mod unmeasured;
mod view;
mod void_sign_offs;
mod waive;

use crate::handle::handle;

pub(crate) use automated_result::{AutomatedResult, apply_automated_result, keep_revoking};
pub(crate) use evaluate::{
    evaluate_all, evaluate_item, evaluate_open, gate_answer, gate_now, items_now, update_beside,
    update_verdict,
};
pub use find::RunRef;
pub(crate) use find::{deployment_of, record_of};
pub use gate::{GateView, gate};
pub(crate) use items_page::items_page;
pub use items_page::{Allowed, ItemNow};
pub use manual_status::{ManualAction, set_manual_status};
pub(crate) use open::open_items;
pub use page::RunPage;
pub(crate) use page::run_page;
pub use report::{NamedReport, ReportAnswer, ReportRequest, post_report};
pub use result::{ResultRequest, ResultStatus, post_result};
pub(crate) use revoke::revoke_where_failed;
pub use settle_leak::settle_leak;
pub use sign_off::{SignOffRequest, SignedOff, sign_off};
pub(crate) use sign_off_panel::sign_off_panel;
pub use sign_off_panel::{GivenSignOff, SignOffPanel, SignOffRole};
pub use sources::CheckNow;
pub(crate) use sources::{answered_now, began, checks_now, rehearsal_judgement, rollback_target};
pub(crate) use view::EVIDENCE_EACH;
pub use view::{EvidenceView, ItemView, SignOffRequiredView, SignOffView};
pub use waive::{end_waiver, waive};

handle! {
    /// The use cases of runs.
    runs: Runs
}
