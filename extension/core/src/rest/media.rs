//! Media types: what we make ourselves, what a body is, and the names of both. What the client accepts: [`super::accept`].

use super::shape::Form;
use crate::error::ApiError;
use crate::http::Headers;
use std::borrow::Cow;

/// A media type that answers are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    Json,
    /// `application/vnd.pgrst.array+json;nulls=stripped`
    StrippedArray,
    /// `application/vnd.pgrst.object+json`: exactly one row.
    Object {
        strip_nulls: bool,
    },
    Csv,
    /// A FeatureCollection, by PostGIS.
    GeoJson,
    /// A scalar as it is; functions only.
    Text,
    Xml,
    Octets,
}

impl Media {
    /// Its name, with the parameters that are part of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::StrippedArray => "application/vnd.pgrst.array+json;nulls=stripped",
            Self::Object { strip_nulls: false } => "application/vnd.pgrst.object+json",
            Self::Object { strip_nulls: true } => {
                "application/vnd.pgrst.object+json;nulls=stripped"
            }
            Self::Csv => "text/csv",
            Self::GeoJson => "application/geo+json",
            Self::Text => "text/plain",
            Self::Xml => "text/xml",
            Self::Octets => "application/octet-stream",
        }
    }

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
            Self::GeoJson => "application/geo+json; charset=utf-8",
            Self::Text => "text/plain; charset=utf-8",
            Self::Xml => "text/xml; charset=utf-8",
            Self::Octets => "application/octet-stream",
        }
    }

    /// The Content-Type of a media type by name: text of ours is UTF-8, others are left as they are.
    pub fn content_type_of(name: &str) -> Cow<'static, str> {
        let known = [Self::Json, Self::Csv, Self::GeoJson, Self::Text, Self::Xml, Self::Octets];
        match known.into_iter().find(|media| media.name() == name) {
            Some(media) => Cow::Borrowed(media.content_type()),
            None => Cow::Owned(name.to_owned()),
        }
    }

    pub fn form(self) -> Form {
        match self {
            Self::Json => Form::Array { strip_nulls: false },
            Self::StrippedArray => Form::Array { strip_nulls: true },
            Self::Object { strip_nulls } => Form::Object { strip_nulls },
            Self::Csv => Form::Csv,
            Self::GeoJson | Self::Text | Self::Xml | Self::Octets => Form::Raw,
        }
    }

    pub fn is_single(self) -> bool {
        matches!(self, Self::Object { .. })
    }
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

    #[test]
    fn only_types_of_ours_name_a_charset() {
        assert_eq!(Media::Octets.content_type(), "application/octet-stream");
        assert_eq!(Media::content_type_of("text/csv"), "text/csv; charset=utf-8");
        assert_eq!(Media::content_type_of("text/html"), "text/html");
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
