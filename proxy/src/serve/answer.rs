//! What goes back to a client: finished answers of the gateway, and the proxy's own refusals.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Deserialize;

pub type Answer = Response<Full<Bytes>>;

/// An answer as the gateway made it.
#[derive(Debug)]
pub struct Finished {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The DETAIL of the private SQLSTATEs.
#[derive(Deserialize)]
struct Detail {
    status: i32,
    #[serde(default)]
    headers: String,
    body: Option<String>,
    body64: Option<String>,
}

impl Finished {
    /// # Errors
    /// [`Refusal::Internal`] if the status or a header cannot be sent.
    pub fn new(status: i32, headers: Bytes, body: Bytes) -> Result<Self, Refusal> {
        let status = u16::try_from(status).ok().and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.filter(|status| !status.is_informational());
        let headers = parse_headers(&headers).ok_or(Refusal::Internal)?;
        Ok(Self { status: status.ok_or(Refusal::Internal)?, headers, body })
    }

    /// The answer that a private SQLSTATE carries.
    pub fn from_detail(detail: &str) -> Result<Self, Refusal> {
        let detail: Detail = serde_json::from_str(detail).map_err(|_| Refusal::Internal)?;
        let body = match (detail.body, detail.body64) {
            (_, Some(coded)) => BASE64.decode(coded).map_err(|_| Refusal::Internal)?.into(),
            (Some(text), None) => Bytes::from(text),
            (None, None) => Bytes::new(),
        };
        Self::new(detail.status, Bytes::from(detail.headers), body)
    }
}

impl From<Finished> for Answer {
    fn from(finished: Finished) -> Self {
        let mut answer = Response::new(Full::new(finished.body));
        *answer.status_mut() = finished.status;
        *answer.headers_mut() = finished.headers;
        answer
    }
}

/// Reads a block of `Name: value\n` lines. Values are slices of the block, not copies. What frames
/// the message is the server's business and is left out.
fn parse_headers(block: &Bytes) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(12);
    let mut start = 0;
    while let Some(rest) = block.get(start..).filter(|rest| !rest.is_empty()) {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = &rest[..end];
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line[colon + 1..].trim_ascii();
        let at = start
            + colon
            + 1
            + (line.len() - colon - 1 - line[colon + 1..].trim_ascii_start().len());
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        if !framing(&name) {
            let value = HeaderValue::from_maybe_shared(block.slice(at..at + value.len())).ok()?;
            headers.append(name, value);
        }
        start += end + 1;
    }
    Some(headers)
}

/// Writes the block for the gateway: without what concerns one hop only, and without what names the
/// host or a client address, since the database must not build links or limits from bytes that
/// anybody can send; it gets the checked client address as an argument of its own.
pub fn write_headers(headers: &HeaderMap, out: &mut BytesMut) {
    for (name, value) in headers {
        if framing(name) || forged(name) {
            continue;
        }
        out.put_slice(name.as_str().as_bytes());
        out.put_slice(b": ");
        out.put_slice(value.as_bytes());
        out.put_u8(b'\n');
    }
}

fn framing(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONNECTION
            | header::CONTENT_LENGTH
            | header::TRANSFER_ENCODING
            | header::TE
            | header::TRAILER
            | header::UPGRADE
            | header::PROXY_AUTHENTICATE
            | header::PROXY_AUTHORIZATION
            | header::EXPECT
    ) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

fn forged(name: &HeaderName) -> bool {
    let text = name.as_str();
    matches!(*name, header::HOST | header::FORWARDED)
        || text.starts_with("x-forwarded-")
        || matches!(text, "x-real-ip" | "x-original-url" | "x-original-host" | "x-rewrite-url")
}

/// Why the proxy answers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    BadRequest,
    RequestTimeout,
    BodyTooLarge,
    TargetTooLong,
    ContentEncoding,
    HeadersTooLarge,
    Internal,
    Busy,
    Draining,
    /// No connection to Postgres, or the server says that it cannot serve now.
    Unavailable,
    /// A write whose connection was lost: trying again by itself might do it twice.
    Lost,
    Timeout,
}

