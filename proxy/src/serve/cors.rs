//! Cross-origin rules for browsers, by an exact list of origins.

use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;
use http::{Method, Response};
use http_body_util::Full;

use super::answer::Answer;
use super::config::Origins;

const METHODS: &str = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD, QUERY";
/// Clients of the dialects send these; a preflight's own list is added to them.
const ALLOWED: &str = "Authorization, apikey, Content-Type, X-Client-Info, Prefer, Accept, Accept-Language, \
    Accept-Profile, Content-Language, Content-Profile, If-Match, If-None-Match, Range, Range-Unit, \
    X-HTTP-Method-Override, X-Request-Id, X-Supabase-Api-Version, X-Upsert, X-Region, traceparent, tracestate, baggage";
const EXPOSED: &str = "Accept-Query, Content-Encoding, Content-Location, Content-Range, Content-Type, Date, ETag, Link, Location, \
    Preference-Applied, Server, Server-Timing, Transfer-Encoding, Range-Unit, Retry-After, WWW-Authenticate, \
    X-Request-Id, X-Sb-Error-Code, X-Supabase-Api-Version, X-Total-Count";

/// Whether a browser only asks what it may send.
pub fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight; [`allow`] adds the origin. Headers asked for are allowed by echo: they are
/// no authority here, since nothing is authorized by cookies.
pub fn preflight(asked: &HeaderMap) -> Answer {
    let mut answer = Response::new(Full::default());
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    let allowed = asked
        .get(header::ACCESS_CONTROL_REQUEST_HEADERS)
        .and_then(|list| list.to_str().ok())
        .and_then(|list| HeaderValue::from_str(&format!("{ALLOWED}, {list}")).ok())
        .unwrap_or(HeaderValue::from_static(ALLOWED));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    if asked.contains_key("access-control-request-private-network") {
        vary(headers, "Access-Control-Request-Private-Network");
    }
    vary(headers, "Access-Control-Request-Headers");
    answer
}

/// Marks an answer for the origin that asked. With `*` never credentials; with a list the origin
/// itself, and `Vary` also where it is not listed, so that no cache mixes the two.
pub fn allow(origins: &Origins, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
    let allowed = match (origins, origin) {
        (Origins::Any, None) => return,
        (Origins::Any, Some(_)) => HeaderValue::from_static("*"),
        (Origins::Listed(list), origin) => {
            vary(headers, "Origin");
            let Some(origin) = origin.filter(|origin| list.contains(origin)) else {
                return;
            };
            let yes = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            origin.clone()
        }
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// Adds a name to `Vary`.
pub fn vary(headers: &mut HeaderMap, name: &'static str) {
    headers.append(header::VARY, HeaderValue::from_static(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origins: &Origins, origin: Option<&'static str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        allow(origins, origin.map(HeaderValue::from_static).as_ref(), &mut headers);
        headers
    }

    #[test]
    fn any_origin_never_gets_credentials() {
        let headers = allowed(&Origins::Any, Some("https://a.example"));
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        assert!(!headers.contains_key(header::VARY));
        assert!(allowed(&Origins::Any, None).is_empty());
    }

    #[test]
    fn a_list_is_exact() {
        let list = Origins::Listed(vec![HeaderValue::from_static("https://a.example")]);
        let headers = allowed(&list, Some("https://a.example"));
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
        let others =
            ["https://a.example.evil", "http://a.example", "https://A.example", "null", "*"];
        for other in others {
            let headers = allowed(&list, Some(other));
            assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{other}");
            assert_eq!(headers[header::VARY], "Origin");
        }
    }
}
