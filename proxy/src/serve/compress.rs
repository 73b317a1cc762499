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
    let entries = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let mut star = false;
    for entry in entries {
        let (name, parameters) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let weight = parameters.split(';').find_map(|part| part.trim().strip_prefix("q="));
        let wanted = weight.unwrap_or("1").parse::<f32>().is_ok_and(|weight| weight > 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => return wanted,
            "*" => star = wanted,
            _ => {}
        }
    }
    star
}

/// Compresses `answer` where that is safe and worth it. Left alone: what is encoded already, ranges
/// of bytes, and what must not be stored, since such answers hold tokens, whose length under
/// compression would tell of them beside reflected input. A strong validator speaks of the plain
/// bytes, so where the gateway compares tags (`tagged`: `/rest/v1`) the packed ones get another,
/// `"x-gzip"`, which it knows for `"x"` when it comes back; elsewhere they stay plain.
pub async fn compress(answer: &mut Finished, tagged: bool) {
    let headers = &answer.headers;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let cache = text(header::CACHE_CONTROL);
    let eligible = (LEAST..MOST).contains(&answer.body.len())
        && compressible(text(header::CONTENT_TYPE))
        && ![header::CONTENT_ENCODING, header::ACCEPT_RANGES]
            .iter()
            .any(|h| headers.contains_key(h))
        && (tagged || !text(header::ETAG).starts_with('"'))
        && !["no-store", "no-transform"].iter().any(|word| cache.contains(word));
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
        if let Some(tag) = answer.headers.get(header::ETAG).and_then(packed_tag) {
            answer.headers.insert(header::ETAG, tag);
        }
        answer.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        vary(&mut answer.headers, "Accept-Encoding");
    }
}

/// The strong tag of the packed bytes; a weak one is good for both.
fn packed_tag(tag: &HeaderValue) -> Option<HeaderValue> {
    let inner = tag.to_str().ok()?.strip_prefix('"')?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("\"{inner}-gzip\"")).ok()
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
        let accepts = |line| {
            let value = HeaderValue::from_static(line);
            accepts_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]))
        };
        for line in ["gzip, deflate, br", "GZIP;q=0.5", "br;x=1;q=0, gzip ; q=1", "*"] {
            assert!(accepts(line), "{line}");
        }
        let no =
            ["gzip;q=0", "br;q=1, gzip; q=0.0, *", "*;q=0", "identity", "gzippy", "", "gzip;q=x"];
        assert_eq!(no.map(accepts), no.map(|_| false));
    }

    #[tokio::test]
    async fn packs_what_gains_and_leaves_the_rest() {
        let json = (header::CONTENT_TYPE, "application/json; charset=utf-8");
        let large = Bytes::from(vec![b'a'; 300_000]);
        for (length, (name, value), packed) in [
            (300_000, json.clone(), true),
            (2000, json.clone(), true),
            (500, json.clone(), false),
            (2000, (header::CONTENT_TYPE, "image/png"), false),
            (2000, (header::CACHE_CONTROL, "no-store"), false),
            (2000, (header::ETAG, "\"x\""), false),
            (2000, (header::CONTENT_ENCODING, "br"), false),
            (2000, (header::ACCEPT_RANGES, "bytes"), false),
        ] {
            let mut answer = Finished::new(200, Bytes::new(), large.slice(..length)).unwrap();
            answer.headers.insert(json.0.clone(), HeaderValue::from_static(json.1));
            answer.headers.insert(&name, HeaderValue::from_static(value));
            compress(&mut answer, false).await;
            assert_eq!(answer.body.len() < length, packed, "{length} {name} {value}");
            assert_eq!(answer.headers.contains_key(header::VARY), packed);
        }
    }

    #[tokio::test]
    async fn packed_bytes_have_a_tag_of_their_own() {
        for (tag, packed) in [("\"x\"", "\"x-gzip\""), ("W/\"x\"", "W/\"x\"")] {
            let body = Bytes::from(vec![b'a'; 2000]);
            let mut answer = Finished::new(200, Bytes::new(), body).unwrap();
            answer.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv"));
            answer.headers.insert(header::ETAG, HeaderValue::from_static(tag));
            compress(&mut answer, true).await;
            assert_eq!(answer.headers[header::ETAG], packed);
            assert_eq!(answer.headers[header::CONTENT_ENCODING], "gzip");
        }
    }
}
