//! Bodies that end: of requests, when nothing comes or all of it takes too long; of answers, with
//! what is to be known once the last of them is written.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

/// The error of a body.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request's body that may pause and last only so long.
#[derive(Debug)]
pub(super) struct SlowBody<B> {
    inner: B,
    idle: Duration,
    until: Pin<Box<Sleep>>,
    end: Instant,
}

impl<B> SlowBody<B> {
    pub(super) fn new(inner: B, idle: Duration, whole: Duration) -> Self {
        let now = Instant::now();
        let until = Box::pin(tokio::time::sleep_until(now + idle.min(whole)));
        Self { inner, idle, until, end: now + whole }
    }
}

impl<B> Body for SlowBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(cx) {
            let next = (Instant::now() + self.idle).min(self.end);
            self.until.as_mut().reset(next);
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(self.until.as_mut().poll(cx));
        let why = if Instant::now() >= self.end { "took too long" } else { "sent nothing more" };
        Poll::Ready(Some(Err(format!("the body of the request {why}").into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that holds something until it is dropped.
#[derive(Debug)]
pub(super) struct WithGuard<B, G> {
    inner: B,
    _guard: G,
}

impl<B, G> WithGuard<B, G> {
    pub(super) const fn new(inner: B, guard: G) -> Self {
        Self { inner, _guard: guard }
    }
}

impl<B: Body + Unpin, G: Unpin> Body for WithGuard<B, G> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    /// A beat of these bodies.
    const BEAT: Duration = Duration::from_millis(4);

    fn sending(every: Duration, count: usize) -> impl Body<Data = Bytes, Error = BoxError> + Unpin {
        let frames = futures::stream::unfold(0, move |n| async move {
            if n >= count {
                return None;
            }
            tokio::time::sleep(every).await;
            Some((Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"x"))), n + 1))
        });
        StreamBody::new(Box::pin(frames))
    }

    #[tokio::test]
    async fn a_body_that_comes_is_read_whole() {
        let body = SlowBody::new(sending(BEAT, 5), 500 * BEAT, 5_000 * BEAT);
        assert_eq!(body.collect().await.unwrap().to_bytes().len(), 5);
    }

    #[tokio::test]
    async fn one_that_stops_ends() {
        let began = Instant::now();
        let body = SlowBody::new(sending(100_000 * BEAT, 5), 10 * BEAT, 5_000 * BEAT);
        let error = body.collect().await.unwrap_err().to_string();
        assert!(error.contains("sent nothing more"), "{error}");
        assert!(began.elapsed() >= 10 * BEAT);
    }

    #[tokio::test]
    async fn one_that_trickles_ends() {
        let began = Instant::now();
        let body = SlowBody::new(sending(BEAT, 1_000_000), 500 * BEAT, 20 * BEAT);
        let error = body.collect().await.unwrap_err().to_string();
        assert!(error.contains("took too long"), "{error}");
        assert!(began.elapsed() >= 20 * BEAT);
    }
}
