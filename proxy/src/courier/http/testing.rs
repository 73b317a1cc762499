//! What the carriers' tests share: a server on loopback that counts, and a resolver that says what it is told.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Lookup;
use crate::courier::carrier::Item;

/// A server on loopback that answers each connection by `answer`, and counts them.
pub struct Sink {
    pub port: u16,
    connections: Arc<AtomicUsize>,
}

impl Sink {
    pub async fn start<A, F>(answer: A) -> Self
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
    pub async fn saying(text: String) -> Self {
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

    pub fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }

    pub fn listed(&self) -> Vec<String> {
        vec![format!("127.0.0.1:{}", self.port)]
    }
}

/// What a resolver would say.
pub fn says(answers: &'static [&'static [&'static str]]) -> Lookup {
    let turn = AtomicUsize::new(0);
    Arc::new(move |_| {
        let answer = answers[turn.fetch_add(1, Relaxed).min(answers.len() - 1)];
        let found = answer.iter().map(|ip| SocketAddr::new(ip.parse::<IpAddr>().unwrap(), 0));
        let found = found.collect();
        Box::pin(async move { Ok(found) })
    })
}

/// A row of this kind that is given 1.5 s.
pub fn item(kind: &str, payload: Value, allowed_hosts: Vec<String>) -> Item {
    Item {
        id: 1,
        lease: String::new(),
        kind: kind.into(),
        payload,
        allowed_hosts,
        patience: Some(Duration::from_millis(1500)),
    }
}

/// Hosts that mean this machine, its network or nothing, in the spellings that get past filters.
pub const SPELLINGS: &[&str] = &[
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
