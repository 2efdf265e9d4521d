//! The reader's own account, and for administrators people, tokens and the audit log.

mod account;
mod audit;
mod audit_row;
mod background;
mod people;
mod person_form;
mod storage;
mod tabs;
mod token_form;
mod tokens;

pub use account::AccountRoute;
pub use audit::AuditRoute;
pub use background::BackgroundRoute;
pub use people::PeopleRoute;
pub use storage::StorageRoute;
pub use tokens::TokensRoute;
