//! How far a long act has come. Whoever waits for it puts a listener around the act; the act says
//! where it is, and nothing is said where nobody listens.

use std::sync::Arc;

/// Is told how many parts of how many are done.
pub type Listener = Arc<dyn Fn(usize, usize) + Send + Sync>;

tokio::task_local! {
    static LISTENER: Listener;
}

/// Runs `act` with somebody listening.
pub async fn told_to<F: Future>(listener: Listener, act: F) -> F::Output {
    LISTENER.scope(listener, act).await
}

/// Says that `done` of `all` parts are done.
pub(crate) fn tell(done: usize, all: usize) {
    // Nobody listening is no error.
    LISTENER.try_with(|listener| listener(done, all)).unwrap_or_default();
}
