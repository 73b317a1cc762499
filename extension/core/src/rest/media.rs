//! Media types: what the client accepts, what the body is, and the names of both.

use super::shape::Form;
use crate::error::ApiError;
use crate::http::Headers;

/// A media type that answers are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    Json,
    /// `application/vnd.pgrst.array+json;nulls=stripped`
    StrippedArray,
    /// `application/vnd.pgrst.object+json`: exactly one row.
    Object {
        strip_nulls: bool,
    },
    Csv,
    /// A scalar as it is; functions only.
    Text,
    Xml,
    Octets,
}

impl Media {
    /// The Content-Type of an answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::StrippedArray => "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8",
            Self::Object { strip_nulls: false } => {
                "application/vnd.pgrst.object+json; charset=utf-8"
            }
            Self::Object { strip_nulls: true } => {
                "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
            }
            Self::Csv => "text/csv; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
            Self::Octets => "application/octet-stream",
        }
    }

    pub fn form(self) -> Form {
        match self {
            Self::Json => Form::Array { strip_nulls: false },
            Self::StrippedArray => Form::Array { strip_nulls: true },
            Self::Object { strip_nulls } => Form::Object { strip_nulls },
            Self::Csv => Form::Csv,
            Self::Text | Self::Xml | Self::Octets => Form::Raw,
        }
    }

    pub fn is_single(self) -> bool {
        matches!(self, Self::Object { .. })
    }
}

/// Chooses the media type of the answer: the best `q`, then the more exact name, then the first.
///
/// `raw`: text, xml and octets can be made too (functions). No Accept header accepts anything.
///
/// # Errors
/// PGRST107 (406) naming what was accepted.
pub fn negotiate(headers: Headers<'_>, raw: bool) -> Result<Media, ApiError> {
    let mut best: Option<(Media, u16, u8)> = None;
    let mut any = false;
    for item in headers.all("accept").flat_map(|value| value.split(',')) {
        let item = item.trim_matches([' ', '\t']);
        if item.is_empty() {
            continue;
        }
        any = true;
        // By far the most frequent ones need no parsing.
        let (media, quality, exact) = match item {
            "*/*" => (Some(Media::Json), 1000, 0),
            "application/json" => (Some(Media::Json), 1000, 2),
            _ => offered(item, raw),
        };
        let Some(media) = media.filter(|_| quality > 0) else {
            continue;
        };
        if best.is_none_or(|(_, q, e)| (quality, exact) > (q, e)) {
            best = Some((media, quality, exact));
        }
    }
    match best {
        Some((media, ..)) => Ok(media),
        None if !any => Ok(Media::Json),
        None => Err(ApiError::not_acceptable(&accepted_names(headers))),
    }
}

/// Error of an answer that turns out not to have the form that Accept asks for (a set as text).
pub fn not_acceptable(headers: Headers<'_>) -> ApiError {
    ApiError::not_acceptable(&accepted_names(headers))
}

/// One item of Accept: what we offer for it, its quality in thousandths, and how exact its name is.
fn offered(item: &str, raw: bool) -> (Option<Media>, u16, u8) {
    let mut parts = item.split(';').map(|part| part.trim_matches([' ', '\t']));
    let name = parts.next().unwrap_or_default();
    let mut strip_nulls = false;
    let mut quality = 1000;
    for parameter in parts {
        if let Some(q) = parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
            quality = thousandths(q);
        } else {
            strip_nulls |= parameter == "nulls=stripped";
        }
    }
    let lower = name.to_ascii_lowercase();
    let exact = match lower.as_str() {
        "*/*" => 0,
        name if name.ends_with("/*") => 1,
        _ => 2,
    };
    let media = match lower.as_str() {
        "*/*" | "application/*" | "application/json" => Some(Media::Json),
        "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" => {
            Some(if strip_nulls { Media::StrippedArray } else { Media::Json })
        }
        "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => {
            Some(Media::Object { strip_nulls })
        }
        "text/csv" => Some(Media::Csv),
        "text/*" if !raw => Some(Media::Csv),
        "text/plain" | "text/*" if raw => Some(Media::Text),
        "text/xml" if raw => Some(Media::Xml),
        "application/octet-stream" if raw => Some(Media::Octets),
        _ => None,
    };
    (media, quality, exact)
}

/// `0.25` → 250 (RFC 9110, 12.4.2: at most three decimals). What is no quality counts as 1.
pub(super) fn thousandths(q: &str) -> u16 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() {
        return 1000;
    }
    if whole.trim_start_matches('0').is_empty() {
        let mut value = 0;
        for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(3) {
            value = value * 10 + u16::from(digit - b'0');
        }
        value
    } else {
        1000
    }
}

/// The accepted names without parameters, as PGRST107 lists them.
fn accepted_names(headers: Headers<'_>) -> String {
    let mut out = String::new();
    for item in headers.all("accept").flat_map(|value| value.split(',')) {
        let name = item.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
        if name.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(name);
    }
    out
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    Json,
    Csv,
    Form,
    Text,
    Xml,
    Octets,
}

