//! The query grammar: whatever the bytes, parsing ends without a panic and says the same twice; what it refuses, it
//! refuses in the dialect's form and at a place that is there.

use howdah_core::error::ApiError;
use howdah_core::rest::query::{self, Place};
use howdah_core::rest::shape::Verb;

const VERBS: [Verb; 6] =
    [Verb::Read, Verb::Insert, Verb::Update, Verb::Put, Verb::Delete, Verb::Call];

/// The first byte chooses the verb, the rest is the query string. Bytes that are no text reach the parser percent-encoded,
/// as a client would send them.
pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let verb = VERBS[usize::from(*first) % VERBS.len()];
    let text = match std::str::from_utf8(rest) {
        Ok(text) => text.to_owned(),
        Err(_) => rest.iter().map(|b| format!("%{b:02X}")).collect(),
    };
    let read = || query::parse(&text, verb, verb == Verb::Call);
    let (one, two) = (read(), read());
    assert_eq!(one, two, "{text}: two answers");
    match one {
        Ok(parsed) => {
            assert!(parsed.values.len() <= usize::from(u16::MAX) + 1, "{text}: too many values");
            for undecided in &parsed.undecided {
                if let Place::Filter(at) = undecided.place {
                    assert!(at < parsed.query.filters.len(), "{text}: no such filter");
                }
            }
        }
        Err(error) => check(&error, &text),
    }
}

/// The error's code, status, form and position.
pub fn check(error: &ApiError, text: &str) {
    let expected: &[(&str, u16)] = &[
        ("PGRST100", 400),
        ("PGRST103", 416),
        ("PGRST108", 400),
        ("PGRST118", 400),
        ("PGRST120", 400),
        ("PGRST127", 400),
        ("HW400", 400),
    ];
    let known =
        expected.iter().any(|(code, status)| *code == error.code && *status == error.status);
    assert!(known, "{text}: {error:?}");
    let body: serde_json::Value = serde_json::from_slice(&error.body()).expect("an error is JSON");
    let keys: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["code", "details", "hint", "message"], "{text}");
    assert!(!error.message.is_empty(), "{text}: no message");
    // `"failed to parse … (TEXT)" (line 1, column N)`: N is a character of TEXT, or the one after its last.
    if let Some((what, place)) = error.message.rsplit_once("\" (line 1, column ") {
        let column: usize = place.trim_end_matches(')').parse().expect("a column");
        let shown = what.split_once('(').map_or("", |(_, shown)| shown);
        let characters = shown.strip_suffix(')').unwrap_or(shown).chars().count();
        assert!((1..=characters + 1).contains(&column), "{text}: column {column} of {shown:?}");
    }
}
