//! What operators ask: `/live`, `/ready`, `/metrics`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::request::Parts;
use http::{Method, Response};
use http_body_util::Full;

use super::App;
use super::answer::{Answer, Refusal, refuse};
use super::client::Peer;

/// Answers an operator's question on the main listener; None leaves the request to the gateway.
///
/// `/metrics` is for loopback and trusted peers there, and not for what they forward: a proxy on
/// the same host speaks for the whole world.
pub fn answer(app: &App, peer: &Peer, parts: &Parts) -> Option<Answer> {
    let get = matches!(parts.method, Method::GET | Method::HEAD);
    match parts.uri.path() {
        "/live" if get => Some(live()),
        "/ready" if get => Some(ready(app)),
        "/metrics" if get && !app.has_admin => {
            let near = peer.ip.is_loopback() || peer.trusted;
            let forwarded = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];
            let own = !forwarded.iter().any(|name| parts.headers.contains_key(*name));
            (near && own).then(|| metrics(app))
        }
        _ => None,
    }
}

/// The second listener, for operators only.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/live", get(|| async { live().map(axum::body::Body::new) }))
        .route(
            "/ready",
            get(|State(app): State<Arc<App>>| async move { ready(&app).into_response() }),
        )
        .route(
            "/metrics",
            get(|State(app): State<Arc<App>>| async move { metrics(&app).into_response() }),
        )
        .with_state(app)
}

fn live() -> Answer {
    text("application/json", r#"{"status":"live"}"#)
}

fn ready(app: &App) -> Answer {
    match app.db.ready() && !app.is_draining() {
        true => text("application/json", r#"{"status":"ready"}"#),
        false => refuse(Refusal::Database),
    }
}

fn metrics(app: &App) -> Answer {
    text("text/plain; version=0.0.4; charset=utf-8", app.render_metrics())
}

fn text(media_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