/// The body's kind by Content-Type; none is JSON.
///
/// # Errors
/// PGRST102 (400) for a type that no body is read as.
pub fn body_kind(headers: Headers<'_>) -> Result<BodyKind, ApiError> {
    let Some(value) = headers.get("content-type") else {
        return Ok(BodyKind::Json);
    };
    if value == "application/json" {
        return Ok(BodyKind::Json);
    }
    let name = value.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    match name.to_ascii_lowercase().as_str() {
        "" | "*/*" | "application/json" => Ok(BodyKind::Json),
        "text/csv" => Ok(BodyKind::Csv),
        "application/x-www-form-urlencoded" => Ok(BodyKind::Form),
        "text/plain" => Ok(BodyKind::Text),
        "text/xml" => Ok(BodyKind::Xml),
        "application/octet-stream" => Ok(BodyKind::Octets),
        other => Err(unreadable(other)),
    }
}

/// PGRST102 for a Content-Type that this target does not take.
pub fn unreadable(name: &str) -> ApiError {
    ApiError::bad_body(&format!("Content-Type not acceptable: {name}"))
}

impl BodyKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Form => "application/x-www-form-urlencoded",
            Self::Text => "text/plain",
            Self::Xml => "text/xml",
            Self::Octets => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(accept: &str, raw: bool) -> Result<Media, String> {
        let block = format!("host: x\naccept: {accept}\n");
        negotiate(Headers(&block), raw).map_err(|e| {
            assert_eq!((e.status, e.code.as_str()), (406, "PGRST107"));
            e.message
        })
    }

    #[test]
    fn anything_is_json() {
        assert_eq!(negotiate(Headers("host: x\n"), false), Ok(Media::Json));
        for accept in ["*/*", "", "application/json", "application/json; charset=utf-8", " , "] {
            assert_eq!(choose(accept, false), Ok(Media::Json), "{accept}");
        }
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(choose(browser, false), Ok(Media::Json));
    }

    #[test]
    fn vendor_types_carry_their_parameter() {
        for (accept, media) in [
            ("application/vnd.pgrst.object+json", Media::Object { strip_nulls: false }),
            ("application/vnd.pgrst.object", Media::Object { strip_nulls: false }),
            (
                "application/vnd.pgrst.object+json;nulls=stripped",
                Media::Object { strip_nulls: true },
            ),
            ("application/vnd.pgrst.array+json", Media::Json),
            ("application/vnd.pgrst.array+json; nulls=stripped", Media::StrippedArray),
            ("TEXT/CSV", Media::Csv),
        ] {
            assert_eq!(choose(accept, false), Ok(media), "{accept}");
        }
    }

    #[test]
    fn quality_decides_then_exactness_then_order() {
        assert_eq!(choose("application/json;q=0.5, text/csv", false), Ok(Media::Csv));
        assert_eq!(choose("text/csv;q=0.999, application/json;q=1.0", false), Ok(Media::Json));
        assert_eq!(choose("*/*, text/csv", false), Ok(Media::Csv));
        assert_eq!(choose("text/csv, application/json", false), Ok(Media::Csv));
        assert_eq!(choose("text/csv;q=0, */*;q=0.1", false), Ok(Media::Json));
        assert_eq!(choose("text/csv;q=0.0000, application/json;q=0.001", false), Ok(Media::Json));
    }

    #[test]
    fn repeated_headers_are_one_list() {
        let headers = Headers("accept: application/x-unknown\naccept: text/csv\n");
        assert_eq!(negotiate(headers, false), Ok(Media::Csv));
    }

    #[test]
    fn unknown_types_are_named() {
        assert_eq!(
            choose("application/unknown;a=b, image/png;q=1", false),
            Err("None of these media types are available: application/unknown, image/png".into())
        );
        assert!(choose("application/json;q=0", false).is_err());
        assert!(choose("application/vnd.pgrst.plan+json", false).is_err());
    }

    #[test]
    fn raw_forms_are_for_functions() {
        for (accept, media) in [
            ("text/plain", Media::Text),
            ("text/xml", Media::Xml),
            ("application/octet-stream", Media::Octets),
        ] {
            assert_eq!(choose(accept, true), Ok(media));
            assert!(choose(accept, false).is_err());
        }
        assert_eq!(Media::Octets.content_type(), "application/octet-stream");
    }

    #[test]
    fn bodies_are_json_unless_said_otherwise() {
        let kind = |value: &str| body_kind(Headers(&format!("content-type: {value}\n")));
        assert_eq!(body_kind(Headers("")), Ok(BodyKind::Json));
        assert_eq!(kind("application/json; charset=utf-8"), Ok(BodyKind::Json));
        assert_eq!(kind("Text/CSV"), Ok(BodyKind::Csv));
        assert_eq!(kind("application/x-www-form-urlencoded"), Ok(BodyKind::Form));
        let error = kind("multipart/form-data; boundary=x").unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST102"));
        assert_eq!(error.message, "Content-Type not acceptable: multipart/form-data");
    }
}