impl Refusal {
    fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (400, "HW400", "The request is not valid HTTP"),
            Self::RequestTimeout => (408, "HW408", "The request body did not arrive in time"),
            Self::BodyTooLarge => {
                (413, "HW413", "The request body is larger than this route allows")
            }
            Self::TargetTooLong => (414, "HW414", "The request target is too long"),
            Self::ContentEncoding => (415, "HW415", "Encoded request bodies are not accepted"),
            Self::HeadersTooLarge => (431, "HW431", "The request headers are too large"),
            Self::Internal => (500, "HW500", "Something went wrong inside"),
            Self::Busy => (503, "HW503", "Too many requests are being worked on"),
            Self::Draining => (503, "HW503", "The server is about to stop"),
            Self::Unavailable => {
                (503, "PGRST001", "Database client error. Retrying the connection.")
            }
            Self::Lost => (
                503,
                "HW502",
                "The connection to the database was lost; whether the request took effect is not known",
            ),
            Self::Timeout => (504, "HW504", "The request took too long"),
        }
    }

    pub fn status(self) -> u16 {
        self.parts().0
    }

    /// The JSON of the dialect: all four keys.
    pub fn body(self) -> String {
        let (_, code, message) = self.parts();
        format!(r#"{{"code":"{code}","details":null,"hint":null,"message":"{message}"}}"#)
    }

    /// The whole answer as bytes of HTTP/1.1, for where no server is at hand to write it.
    pub fn raw(self, id: &HeaderValue) -> Vec<u8> {
        let status = StatusCode::from_u16(self.status()).unwrap_or_default();
        let (id, body) = (id.to_str().unwrap_or("-"), self.body());
        let retry = if self.may_retry() { "retry-after: 1\r\n" } else { "" };
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json; charset=utf-8\r\n{retry}\
             x-request-id: {id}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len(),
        )
        .into_bytes()
    }

    fn may_retry(self) -> bool {
        matches!(self, Self::Busy | Self::Draining | Self::Unavailable)
    }

    /// Whether the connection must end with this answer, as unread input may follow.
    pub fn closes(self) -> bool {
        matches!(
            self,
            Self::BadRequest | Self::RequestTimeout | Self::BodyTooLarge | Self::Draining
        )
    }

    pub fn answer(self) -> Answer {
        let mut answer = Response::new(Full::new(Bytes::from(self.body())));
        *answer.status_mut() = StatusCode::from_u16(self.status()).unwrap_or_default();
        let headers = answer.headers_mut();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
        if self.may_retry() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_block_of_headers() {
        let block =
            Bytes::from_static(b"Content-Type: text/plain\nX-A:1\nx-a:  2 \nContent-Length: 9\n");
        let headers = parse_headers(&block).unwrap();
        assert_eq!(headers["content-type"], "text/plain");
        let all: Vec<_> = headers.get_all("x-a").iter().collect();
        assert_eq!(all, ["1", "2"]);
        assert!(!headers.contains_key("content-length"));
        assert!(parse_headers(&Bytes::new()).unwrap().is_empty());
    }

    #[test]
    fn refuses_a_header_that_would_split_the_answer() {
        for bad in ["no colon\n", "bad name: x\n", "a: b\rc\n", ": x\n", "a: \0\n"] {
            assert!(parse_headers(&Bytes::from(bad)).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn passes_neither_hop_headers_nor_forged_addresses() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "evil.example"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-host", "evil.example"),
            ("connection", "close"),
            ("keep-alive", "5"),
            ("te", "trailers"),
            ("content-length", "3"),
            ("apikey", "k"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.append("prefer", HeaderValue::from_static("return=minimal"));
        headers.append("prefer", HeaderValue::from_bytes(b"x=\xff").unwrap());
        let mut out = BytesMut::new();
        write_headers(&headers, &mut out);
        assert_eq!(&out[..], b"apikey: k\nprefer: return=minimal\nprefer: x=\xff\n");
    }

    #[test]
    fn unpacks_a_finished_answer_from_an_error() {
        let text = r#"{"status":409,"headers":"Content-Type: a/b\n","body":"{}"}"#;
        let answer = Finished::from_detail(text).unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (409, &b"{}"[..]));
        let text = r#"{"status":400,"headers":"","body64":"AP8="}"#;
        assert_eq!(&Finished::from_detail(text).unwrap().body[..], b"\0\xff");
        for bad in
            ["", "{}", r#"{"status":99}"#, r#"{"status":100}"#, r#"{"status":400,"body64":"*"}"#]
        {
            assert_eq!(Finished::from_detail(bad).unwrap_err(), Refusal::Internal, "{bad}");
        }
    }

    #[test]
    fn own_answers_have_all_four_keys() {
        for refusal in [Refusal::BadRequest, Refusal::Unavailable, Refusal::Lost, Refusal::Timeout]
        {
            let body: serde_json::Value = serde_json::from_str(&refusal.body()).unwrap();
            let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, ["code", "details", "hint", "message"]);
            assert_eq!(refusal.answer().status().as_u16(), refusal.status());
        }
    }
}
