//! Which page an act comes from, so that what it changes is not told to the page that shows it
//! already. It stands around the act and need not be handed through the use cases: the writer reads
//! it where the act is queued.

use uuid::Uuid;

tokio::task_local! {
    static ORIGIN: Option<Uuid>;
}

/// Runs `act`; what it changes is told as the change of that page.
pub async fn scope<F: Future>(page: Option<Uuid>, act: F) -> F::Output {
    ORIGIN.scope(page, act).await
}

/// The page the running act comes from, where one said so.
pub(crate) fn current() -> Option<Uuid> {
    ORIGIN.try_with(|page| *page).ok().flatten()
}
