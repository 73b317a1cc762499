//! One entry of the allow-list.

use super::LONGEST;
use super::target::{Kind, REFUSED_SCHEMES, Target};

/// What an entry allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// These bytes, before the fragment.
    Exact(String),
    /// Path and query that match, on this origin.
    Under { origin: String, glob: Vec<Piece> },
    /// The same on any port of this machine (RFC 8252, 7.3: an app takes the port that is free).
    Loopback { scheme: Kind, host: String, glob: Vec<Piece> },
}

/// A part of a glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// `*`: anything but `/` and `.`.
    Some,
    /// `**`: anything.
    All,
}

impl Entry {
    /// The origin of `site_url` with any path; of an app's address, that address. None for a site that no redirect may ask for
    /// by name (at an IP address): it is where we lead anyway.
    pub fn site(text: &str) -> Option<Self> {
        let target = Target::parse(text)?;
        Some(match target.kind {
            Kind::App => Self::Exact(text.to_owned()),
            _ => Self::Under { origin: target.origin.to_owned(), glob: vec![Piece::All] },
        })
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        let shown = text.escape_debug();
        let wrong = |why: &str| Err(format!("\"{shown}\" {why}"));
        if text.len() > LONGEST {
            return wrong(&format!("has more than {LONGEST} bytes"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return wrong(
                "has spaces or characters other than ASCII: write an international name as its xn-- form",
            );
        }
        let Some((scheme, after)) = text.split_once(':') else {
            return wrong(
                "is no absolute URL: write https://app.example.com/path or com.example.app://callback",
            );
        };
        if REFUSED_SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
            return wrong("has a scheme that no app may be opened by");
        }
        if text.contains('#') {
            return wrong("has a fragment, which is not compared: leave it out");
        }
        let Some(star) = text.find('*') else {
            return match Target::parse(text) {
                Some(target) if target.kind == Kind::Http && !target.loopback => {
                    wrong("is http: only localhost, 127.0.0.1 and [::1] may do without https")
                }
                Some(_) => Ok(Self::Exact(text.to_owned())),
                None => wrong(
                    "is not written as a URL parser writes it (host in lower case, no IP address, user or default port, no \"..\")",
                ),
            };
        };
        let web = matches!(scheme, "https" | "http").then(|| after.strip_prefix("//")).flatten();
        let Some(after) = web else {
            return wrong(
                "has a wildcard: only https addresses and loopback http may; list the others exactly",
            );
        };
        let authority_end = scheme.len() + 3 + after.find(['/', '?']).unwrap_or(after.len());
        let (origin, glob) = text.split_at(authority_end);
        if let Some(bare) = origin.strip_suffix(":*") {
            return match Target::parse(bare) {
                Some(target) if target.loopback => Ok(Self::Loopback {
                    scheme: target.kind,
                    host: target.host.to_owned(),
                    glob: pieces(glob),
                }),
                _ => wrong("has a wildcard for the port: only localhost, 127.0.0.1 and [::1] may"),
            };
        }
        if star < authority_end {
            return wrong(
                "has a wildcard in its host: anybody may get a name that matches. List each host; * and ** stand in paths only",
            );
        }
        match Target::parse(origin) {
            Some(target) if target.kind == Kind::Https || target.loopback => {
                Ok(Self::Under { origin: origin.to_owned(), glob: pieces(glob) })
            }
            Some(_) => wrong(
                "has a wildcard: only https addresses and loopback http may; list the others exactly",
            ),
            None => wrong(
                "is not written as a URL parser writes it (host in lower case, no IP address, user or default port)",
            ),
        }
    }

    pub fn allows(&self, target: &Target<'_>) -> bool {
        match self {
            // A bare origin and its root are one address.
            Self::Exact(text) => text.strip_prefix(target.origin).is_some_and(|rest| {
                rest == target.rest || (rooted(rest) == "/" && rooted(target.rest) == "/")
            }),
            Self::Under { origin, glob } => {
                target.kind != Kind::App
                    && origin == target.origin
                    && matches(glob, rooted(target.rest))
            }
            Self::Loopback { scheme, host, glob } => {
                target.loopback
                    && *scheme == target.kind
                    && host == target.host
                    && matches(glob, rooted(target.rest))
            }
        }
    }
}

fn rooted(rest: &str) -> &str {
    if rest.is_empty() { "/" } else { rest }
}

fn pieces(glob: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = glob;
    while let Some(at) = rest.find('*') {
        let (text, stars) = rest.split_at(at);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let after = stars.trim_start_matches('*');
        pieces.push(if stars.len() - after.len() > 1 { Piece::All } else { Piece::Some });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

/// Whether the whole text matches. For each piece the set of places where the text may go on: linear in text times pieces,
/// whatever the pattern.
fn matches(glob: &[Piece], text: &str) -> bool {
    let text = text.as_bytes();
    let mut places = vec![false; text.len() + 1];
    if let Some(first) = places.first_mut() {
        *first = true;
    }
    for piece in glob {
        let mut next = vec![false; places.len()];
        for (at, _) in places.iter().enumerate().filter(|(_, reached)| **reached) {
            match piece {
                Piece::Text(wanted) => {
                    let rest = text.get(at..).unwrap_or_default();
                    if rest.starts_with(wanted.as_bytes())
                        && let Some(place) = next.get_mut(at + wanted.len())
                    {
                        *place = true;
                    }
                }
                Piece::All | Piece::Some => {
                    for (place, reached) in next.iter_mut().enumerate().skip(at) {
                        // Reached already: so is all that follows from here.
                        if *reached {
                            break;
                        }
                        *reached = true;
                        let crosses = text.get(place).is_some_and(|b| matches!(b, b'/' | b'.'));
                        if *piece == Piece::Some && crosses {
                            break;
                        }
                    }
                }
            }
        }
        places = next;
    }
    places.last().copied().unwrap_or_default()
}
