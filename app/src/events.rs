//! Server-sent events: which page has something new to show.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::ids::RunId;
use engine::Engine;
use futures::StreamExt as _;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use uuid::Uuid;

/// What to listen to.
#[derive(Debug, Deserialize)]
pub struct Listen {
    #[serde(alias = "deployment")]
    run: Option<Uuid>,
}

/// Tells `changed` whenever the page should be read again. A listener that fell behind, or comes
/// back after a gap, is told at once: it reads the page as it stands, so nothing is lost.
pub async fn events(State(engine): State<Engine>, Query(listen): Query<Listen>) -> Response {
    let started = engine.now().timestamp_micros();
    let changes = BroadcastStream::new(engine.subscribe()).filter_map(move |heard| {
        let wanted = match heard {
            Ok(change) => listen.run.is_none_or(|page| change.concerns(RunId(page))),
            Err(BroadcastStreamRecvError::Lagged(_)) => true,
        };
        std::future::ready(wanted.then_some(()))
    });
    let numbered = changes.enumerate().map(move |(n, ())| {
        let event = Event::default().event("changed").id(format!("{started}-{n}")).data("1");
        Ok::<_, Infallible>(event)
    });
    let hello = futures::stream::once(std::future::ready(Ok(Event::default()
        .event("hello")
        .retry(Duration::from_secs(3))
        .data("1"))));
    let keep = KeepAlive::new().interval(Duration::from_secs(15)).text("still here");
    let stopping = engine.stopping().clone();
    let until_stop = hello.chain(numbered).take_until(stopping.cancelled_owned());
    let mut response = Sse::new(until_stop).keep_alive(keep).into_response();
    let off = HeaderValue::from_static("no");
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), off);
    response
}
