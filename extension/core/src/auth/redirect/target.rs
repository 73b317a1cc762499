//! A wanted target, taken apart once it is sure that every reader takes it apart so.

use super::LONGEST;
use url::{Host, Url};

/// Schemes that run, show or fetch something instead of opening an app.
pub(super) const REFUSED_SCHEMES: &[&str] = &[
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "intent",
    "jar",
    "javascript",
    "livescript",
    "mailto",
    "mhtml",
    "resource",
    "sms",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Parameters that an answer adds to the target: one that is there before would be read in their place by some.
const OURS: &[&str] = &[
    "access_token",
    "code",
    "error",
    "error_code",
    "error_description",
    "expires_at",
    "expires_in",
    "provider_refresh_token",
    "provider_token",
    "refresh_token",
    "token_type",
];

/// What kind of address it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Https,
    Http,
    App,
}

/// A target that reads in one way only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target<'a> {
    pub kind: Kind,
    /// `https://host:port`; of an app's address, the whole of it.
    pub origin: &'a str,
    /// Path and query, as they stand in the text; the fragment is cut off. Empty: none.
    pub rest: &'a str,
    /// The host is this machine: `localhost`, 127.0.0.1 or `[::1]`.
    pub loopback: bool,
    /// The host without the port.
    pub host: &'a str,
}

impl<'a> Target<'a> {
    /// `None` for what is no absolute URL, or could be read in two ways.
    pub fn parse(text: &'a str) -> Option<Self> {
        // Printable ASCII: no space, control, CR, LF, tab, NUL; none of the characters that browsers read as others.
        let plain = |b: u8| b.is_ascii_graphic() && !br#"\"<>^`{|}"#.contains(&b);
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(plain) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let (scheme, after) = text.split_once(':')?;
        if scheme != url.scheme() || REFUSED_SCHEMES.contains(&scheme) {
            return None;
        }
        let kind = match scheme {
            "https" => Kind::Https,
            "http" => Kind::Http,
            _ => Kind::App,
        };
        if kind == Kind::App {
            // No parser of ours has a say in what an app makes of its address: only the bytes count.
            let same = url.as_str() == text;
            return same.then_some(Self {
                kind,
                origin: text,
                rest: "",
                loopback: false,
                host: "",
            });
        }
        let after = after.strip_prefix("//")?;
        let authority_end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, tail) = after.split_at(authority_end);
        if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        // Exactly what a parser writes, but for the slash that it adds to a bare origin: no default port, no capital in the
        // host, no dots to resolve, nothing to escape or decode.
        let (head, written) = (text.strip_suffix(tail)?, url.as_str());
        let same = match written.strip_prefix(head) {
            Some(rest) if tail.starts_with('/') => rest == tail,
            Some(rest) => rest.strip_prefix('/') == Some(tail),
            None => false,
        };
        if !same {
            return None;
        }
        let loopback = match url.host()? {
            Host::Domain(name) => match name {
                "localhost" => true,
                name => {
                    if !fits_host(name) {
                        return None;
                    }
                    false
                }
            },
            Host::Ipv4(address) if address == std::net::Ipv4Addr::LOCALHOST => true,
            Host::Ipv6(address) if address == std::net::Ipv6Addr::LOCALHOST => true,
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        let rest = tail.split('#').next().unwrap_or_default();
        if !fits_rest(rest) {
            return None;
        }
        let host = authority.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
        let host = host.map_or(authority, |(host, _)| host);
        Some(Self { kind, origin: head, rest, loopback, host })
    }
}

/// Names as DNS has them: no trailing dot, which would be the same host under another name.
fn fits_host(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    })
}

/// Path and query without what an app's router could read as another place, and without a parameter twice or of ours.
fn fits_rest(rest: &str) -> bool {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let lower = path.to_ascii_lowercase();
    // Encoded slashes, backslashes, dots, percent signs and controls become others when somebody decodes them.
    let encoded = lower.match_indices('%').any(|(at, _)| {
        let digits = lower.get(at + 1..at + 3).unwrap_or_default();
        match u8::from_str_radix(digits, 16) {
            Ok(byte) => byte < 0x20 || matches!(byte, b'/' | b'\\' | b'.' | b'%' | 0x7f),
            Err(_) => true,
        }
    });
    if encoded || path.contains("//") {
        return false;
    }
    let mut names: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default().replace('+', " ");
        let Ok(name) = percent_encoding::percent_decode_str(&name).decode_utf8().map(String::from)
        else {
            return false;
        };
        if OURS.contains(&name.as_str()) || names.contains(&name) || names.len() >= 64 {
            return false;
        }
        names.push(name);
    }
    true
}
