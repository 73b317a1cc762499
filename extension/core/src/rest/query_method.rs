//! Long reads: QUERY, a GET whose query string may stand in its content (draft-ietf-httpbis-safe-method-w-body), and the
//! same by POST for clients that cannot send it (`X-HTTP-Method-Override: QUERY` or `GET`).
//!
//! Such a request becomes a GET here, before anything else looks at it: it is planned, bounded and answered as one, in a
//! transaction that cannot write, so that nothing in it can be taken for rows to insert.

use crate::error::{ApiError, Code};
use crate::http::{METHOD_OVERRIDE, Request, means_query};
use std::borrow::Cow;

/// The only content that QUERY takes: a query string.
pub const CONTENT: &str = "application/x-www-form-urlencoded";

/// The query string of a QUERY: the URL's own parameters, then those of the content. `None` for any other request.
///
/// # Errors
/// HW416 (415) for content of another type, HW400 (400) for content without a type or that is not UTF-8, or for a POST
/// overridden by a method that this does not do: to take it for an insert would be worse.
pub fn query_string<'a>(request: &Request<'a>) -> Result<Option<Cow<'a, str>>, ApiError> {
    let overriding = match request.method {
        "QUERY" => None,
        "POST" => match request.headers.get(METHOD_OVERRIDE) {
            None => return Ok(None),
            found => found,
        },
        _ => return Ok(None),
    };
    if let Some(method) = overriding.filter(|method| !means_query(method)) {
        if method.trim().eq_ignore_ascii_case("POST") {
            return Ok(None);
        }
        let message = "X-HTTP-Method-Override may be QUERY or GET";
        return Err(ApiError::new(Code::BadRequest, &[message])
            .details("Nothing was done, since a POST without it would insert")
            .hint("Send the method itself"));
    }
    if request.body.is_empty() {
        return Ok(Some(Cow::Borrowed(request.query)));
    }
    check_type(request)?;
    let body = std::str::from_utf8(request.body).map_err(|_| {
        ApiError::new(Code::BadRequest, &["The content of QUERY is not UTF-8"])
            .hint("Percent-encode it as in a URL")
    })?;
    // Editors and shells end a file with a line break, which no encoded parameter has.
    let body = body.trim_end_matches(['\r', '\n']);
    Ok(Some(match request.query {
        "" => Cow::Borrowed(body),
        query => Cow::Owned(format!("{query}&{body}")),
    }))
}

fn check_type(request: &Request<'_>) -> Result<(), ApiError> {
    let hint = format!("Send the query string as content, with Content-Type: {CONTENT}");
    let Some(value) = request.headers.get("content-type") else {
        return Err(ApiError::new(Code::BadRequest, &["QUERY with content needs a Content-Type"])
            .hint(hint)
            .header("Accept-Query", CONTENT));
    };
    let name = value.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
    if name.eq_ignore_ascii_case(CONTENT) {
        return Ok(());
    }
    Err(ApiError::new(Code::QueryContent, &[])
        .details(format!("The Content-Type is {value}"))
        .hint(hint)
        .header("Accept-Query", CONTENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Headers, is_read};

    fn request<'a>(
        method: &'a str,
        query: &'a str,
        headers: &'a str,
        body: &'a [u8],
    ) -> Request<'a> {
        Request { method, path: "/rest/v1/film", query, headers: Headers(headers), body }
    }

    const FORM: &str = "content-type: application/x-www-form-urlencoded\n";

    #[test]
    fn joins_the_parameters_of_url_and_content() {
        let joined = |query, body| {
            let request = request("QUERY", query, FORM, body);
            query_string(&request).unwrap().unwrap().into_owned()
        };
        assert_eq!(joined("", b"select=id&id=eq.1"), "select=id&id=eq.1");
        assert_eq!(joined("select=id", b"id=eq.1\r\n"), "select=id&id=eq.1");
        assert_eq!(joined("select=id", b""), "select=id");
        assert_eq!(joined("", b""), "");
    }

    #[test]
    fn needs_no_type_without_content() {
        assert_eq!(query_string(&request("QUERY", "a=eq.1", "", b"")).unwrap().unwrap(), "a=eq.1");
    }

    #[test]
    fn refuses_content_of_another_type_or_none() {
        let json = request("QUERY", "", "content-type: application/json\n", b"{}");
        let error = query_string(&json).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (415, "HW416"));
        assert!(error.headers.contains("Accept-Query: application/x-www-form-urlencoded"));
        assert!(error.hint.is_some() && error.details.is_some());
        let error = query_string(&request("QUERY", "", "", b"id=eq.1")).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "HW400"));
        let error = query_string(&request("QUERY", "", FORM, b"a=\xff")).unwrap_err();
        assert_eq!(error.status, 400);
    }

    #[test]
    fn takes_a_post_for_a_query_only_if_it_says_so() {
        let overridden = |value: &str| {
            let headers = format!("x-http-method-override: {value}\n{FORM}");
            let request = request("POST", "", &headers, b"id=eq.1");
            (query_string(&request).map(|q| q.is_some()).map_err(|e| e.status), request.is_read())
        };
        for value in ["QUERY", "query", "GET", " get "] {
            assert_eq!(overridden(value), (Ok(true), true), "{value}");
        }
        assert_eq!(overridden("POST"), (Ok(false), false));
        for value in ["DELETE", "PATCH", "HEAD", "", "QUERYX", "GET, QUERY"] {
            assert_eq!(overridden(value), (Err(400), false), "{value}");
        }
        let plain = request("POST", "", FORM, b"id=eq.1");
        assert_eq!((query_string(&plain).unwrap(), plain.is_read()), (None, false));
        // Only a POST can be overridden, and only where rows are.
        let delete = request("DELETE", "", "x-http-method-override: GET\n", b"");
        assert_eq!((query_string(&delete).unwrap(), delete.is_read()), (None, false));
        assert!(!is_read("POST", "/auth/v1/token", Some("GET")));
        assert!(!is_read("QUERY", "/rest/v10/x", None));
    }
}
