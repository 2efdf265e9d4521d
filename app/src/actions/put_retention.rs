//! Setting for how long what was measured is kept.

use domain::retention::Retention;
use engine::Error;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::form::{Act, Form};

/// Sets it, in days.
#[server(prefix = "/act", endpoint = "put-retention", input = Form)]
pub async fn put_retention(
    #[server(default)] measurements_d: String,
    #[server(default)] minutes_d: String,
    #[server(default)] hours_d: String,
) -> Outcome {
    let act = Act::here()?;
    let retention = Retention {
        measurements_d: days("/measurements_d", &measurements_d)?,
        minutes_d: days("/minutes_d", &minutes_d)?,
        hours_d: days("/hours_d", &hours_d)?,
    };
    act.engine.settings().set_retention(&act.actor, retention).await?;
    Ok(Done::here("Saved. What is too old now is forgotten within the hour.").at("retention"))
}

fn days<N: std::str::FromStr>(pointer: &str, text: &str) -> Result<N, Error> {
    text.trim().parse().map_err(|_| Error::field(pointer, "must be a number of days"))
}
