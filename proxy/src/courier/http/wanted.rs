//! What a row asks for, checked before anything is looked up.
//!
//! `{"method", "url", "headers": {…}, "form": {…} | "json": … | "body": text | "body_base64": text}`. A header is a text,
//! `{"bearer": token}` or `{"basic": [user, password]}` (each percent-encoded first: RFC 6749, 2.3.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use howdah_core::outside::{self, Refused};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

/// What a carrier takes.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub methods: &'static [&'static str],
    /// Bytes of a body.
    pub body: usize,
}

/// A request that may be sent.
#[derive(Debug)]
pub struct Wanted {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Its host and port are on the DBA's list: the address is not checked, and http will do.
    pub allowed: bool,
}

impl Wanted {
    /// # Errors
    /// A word for the outcome of the row: `bad_request`, `bad_url` or `address_not_allowed`.
    pub fn read(
        request: &Value,
        allowed_hosts: &[String],
        bounds: Bounds,
    ) -> Result<Self, Refused> {
        let text = request["url"].as_str().ok_or("bad_url")?;
        let (url, allowed) = outside::check(text, allowed_hosts)?;
        let method = request["method"].as_str().unwrap_or("GET");
        if !bounds.methods.contains(&method) {
            return Err("bad_request");
        }
        let mut wanted = Self {
            method: method.parse().map_err(|_| "bad_request")?,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            allowed,
        };
        wanted.read_body(request, bounds.body)?;
        if let Some(headers) = request["headers"].as_object() {
            for (name, value) in headers {
                let (name, value) = read_header(name, value).ok_or("bad_request")?;
                wanted.headers.insert(name, value);
            }
        }
        Ok(wanted)
    }

    fn read_body(&mut self, request: &Value, most: usize) -> Result<(), Refused> {
        let mut say = |media: &'static str| {
            self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        };
        if let Some(form) = request["form"].as_object() {
            say("application/x-www-form-urlencoded");
            let mut pairs = Vec::with_capacity(form.len());
            for (name, value) in form {
                let value = value.as_str().ok_or("bad_request")?;
                pairs.push(format!("{}={}", form_encoded(name), form_encoded(value)));
            }
            self.body = pairs.join("&").into_bytes();
        } else if let Some(document) = request.get("json").filter(|json| !json.is_null()) {
            say("application/json");
            self.body = document.to_string().into_bytes();
        } else if let Some(text) = request["body"].as_str() {
            self.body = text.as_bytes().to_vec();
        } else if let Some(encoded) = request["body_base64"].as_str() {
            // Postgres breaks the lines of its base64.
            let encoded: Vec<u8> = encoded.bytes().filter(|byte| *byte != b'\n').collect();
            self.body = BASE64.decode(encoded).map_err(|_| "bad_request")?;
        }
        if self.body.len() > most || (self.method == Method::GET && !self.body.is_empty()) {
            return Err("bad_request");
        }
        Ok(())
    }
}

/// The form's own encoding, with `%20` for a space, which every reader of forms takes.
fn form_encoded(text: &str) -> impl std::fmt::Display {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT)
}

