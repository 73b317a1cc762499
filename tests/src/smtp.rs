//! An SMTP server on loopback that writes down every byte that it is sent: what is on the wire is what is judged.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A message that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    /// As it was sent, dots undone.
    pub data: String,
    pub at: Instant,
}

impl Taken {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");

        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// Names of all headers, in order.
    pub fn header_names(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        lines.map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }
}

#[derive(Default)]
struct Seen {
    taken: Mutex<Vec<Taken>>,
    /// Lines outside of messages, as they came, of all connections.
    commands: Mutex<Vec<Vec<u8>>>,
    connections: AtomicUsize,
    refused: Mutex<HashMap<String, usize>>,
    down: AtomicBool,
}

/// Takes everything but: `gone…@` (550 5.1.1), `blocked…@` (550 5.7.1), `later…@` (451, the first time), and after DATA a message
/// to `never…@` (554), and to `late…@` (451, the first time). While it is down, it greets with 421.
pub struct SmtpSink {
    pub port: u16,
    seen: Arc<Seen>,
}

impl SmtpSink {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::<Seen>::default();
        let sink = Self { port, seen: seen.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                seen.connections.fetch_add(1, Ordering::Relaxed);
                let seen = seen.clone();
                std::thread::spawn(move || {
                    let _ = converse(stream, &seen);
                });
            }
        });
        sink
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.seen.taken.lock().expect("no panic").clone()
    }

    pub fn count(&self) -> usize {
        self.seen.taken.lock().expect("no panic").len()
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// What was said outside of messages.
    pub fn commands(&self) -> Vec<String> {
        let commands = self.seen.commands.lock().expect("no panic");
        commands.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }

    pub fn set_down(&self, down: bool) {
        self.seen.down.store(down, Ordering::Relaxed);
    }

    /// What was sent to one address, waited for.
    #[track_caller]
    pub fn wait_for(&self, to: &str) -> Taken {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.taken().into_iter().find(|taken| taken.to.iter().any(|one| one == to));
            if let Some(taken) = found {
                return taken;
            }
            assert!(Instant::now() < end, "nothing came for {to}");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    #[track_caller]
    pub fn wait_for_count(&self, count: usize, patience: Duration) {
        let end = Instant::now() + patience;
        while self.count() < count {
            assert!(Instant::now() < end, "{} of {count} came", self.count());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Seen {
    /// Whether this is the first time that the address is refused.
    fn first(&self, address: &str) -> bool {
        let mut refused = self.refused.lock().expect("no panic");
        let times = refused.entry(address.to_owned()).or_default();
        *times += 1;
        *times == 1
    }
}

/// `<ada@example.com>` in `MAIL FROM:<ada@example.com> BODY=8BITMIME`.
fn path(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

fn converse(stream: TcpStream, seen: &Seen) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    if seen.down.load(Ordering::Relaxed) {
        return out.write_all(b"421 4.3.2 down\r\n");
    }
    out.write_all(b"220 sink ESMTP\r\n")?;
    let (mut from, mut to) = (String::new(), Vec::<String>::new());
    loop {
        let mut raw = Vec::new();
        if reader.read_until(b'\n', &mut raw)? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&raw).trim_end().to_owned();
        seen.commands.lock().expect("no panic").push(raw);
        let word = line.to_ascii_uppercase();
        match word.get(..4).unwrap_or_default() {
            "EHLO" => out.write_all(b"250-sink\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n")?,
            "AUTH" => out.write_all(b"235 2.7.0 ok\r\n")?,
            "MAIL" if seen.down.load(Ordering::Relaxed) => {
                return out.write_all(b"421 4.3.2 down\r\n");
            }
            "MAIL" => {
                from = path(&line);
                to.clear();
                out.write_all(b"250 2.1.0 ok\r\n")?;
            }
            "RCPT" => {
                let address = path(&line);
                if address.starts_with("gone") {
                    out.write_all(b"550 5.1.1 no such user\r\n")?;
                } else if address.starts_with("blocked") {
                    out.write_all(b"550 5.7.1 not from you\r\n")?;
                } else if address.starts_with("later") && seen.first(&address) {
                    out.write_all(b"451 4.3.0 try again\r\n")?;
                } else {
                    to.push(address);
                    out.write_all(b"250 2.1.5 ok\r\n")?;
                }
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let data = message(&mut reader)?;
                if to.iter().any(|one| one.starts_with("never")) {
                    out.write_all(b"554 5.6.0 not like this\r\n")?;
                } else if to.iter().any(|one| one.starts_with("late@") && seen.first(one)) {
                    out.write_all(b"451 4.3.0 try again\r\n")?;
                } else {
                    let taken = Taken { from: from.clone(), to: to.clone(), data, at: Instant::now() };
                    seen.taken.lock().expect("no panic").push(taken);
                    out.write_all(b"250 2.0.0 taken\r\n")?;
                }
            }
            "RSET" | "NOOP" => out.write_all(b"250 2.0.0 ok\r\n")?,
            "QUIT" => return out.write_all(b"221 2.0.0 bye\r\n"),
            _ => out.write_all(b"500 5.5.1 what?\r\n")?,
        }
    }
}

fn message(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut data = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 || line == b".\r\n" {
            return Ok(String::from_utf8_lossy(&data).into_owned());
        }
        data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
