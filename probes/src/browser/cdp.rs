//! The Chrome DevTools Protocol over its WebSocket: commands with answers, and events.
//!
//! Written here because the crates that carry the whole protocol as types fall behind the browsers
//! people have, and fail on what they do not know; a replay needs two dozen commands.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::{broadcast, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long the browser may take to answer a command: it only has to take note of it.
const ANSWER: Duration = Duration::from_secs(15);

/// Trouble with the browser itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum CdpError {
    /// It does not answer.
    #[error("the browser did not answer {0} in time")]
    Silent(String),
    /// It is gone.
    #[error("the browser is gone")]
    Gone,
    /// It refused a command.
    #[error("the browser refused {method}: {message}")]
    Refused {
        /// The command.
        method: String,
        /// What it said.
        message: String,
    },
}

type Socket = WebSocketStream<TcpStream>;
type Sink = Arc<tokio::sync::Mutex<SplitSink<Socket, Message>>>;
type PendingCommands = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>>;

/// A connection to a browser.
pub(super) struct Cdp {
    sink: Sink,
    waiting: PendingCommands,
    events: broadcast::Sender<Arc<Event>>,
    next: AtomicU64,
    reader: JoinHandle<()>,
}

/// Something that happened.
#[derive(Debug)]
pub(super) struct Event {
    /// The tab it happened in; `None` for the browser itself.
    pub(super) session: Option<String>,
    pub(super) method: String,
    pub(super) params: Value,
}

/// What is listened to. All else is dropped as it comes: a page can say any number of things.
const HEARD: [&str; 9] = [
    "Page.frameStartedLoading",
    "Page.frameStartedNavigating",
    "Page.frameStoppedLoading",
    "Page.frameNavigated",
    "Page.navigatedWithinDocument",
    "Page.frameDetached",
    "Inspector.targetCrashed",
    "Target.targetCreated",
    "Target.targetDestroyed",
];

impl Drop for Cdp {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Cdp {
    pub(super) fn over(socket: Socket) -> Self {
        let (sink, stream) = socket.split();
        let waiting = PendingCommands::default();
        let (events, _) = broadcast::channel(4_096);
        let sink: Sink = Arc::new(tokio::sync::Mutex::new(sink));
        let reader = tokio::spawn(read(stream, sink.clone(), waiting.clone(), events.clone()));
        Self { sink, waiting, events, next: AtomicU64::new(1), reader }
    }

    pub(super) fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    /// Sends a command, to a page's session where one is given, and waits for its answer.
    pub(super) async fn send(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, CdpError> {
        self.send_for(session, method, params, ANSWER).await
    }

    /// As [`send`](Self::send), for a command whose answer waits for somebody else.
    pub(super) async fn send_for(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, CdpError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, answer);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let sent = self.sink.lock().await.send(Message::text(message.to_string())).await;
        sent.map_err(|_| CdpError::Gone)?;
        match timeout(limit, answered).await {
            Err(_) => Err(CdpError::Silent(method.to_owned())),
            Ok(Err(_)) => Err(CdpError::Gone),
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(Ok(Err(message))) => Err(CdpError::Refused { method: method.to_owned(), message }),
        }
    }
}

/// A page asks something of whoever looks at it: it and the command that led to it wait until that is
/// answered, so it is answered here, where nothing waits.
const DIALOG: &str = "Page.javascriptDialogOpening";

async fn accept_dialog(sink: &Sink, session: &Value) {
    // Nobody waits for the answer to number 0.
    let accept = json!({
        "id": 0, "sessionId": session, "method": "Page.handleJavaScriptDialog",
        "params": { "accept": true },
    });
    // A browser that is gone is noticed by whoever waits for it.
    let _ = sink.lock().await.send(Message::text(accept.to_string())).await;
}

async fn read(
    mut stream: SplitStream<Socket>,
    sink: Sink,
    waiting: PendingCommands,
    events: broadcast::Sender<Arc<Event>>,
) {
    while let Some(Ok(message)) = stream.next().await {
        let Ok(text) = message.to_text() else { continue };
        let Ok(mut message) = serde_json::from_str::<Value>(text) else { continue };
        match message.get("id").and_then(Value::as_u64) {
            Some(id) => {
                let known = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                if let Some(answer) = known {
                    let error = message
                        .get("error")
                        .map(|error| error["message"].as_str().unwrap_or("an error").to_owned());
                    // Whoever asked may have given up.
                    let _ = answer.send(error.map_or_else(|| Ok(message["result"].take()), Err));
                }
            }
            None => {
                let method = message["method"].as_str().unwrap_or_default().to_owned();
                if method == DIALOG {
                    accept_dialog(&sink, &message["sessionId"]).await;
                }
                if !HEARD.contains(&method.as_str()) {
                    continue;
                }
                let session = message["sessionId"].as_str().map(ToOwned::to_owned);
                let params = message["params"].take();
                // Nobody may be listening.
                let _ = events.send(Arc::new(Event { session, method, params }));
            }
        }
    }
    // All that wait learn that the browser is gone.
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
