//! Setting for how long what was measured is kept.

use axum::response::Response;
use domain::retention::Retention;
use engine::Refusal;

use super::fields::Fields;
use crate::{act::Act, answer::Done};

/// Sets it.
pub async fn put_retention(act: Act<Fields>) -> Response {
    let result = async {
        let days = |name: &str| {
            let missing = || Refusal::field(format!("/{name}"), "must be a number of days");
            act.form.number(name)?.ok_or_else(missing)
        };
        let retention = Retention {
            measurements_d: days("measurements_d")?,
            minutes_d: days("minutes_d")?,
            hours_d: days("hours_d")?,
        };
        act.engine.set_retention(&act.who, retention).await?;
        Ok(Done::here("Saved. What is too old now is forgotten within the hour.").at("retention"))
    }
    .await;
    act.answer(result).await
}
