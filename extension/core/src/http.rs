//! A request and a response as the gateway passes them: plain values, no HTTP library.

/// A request as it reaches the gateway. All borrowed; nothing is decoded yet.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Upper-case method, `GET`.
    pub method: &'a str,
    /// Path as sent, without query, still percent-encoded: `/rest/v1/film`.
    pub path: &'a str,
    /// Query without `?`, still percent-encoded; empty if there is none.
    pub query: &'a str,
    /// Header block.
    pub headers: Headers<'a>,
    /// Body, as received.
    pub body: &'a [u8],
}

/// Request headers as one block: `name: value\n` a line, names in lower case, in order of arrival.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a>(pub &'a str);

impl<'a> Headers<'a> {
    /// All `(name, value)` pairs.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.split('\n').filter_map(|line| line.split_once(": "))
    }

    /// The first value of a header; `name` in lower case.
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Every value of a header, in order; `name` in lower case.
    pub fn all(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v)
    }
}

/// A finished response. `headers` is a block like the request's: `Name: value\n` a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Appends a header. A value with a line break is dropped whole, never split into two headers.
    pub fn header(&mut self, name: &str, value: &str) {
        if name.contains(['\n', '\r', ':']) || value.contains(['\n', '\r', '\0']) {
            return;
        }
        self.headers.push_str(name);
        self.headers.push_str(": ");
        self.headers.push_str(value);
        self.headers.push('\n');
    }
}
