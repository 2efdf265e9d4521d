//! Changing one's own password.

use engine::Error;
use leptos::prelude::*;

use super::{Done, Outcome};
use crate::{
    auth::remember,
    form::{Act, Form, Secret},
};

/// Changes it; this session goes on under a new id, all others end.
#[server(prefix = "/act", endpoint = "change-own-password", input = Form)]
pub async fn change_own_password(current: Secret, password: Secret, again: Secret) -> Outcome {
    let act = Act::here()?;
    if password.0 != again.0 {
        return Err(Error::field("/again", "must be the same as the new password").into());
    }
    let signed_in =
        act.engine.people().change_own_password(&act.person, current.0, password.0).await?;
    remember(&act.session, signed_in).await?;
    Ok(Done::to("Changed your password. You are signed out everywhere else.", "/settings"))
}
