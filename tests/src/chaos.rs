//! A bad network on loopback: a TCP proxy whose connections are slow, silent, cut short or cut before the answer, by lot.

use crate::drill::Dice;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where it leads.
#[derive(Clone)]
pub enum Target {
    Port(u16),
    Socket(PathBuf),
}

/// What happens to one direction of a connection.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Fine,
    /// Each piece comes so much later; after so many bytes both ends are closed.
    Late(Duration, u64),
    /// After so many bytes both ends are closed.
    Cut(u64),
    /// After so many bytes nothing comes any more, and nobody says so.
    Silent(u64),
    /// After so many bytes, one byte at a time.
    Drip(u64),
}

pub struct Chaos {
    pub port: u16,
    calm: Arc<AtomicBool>,
    cuts: Arc<AtomicUsize>,
    trap: Trap,
}

/// What the answer has that is lost.
type Trap = Arc<Mutex<Option<String>>>;

impl Chaos {
    /// A network that is fine, until [`Self::lose_answer`].
    pub fn calm(target: Target) -> Self {
        let chaos = Self::start(target, Dice::new("a calm network"), [1, 1]);
        chaos.calm_down();
        chaos
    }

    /// The next answer with this in it never comes: its connection ends in its place.
    pub fn lose_answer(&self, with: &str) {
        *self.trap.lock().expect("no panic") = Some(with.to_owned());
    }

    /// Whether that has happened.
    pub fn answer_lost(&self) -> bool {
        self.trap.lock().expect("no panic").is_none()
    }

    /// `bytes`: about how many are sent, or answered, before something happens.
    pub fn start(target: Target, mut dice: Dice, bytes: [u64; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (calm, cuts) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let trap = Trap::default();
        let chaos = Self { port, calm: calm.clone(), cuts: cuts.clone(), trap: trap.clone() };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let fates = match calm.load(Relaxed) {
                    true => [Fate::Fine, Fate::Fine],
                    false => fates(&mut dice, bytes),
                };
                if fates.iter().any(|fate| !matches!(fate, Fate::Fine)) {
                    cuts.fetch_add(1, Relaxed);
                }
                let (target, calm, trap) = (target.clone(), calm.clone(), trap.clone());
                std::thread::spawn(move || join(client, &target, fates, &calm, &trap));
            }
        });
        chaos
    }

    /// From now on connections are fine; those that are not end.
    pub fn calm_down(&self) {
        self.calm.store(true, Relaxed);
    }

    /// Connections so far to which something was to happen.
    pub fn faults(&self) -> usize {
        self.cuts.load(Relaxed)
    }
}

/// Of what the client sends, and of what it is answered. A cut of answers loses one to what was done already.
fn fates(dice: &mut Dice, bytes: [u64; 2]) -> [Fate; 2] {
    let side = dice.below(2) as usize;
    let bytes = bytes[side];
    let at = dice.below(bytes);
    let fate = match dice.below(6) {
        // None lasts for ever: there would be less and less to see.
        0 => Fate::Cut(bytes + 4 * at),
        1 => Fate::Late(Duration::from_millis(dice.below(300)), bytes + at),
        2 => Fate::Silent(at),
        3 => Fate::Drip(at),
        _ => Fate::Cut(at),
    };
    if side == 0 { [fate, Fate::Fine] } else { [Fate::Fine, fate] }
}

trait Stream: Read + Write + Send {
    fn another(&self) -> Box<dyn Stream>;
    fn end(&self);
}

impl Stream for TcpStream {
    fn another(&self) -> Box<dyn Stream> {
        Box::new(self.try_clone().expect("a second handle"))
    }

    fn end(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Stream for UnixStream {
    fn another(&self) -> Box<dyn Stream> {
        Box::new(self.try_clone().expect("a second handle"))
    }

    fn end(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

fn join(client: TcpStream, target: &Target, fates: [Fate; 2], calm: &Arc<AtomicBool>, trap: &Trap) {
    let server: Box<dyn Stream> = match target {
        Target::Port(port) => match TcpStream::connect(("127.0.0.1", *port)) {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
        Target::Socket(path) => match UnixStream::connect(path) {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
    };
    let _ = client.set_nodelay(true);
    let ends = Arc::new(Mutex::new([client.another(), server.another()]));
    for (from, to, fate, trap) in [
        (client.another(), server.another(), fates[0], Trap::default()),
        (server.another(), client.another(), fates[1], trap.clone()),
    ] {
        let (ends, calm) = (ends.clone(), calm.clone());
        std::thread::spawn(move || {
            let _ = pass(from, to, fate, &calm, &trap);
            ends.lock().expect("no panic").iter().for_each(|end| end.end());
        });
    }
}

fn pass(
    mut from: Box<dyn Stream>,
    mut to: Box<dyn Stream>,
    fate: Fate,
    calm: &AtomicBool,
    trap: &Trap,
) -> std::io::Result<()> {
    let mut passed = 0;
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        let piece = &buffer[..read];
        if trap.lock().expect("no panic").take_if(|with| holds(piece, with)).is_some() {
            return Ok(());
        }
        let left = |at: u64| (at.saturating_sub(passed) as usize).min(read);
        match fate {
            Fate::Fine => to.write_all(piece)?,
            Fate::Late(_, at) | Fate::Cut(at) => {
                if let Fate::Late(by, _) = fate {
                    std::thread::sleep(by);
                }
                to.write_all(&piece[..left(at)])?;
                if passed + read as u64 > at {
                    return Ok(());
                }
            }
            Fate::Silent(at) => {
                to.write_all(&piece[..left(at)])?;
                if passed + read as u64 > at {
                    while !calm.load(Relaxed) {
                        std::thread::sleep(Duration::from_millis(100));
                    }
                    return Ok(());
                }
            }
            Fate::Drip(at) => {
                to.write_all(&piece[..left(at)])?;
                for byte in &piece[left(at)..] {
                    to.write_all(std::slice::from_ref(byte))?;
                    std::thread::sleep(Duration::from_millis(20));
                    if calm.load(Relaxed) {
                        return Ok(());
                    }
                }
            }
        }
        passed += read as u64;
    }
}

fn holds(piece: &[u8], text: &str) -> bool {
    piece.windows(text.len()).any(|window| window == text.as_bytes())
}
