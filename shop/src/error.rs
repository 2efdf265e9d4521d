//! What can go wrong while answering, and how it leaves the handler.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{payment::PaymentError, store::StoreError};

/// Why a page cannot be shown. The error page is made by [`crate::middleware::error_pages`],
/// which knows the request; this only carries the reason there.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// There is nothing at this address.
    #[error("no route or record for this address")]
    NotFound,
    /// The data could not be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The payment gateway failed, as opposed to declining.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// A password could not be hashed or a number not be written down.
    #[error("{0}")]
    Internal(String),
}

impl ShopError {
    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Payment(_) => StatusCode::BAD_GATEWAY,
            Self::Store(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Marks an answer whose body the error page replaces.
#[derive(Debug, Clone)]
pub struct Failure(pub Arc<ShopError>);

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}
