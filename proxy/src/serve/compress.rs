//! gzip for answers that gain from it.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{self, HeaderMap, HeaderValue};

use super::answer::Finished;
use super::cors::vary;

/// Smaller bodies fit a packet anyway.
const LEAST: usize = 1024;
/// Larger ones would hold a worker for too long, so they are compressed on a thread of their own.
const ASIDE: usize = 128 * 1024;
/// Larger ones go as they are.
const MOST: usize = 16 << 20;

/// Whether a client takes gzip (RFC 9110, 12.5.3): named, or `*`, and not with weight 0.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut star = false;
    for entry in lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
        let wanted = weight.parse::<f32>().is_ok_and(|weight| weight > 0.0);
        match name {
            _ if name.eq_ignore_ascii_case("gzip") => return wanted,
            "*" => star = wanted,
            _ => {}
        }
    }
    star
}

/// Compresses `answer` where that is safe and worth it. Left alone: what is encoded already, ranges
/// of bytes and strong validators (both speak of the plain bytes), and what must not be stored,
/// since such answers hold tokens, whose length under compression would tell of them beside
/// reflected input.
pub async fn compress(answer: &mut Finished) {
    let headers = &answer.headers;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let cache = text(header::CACHE_CONTROL);
    let eligible = (LEAST..MOST).contains(&answer.body.len())
        && compressible(text(header::CONTENT_TYPE))
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::ACCEPT_RANGES)
        && !text(header::ETAG).starts_with('"')
        && !cache.contains("no-store")
        && !cache.contains("no-transform");
    if !eligible {
        return;
    }
    let body = answer.body.clone();
    let packed = match body.len() < ASIDE {
        true => gzip(&body),
        false => tokio::task::spawn_blocking(move || gzip(&body)).await.ok().flatten(),
    };
    if let Some(packed) = packed {
        answer.body = packed;
        answer.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        vary(&mut answer.headers, "Accept-Encoding");
    }
}

/// Level 1: on JSON rows nearly as small as level 6, at a third of its time.
fn gzip(body: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 3), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().filter(|packed| packed.len() < body.len()).map(Bytes::from)
}

fn compressible(media_type: &str) -> bool {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    name.starts_with("text/")
        || name.ends_with("json")
        || name.ends_with("xml")
        || name.starts_with("application/vnd.pgrst.")
        || matches!(name.as_str(), "application/javascript" | "image/svg+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_accept_encoding() {
        for (line, expected) in [
            ("gzip, deflate, br", true),
            ("GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("br;q=1, gzip; q=0.0, *", false),
            ("*", true),
            ("*;q=0", false),
            ("identity", false),
            ("gzippy", false),
            ("", false),
            ("gzip;q=x", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(line));
            assert_eq!(accepts_gzip(&headers), expected, "{line}");
        }
    }

    async fn packed(headers: &[(header::HeaderName, &'static str)], body: Bytes) -> HeaderMap {
        let mut answer = Finished::new(200, Bytes::new(), body).unwrap();
        for (name, value) in headers {
            answer.headers.insert(name, HeaderValue::from_static(value));
        }
        compress(&mut answer).await;
        answer.headers
    }

    #[tokio::test]
    async fn packs_what_gains_and_leaves_the_rest() {
        let json = (header::CONTENT_TYPE, "application/json; charset=utf-8");
        let large = Bytes::from(vec![b'a'; 300_000]);
        for body in [large.slice(..2000), large.clone()] {
            let headers = packed(std::slice::from_ref(&json), body).await;
            assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
            assert_eq!(headers[header::VARY], "Accept-Encoding");
        }
        let small = packed(std::slice::from_ref(&json), large.slice(..500)).await;
        assert!(!small.contains_key(header::CONTENT_ENCODING));
        for other in [
            (header::CACHE_CONTROL, "no-store"),
            (header::ETAG, "\"x\""),
            (header::CONTENT_ENCODING, "br"),
            (header::ACCEPT_RANGES, "bytes"),
        ] {
            let headers = packed(&[json.clone(), other], large.clone()).await;
            assert!(!headers.contains_key(header::VARY));
        }
        let image = packed(&[(header::CONTENT_TYPE, "image/png")], large).await;
        assert!(!image.contains_key(header::CONTENT_ENCODING));
    }
}
