//! The body of a PATCH that is an array (or CSV): each element has the key of the row that it updates.

use super::json::{Fault, Scanner};
use super::{
    BadJson, Member, Read, Rows, distinct, many, one, push_object, read_csv, row, same_keys,
};
use crate::error::{ApiError, Code};
use crate::limits;
use crate::rest::media::BodyKind;
use crate::rest::shape::Payload;
use std::borrow::Cow;
use std::collections::HashMap;

/// What decides how an array is read.
#[derive(Debug, Clone, Copy)]
pub struct Keyed<'k> {
    /// Columns that say which row an element updates; empty if nothing says it.
    pub keys: &'k [String],
    /// `on_conflict=` has named them.
    pub named: bool,
    /// The URL has filters: then an array of one object, unless `named`, is that object, as in the dialect.
    pub filtered: bool,
    pub columns: Option<&'k [String]>,
    pub missing_default: bool,
}

/// Whether a PATCH has an array for a body.
pub fn is_array(body: &[u8], kind: BodyKind) -> bool {
    match kind {
        BodyKind::Json => body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'['),
        kind => kind == BodyKind::Csv,
    }
}

/// Reads the array, with the number of its elements if each updates a row of its own.
///
/// # Errors
/// As [`super::rows`]; HW111 (400) for an element without its whole key, HW112 (400) for two with the same.
pub fn bulk<'a>(
    body: &'a [u8],
    kind: BodyKind,
    keyed: Keyed<'_>,
) -> Result<(Rows<'a>, Option<u64>), ApiError> {
    let columns = keyed.columns.filter(|columns| !columns.is_empty());
    let old_form = keyed.filtered && !keyed.named;
    let mut seen = Seen { keys: keyed.keys, at: HashMap::new(), count: 0 };
    let read = match kind {
        BodyKind::Csv => match read_csv(body)? {
            Read::None => Read::None,
            Read::One(only) if old_form => Read::One(only),
            Read::One(only) => {
                seen.element(&only)?;
                let mut array = vec![b'['];
                push_object(&mut array, &only);
                array.push(b']');
                Read::Many { first: only, body: Cow::Owned(array) }
            }
            Read::Many { first, body } => {
                elements(&body, true, false, &mut seen)?;
                Read::Many { first, body }
            }
        },
        _ => elements(body, columns.is_some(), old_form, &mut seen)?,
    };
    let (first, whole) = match read {
        Read::None => return Ok((Rows::default(), None)),
        Read::One(only) => return Ok((one(only, columns, keyed.missing_default), None)),
        Read::Many { first, body } => (first, body),
    };
    let mut rows = many(first, whole, columns);
    for key in distinct(keyed.keys) {
        if !rows.columns.contains(key) {
            rows.columns.push(key.clone());
        }
    }
    if rows.columns.len() > limits::COLUMNS {
        let most = limits::COLUMNS;
        return Err(ApiError::bad_body(&format!("At most {most} columns can be written")));
    }
    rows.payload = Payload::Array;
    Ok((rows, u64::try_from(seen.count).ok()))
}

/// Reads an array of objects. Unless `any_keys`, all must have the same; each must have its key, but for a single one that
/// is empty, or of the `old_form`.
fn elements<'a>(
    body: &'a [u8],
    any_keys: bool,
    old_form: bool,
    seen: &mut Seen<'_>,
) -> Result<Read<'a>, ApiError> {
    let syntax = || ApiError::from(BadJson::from(Fault::Syntax));
    let mut scanner = Scanner::new(std::str::from_utf8(body).map_err(|_| syntax())?);
    let end = |scanner: &mut Scanner<'_>| {
        if scanner.take(b']') && scanner.at_end() { Ok(()) } else { Err(syntax()) }
    };
    scanner.take(b'[');
    if scanner.peek() == Some(b']') {
        return end(&mut scanner).map(|()| Read::None);
    }
    let first = row(&mut scanner)?;
    if (old_form || first.is_empty()) && scanner.peek() == Some(b']') {
        return end(&mut scanner).map(|()| Read::One(first));
    }
    seen.element(&first)?;
    while scanner.take(b',') {
        let next = row(&mut scanner)?;
        if !any_keys && !same_keys(&first, &next) {
            return Err(BadJson::Keys.into());
        }
        seen.element(&next)?;
    }
    end(&mut scanner).map(|()| Read::Many { first, body: Cow::Borrowed(body) })
}

/// Elements and their keys so far.
struct Seen<'k> {
    keys: &'k [String],
    /// Keys, as text, with the element that has them. Values that are equal but written otherwise (`1` and `01`) are found
    /// by Postgres.
    at: HashMap<Vec<String>, usize>,
    count: usize,
}

