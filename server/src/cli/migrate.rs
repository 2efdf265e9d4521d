//! `daytwo migrate`

use std::process::ExitCode;

use super::{Common, say};
use crate::{open, open::StartError};

pub(super) async fn run(common: &Common) -> Result<ExitCode, StartError> {
    let engine = open::engine(&common.config()?).await?;
    say("The database's schema is up to date.");
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}
