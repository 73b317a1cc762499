//! Tokens, verdicts and HTTP/2 against servers that are played.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Carrier, Granted, judge};
use crate::courier::http::testing::{Sink, item};

const KEY: &str = include_str!("../../../../tests/fixtures/push/service_account.pem");

async fn head_and_body(stream: &mut TcpStream) -> String {
    let (mut text, mut buffer) = (String::new(), [0; 8192]);
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.to_lowercase();
        let length = length.lines().find_map(|line| line.strip_prefix("content-length: "));
        if read == 0 || body.len() >= length.and_then(|n| n.parse().ok()).unwrap_or(0) {
            return text;
        }
    }
}

/// A service that gives tokens t0, t1 … and takes only the last `t{good}`.
async fn service(asked: Arc<AtomicU32>, good: u32) -> Sink {
    Sink::start(move |mut stream| {
        let asked = asked.clone();
        async move {
            let text = head_and_body(&mut stream).await;
            let (status, body) = if text.starts_with("POST /token") {
                assert!(text.contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey")
                    || text.contains("assertion=ey"), "{text}");
                let n = asked.fetch_add(1, Ordering::Relaxed);
                (200, json!({"access_token": format!("t{n}"), "expires_in": 3600}))
            } else if text.to_lowercase().contains(&format!("authorization: bearer t{good}\r\n")) {
                (200, json!({"name": "m"}))
            } else {
                (401, json!({"error": {"status": "UNAUTHENTICATED"}}))
            };
            let body = body.to_string();
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await
}

fn wanted(sink: &Sink) -> Value {
    json!({
        "request": {"method": "POST", "url": format!("http://127.0.0.1:{}/send", sink.port),
                    "headers": {"authorization": {"granted": "Bearer"}}, "json": {}},
        "grant": {"assertion": {"key": KEY, "key_id": "k", "issuer": "i", "scope": "s",
                                "url": format!("http://127.0.0.1:{}/token", sink.port)}},
        "verdict": "fcm", "transport": "google",
    })
}

#[tokio::test]
async fn one_token_serves_many_and_one_that_is_refused_is_replaced() {
    let asked = Arc::<AtomicU32>::default();
    let sink = service(asked.clone(), 1).await;
    let granted = Granted::new().unwrap();
    let item = item("push", wanted(&sink), sink.listed());
    let first = granted.carry(&item).await;
    assert_eq!((&first["delivered"], &first["transport"]), (&json!(true), &json!("google")));
    assert_eq!(asked.load(Ordering::Relaxed), 2, "the first was refused");
    for _ in 0..5 {
        assert_eq!(granted.carry(&item).await["delivered"], true);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_service_that_refuses_every_token_is_asked_twice() {
    let asked = Arc::<AtomicU32>::default();
    let sink = service(asked.clone(), 99).await;
    let outcome = Granted::new().unwrap().carry(&item("push", wanted(&sink), sink.listed())).await;
    assert_eq!(
        (&outcome["error"], &outcome["permanent"], &outcome["status"]),
        (&json!("credentials_refused"), &json!(false), &json!(401))
    );
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn an_account_that_is_none_or_unknown_sends_nothing() {
    let sink = Sink::saying(
        "HTTP/1.1 400 X\r\nContent-Length: 25\r\n\r\n{\"error\":\"invalid_grant\"}".into(),
    )
    .await;
    let granted = Granted::new().unwrap();
    let unknown = granted.carry(&item("push", wanted(&sink), sink.listed())).await;
    assert_eq!(
        (&unknown["error"], &unknown["permanent"], &unknown["lane_down"]),
        (&json!("credentials_refused"), &json!(false), &json!(true))
    );
    assert!(unknown["response"].as_str().unwrap().contains("invalid_grant"));
    assert_eq!(sink.connections(), 1);
    let mut broken = wanted(&sink);
    broken["grant"]["assertion"]["key"] =
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".into();
    let broken = granted.carry(&item("push", broken, sink.listed())).await;
    assert_eq!((&broken["error"], &broken["permanent"]), (&json!("bad_credentials"), &json!(true)));
    // Where the token is to be had the same rules hold as for all else.
    let near = granted.carry(&item("push", wanted(&sink), vec![])).await;
    assert_eq!(near["error"], "bad_url");
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_token_may_come_of_any_request() {
    let asked = Arc::<AtomicU32>::default();
    let sink = service(asked.clone(), 0).await;
    let mut payload = wanted(&sink);
    payload["grant"] = json!({"request": {"method": "POST", "url": format!("http://127.0.0.1:{}/token", sink.port),
                                          "form": {"assertion": "eyx"}}, "token": "/access_token"});
    let granted = Granted::new().unwrap();
    let outcome = granted.carry(&item("social", payload.clone(), sink.listed())).await;
    assert_eq!(outcome["delivered"], true, "{outcome}");
    payload["grant"]["token"] = "/other".into();
    let outcome = granted.carry(&item("social", payload, sink.listed())).await;
    assert_eq!(outcome["error"], "no_token");
    assert!(outcome.get("response").is_none(), "it may be a token under another name");
}

#[tokio::test]
async fn what_is_to_go_over_http2_goes_over_nothing_else() {
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let (said, heard) = tokio::sync::oneshot::channel();
    let said = Arc::new(std::sync::Mutex::new(Some(said)));
    let sink = Sink::start(move |mut stream| {
        let said = said.clone();
        async move {
            let mut begun = [0; 24];
            let _ = stream.read_exact(&mut begun).await;
            if let Some(said) = said.lock().unwrap().take() {
                let _ = said.send(begun);
            }
        }
    })
    .await;
    let url = format!("http://127.0.0.1:{}/3/device/ab", sink.port);
    let payload = json!({"request": {"method": "POST", "url": url, "body": "{}"}, "http2": true, "verdict": "apns"});
    let outcome = Granted::new().unwrap().carry(&item("push", payload, sink.listed())).await;
    assert!(outcome["error"].is_string(), "{outcome}");
    assert_eq!(&heard.await.unwrap(), preface);
}

#[test]
fn an_outcome_is_what_the_service_means() {
    let said = json!({"error": "status_410", "permanent": true, "status": 410,
                      "response": "{\"reason\":\"Unregistered\",\"timestamp\":7}"});
    let judged = judge(said, "apns");
    assert_eq!(
        (&judged["error"], &judged["gone"], &judged["since"]),
        (&json!("unregistered"), &json!(true), &json!(7))
    );
    let fine = json!({"delivered": true, "status": 201});
    assert_eq!(judge(fine.clone(), "web"), fine);
    let unanswered = json!({"error": "timeout", "permanent": false});
    assert_eq!(judge(unanswered.clone(), "web"), unanswered);
}
