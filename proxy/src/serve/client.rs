//! Who asks: the address of a client and the id of a request.

use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::{HeaderMap, HeaderValue};

use ipnet::IpNet;

/// The other end of a connection.
pub struct Peer {
    pub ip: IpAddr,
    pub text: String,
    pub trusted: bool,
}

impl Peer {
    pub fn new(ip: IpAddr, trusted: &[IpNet]) -> Self {
        let ip = ip.to_canonical();
        let trusted = trusted.iter().any(|range| range.contains(&ip));
        Self { ip, text: ip.to_string(), trusted }
    }
}

/// The client that a trusted peer speaks for: the rightmost address of `X-Forwarded-For` that is
/// not itself a trusted proxy. Everything left of it was sent by that client and proves nothing. An
/// entry that is no address ends the search: then the client is the last proxy that was understood.
pub fn forwarded_for(peer: &Peer, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = peer.ip;
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let entries = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    for entry in entries {
        let Some(ip) = std::str::from_utf8(entry).ok().and_then(address) else {
            break;
        };
        client = ip;
        if !trusted.iter().any(|range| range.contains(&ip)) {
            break;
        }
    }
    client
}

/// An address as proxies write it: with or without a port, v6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let plain = text.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(bracketed).map(|ip: IpAddr| ip.to_canonical())
}

/// Makes ids that are unique over processes and cheap: a random start and a counter, mixed so that
/// ids of neighbours do not look alike. They name requests and guard nothing.
pub struct Ids {
    process: u64,
    next: AtomicU64,
}

impl Default for Ids {
    fn default() -> Self {
        let random = RandomState::new();
        Self { process: random.hash_one(0), next: AtomicU64::new(random.hash_one(1)) }
    }
}

impl Ids {
    /// The id that came with the request, if it is fit for a log and a header, else a new one.
    pub fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        if let Some(given) = headers.get("x-request-id")
            && (1..=64).contains(&given.len())
            && given.as_bytes().iter().all(sane)
        {
            return given.clone();
        }
        let mut text = String::with_capacity(32);
        let mixed = mix(self.next.fetch_add(1, Relaxed));
        let _ = write!(text, "{:016x}{mixed:016x}", self.process);
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("-"))
    }
}

/// The finalizer of SplitMix64: a bijection, so different counts stay different.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn client(peer: &str, lines: &[&'static str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let peer = Peer::new(peer.parse().unwrap(), &trusted);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        match peer.trusted {
            true => forwarded_for(&peer, &headers, &trusted).to_string(),
            false => peer.text,
        }
    }

    #[test]
    fn believes_only_what_a_trusted_proxy_saw() {
        for (peer, lines, expected) in [
            ("1.1.1.1", &["9.9.9.9"][..], "1.1.1.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["9.9.9.9"], "9.9.9.9"),
            ("10.0.0.1", &["6.6.6.6, 9.9.9.9"], "9.9.9.9"),
            ("10.0.0.1", &["6.6.6.6, 9.9.9.9, 10.2.3.4"], "9.9.9.9"),
            ("10.0.0.1", &["6.6.6.6", "9.9.9.9,10.0.0.9"], "9.9.9.9"),
            ("10.0.0.1", &["9.9.9.9, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["9.9.9.9, nonsense, 10.0.0.7"], "10.0.0.7"),
            ("::ffff:10.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("fd00::1", &["::ffff:9.9.9.9"], "9.9.9.9"),
            ("10.0.0.1", &["9.9.9.9:1234"], "9.9.9.9"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            assert_eq!(client(peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn keeps_a_sane_id_and_replaces_others() {
        let ids = Ids::default();
        let with = |text: &[u8]| {
            let id = HeaderValue::from_bytes(text).unwrap();
            ids.of(&HeaderMap::from_iter([(HeaderName::from_static("x-request-id"), id)]))
        };
        assert_eq!(with(b"aB3._-"), "aB3._-");
        for bad in [&b""[..], b"a b", b"a\"b", b"\xff", &[b'a'; 65], b"a/b"] {
            assert_eq!(with(bad).len(), 32, "{bad:?}");
        }
        let unique: std::collections::HashSet<_> = (0..1000).map(|_| with(b"")).collect();
        assert_eq!(unique.len(), 1000);
    }
}
