//! Server-sent events: which page has something new to show.

use std::{convert::Infallible, pin::Pin, time::Duration};

use axum::{
    Extension,
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use domain::{
    actor::Person,
    event::{Event as Change, EventKind},
    ids::{RunId, ServiceId},
};
use engine::Engine;
use futures::{Stream, StreamExt as _};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use tokio::time::Instant;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};
use tokio_util::sync::CancellationToken;
use tower_sessions::Session;
use uuid::Uuid;

use crate::{
    auth::{Visitor, still},
    http::refused::problem,
    open_streams::LOOK_AGAIN,
    state::Portal,
};

/// How far apart a page is told of newer readings, at least: a round of probes is one change.
const READINGS_APART: Duration = Duration::from_secs(5);

/// When a page whose stream made room for another of the same person asks again.
const COME_BACK: Duration = Duration::from_secs(300);

/// What to listen to.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Listen {
    /// The run the page shows, with its readings; the states of all where absent.
    #[serde(alias = "deployment")]
    run: Option<Uuid>,
    /// The service whose readings it shows beside.
    service: Option<Uuid>,
    /// What the page is called: what it did itself it shows already.
    page: Option<Uuid>,
}

impl Listen {
    /// What a change is to the page: nothing, newer readings, or a state it does not show yet.
    fn concerns(self, heard: Result<Change, BroadcastStreamRecvError>) -> Option<EventKind> {
        // One that fell behind may have missed anything.
        let change = heard.unwrap_or_else(|BroadcastStreamRecvError::Lagged(_)| Change::missed());
        let own = change.origin.is_some() && change.origin == self.page;
        let of_run = self.run.map(|page| change.concerns(RunId(page)));
        let shown = match change.kind {
            // A page of many runs shows what is decided of them, not what is measured: with a
            // thousand checks that would be a page read again every few seconds, with no news on it.
            EventKind::Readings => {
                of_run == Some(true)
                    || (change.service.is_some() && self.service.map(ServiceId) == change.service)
            }
            EventKind::State | EventKind::Missed => of_run.unwrap_or(true),
        };
        (shown && !own).then_some(change.kind)
    }
}

/// Tells `changed` whenever the page should be read again, and `progress` while it waits for an act
/// of its own. A listener that fell behind, or comes back after a gap, is told at once: it reads the
/// page as it stands, so nothing is lost. It goes on while the session does, with the same role.
pub async fn events(
    State(portal): State<Portal>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    Query(listen): Query<Listen>,
) -> Response {
    let engine = &portal.engine;
    let person = match visitor.person() {
        Ok(person) => person,
        Err(refusal) => return problem(refusal),
    };
    let place = portal.streams.open(person.id);
    let displaced = place.displaced();
    let started = engine.now().timestamp_micros();
    let concerning = BroadcastStream::new(engine.subscribe())
        .filter_map(move |heard| std::future::ready(listen.concerns(heard)));
    let numbered = paced(concerning, READINGS_APART).enumerate().map(move |(n, ())| {
        let event = Event::default().event("changed").id(format!("{started}-{n}")).data("1");
        Ok::<_, Infallible>(event)
    });
    let waited = BroadcastStream::new(portal.progress()).filter_map(move |heard| {
        let own = heard.ok().filter(|progress| Some(progress.page) == listen.page);
        std::future::ready(own.map(|own| Ok(Event::default().event("progress").data(own.said))))
    });
    let told = futures::stream::select(numbered, waited);
    let hello = futures::stream::once(std::future::ready(Ok(Event::default()
        .event("hello")
        .retry(Duration::from_secs(3))
        .data("1"))));
    let keep = KeepAlive::new().interval(Duration::from_secs(15)).text("still here");
    let stopping = engine.stopping().clone();
    let over = CancellationToken::new();
    tokio::spawn(end_with_session(portal.engine.clone(), session, person, over.clone()));
    let listens = over.clone().drop_guard();
    let displaced_at = displaced.clone();
    let ended = async move {
        tokio::select! {
            () = stopping.cancelled_owned() => {}
            () = displaced.cancelled_owned() => {}
            () = over.cancelled_owned() => {}
        }
    };
    // One that made room for another of the same person does not come straight back for its place.
    let last = futures::stream::once(std::future::ready(())).filter_map(move |()| {
        let told = displaced_at
            .is_cancelled()
            .then(|| Ok(Event::default().event("displaced").retry(COME_BACK).data("1")));
        std::future::ready(told)
    });
    let until_end = hello.chain(told).take_until(ended).chain(last);
    let held = until_end.map(move |event| {
        let _held = (&place, &listens);
        event
    });
    let mut response = Sse::new(held).keep_alive(keep).into_response();
    let off = HeaderValue::from_static("no");
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), off);
    response
}

