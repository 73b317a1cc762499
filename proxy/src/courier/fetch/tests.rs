//! THREATS H1 and E8: what must never be connected to, against a sink that counts.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Carrier, Fetch, Http, Keep};
use crate::courier::http::testing::{SPELLINGS, Sink, item, says};

async fn carry(fetch: &Fetch, url: &str, allowed_hosts: Vec<String>) -> Value {
    fetch.carry(&item("fetch", json!({"request": {"url": url}}), allowed_hosts)).await
}

#[tokio::test]
async fn connects_to_no_spelling_of_what_is_near_by() {
    let sink = Sink::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".into()).await;
    let fetch = Fetch::new().unwrap();
    assert!(SPELLINGS.len() >= 70, "{}", SPELLINGS.len());
    for host in SPELLINGS {
        for scheme in ["https://", "http://", "HTTPS://", "https:", "https:\\\\", "//"] {
            let url = format!("{scheme}{host}:{}/", sink.port);
            let outcome = carry(&fetch, &url, vec![]).await;
            let error = outcome["error"].as_str().unwrap_or_default();
            let refused = ["bad_url", "address_not_allowed", "cannot_connect"].contains(&error);
            assert!(refused, "{url}: {outcome}");
        }
    }
    assert_eq!(sink.connections(), 0);
    // The sink is one that can be reached: the same client does, when the DBA says so.
    let url = format!("http://127.0.0.1:{}/", sink.port);
    assert_eq!(carry(&fetch, &url, sink.listed()).await["status"], 200);
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_name_is_what_it_resolves_to_now_and_all_of_it() {
    let sink = Sink::saying(String::new()).await;
    let url = format!("https://rebind.example:{}/", sink.port);
    // Public when it was looked at, near by the next time; both at once; mapped; metadata service.
    for answers in [
        says(&[&["192.0.9.1"], &["127.0.0.1"]]),
        says(&[&["8.8.8.8", "127.0.0.1"]]),
        says(&[&["127.0.0.1", "8.8.8.8"]]),
        says(&[&["::ffff:127.0.0.1"]]),
        says(&[&["169.254.169.254"]]),
        says(&[&["64:ff9b::7f00:1"]]),
        says(&[&["::1"]]),
        says(&[&["0.0.0.0"]]),
    ] {
        let fetch = Fetch(Http::with(Keep::Nothing, answers).unwrap());
        let mut outcome = carry(&fetch, &url, vec![]).await;
        if outcome["error"] != "address_not_allowed" {
            outcome = carry(&fetch, &url, vec![]).await;
        }
        assert_eq!(outcome["error"], "address_not_allowed");
    }
    let nobody = Fetch(Http::with(Keep::Nothing, says(&[&[]])).unwrap());
    assert_eq!(carry(&nobody, &url, vec![]).await["error"], "cannot_connect");
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn follows_no_redirect() {
    let sink = Sink::saying(String::new()).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!(
            "HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
            sink.port
        );
        let first = Sink::saying(to).await;
        let mut allowed = first.listed();
        // Not even to what is allowed.
        allowed.extend(sink.listed());
        let url = format!("http://127.0.0.1:{}/", first.port);
        let outcome = carry(&Fetch::new().unwrap(), &url, allowed).await;
        assert_eq!(outcome["status"], status);
        assert_eq!(first.connections(), 1);
    }
    assert_eq!(sink.connections(), 0);
}

#[tokio::test]
async fn reads_no_more_than_its_limit() {
    let fetch = Fetch::new().unwrap();
    let declared =
        Sink::saying("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{".into()).await;
    let endless = Sink::start(|mut stream| async move {
        let mut head = [0; 4096];
        let _ = stream.read(&mut head).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        let chunk = format!("2000\r\n{}\r\n", "x".repeat(0x2000));
        while stream.write_all(chunk.as_bytes()).await.is_ok() {}
    })
    .await;
    for sink in [declared, endless] {
        let url = format!("http://127.0.0.1:{}/", sink.port);
        assert_eq!(carry(&fetch, &url, sink.listed()).await, json!({"error": "too_large"}));
    }
    let most = "x".repeat(64 * 1024);
    let full =
        Sink::saying(format!("HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n{most}")).await;
    let url = format!("http://127.0.0.1:{}/", full.port);
    assert_eq!(carry(&fetch, &url, full.listed()).await["body"], most);
}

#[tokio::test]
async fn a_drip_ends_with_the_patience_of_who_waits() {
    let sink = Sink::start(|mut stream| async move {
        let mut head = [0; 4096];
        let _ = stream.read(&mut head).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let silent = Sink::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        drop(stream);
    })
    .await;
    let fetch = Fetch::new().unwrap();
    for sink in [sink, silent] {
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{}/", sink.port);
        assert_eq!(carry(&fetch, &url, sink.listed()).await, json!({"error": "timeout"}));
        assert!(begun.elapsed() < Duration::from_millis(2500), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn tells_what_a_flow_may_know() {
    let fetch = Fetch::new().unwrap();
    let sink = Sink::saying(
        "HTTP/1.1 401 No\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\nX-Internal: c\r\n\
         Content-Length: 17\r\n\r\n{\"error\":\"no é\"}"
            .into(),
    )
    .await;
    let url = format!("http://127.0.0.1:{}/", sink.port);
    let outcome = carry(&fetch, &url, sink.listed()).await;
    assert_eq!(
        outcome,
        json!({"status": 401, "headers": {"content-type": "application/json"},
               "body": "{\"error\":\"no é\"}"})
    );
    for body in ["a\0b", "\u{1}\0"] {
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let sink = Sink::saying(text).await;
        let url = format!("http://127.0.0.1:{}/", sink.port);
        assert_eq!(carry(&fetch, &url, sink.listed()).await, json!({"error": "not_text"}));
    }
    let gone = Sink::saying(String::new()).await;
    let url = format!("http://127.0.0.1:{}/", gone.port);
    let outcome = carry(&fetch, &url, gone.listed()).await;
    assert!(outcome["error"].is_string(), "{outcome}");
}
