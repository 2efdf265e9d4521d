//! The screenshots of a journey, for those who may read.

use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use domain::ids::CheckId;
use engine::Engine;
use http::{HeaderValue, header};

use crate::{auth::Visitor, http::refused::problem};

/// One of them.
pub async fn screenshot(
    State(engine): State<Engine>,
    Extension(visitor): Extension<Visitor>,
    Path((check, at, n)): Path<(CheckId, i64, usize)>,
) -> Response {
    let found = async { engine.checks().screenshot(&visitor.person()?, check, at, n).await };
    match found.await {
        Err(refusal) => problem(refusal),
        Ok(jpeg) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
                // What was seen then stays as it is.
                (
                    header::CACHE_CONTROL,
                    HeaderValue::from_static("private, max-age=604800, immutable"),
                ),
            ];
            (headers, jpeg).into_response()
        }
    }
}