/// Ends a stream once its session is over, or lets in somebody else than when it began. On a task of
/// its own: a listener that takes nothing would else stop in the middle of a question, with the
/// database's connection in its hands.
async fn end_with_session(
    engine: Engine,
    session: Session,
    person: Person,
    over: CancellationToken,
) {
    loop {
        tokio::select! {
            () = over.cancelled() => return,
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
        if !still(&engine, &session, &person).await {
            over.cancel();
            return;
        }
    }
}

/// Passes changes of state at once, and readings so far apart that many are one. What a page was
/// told of for one reason it has read, so the other need not be told again.
fn paced(
    changes: impl Stream<Item = EventKind> + Send + 'static,
    apart: Duration,
) -> impl Stream<Item = ()> + Send {
    let paced = Paced { changes: Box::pin(changes), apart, told: None, due: None };
    futures::stream::unfold(paced, |mut paced| async move { Some((paced.next().await?, paced)) })
}

/// Changes with the time the page was told of one last, and when it is to be told of readings.
struct Paced<S> {
    changes: Pin<Box<S>>,
    apart: Duration,
    told: Option<Instant>,
    due: Option<Instant>,
}

impl<S: Stream<Item = EventKind>> Paced<S> {
    async fn next(&mut self) -> Option<()> {
        loop {
            tokio::select! {
                () = until(self.due) => break,
                change = self.changes.next() => match change? {
                    EventKind::State | EventKind::Missed => break,
                    EventKind::Readings => {
                        let next = self.told.map(|told| told + self.apart);
                        if next.is_none_or(|next| next <= Instant::now()) {
                            break;
                        }
                        self.due = next;
                    }
                },
            }
        }
        self.due = None;
        self.told = Some(Instant::now());
        Some(())
    }
}

/// Waits until then, or for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn states_are_told_at_once_and_readings_together() {
        let (sender, receiver) = futures::channel::mpsc::unbounded();
        let mut told = pin!(paced(receiver, Duration::from_secs(3_600)));
        let send = |kind| sender.unbounded_send(kind).unwrap();
        send(EventKind::Readings);
        assert_eq!(told.next().await, Some(()), "the first reading is news");
        for _ in 0..20 {
            send(EventKind::Readings);
        }
        assert_eq!(told.next().now_or_never(), None, "a round waits");
        send(EventKind::State);
        assert_eq!(told.next().await, Some(()), "a state does not");
        assert_eq!(told.next().now_or_never(), None, "the page has read the round with it");
    }

    #[tokio::test]
    async fn readings_that_waited_are_told_in_the_end() {
        let (sender, receiver) = futures::channel::mpsc::unbounded();
        let mut told = pin!(paced(receiver, Duration::from_millis(1)));
        for _ in 0..2 {
            sender.unbounded_send(EventKind::Readings).unwrap();
        }
        assert_eq!(told.next().await, Some(()));
        assert_eq!(told.next().await, Some(()));
    }

    #[test]
    fn a_page_is_not_told_what_it_did() {
        let (page, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let run = RunId(Uuid::from_u128(3));
        let listen = Listen { run: Some(run.0), service: None, page: Some(page) };
        let change = |origin| Ok(Change { origin, ..Change::run_changed(run) });
        assert_eq!(listen.concerns(change(Some(page))), None);
        assert_eq!(listen.concerns(change(Some(other))), Some(EventKind::State));
        assert_eq!(listen.concerns(change(None)), Some(EventKind::State));
        assert_eq!(listen.concerns(Ok(Change::changed())), None, "it is about no run");
        let lagged = Err(BroadcastStreamRecvError::Lagged(3));
        assert_eq!(listen.concerns(lagged), Some(EventKind::Missed));
        assert_eq!(listen.concerns(Ok(Change::missed())), Some(EventKind::Missed));
    }

    #[test]
    fn readings_are_told_where_they_are_shown() {
        let (run, service) = (RunId(Uuid::from_u128(1)), ServiceId(Uuid::from_u128(2)));
        let board = Listen { run: None, service: None, page: None };
        let shows_run = Listen { run: Some(run.0), ..board };
        let shows_service = Listen { service: Some(service.0), ..board };
        let other = Listen { service: Some(Uuid::from_u128(3)), ..board };
        let told = |listen: Listen, change| listen.concerns(Ok(change));
        let readings = Change::readings(run, service);
        assert_eq!(told(shows_run, readings), Some(EventKind::Readings));
        assert_eq!(told(shows_service, readings), Some(EventKind::Readings));
        assert_eq!(told(board, readings), None, "a page of many runs shows no readings");
        assert_eq!(told(other, readings), None, "nor does another service's");
        let state = Change::run_changed(run);
        assert_eq!(told(board, state), Some(EventKind::State));
        assert_eq!(told(other, state), Some(EventKind::State));
    }
}
