//! The id of a request.

/// The id of a request, an extension of it, also sent back as `x-request-id`.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);
