//! Reads a body up to a limit and unpacks it up to the same limit, so that neither an endless
//! answer nor a small one that unpacks to gigabytes costs more than that.

use std::io::Read as _;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

/// A body as read.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) truncated: bool,
    pub(crate) problem: Option<BodyProblem>,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyProblem {
    /// It is packed in a way that is not read here; others may read it.
    Unknown(String),
    /// It is not what it says it is: nobody can read it.
    Broken(String),
}

impl std::fmt::Display for BodyProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(why) | Self::Broken(why) => f.write_str(why),
        }
    }
}

/// Reads what arrives until the end or the limit.
pub(super) async fn read(
    mut incoming: Incoming,
    limit: usize,
) -> Result<(Bytes, bool), hyper::Error> {
    let mut read = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = limit - read.len();
        if data.len() > room {
            read.extend_from_slice(&data[..room]);
            return Ok((read.freeze(), true));
        }
        read.extend_from_slice(&data);
    }
    Ok((read.freeze(), false))
}

/// Undoes the content encoding.
pub(super) fn unpack(headers: &HeaderMap, raw: Bytes, truncated: bool, limit: usize) -> Body {
    let codings: Vec<String> = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|coding| coding.trim().to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != "identity")
        .collect();
    let plain = |bytes| Body { bytes, truncated, problem: None };
    if raw.is_empty() {
        return plain(raw);
    }
    let decoded = match codings.as_slice() {
        [] => return plain(raw),
        [coding] => match coding.as_str() {
            // As browsers do: what follows its end is passed over.
            "gzip" | "x-gzip" => up_to(flate2::read::GzDecoder::new(&raw[..]), limit),
            // Some send it without the wrapper that belongs around it.
            "deflate" => match up_to(flate2::read::ZlibDecoder::new(&raw[..]), limit) {
                (.., Some(_)) => up_to(flate2::read::DeflateDecoder::new(&raw[..]), limit),
                read => read,
            },
            "br" => up_to(brotli_decompressor::Decompressor::new(&raw[..], 4096), limit),
            other => {
                let why = format!("its encoding {other} is not known");
                return unreadable(BodyProblem::Unknown(why), truncated);
            }
        },
        several => {
            let list = several.join(", ");
            let why = format!("it is packed several times ({list})");
            return unreadable(BodyProblem::Unknown(why), truncated);
        }
    };
    match (decoded, truncated) {
        ((bytes, cut, None), _) => Body { bytes, truncated: truncated || cut, problem: None },
        // The packed bytes were cut, so the stream had to end badly.
        ((bytes, _, Some(_)), true) => Body { bytes, truncated, problem: None },
        ((_, _, Some(error)), false) => {
            let why = format!("it is not what its encoding says: {error}");
            unreadable(BodyProblem::Broken(why), truncated)
        }
    }
}

fn unreadable(problem: BodyProblem, truncated: bool) -> Body {
    Body { bytes: Bytes::new(), truncated, problem: Some(problem) }
}

/// What unpacks within the limit, whether there was more, and where it broke.
fn up_to(reader: impl std::io::Read, limit: usize) -> (Bytes, bool, Option<std::io::Error>) {
    let mut unpacked = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let problem = reader.take(most).read_to_end(&mut unpacked).err();
    let cut = unpacked.len() > limit;
    unpacked.truncate(limit);
    (unpacked.into(), cut, if cut { None } else { problem })
}
