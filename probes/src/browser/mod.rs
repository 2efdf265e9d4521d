//! A headless Chromium of our own for each journey: started with an empty profile, reaching the
//! network only through a proxy that asks the guard, killed with everything it started when the
//! journey ends, however that is.

mod cdp;
mod page;
mod process;
mod proxy;

pub(crate) use cdp::CdpError;
pub(crate) use page::{Page, StepError};
pub(crate) use process::Browser;
