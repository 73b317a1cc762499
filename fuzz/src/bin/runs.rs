//! Runs all targets a given number of times: `runs [RUNS [SEED]]`. The same seed makes the same inputs; what fails is written
//! to `crashes/` with the seed in its name. The corpus comes first, then inputs from nothing and bent ones of the corpus.
#![forbid(unsafe_code)]

use howdah_fuzz::{grammar, password, redirect, statement};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, panic, thread};

type Target = (&'static str, fn(&[u8]));
const TARGETS: [Target; 4] = [
    ("grammar", grammar::run),
    ("password", password::run),
    ("redirect", redirect::run),
    ("statement", statement::run),
];
/// Failures of one target after which it is not run further.
const ENOUGH: u64 = 20;

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 32).unwrap_or(0) % n.max(1)
    }
}

/// Pieces of the grammar, for inputs that get past its first letter.
#[rustfmt::skip]
const PIECES: [&str; 60] = [
    "select=", "&", "=", "order=", "limit=", "offset=", "or=", "and=", "not.", "eq.", "in.(", "is.null", "like.",
    "fts(english).", "cs.{", "}", "(any).", "(all).", "id", "title", "meta", "->", "->>", "director", "film", "(", ")", ",",
    ".", "!inner", "!left", "...", ":", "::", "text", "\"", "\\", "%22", "%00", "%ff", "%C3%A9", "گل", "*", "count()", ".sum()",
    "desc", "nullsfirst", "columns=", "on_conflict=", "and(", "or(", "5", "-1", "99999999999999999999", "match.",
    "isdistinct.", "+", " ", "%", "ov.[1,2)",
];

/// Pieces of addresses, likewise.
#[rustfmt::skip]
const ADDRESSES: [&str; 48] = [
    "https://", "http://", "https:", "//", "/", "\\", "app.example.com", "docs.example.org", "localhost", "127.0.0.1", "[::1]", ":3000", ":443",
    "evil.example", "@", "%40", "#", "?", "&", "=", "a", "code=", ".", "..", "%2e", "%2f", "%5c", "%00", "\t", "\n", "\r\n", " ", "\0", "v1", "cb",
    "com.example.app://callback", "javascript:", "＠", "。", "／", "ü", "xn--", "\u{200b}", "\u{212a}", "*", "+49", "0", ":",
];

/// Pieces of stored hashes, likewise.
#[rustfmt::skip]
const HASHES: [&str; 40] = [
    "$", "$argon2id$", "$argon2i$", "v=19$", "v=16$", "m=64,t=1,p=1", "m=", "t=", "p=", ",keyid=AQEBAQ", "4294967295", "0", "1", "8", "$2b$", "$2y$", "04$", "31$",
    "$fbscrypt$", "v=1,n=14,r=8,p=1,", "ss=Bw==", ",sk=", "pbkdf2_sha256$", "$pbkdf2-sha512$", "i=1000", ",l=32", "1000$", "c29tZXNhbHRzb21lc2FsdA",
    "XLeLg+p+JNgiFrQNsye8eofeXr30s6P3j/ke/9xgk/0", "abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "é", "\0", "\n", "=", ",", "-", "_", ".", "password", "1",
];

fn pieces(target: &str) -> &'static [&'static str] {
    match target {
        "redirect" => &ADDRESSES,
        "password" => &HASHES,
        _ => &PIECES,
    }
}

fn input(random: &mut Random, target: &str, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut out = match random.below(4) {
        0 if !corpus.is_empty() => corpus[random.below(corpus.len())].clone(),
        1 | 2 if target != "statement" => {
            let mut text = if target == "grammar" { vec![random.byte()] } else { Vec::new() };
            for _ in 0..random.below(24) {
                text.extend_from_slice(
                    pieces(target)[random.below(pieces(target).len())].as_bytes(),
                );
            }
            text
        }
        _ => (0..random.below(200)).map(|_| random.byte()).collect(),
    };
    for _ in 0..random.below(5) {
        let at = random.below(out.len() + 1);
        match random.below(4) {
            0 if at < out.len() => {
                out.remove(at);
            }
            1 if at < out.len() => out[at] = random.byte(),
            2 => {
                out.splice(at..at, pieces(target)[random.below(pieces(target).len())].bytes());
            }
            _ => out.insert(at, random.byte()),
        }
    }
    out
}

fn corpus(root: &Path, target: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(root.join("corpus").join(target)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).collect()
}

fn main() {
    let mut arguments = env::args().skip(1).map(|a| a.parse::<u64>().expect("runs [RUNS [SEED]]"));
    let runs = arguments.next().unwrap_or(1_000_000);
    let seed = arguments.next().unwrap_or(1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workers = thread::available_parallelism().map_or(1, |n| n.get()) as u64;
    let mut broken = 0;
    for (name, target) in TARGETS {
        let corpus = corpus(root, name);
        let each = runs.div_ceil(TARGETS.len() as u64 * workers);
        let failed = AtomicU64::new(0);
        let began = std::time::Instant::now();
        let work = |worker: u64| {
            let mut random = Random(seed.wrapping_mul(1_000_003).wrapping_add(worker));
            let mut files = corpus.iter().filter(|_| worker == 0);
            for number in 0..each {
                let input =
                    files.next().cloned().unwrap_or_else(|| input(&mut random, name, &corpus));
                if panic::catch_unwind(|| target(&input)).is_err() {
                    let folder = root.join("crashes");
                    let file = folder.join(format!("{name}-{seed}-{worker}-{number}"));
                    let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &input));
                    eprintln!("{name} failed on {} ({kept:?})", file.display());
                    if failed.fetch_add(1, Ordering::Relaxed) >= ENOUGH {
                        return;
                    }
                }
            }
        };
        thread::scope(|scope| {
            for worker in 0..workers {
                let work = &work;
                scope.spawn(move || work(worker));
            }
        });
        let failed = failed.into_inner();
        broken += usize::from(failed > 0);
        println!("{name}: {} runs in {:.0?}, {failed} failed", each * workers, began.elapsed());
    }
    // The statements are the point: random requests that all were refused would prove nothing.
    let checked = statement::CHECKED.load(Ordering::Relaxed);
    println!("{checked} statements parsed back");
    if checked < runs / 12 {
        broken += 1;
    }
    println!("{} passed, {broken} failed", TARGETS.len() - broken);
    std::process::exit(i32::from(broken > 0));
}
