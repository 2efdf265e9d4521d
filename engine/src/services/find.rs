//! Finding a service.

use domain::service::Service;
use store::{Connection, services};

use crate::Error;

/// The service of this slug.
///
/// # Errors
/// Where there is none.
pub(crate) async fn find_service(link: &mut Connection, slug: &str) -> Result<Service, Error> {
    let found = services::by_slug(link, slug).await?;
    found.ok_or_else(|| Error::not_found("service", slug))
}
