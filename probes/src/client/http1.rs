//! One request and its answer over one connection.

use std::pin::pin;

use bytes::Bytes;
use futures::future::{Either, select};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::Instant;
use url::Url;

use super::authority::authority_of;
use super::body;
use super::connect::Progress;
use super::error::{Reason, Stage};
use super::hop::HopResponse;
use super::inner::Inner;
use super::request::Request;
use super::stream::Connection;

/// The most bytes of status line and headers that are read.
const HEAD_LIMIT_BYTES: usize = 64 * 1024;

/// Sends one request with these headers and reads its answer.
pub(super) async fn hop(
    client: &Inner,
    request: &Request,
    headers: HeaderMap,
    deadline: Instant,
    progress: &Progress,
) -> Result<HopResponse, Reason> {
    let https = request.url.scheme() == "https";
    let Connection { stream, remote, mut timing, certificate } =
        client.connect(&request.url, https, &["http/1.1"], deadline, progress).await?;

    progress.enter(Stage::FirstByte);
    let reason = |error: &hyper::Error| http_reason(error, &request.url);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_LIMIT_BYTES)
        .max_headers(256)
        .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|error| reason(&error))?;
    let limit = request.body_limit_bytes;
    let exchange = async {
        let sent = Instant::now();
        let answer = sender.send_request(message(request, headers)).await?;
        timing.first_byte = sent.elapsed();
        progress.enter(Stage::Body);
        let (head, incoming) = answer.into_parts();
        let (raw, truncated) = body::read(incoming, limit).await?;
        Ok((head, raw, truncated))
    };
    // Driven here and not by a task of its own, which would cost more than the exchange itself. Its
    // errors reach the exchange as well.
    let exchanged = match select(pin!(exchange), connection).await {
        Either::Left((exchanged, _)) => exchanged,
        Either::Right((_, exchange)) => exchange.await,
    };
    let (head, raw, truncated) = exchanged.map_err(|error: hyper::Error| reason(&error))?;
    let body = body::unpack(&head.headers, raw, truncated, limit);
    Ok(HopResponse {
        status: head.status,
        version: head.version,
        headers: head.headers,
        body,
        remote,
        timing,
        certificate,
    })
}

fn message(request: &Request, headers: HeaderMap) -> http::Request<Full<Bytes>> {
    let mut message = http::Request::new(Full::new(request.body.clone()));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = origin_form(&request.url);
    *message.headers_mut() = headers;
    message
}

/// Path and query as sent; the address parser has escaped what a request line cannot carry.
fn origin_form(url: &Url) -> http::Uri {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    target.parse().unwrap_or_else(|_| http::Uri::from_static("/"))
}

/// The headers as sent: ours, then the request's own over them.
pub(super) fn headers(client: &Inner, request: &Request) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let authority = authority_of(&request.url);
    let ours = [
        (header::HOST, authority.as_str()),
        (header::USER_AGENT, client.user_agent.as_str()),
        (header::ACCEPT, "*/*"),
        (header::ACCEPT_ENCODING, "gzip, br"),
    ];
    for (name, value) in ours {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    for (name, value) in &request.headers {
        headers.insert(name.clone(), value.clone());
    }
    headers
}

fn http_reason(error: &hyper::Error, url: &Url) -> Reason {
    let authority = authority_of(url);
    // The library keeps this distinction for servers; its words carry it for clients.
    if error.is_parse() && error.to_string().contains("too large") {
        Reason::HeadTooLarge(authority)
    } else if error.is_parse() {
        Reason::NotHttp { authority, detail: error.to_string() }
    } else {
        // A reset, an end in the middle, a refusal to read what was sent.
        Reason::Closed(authority)
    }
}