fn read_header(name: &str, value: &Value) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    // What frames the message, or says where it goes, is the client's business.
    let ours = matches!(
        name,
        header::HOST
            | header::CONNECTION
            | header::CONTENT_LENGTH
            | header::TRANSFER_ENCODING
            | header::TE
            | header::TRAILER
            | header::UPGRADE
            | header::EXPECT
            | header::ACCEPT_ENCODING
    );
    if ours || name.as_str().starts_with("proxy-") {
        return None;
    }
    let (text, secret) = match value {
        Value::String(text) => (text.clone(), name == header::AUTHORIZATION),
        Value::Object(scheme) => match (scheme.get("bearer"), scheme.get("basic")) {
            (Some(token), None) => (format!("Bearer {}", token.as_str()?), true),
            (None, Some(pair)) => {
                let part = |index: usize| Some(form_encoded(pair.get(index)?.as_str()?));
                (format!("Basic {}", BASE64.encode(format!("{}:{}", part(0)?, part(1)?))), true)
            }
            _ => return None,
        },
        _ => return None,
    };
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(secret);
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(request: Value) -> Result<Wanted, Refused> {
        let allowed = ["127.0.0.1:9000".into(), "idp.test:*".into(), "[::1]:7".into()];
        Wanted::read(&request, &allowed, Bounds { methods: &["GET", "POST"], body: 64 })
    }

    #[test]
    fn reads_a_form_with_basic_credentials() {
        let wanted = read(json!({"method": "POST", "url": "https://a.example/token#x",
            "headers": {"authorization": {"basic": ["id:1", "s e"]}, "accept": "application/json"},
            "form": {"code": "a b&c=d", "é": "1"}}))
        .unwrap();
        assert_eq!(wanted.url.as_str(), "https://a.example/token");
        assert_eq!(wanted.body, b"code=a%20b%26c%3Dd&%C3%A9=1");
        assert_eq!(wanted.headers["content-type"], "application/x-www-form-urlencoded");
        let credentials = BASE64.encode("id%3A1:s%20e");
        assert_eq!(wanted.headers["authorization"], format!("Basic {credentials}"));
        assert!(wanted.headers["authorization"].is_sensitive() && !wanted.allowed);
    }

    #[test]
    fn reads_bearers_documents_and_text() {
        let url = "https://a.example/";
        let one = read(json!({"url": url, "headers": {"Authorization": {"bearer": "t"}}})).unwrap();
        assert_eq!(
            (one.method, &one.headers["authorization"]),
            (Method::GET, &"Bearer t".parse().unwrap())
        );
        let one = read(json!({"url": url, "method": "POST", "json": {"a": 1}})).unwrap();
        assert_eq!(
            (&one.body[..], &one.headers["content-type"]),
            (&b"{\"a\":1}"[..], &"application/json".parse().unwrap())
        );
        let one = read(
            json!({"url": url, "method": "POST", "body": "x", "headers": {"content-type": "a/b"}}),
        );
        assert_eq!(one.unwrap().headers["content-type"], "a/b");
        let one = read(json!({"url": url, "method": "POST", "body_base64": "AP8K\nDQ=="})).unwrap();
        assert_eq!((&one.body[..], one.headers.len()), (&[0, 255, 10, 13][..], 0));
        let full = "x".repeat(64);
        assert!(read(json!({"url": url, "method": "POST", "body": full})).is_ok());
    }

    #[test]
    fn refuses_what_would_frame_or_forge() {
        let url = "https://a.example/";
        for headers in [
            json!({"host": "b.example"}),
            json!({"content-length": "1"}),
            json!({"transfer-encoding": "chunked"}),
            json!({"connection": "x"}),
            json!({"proxy-authorization": "x"}),
            json!({"accept-encoding": "gzip"}),
            json!({"a b": "x"}),
            json!({"a": "x\r\nb: c"}),
            json!({"a": 1}),
            json!({"a": {"bearer": 1}}),
            json!({"a": {"basic": ["x"]}}),
            json!({"a": {"bearer": "x", "basic": ["x", "y"]}}),
        ] {
            assert_eq!(read(json!({"url": url, "headers": headers})).unwrap_err(), "bad_request");
        }
        assert_eq!(read(json!({"url": url, "method": "DELETE"})).unwrap_err(), "bad_request");
        assert_eq!(read(json!({"url": url, "body": "x"})).unwrap_err(), "bad_request");
        for body in [json!({"body": "x".repeat(65)}), json!({"body_base64": "?"})] {
            let mut request = json!({"url": url, "method": "POST"});
            request.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            assert_eq!(read(request).unwrap_err(), "bad_request");
        }
        assert_eq!(
            read(json!({"url": url, "method": "POST", "form": {"a": 1}})).unwrap_err(),
            "bad_request"
        );
        assert_eq!(read(json!({})).unwrap_err(), "bad_url");
    }
}
