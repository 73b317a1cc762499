//! A request and a response as the gateway passes them: plain values, no HTTP library.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

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

/// With this header a POST is a read: `QUERY` or `GET`.
pub const METHOD_OVERRIDE: &str = "x-http-method-override";

/// GETs that write, because browsers follow them from mails and from other providers: they spend one-time secrets, or keep
/// what their continuation must match. And one that the dialect has so: it sends a nonce to who asks, by his token.
const WRITING_GETS: &[&str] = &[
    "/auth/v1/authorize",
    "/auth/v1/callback",
    "/auth/v1/oauth/authori",
    "/auth/v1/reauthenticate",
    "/auth/v1/user/identities/authorize",
    "/auth/v1/verify",
    // Some tell by GET what became of a text message.
    "/hooks/sms/",
];

/// Whether a request cannot write: by its method, or being a QUERY, or a POST under `/rest/v1` that says it is one.
///
/// The gateway decides by this that the transaction is read-only, and the proxy which connection serves it and that it
/// may be repeated: one rule for both.
pub fn is_read(method: &str, path: &str, overriding: Option<&str>) -> bool {
    let rest = || path == "/rest/v1" || path.starts_with("/rest/v1/");
    match method {
        "GET" => !WRITING_GETS.iter().any(|prefix| path.starts_with(prefix)),
        "HEAD" | "OPTIONS" => true,
        "QUERY" => rest(),
        "POST" => overriding.is_some_and(means_query) && rest(),
        _ => false,
    }
}

/// Whether a value of [`METHOD_OVERRIDE`] makes a POST a read.
pub fn means_query(value: &str) -> bool {
    ["QUERY", "GET"].iter().any(|method| value.trim().eq_ignore_ascii_case(method))
}

impl Request<'_> {
    /// [`is_read`] of this request.
    pub fn is_read(&self) -> bool {
        let overriding =
            if self.method == "POST" { self.headers.get(METHOD_OVERRIDE) } else { None };
        is_read(self.method, self.path, overriding)
    }
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
        self.0.split('\n').find_map(|line| value_of(line, name))
    }

    /// Every value of a header, in order; `name` in lower case.
    pub fn all(self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.split('\n').filter_map(move |line| value_of(line, name))
    }
}

/// A response header for the proxy alone, which makes it the status line's reason phrase: SQL may choose that too.
pub const REASON: &str = "Reason-Phrase";

/// The argument that a request's body is passed in unread, to a routed function that has such an argument.
pub const RAW_BODY: &str = "raw_body";

/// RFC 9110, 5.6.2.
fn is_token(name: &str) -> bool {
    let symbols = b"!#$%&'*+-.^_`|~";
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || symbols.contains(&b))
}

/// By prefix and not by parsing each line: several headers are asked for in every request.
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.strip_prefix(name)?.strip_prefix(": ")
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

    /// Appends a header. One that HTTP does not allow (a name that is no token, a line break or another control
    /// character in the value) is dropped whole, never split into two headers.
    pub fn header(&mut self, name: &str, value: &str) {
        if !is_token(name) || value.bytes().any(|b| (b < b' ' && b != b'\t') || b == 0x7f) {
            return;
        }
        self.headers.push_str(name);
        self.headers.push_str(": ");
        self.headers.push_str(value);
        self.headers.push('\n');
    }
}

/// Decodes `%XX`, and `+` as a space if `plus` (query strings and forms); a `%` without two digits stays as it is.
/// `None` if the result is not UTF-8 or has NUL in it.
pub fn percent_decode(text: &str, plus: bool) -> Option<Cow<'_, str>> {
    let decoded = if plus && text.contains('+') {
        let spaced = text.replace('+', " ");
        Cow::Owned(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned())
    } else {
        percent_decode_str(text).decode_utf8().ok()?
    };
    (!decoded.contains('\0')).then_some(decoded)
}

/// Appends `text` with all but unreserved characters (RFC 3986, 2.3) as `%XX`.
pub fn push_percent_encoded(out: &mut String, text: &str) {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// Base64 (RFC 4648, 4), padded.
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_coded() {
        let decode = |text, plus| percent_decode(text, plus).map(Cow::into_owned);
        assert_eq!(decode("a%20b+c", true).as_deref(), Some("a b c"));
        assert_eq!(decode("a%20b+c", false).as_deref(), Some("a b+c"));
        assert_eq!(decode("%C3%a9%2B%", true).as_deref(), Some("é+%"));
        assert_eq!(decode("%zz%2", false).as_deref(), Some("%zz%2"));
        assert!(matches!(percent_decode("film", true), Some(Cow::Borrowed("film"))));
        for bad in ["%ff", "%C3", "a%00", "\0"] {
            assert_eq!(percent_decode(bad, true), None, "{bad}");
        }
    }

    #[test]
    fn encodes_all_but_unreserved() {
        let mut out = String::new();
        push_percent_encoded(&mut out, "a-Z_0.~ */é");
        assert_eq!(out, "a-Z_0.~%20%2A%2F%C3%A9");
    }

    #[test]
    fn header_values_cannot_split_the_block() {
        let mut response = Response::new(200);
        response.header("A", "b\nC: d");
        for name in ["A\nB", "", "A B", "A:", "É", "A\0"] {
            response.header(name, "c");
        }
        for value in ["a\0", "a\rb", "\u{1b}", "\u{7f}"] {
            response.header("A", value);
        }
        response.header("A", "b\té");
        assert_eq!(response.headers, "A: b\té\n");
        assert_eq!(Headers("a: 1\nb: 2\na: 3\n").all("a").collect::<Vec<_>>(), ["1", "3"]);
    }
}
