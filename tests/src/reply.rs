//! An answer, and what tests ask of it. Every assertion prints the request, the status and the body when it fails.

use serde_json::Value;

#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// `METHOD target` as sent, for messages.
    pub request: String,
    pub version: String,
    pub status: u16,
    pub reason: String,
    /// In the order received; names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What no answer may show: our private names, source files, server paths, SQL of ours, backtraces.
const INTERNALS: [&str; 9] = [
    "howdah_private",
    ".rs:",
    "backtrace",
    "/extension/",
    "pgrx",
    "SPI",
    "PL/pgSQL function",
    "/usr/lib/postgresql",
    "SECURITY_LOCAL",
];

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn told(&self) -> String {
        let mut body = self.text();
        if body.len() > 2000 {
            body.truncate((0..=2000).rev().find(|&i| body.is_char_boundary(i)).unwrap_or(0));
            body.push('…');
        }
        format!("{}\n→ {} {:?}\n{body}", self.request, self.status, self.headers)
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert!(self.status == status, "wanted {status}: {}", self.told());
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(e) => panic!("not JSON ({e}): {}", self.told()),
        }
    }

    #[track_caller]
    pub fn equals(&self, wanted: Value) -> &Self {
        let got = self.json();
        assert!(got == wanted, "wanted {wanted}\n{}", self.told());
        self
    }

    /// One header, exactly; `None` for a header that must be absent.
    #[track_caller]
    pub fn has<'a>(&self, name: &str, wanted: impl Into<Option<&'a str>>) -> &Self {
        let wanted = wanted.into();
        assert!(
            self.header(name) == wanted,
            "wanted {name}: {wanted:?}, got {:?}: {}",
            self.header(name),
            self.told()
        );
        self
    }

    /// The integers under `key` of a list of objects.
    #[track_caller]
    pub fn column(&self, key: &str) -> Vec<i64> {
        let rows = self.is_success().json();
        let rows = rows.as_array().unwrap_or_else(|| panic!("not a list: {}", self.told())).clone();
        rows.iter()
            .map(|row| row[key].as_i64().unwrap_or_else(|| panic!("no {key}: {}", self.told())))
            .collect()
    }

    #[track_caller]
    pub fn ids(&self) -> Vec<i64> {
        self.column("id")
    }

    #[track_caller]
    pub fn is_success(&self) -> &Self {
        assert!((200..300).contains(&self.status), "wanted success: {}", self.told());
        self
    }

    /// An error of the dialect: status, code, all four keys, a request id, nothing of the inside.
    #[track_caller]
    pub fn fails(&self, status: u16, code: &str) -> Value {
        self.is(status);
        let body = self.well_formed_error();
        assert!(body["code"] == code, "wanted code {code}: {}", self.told());
        body
    }

    /// A 4xx in the dialect's form, whatever its code.
    #[track_caller]
    pub fn refused(&self) -> Value {
        assert!((400..500).contains(&self.status), "wanted a 4xx: {}", self.told());
        self.well_formed_error()
    }

    #[track_caller]
    pub fn well_formed_error(&self) -> Value {
        let body = self.json();
        let object = body.as_object().unwrap_or_else(|| panic!("not an object: {}", self.told()));
        let mut keys: Vec<_> = object.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert!(keys == ["code", "details", "hint", "message"], "four keys: {}", self.told());
        assert!(body["code"].is_string() && body["message"].is_string(), "texts: {}", self.told());
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind == "application/json; charset=utf-8", "content-type: {}", self.told());
        assert!(self.header("x-request-id").is_some(), "a request id: {}", self.told());
        self.shows_nothing_inside();
        body
    }

    #[track_caller]
    pub fn shows_nothing_inside(&self) {
        let text = self.text();
        for inside in INTERNALS {
            assert!(!text.contains(inside), "shows {inside}: {}", self.told());
        }
    }
}
