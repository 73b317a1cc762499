//! One request: checks and limits, one call of the gateway, one answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use bytes::Bytes;
use howdah_core::http::{METHOD_OVERRIDE, is_read};
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Version};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::time::timeout;

use super::answer::{Answer, Refusal, closes, refuse};
use super::client::{Peer, forwarded_for};
use super::compress::{accepts_gzip, compress};
use super::config::{Config, Lane};
use super::db::Call;
use super::log::{self, Level};
use super::metrics::Observation;
use super::socket::Activity;
use super::{Counted, Worker, cors, ops, wait};

/// Bytes of path and query.
const TARGET: usize = 32 * 1024;
/// Bytes of all header names and values.
const HEADERS: usize = 64 * 1024;
/// A body must have arrived by then.
const BODY_TIME: Duration = Duration::from_secs(30);
/// And everything must be done by then.
const TOTAL_TIME: Duration = Duration::from_secs(60);

/// One client connection.
pub struct Client {
    pub worker: Arc<Worker>,
    pub peer: Peer,
    pub activity: Arc<Activity>,
}

/// Answers a request; never fails.
pub async fn answer(client: Arc<Client>, request: Request<Incoming>) -> Result<Answer, Infallible> {
    let started = Instant::now();
    let app = &*client.worker.app;
    client.activity.begun.store(true, Relaxed);
    let (parts, body) = request.into_parts();
    if parts.version == Version::HTTP_2 {
        client.activity.http2.store(true, Relaxed);
    }
    let id = app.ids.of(&parts.headers);
    let config = app.db.config();
    let mut seen = Observation {
        lane: Lane::Fast,
        method: &parts.method,
        status: 0,
        took: Duration::ZERO,
        bytes_in: 0,
        bytes_out: 0,
    };

    let outcome = if cors::is_preflight(&parts) {
        Ok(cors::preflight(&parts.headers))
    } else if let Some(answer) = ops::answer(app, &client.peer, &parts) {
        Ok(answer)
    } else {
        exchange(&client, &config, &parts, body, &id, started, &mut seen).await
    };

    let refused = outcome.as_ref().err().copied();
    let mut answer = outcome.unwrap_or_else(|code| refuse(code, parts.uri.path(), &parts.headers));
    let headers = answer.headers_mut();
    cors::allow(&config.origins, parts.headers.get(header::ORIGIN), headers);
    let http1 = parts.version < Version::HTTP_2;
    // A body framed by Transfer-Encoding may have hidden a Content-Length beside it from us (RFC
    // 9112, 6.1), so the connection is not used again.
    let chunked = parts.headers.contains_key(header::TRANSFER_ENCODING);
    if http1 && (chunked || refused.is_some_and(closes)) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let unread = seen.bytes_in == 0 && parts.headers.contains_key(header::CONTENT_LENGTH);
    client.activity.answered.store(http1 && refused.is_none() && !chunked && !unread, Relaxed);
    seen.bytes_out = answer.body().size_hint().exact().unwrap_or(0) as usize;
    seen.status = answer.status().as_u16();
    seen.took = started.elapsed();
    client.worker.shard.observe(&seen);
    if app.log_requests || seen.status >= 500 || seen.took >= log::SLOW {
        note(&client, &parts, &id, &seen);
    }
    answer.headers_mut().insert("x-request-id", id);
    Ok(answer)
}

async fn exchange(
    client: &Client,
    config: &Config,
    parts: &Parts,
    body: Incoming,
    id: &HeaderValue,
    started: Instant,
    seen: &mut Observation<'_>,
) -> Result<Answer, Refusal> {
    let app = &*client.worker.app;
    let in_flight = Counted::new(&app.in_flight);
    if in_flight.before >= app.max_in_flight {
        return Err(Refusal::Unavailable);
    }
    check(parts)?;
    let query = parts.uri.query().unwrap_or_default();
    let rules = config.rules(&parts.method, parts.uri.path(), query);
    let reads = reads(parts);
    seen.lane = if rules.lane == Lane::Fast && !reads { Lane::Write } else { rules.lane };
    let body = read_body(body, rules.max_body).await?;
    seen.bytes_in = body.len();
    let through;
    let address = match client.peer.trusted {
        true => {
            through = forwarded_for(&client.peer, &parts.headers, &app.trusted).to_string();
            &through
        }
        false => &client.peer.text,
    };
    let call = Call {
        method: &parts.method,
        target: parts.uri.path_and_query().map_or("/", |target| target.as_str()),
        headers: &parts.headers,
        body: &body,
        client: address,
        id: id.to_str().unwrap_or_default(),
        lane: seen.lane,
        reads,
        deadline: (Instant::now() + rules.timeout).min(started + TOTAL_TIME),
        home: client.worker.index,
    };
    let mut finished = wait::serve(&app.db, call, rules.timeout, started + TOTAL_TIME).await?;
    if !finished.body.is_empty() && accepts_gzip(&parts.headers) {
        compress(&mut finished, parts.uri.path().starts_with("/rest/v1/")).await;
    }
    Ok(finished.into())
}

/// Whether a request cannot write.
fn reads(parts: &Parts) -> bool {
    let overriding = match parts.method {
        Method::POST => parts.headers.get(METHOD_OVERRIDE).and_then(|value| value.to_str().ok()),
        _ => None,
    };
    is_read(parts.method.as_str(), parts.uri.path(), overriding)
}

/// What can be refused before the body is read.
fn check(parts: &Parts) -> Result<(), Refusal> {
    let headers = &parts.headers;
    if parts.version == Version::HTTP_11 && headers.get_all(header::HOST).iter().count() != 1 {
        return Err(Refusal::BadRequest);
    }
    // Of Content-Length beside Transfer-Encoding hyper shows us nothing: it goes by the latter
    // alone, and above we close. Codings other than chunked it would hand on undecoded.
    let coding = headers.get(header::TRANSFER_ENCODING);
    let plain = coding.is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !plain || parts.method == Method::CONNECT {
        return Err(Refusal::BadRequest);
    }
    if parts.uri.path_and_query().is_some_and(|target| target.as_str().len() > TARGET) {
        return Err(Refusal::TargetTooLong);
    }
    if headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
        > HEADERS
    {
        return Err(Refusal::HeadersTooLarge);
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(Refusal::ContentEncoding)
        }
        _ => Ok(()),
    }
}

/// The whole body, within its limits of size and time.
async fn read_body(body: Incoming, most: usize) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > most as u64 {
        return Err(Refusal::TooLarge);
    }
    // A body of one frame, which most are, is not copied.
    let read = timeout(BODY_TIME, Limited::new(body, most).collect()).await;
    match read.map_err(|_| Refusal::RequestTimeout)? {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Err(_) => Err(Refusal::BadRequest),
    }
}

fn note(client: &Client, parts: &Parts, id: &HeaderValue, seen: &Observation<'_>) {
    let level = if seen.status >= 500 { Level::Warn } else { Level::Info };
    let path = parts.uri.path();
    let fields = [
        ("request_id", id.to_str().unwrap_or_default()),
        ("method", parts.method.as_str()),
        ("path", path.get(..path.floor_char_boundary(256)).unwrap_or_default()),
        ("status", &seen.status.to_string()),
        ("ms", &format!("{:.1}", seen.took.as_secs_f64() * 1e3)),
        ("bytes_in", &seen.bytes_in.to_string()),
        ("bytes_out", &seen.bytes_out.to_string()),
        ("peer", &client.peer.text),
    ];
    log::event(level, "request", &fields);
}
