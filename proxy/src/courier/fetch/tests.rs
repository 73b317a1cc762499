//! THREATS H1 and E8: what must never be connected to, against a sink that counts.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Carrier, Fetch, Item, Lookup};

/// A server on loopback that answers each connection by `answer`, and counts them.
struct Sink {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Sink {
    async fn start<A, F>(answer: A) -> Self
    where
        A: Fn(TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("[::]:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Relaxed);
                tokio::spawn(answer(stream));
            }
        });
        Self { port, connections }
    }

    /// One that says the same to everybody.
    async fn saying(text: String) -> Self {
        Self::start(move |mut stream| {
            let text = text.clone();
            async move {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(text.as_bytes()).await;
            }
        })
        .await
    }

    fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    fn listed(&self) -> Vec<String> {
        vec![format!("127.0.0.1:{}", self.port)]
    }
}

/// What a resolver would say.
fn says(answers: &'static [&'static [&'static str]]) -> Lookup {
    let turn = AtomicUsize::new(0);
    Arc::new(move |_| {
        let answer = answers[turn.fetch_add(1, Relaxed).min(answers.len() - 1)];
        let found = answer.iter().map(|ip| SocketAddr::new(ip.parse::<IpAddr>().unwrap(), 0));
        let found = found.collect();
        Box::pin(async move { Ok(found) })
    })
}

async fn carry(fetch: &Fetch, url: &str, allowed_hosts: Vec<String>) -> Value {
    let item = Item {
        id: 1,
        lease: String::new(),
        kind: "fetch".into(),
        payload: json!({"request": {"url": url}}),
        allowed_hosts,
        patience: Some(Duration::from_millis(1500)),
    };
    fetch.carry(&item).await
}

/// Hosts that mean this machine, its network or nothing, in the spellings that get past filters.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "127.000.000.001",
    "0177.0.0.1",
    "0177.0.0.01",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0x7F000001",
    "2130706433",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.0",
    "127.0.0.0x1",
    "0x7f.0.1",
    "0177.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.",
    "localhost.localdomain",
    "ip6-localhost",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::0001]",
    "[::]",
    "[0::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:1::7f00:1]",
    "[2001:0:7f00:1::]",
    "[2001::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "10.0.0.1",
    "10.1",
    "012.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1",
    "3232235777",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.0.192",
    "①②⑦.⓪.⓪.①",
    "１２７.0.0.1",
    "127。0。0。1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "%6c%6fcalhost",
    "127%2e0%2e0%2e1",
    "user@127.0.0.1",
    "a.example@127.0.0.1",
    "a.example:443@127.0.0.1",
    "127.0.0.1#@a.example",
    "a.example\\@127.0.0.1",
    "127.0.0.1\\.a.example",
    " 127.0.0.1",
    "127.0.0.1\t",
    "127.0\n.0.1",
    "127.0.0.1%00.a.example",
    "[::1%25lo]",
];

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
        let fetch = Fetch::with(answers).unwrap();
        let mut outcome = carry(&fetch, &url, vec![]).await;
        if outcome["error"] != "address_not_allowed" {
            outcome = carry(&fetch, &url, vec![]).await;
        }
        assert_eq!(outcome["error"], "address_not_allowed");
    }
    let nobody = Fetch::with(says(&[&[]])).unwrap();
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
