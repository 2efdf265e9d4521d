//! What stands between a request and a page: how forms are answered, what every answer says.

pub mod answering;
pub mod flash;
pub mod form_response;
pub mod refused;
pub mod security_headers;
