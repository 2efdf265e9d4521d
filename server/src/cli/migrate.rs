//! `daytwo migrate`

use std::process::ExitCode;

use super::{Common, say};
use crate::{
    instance_lock::Alone,
    startup::{self, StartError},
};

pub(super) async fn run(common: &Common) -> Result<ExitCode, StartError> {
    let config = common.config()?;
    let _alone = Alone::with(&config)?;
    let engine = startup::engine(&config).await?;
    say("The database's schema is up to date.");
    engine.close().await;
    Ok(ExitCode::SUCCESS)
}
