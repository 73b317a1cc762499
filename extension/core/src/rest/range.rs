//! Rows asked for (`Range`, `limit`, `offset`) and rows given (`Content-Range`).

use crate::error::ApiError;
use std::fmt::Write as _;

/// Rows `lower..`, at most `limit` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows {
    pub lower: u64,
    pub limit: Option<u64>,
}

/// Both ranges at once: the rows that are in the header's and in the query's.
///
/// `header` is the value of `Range` (`0-9`, `10-`; anything else is no range), GET only (RFC 9110, 14.2).
///
/// # Errors
/// PGRST103 (416) if that is no row at all; `limit=0` is fine.
pub fn merge(query: Rows, header: Option<&str>) -> Result<Rows, ApiError> {
    if query.limit == Some(0) {
        return Ok(Rows { lower: 0, limit: Some(0) });
    }
    let Some((first, last)) = header.and_then(parse) else {
        return Ok(query);
    };
    if last.is_some_and(|last| last < first) {
        return Err(ApiError::bad_range(
            "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
        ));
    }
    let lower = query.lower.max(first);
    let query_last = query.limit.map(|limit| query.lower.saturating_add(limit - 1));
    let last = match (query_last, last) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    match last {
        None => Ok(Rows { lower, limit: None }),
        Some(last) if last < lower => {
            Err(ApiError::bad_range("Limit should be greater than or equal to zero."))
        }
        Some(last) => Ok(Rows { lower, limit: Some((last - lower).saturating_add(1)) }),
    }
}

/// `0-9` → (0, Some(9)); a number too large for u64 is no range.
fn parse(value: &str) -> Option<(u64, Option<u64>)> {
    let (first, last) = value.trim_matches([' ', '\t']).split_once('-')?;
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let last = if last.is_empty() { None } else { Some(number(last)?) };
    Some((number(first)?, last))
}

/// Appends `0-9/20`, `*/*` …: the rows from `lower`, `rows` of them, of `total`.
pub fn push_content_range(out: &mut String, lower: u64, rows: u64, total: Option<u64>) {
    // Writing into a String cannot fail.
    let _ = match (rows, total) {
        (0, _) | (_, Some(0)) => write!(out, "*"),
        _ => write!(out, "{lower}-{}", lower.saturating_add(rows - 1)),
    };
    let _ = match total {
        Some(total) => write!(out, "/{total}"),
        None => write!(out, "/*"),
    };
}

/// The status of rows given.
///
/// # Errors
/// PGRST103 (416) with `Content-Range: */total`, if they begin beyond the last one.
pub fn status(lower: u64, rows: u64, total: Option<u64>) -> Result<u16, ApiError> {
    match total {
        Some(total) if lower > total => Err(ApiError::bad_range(format!(
            "An offset of {lower} was requested, but there are only {total} rows."
        ))
        .header("Content-Range", &format!("*/{total}"))),
        Some(total) if rows < total => Ok(206),
        _ => Ok(200),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lower: u64, limit: Option<u64>) -> Rows {
        Rows { lower, limit }
    }

    #[test]
    fn takes_rows_that_both_ask_for() {
        for (query, header, expected) in [
            (rows(0, None), None, rows(0, None)),
            (rows(0, None), Some("0-9"), rows(0, Some(10))),
            (rows(0, None), Some("10-"), rows(10, None)),
            (rows(0, Some(5)), Some("0-9"), rows(0, Some(5))),
            (rows(3, Some(20)), Some("0-9"), rows(3, Some(7))),
            (rows(3, None), Some("5-5"), rows(5, Some(1))),
            (rows(7, Some(0)), Some("0-9"), rows(0, Some(0))),
            (rows(7, Some(0)), None, rows(0, Some(0))),
            (rows(u64::MAX, Some(u64::MAX)), Some("0-"), rows(u64::MAX, Some(1))),
            (rows(0, None), Some("0-18446744073709551615"), rows(0, Some(u64::MAX))),
        ] {
            assert_eq!(merge(query, header), Ok(expected), "{query:?} {header:?}");
        }
    }

    #[test]
    fn what_is_no_range_is_ignored() {
        for header in
            ["", "-", "-5", "a-b", "bytes=0-9", "0-9,20-29", "0", "+1-2", "99999999999999999999-"]
        {
            assert_eq!(merge(rows(2, Some(3)), Some(header)), Ok(rows(2, Some(3))), "{header}");
        }
    }

    #[test]
    fn refuses_ranges_without_rows() {
        let error = merge(rows(0, None), Some("5-4")).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (416, "PGRST103"));
        assert!(error.details.unwrap().as_str().unwrap().starts_with("The lower boundary"));
        let error = merge(rows(0, Some(5)), Some("10-20")).unwrap_err();
        assert_eq!(error.details, Some("Limit should be greater than or equal to zero.".into()));
    }

    #[test]
    fn content_range_names_rows_and_total() {
        for (lower, rows, total, expected) in [
            (0, 10, None, "0-9/*"),
            (0, 10, Some(20), "0-9/20"),
            (10, 5, Some(15), "10-14/15"),
            (0, 0, None, "*/*"),
            (0, 0, Some(0), "*/0"),
            (5, 0, Some(3), "*/3"),
            (0, 1, Some(0), "*/0"),
            (u64::MAX, 2, None, "18446744073709551615-18446744073709551615/*"),
        ] {
            let mut out = String::new();
            push_content_range(&mut out, lower, rows, total);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_page_is_partial_only_if_the_total_is_known() {
        assert_eq!(status(0, 10, None), Ok(200));
        assert_eq!(status(0, 10, Some(10)), Ok(200));
        assert_eq!(status(0, 9, Some(10)), Ok(206));
        assert_eq!(status(10, 0, Some(10)), Ok(206));
        let error = status(11, 0, Some(10)).unwrap_err();
        assert_eq!((error.status, error.headers.as_str()), (416, "Content-Range: */10\n"));
        assert_eq!(
            error.details,
            Some("An offset of 11 was requested, but there are only 10 rows.".into())
        );
    }
}