impl Seen<'_> {
    fn element(&mut self, members: &[Member<'_>]) -> Result<(), ApiError> {
        let n = self.count;
        self.count += 1;
        if self.keys.is_empty() {
            return Err(ApiError::new(Code::BulkKey, &[])
                .details("The relation has no primary key")
                .hint("Name the columns that say which row an element updates in 'on_conflict'."));
        }
        let mut key = Vec::with_capacity(self.keys.len());
        for name in self.keys {
            let member = members.iter().rev().find(|(member, _)| member == name);
            let Some(value) = member.and_then(|(_, field)| field.text()) else {
                return Err(ApiError::new(Code::BulkKey, &[])
                    .details(format!("Element {n} of the body has no '{name}'"))
                    .hint(format!("Each element must have: {}", self.keys.join(", "))));
            };
            key.push(value);
        }
        match self.at.insert(key, n) {
            None => Ok(()),
            Some(other) => Err(ApiError::new(Code::BulkTwice, &[])
                .details(format!("Elements {other} and {n} of the body have the same key"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<String> {
        vec!["id".to_owned()]
    }

    fn read(body: &str, keyed: Keyed<'_>) -> Result<(Vec<String>, Option<u64>), (String, String)> {
        let kind = if body.starts_with('[') { BodyKind::Json } else { BodyKind::Csv };
        bulk(body.as_bytes(), kind, keyed).map(|(rows, count)| (rows.columns, count)).map_err(|e| {
            assert_eq!(e.status, 400);
            (e.code, e.details.map(|d| d.to_string()).unwrap_or_default())
        })
    }

    fn plain(keys: &[String]) -> Keyed<'_> {
        Keyed { keys, named: false, filtered: false, columns: None, missing_default: false }
    }

    #[test]
    fn every_element_needs_its_key() {
        let keys = keys();
        let keyed = plain(&keys);
        let two = read(r#"[{"id":1,"a":2},{"a":3,"id":2}]"#, keyed).unwrap();
        assert_eq!(two, (vec!["a".to_owned(), "id".to_owned()], Some(2)));
        assert_eq!(read("id,a\n1,2\n2,3\n", keyed).unwrap(), two);
        assert_eq!(read("id,a\n1,2\n", keyed).unwrap().1, Some(1));
        for body in [r#"[{"a":1}]"#, r#"[{"id":null,"a":1}]"#, "id,a\nNULL,1\n"] {
            let (code, details) = read(body, keyed).unwrap_err();
            assert_eq!(
                (code.as_str(), details.as_str()),
                ("HW111", "\"Element 0 of the body has no 'id'\""),
                "{body}"
            );
        }
        let (code, details) = read(r#"[{"id":1,"a":1},{"id":null,"a":1}]"#, keyed).unwrap_err();
        assert_eq!((code.as_str(), details.contains("Element 1")), ("HW111", true));
        assert_eq!(read(r#"[{"id":1,"a":1},{"id":2}]"#, keyed).unwrap_err().0, "PGRST102");
        assert_eq!(read("[]", keyed).unwrap(), (vec![], None));
        assert_eq!(read(r#"[{"a":1}]"#, plain(&[])).unwrap_err().0, "HW111");
    }

    #[test]
    fn two_elements_with_one_key_are_refused() {
        let keys = keys();
        for body in [r#"[{"id":1},{"id":2},{"id":1}]"#, r#"[{"id":1},{"id":2},{"id":"1"}]"#] {
            let (code, details) = read(body, plain(&keys)).unwrap_err();
            assert_eq!((code.as_str(), details.contains("Elements 0 and 2")), ("HW112", true));
        }
    }

    #[test]
    fn with_filters_an_array_of_one_is_its_object() {
        let keys = keys();
        let filtered = Keyed { filtered: true, ..plain(&keys) };
        assert_eq!(read(r#"[{"a":1}]"#, filtered).unwrap(), (vec!["a".to_owned()], None));
        assert_eq!(read(r#"[{"id":1,"a":1}]"#, filtered).unwrap().1, None);
        assert_eq!(read("a\n1\n", filtered).unwrap(), (vec!["a".to_owned()], None));
        let named = Keyed { named: true, ..filtered };
        assert_eq!(read(r#"[{"a":1}]"#, named).unwrap_err().0, "HW111");
        // Several rows never were one.
        assert_eq!(read(r#"[{"a":1},{"a":2}]"#, filtered).unwrap_err().0, "HW111");
        assert_eq!(read(r#"[{"id":1},{"id":2}]"#, filtered).unwrap().1, Some(2));
        assert_eq!(read(r#"[{"id":1},{"id":1}]"#, filtered).unwrap_err().0, "HW112");
    }

    #[test]
    fn columns_choose_what_is_written_beside_the_key() {
        let keys = keys();
        let columns = ["b".to_owned()];
        let chosen = Keyed { columns: Some(&columns), ..plain(&keys) };
        let read = read(r#"[{"id":1,"a":1},{"id":2,"b":3}]"#, chosen).unwrap();
        assert_eq!(read, (vec!["b".to_owned(), "id".to_owned()], Some(2)));
    }
}
