//! What goes back to a client: finished answers of the gateway, and the proxy's own refusals.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::{BufMut, Bytes, BytesMut};
use howdah_core::auth::dialect;
use howdah_core::error::ApiError;
pub use howdah_core::error::Code as Refusal;
use howdah_core::http::{Headers, REASON};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use hyper::ext::ReasonPhrase;
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
    fn from(mut finished: Finished) -> Self {
        let reason = finished.headers.remove(REASON);
        let mut answer = Response::new(Full::new(finished.body));
        *answer.status_mut() = finished.status;
        *answer.headers_mut() = finished.headers;
        if let Some(reason) = reason.and_then(|text| ReasonPhrase::try_from(text.as_bytes()).ok()) {
            answer.extensions_mut().insert(reason);
        }
        answer
    }
}

/// Reads a block of `Name: value\n` lines. Values are slices of the block, not copies. What frames
/// the message is the server's business and is left out.
fn parse_headers(block: &Bytes) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(12);
    for line in block.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        if !framing(&name) {
            let value = block.slice_ref(line[colon + 1..].trim_ascii());
            headers.append(name, HeaderValue::from_maybe_shared(value).ok()?);
        }
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

/// The proxy's own answer, as the table of errors has it, with an invitation to try again where
/// that is safe.
fn refused(code: Refusal) -> ApiError {
    let error = ApiError::new(code, &["The request is not valid HTTP"]);
    match code {
        Refusal::Unavailable | Refusal::Database => error.header("Retry-After", "1"),
        _ => error,
    }
}

/// That answer in the dialect of the path that was asked for: clients of accounts know when to try again by theirs.
pub fn refuse(code: Refusal, path: &str, headers: &HeaderMap) -> Answer {
    let error = refused(code);
    let answer = if dialect::speaks(path) {
        let mut block = BytesMut::new();
        write_headers(headers, &mut block);
        dialect::refusal(Headers(&String::from_utf8_lossy(&block)), &error)
    } else {
        error.to_response()
    };
    match Finished::new(answer.status.into(), answer.headers.into(), answer.body.into()) {
        Ok(finished) => finished.into(),
        Err(_) => Response::new(Full::default()),
    }
}

/// The whole answer as bytes of HTTP/1.1, for where no server is at hand to write it.
pub fn refuse_raw(code: Refusal, id: &HeaderValue) -> Vec<u8> {
    let answer = refused(code).to_response();
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    let (headers, id) = (answer.headers.replace('\n', "\r\n"), id.to_str().unwrap_or("-"));
    let length = answer.body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}X-Request-Id: {id}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n\r\n"
    );
    [head.into_bytes(), answer.body].concat()
}

/// Whether the connection must end with this answer, as unread input may follow.
pub fn closes(code: Refusal) -> bool {
    matches!(code, Refusal::BadRequest | Refusal::RequestTimeout | Refusal::TooLarge)
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
        for code in [Refusal::BadRequest, Refusal::Database, Refusal::Lost, Refusal::Timeout] {
            let raw = String::from_utf8(refuse_raw(code, &HeaderValue::from_static("i"))).unwrap();
            let (head, body) = raw.split_once("\r\n\r\n").unwrap();
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, ["code", "details", "hint", "message"]);
            assert!(head.contains(&code.spec().status.to_string()), "{head}");
            let none = HeaderMap::new();
            assert_eq!(refuse(code, "/rest/v1/t", &none).status(), code.spec().status);
        }
    }

    #[tokio::test]
    async fn own_answers_to_clients_of_accounts_are_in_their_dialect() {
        use http_body_util::BodyExt;
        for (code, slug) in [
            (Refusal::TooLarge, "request_too_large"),
            (Refusal::Unavailable, "unexpected_failure"),
            (Refusal::Timeout, "request_timeout"),
        ] {
            let mut headers = HeaderMap::new();
            let old = refuse(code, "/auth/v1/token", &headers);
            headers.insert("x-supabase-api-version", HeaderValue::from_static("2024-01-01"));
            let new = refuse(code, "/auth/v1/token", &headers);
            assert_eq!(
                (old.status().as_u16(), new.status().as_u16()),
                (code.spec().status, code.spec().status)
            );
            if code == Refusal::Unavailable {
                assert_eq!(new.headers()["retry-after"], "1");
            }
            assert_eq!(new.headers()["x-sb-error-code"], slug);
            let body = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
            let old = body(&old.into_body().collect().await.unwrap().to_bytes());
            assert_eq!(old["error_code"], slug);
            let new = body(&new.into_body().collect().await.unwrap().to_bytes());
            assert_eq!(new["code"], slug);
        }
    }

    #[test]
    fn a_reason_is_no_header() {
        let block = Bytes::from_static(b"Reason-Phrase: No Tea\nA: b\n");
        let answer = Answer::from(Finished::new(418, block, Bytes::new()).unwrap());
        assert_eq!(answer.extensions().get::<ReasonPhrase>().unwrap().as_bytes(), b"No Tea");
        assert_eq!(answer.headers().len(), 1);
    }
}
