//! THREATS H1 and H5: requests go to public addresses alone, and no answer holds the courier up.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Carrier, KEPT, Request};
use crate::courier::http::testing::{SPELLINGS, Sink, item, says};
use crate::courier::http::{Http, Keep};

fn post(url: &str) -> Value {
    json!({"method": "POST", "url": url, "body": "x"})
}

async fn carry(url: &str, allowed_hosts: Vec<String>) -> Value {
    let item = item("webhook", json!({"request": post(url), "transport": "t"}), allowed_hosts);
    Request::new().unwrap().carry(&item).await
}

async fn carry_to(sink: &Sink) -> Value {
    carry(&format!("http://127.0.0.1:{}/", sink.port), sink.listed()).await
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn connects_to_no_spelling_of_what_is_near_by() {
    let sink = Sink::saying(answer("200 OK", "", "")).await;
    for host in SPELLINGS {
        for scheme in ["https://", "http://", "HTTPS://", "https:\\\\"] {
            let outcome = carry(&format!("{scheme}{host}:{}/", sink.port), vec![]).await;
            let error = outcome["error"].as_str().unwrap_or_default();
            let refused = ["bad_url", "address_not_allowed", "cannot_connect"].contains(&error);
            assert!(refused, "{host}: {outcome}");
        }
    }
    let url = format!("https://rebind.example:{}/", sink.port);
    for answers in [says(&[&["8.8.8.8", "127.0.0.1"]]), says(&[&["::ffff:127.0.0.1"]])] {
        let request = Request(Http::with(Keep::Briefly, answers).unwrap());
        let outcome = request.carry(&item("webhook", json!({"request": post(&url)}), vec![])).await;
        assert_eq!(
            outcome,
            json!({"error": "address_not_allowed", "permanent": true, "lane_down": false})
        );
    }
    assert_eq!(sink.connections(), 0);
    assert_eq!(
        carry_to(&sink).await,
        json!({"delivered": true, "status": 200, "response": "", "transport": "t"})
    );
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn follows_no_redirect() {
    let inside = Sink::saying(answer("200 OK", "", "")).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: http://127.0.0.1:{}/\r\n", inside.port);
        let first = Sink::saying(answer(&format!("{status} X"), &location, "")).await;
        let mut allowed = first.listed();
        allowed.extend(inside.listed());
        let outcome = carry(&format!("http://127.0.0.1:{}/", first.port), allowed).await;
        assert_eq!(outcome["error"], format!("status_{status}"));
    }
    assert_eq!(inside.connections(), 0);
}

#[tokio::test]
async fn keeps_the_beginning_of_a_large_answer() {
    let large = Sink::saying(answer("200 OK", "", &"é".repeat(512 * 1024))).await;
    let endless = Sink::start(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = format!("2000\r\n{}\r\n", "\0".repeat(0x2000));
        while stream.write_all(chunk.as_bytes()).await.is_ok() {}
    })
    .await;
    let begun = Instant::now();
    let outcome = carry_to(&large).await;
    assert_eq!(
        (&outcome["delivered"], &outcome["response"]),
        (&json!(true), &json!("é".repeat(KEPT / 2)))
    );
    let outcome = carry_to(&endless).await;
    assert_eq!(outcome["error"], "status_500");
    assert_eq!(outcome["response"], "\u{fffd}".repeat(KEPT));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_tarpit_ends_in_time_and_a_drip_is_what_its_status_says() {
    let silent = Sink::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        drop(stream);
    })
    .await;
    let drip = Sink::start(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let begun = Instant::now();
    let outcome = carry_to(&silent).await;
    assert_eq!(
        outcome,
        json!({"error": "timeout", "permanent": false, "lane_down": true, "transport": "t"})
    );
    assert_eq!(carry_to(&drip).await["delivered"], true);
    let url = format!("http://127.0.0.1:{}/", silent.port);
    let hasty = json!({"request": post(&url), "timeout_ms": 100});
    let hasty = item("webhook", hasty, silent.listed());
    assert_eq!(Request::new().unwrap().carry(&hasty).await["error"], "timeout");
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_reset_is_a_failure_that_may_pass() {
    let reset = Sink::start(|mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200").await;
        let _ = stream.set_zero_linger();
    })
    .await;
    let gone = Sink::start(|_| async {}).await;
    for sink in [reset, gone] {
        let outcome = carry_to(&sink).await;
        assert_eq!((&outcome["permanent"], &outcome["lane_down"]), (&json!(false), &json!(true)));
    }
    let busy = Sink::saying(answer("503 Busy", "Retry-After: 30\r\n", "later")).await;
    assert_eq!(
        carry_to(&busy).await,
        json!({"error": "status_503", "permanent": false, "lane_down": true, "retry_after": 30,
               "status": 503, "response": "later", "transport": "t"})
    );
}

#[tokio::test]
async fn sends_the_bytes_that_it_was_given() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    let sink = Sink::start(move |mut stream| {
        let heard = hears.clone();
        async move {
            let mut all = Vec::new();
            while !all.ends_with(&[0, 255, 13, 10, 1]) {
                let mut some = [0; 4096];
                match stream.read(&mut some).await {
                    Ok(n) if n > 0 => all.extend_from_slice(&some[..n]),
                    _ => break,
                }
            }
            heard.lock().unwrap().extend(all);
            let _ = stream.write_all(answer("201 Made", "", "").as_bytes()).await;
        }
    })
    .await;
    let url = format!("http://127.0.0.1:{}/a?b=c", sink.port);
    let request = json!({"method": "PUT", "url": url, "headers": {"webhook-id": "msg_1",
        "content-type": "application/octet-stream"}, "body_base64": "AP8NCgE="});
    let item = item("webhook", json!({"request": request}), sink.listed());
    let outcome = Request::new().unwrap().carry(&item).await;
    assert_eq!(outcome, json!({"delivered": true, "status": 201, "response": ""}));
    let heard = heard.lock().unwrap().clone();
    let (head, body) = heard.split_at(heard.len() - 5);
    let head = String::from_utf8(head.to_vec()).unwrap();
    assert!(head.starts_with("PUT /a?b=c HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("webhook-id: msg_1\r\n") && head.contains("content-length: 5\r\n"));
    assert_eq!(body, [0, 255, 13, 10, 1]);
}

#[test]
fn takes_what_was_prepared_as_a_request() {
    let request = Request::new().unwrap();
    assert!(request.takes(&item("webhook", json!({"request": {}}), vec![])));
    assert!(!request.takes(&item("webhook", json!({"mail": {}}), vec![])));
    assert!(!request.takes(&item("fetch", json!({"request": {}}), vec![])));
}
