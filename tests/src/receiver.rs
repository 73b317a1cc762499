//! A receiver of webhooks on loopback that keeps what it is sent, and can be told to be slow, broken or gone.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// One attempt that arrived.
#[derive(Debug, Clone)]
pub struct Heard {
    pub path: String,
    /// By names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
    pub at: Instant,
}

impl Heard {
    pub fn id(&self) -> &str {
        self.headers.get("webhook-id").map_or("", String::as_str)
    }
}

#[derive(Default)]
struct State {
    heard: Vec<Heard>,
    connections: usize,
    under_way: HashSet<String>,
    twice_at_once: usize,
    most_at_once: usize,
    statuses: HashMap<String, u16>,
    delay: Duration,
}

/// Answers 200, or what [`Receiver::answer`] says for a path; `/silent`, `/drip`, `/bomb`, `/reset` and `/to/<port>` behave as
/// they are called.
pub struct Receiver {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                state.lock().expect("no panic").connections += 1;
                std::thread::spawn(move || while let Ok(true) = serve(&stream, &state) {});
            }
        });
        Self { port, state }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn answer(&self, path: &str, status: u16) {
        self.state().statuses.insert(path.to_owned(), status);
    }

    /// From now on each answer takes this long.
    pub fn be_slow(&self, delay: Duration) {
        self.state().delay = delay;
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.state().heard.clone()
    }

    pub fn connections(&self) -> usize {
        self.state().connections
    }

    /// How often an attempt of a message began while another of the same was under way.
    pub fn twice_at_once(&self) -> usize {
        self.state().twice_at_once
    }

    /// How many attempts there were under way at most.
    pub fn most_at_once(&self) -> usize {
        self.state().most_at_once
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }
}

/// One request of a connection; whether there may be another.
fn serve(mut stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<bool> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(false);
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        // Cut short: nobody has asked for anything yet.
        if !line.ends_with('\n') {
            return Ok(false);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let heard = Heard { path: path.clone(), headers, body, at: Instant::now() };
    let id = heard.id().to_owned();
    let (status, delay) = {
        let mut state = state.lock().expect("no panic");
        state.heard.push(heard);
        if !state.under_way.insert(id.clone()) {
            state.twice_at_once += 1;
        }
        state.most_at_once = state.most_at_once.max(state.under_way.len());
        (state.statuses.get(&path).copied().unwrap_or(200), state.delay)
    };
    std::thread::sleep(delay);
    let said = match path.split('/').collect::<Vec<_>>()[1..] {
        ["silent"] => {
            std::thread::sleep(Duration::from_secs(40));
            Ok(())
        }
        ["drip"] => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")?;
            loop {
                if let Err(error) = stream.write_all(b"x") {
                    break Err(error);
                }
                std::thread::sleep(Duration::from_millis(200));
            }
        }
        ["bomb"] => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n{}",
            "x".repeat(1 << 20)
        ),
        ["reset"] => stream.write_all(b"HTTP/1.1 2").and(Err(std::io::ErrorKind::Other.into())),
        ["to", port] => write!(
            stream,
            "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
        ),
        _ => write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nhi"),
    };
    state.lock().expect("no panic").under_way.remove(&id);
    said.map(|()| true)
}
