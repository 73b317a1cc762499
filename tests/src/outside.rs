//! A server on loopback that plays the outside: what the courier fetches from.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers by its path: `/ok`, `/slow/<ms>`, `/silent`, `/drip`, `/bomb`, `/to/<port>` (a redirect), `/echo`, `/captcha/<secret>`,
/// `/token` (of OAuth).
pub struct Outside {
    pub port: u16,
    seen: Arc<Mutex<HashMap<String, usize>>>,
    connections: Arc<AtomicUsize>,
}

impl Outside {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (seen, connections) = (Arc::default(), Arc::<AtomicUsize>::default());
        let outside = Self { port, seen, connections };
        let (seen, connections) = (outside.seen.clone(), outside.connections.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::Relaxed);
                let seen = seen.clone();
                std::thread::spawn(move || {
                    let _ = answer(stream, &seen);
                });
            }
        });
        outside
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.seen.lock().expect("no panic").get(path).copied().unwrap_or(0)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn answer(stream: TcpStream, seen: &Mutex<HashMap<String, usize>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    *seen.lock().expect("no panic").entry(path.clone()).or_default() += 1;
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<u64>())
    });
    let mut body = String::new();
    reader.take(length.and_then(Result::ok).unwrap_or(0)).read_to_string(&mut body)?;
    let mut out = stream;
    let mut say = |status: &str, headers: &str, body: &str| {
        let length = body.len();
        write!(
            out,
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    match path.split('/').collect::<Vec<_>>()[1..] {
        ["slow", ms] => {
            std::thread::sleep(Duration::from_millis(ms.parse().unwrap_or(0)));
            say("200 OK", "", "late")
        }
        ["silent"] => {
            std::thread::sleep(Duration::from_secs(30));
            Ok(())
        }
        ["drip"] => {
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")?;
            loop {
                out.write_all(b"x")?;
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        ["bomb"] => {
            out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            let chunk = format!("2000\r\n{}\r\n", "{\"keys\":".repeat(1024));
            loop {
                out.write_all(chunk.as_bytes())?;
            }
        }
        ["to", port] => say("302 Found", &format!("Location: http://127.0.0.1:{port}/ok\r\n"), ""),
        // As providers of captchas answer: each token that begins with good is good once.
        ["captcha", secret] => {
            let field = |name: &str| {
                body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            };
            let token = field("response").unwrap_or_default().to_owned();
            let known = field("secret") == Some(secret) && field("remoteip").is_some();
            let mut seen = seen.lock().expect("no panic");
            let times = seen.entry(token.clone()).or_default();
            *times += 1;
            let wrong = match (known, token.starts_with("good"), *times) {
                (false, _, _) => "invalid-input-secret",
                (_, false, _) => "invalid-input-response",
                (_, _, 1) => "",
                _ => "timeout-or-duplicate",
            };
            let codes = if wrong.is_empty() { String::new() } else { format!("\"{wrong}\"") };
            let success = wrong.is_empty();
            say(
                "200 OK",
                "Content-Type: application/json\r\n",
                &format!("{{\"success\":{success},\"error-codes\":[{codes}]}}"),
            )
        }
        ["token"] => say("200 OK", "", "{\"access_token\":\"token\",\"expires_in\":3600}"),
        ["echo"] => say("200 OK", "", &format!("{head}{body}")),
        _ => say("200 OK", "Content-Type: application/json\r\n", "{\"ok\":true}"),
    }
}
