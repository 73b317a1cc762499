//! What operators ask: `/live`, `/ready`, `/metrics`.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode, Uri};
use http_body_util::Full;

use super::answer::{Answer, Refusal, refuse};
use super::client::Peer;
use super::{App, metrics};

/// The media type of Prometheus's text form.
pub const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers an operator's question on the main listener; None leaves the request to the gateway.
///
/// `/metrics` is for loopback and trusted peers there, and not for what they forward: a proxy on
/// the same host speaks for the whole world.
pub fn answer(app: &App, peer: &Peer, parts: &Parts) -> Option<Answer> {
    let path = parts.uri.path();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return None;
    }
    if path == "/metrics" {
        let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
        let foreign = forwarded.iter().any(|name| parts.headers.contains_key(*name));
        if app.has_admin || foreign || !(peer.ip.is_loopback() || peer.trusted) {
            return None;
        }
    }
    page(app, path)
}

/// The second listener, for operators only.
pub fn router(app: Arc<App>) -> Router {
    let answer = |uri: Uri| async move {
        page(&app, uri.path()).map(IntoResponse::into_response).ok_or(StatusCode::NOT_FOUND)
    };
    Router::new().fallback(get(answer))
}

fn page(app: &App, path: &str) -> Option<Answer> {
    let metrics = || metrics::render(&app.shards, &app.db, app.in_flight.load(Relaxed));
    match path {
        "/live" => Some(text("application/json", r#"{"status":"live"}"#)),
        "/ready" if !app.db.ready() || app.draining.load(Relaxed) => {
            Some(refuse(Refusal::Database, path, &http::HeaderMap::new()))
        }
        "/ready" => Some(text("application/json", r#"{"status":"ready"}"#)),
        "/metrics" => Some(text(METRICS, metrics())),
        _ => None,
    }
}

pub fn text(media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
