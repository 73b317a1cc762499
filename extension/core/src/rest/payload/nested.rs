//! The body of a nested insert: objects, members of which are objects and arrays of the rows that belong to them.
//!
//! One pass: it checks, and finds which columns and relations occur at each level. Postgres takes the values out.

use super::json::{Fault, Kind, Scanner};
use crate::error::{ApiError, Code};
use crate::limits;
use std::fmt::Write as _;

/// Says what a member is. Levels are numbered as they are found; 0 is the root.
pub trait Guide {
    /// The level that a member's rows are of; `None` for a column's value. Asked again for each member: it remembers.
    ///
    /// # Errors
    /// If a member holds rows and is neither a column nor a relation.
    fn level_of(&mut self, level: usize, key: &str, kind: Kind) -> Result<Option<usize>, ApiError>;

    /// A row of the level above has one of this at most.
    fn is_single(&self, level: usize) -> bool;
}

/// What the objects of one level have.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub rows: usize,
    /// Columns, sorted, each with the number of objects that have it.
    pub columns: Vec<(String, usize)>,
}

/// Reads the body; tells whether it is a single object, and what was found at each level.
///
/// Unless `missing`, the objects of a level must have the same columns; relations may lack anywhere.
///
/// # Errors
/// PGRST102 (400) for what is no JSON, or beyond the limits; HW120 (400), naming the place, for a member that is not what its
/// relation needs; those of the guide.
pub fn nested(
    body: &[u8],
    guide: &mut dyn Guide,
    missing: bool,
) -> Result<(bool, Vec<Found>), ApiError> {
    let text = std::str::from_utf8(body).map_err(|_| Fault::Syntax.error())?;
    let mut scanner = Scanner::new(text);
    let object = scanner.peek() == Some(b'{');
    let mut reader =
        Reader { scanner, guide, missing, found: Vec::new(), place: Vec::new(), rows: 0 };
    if object {
        reader.object(0, 0)?;
    } else {
        reader.array(0, 0)?;
    }
    if reader.scanner.at_end() { Ok((object, reader.found)) } else { Err(Fault::Syntax.error()) }
}

enum Step {
    Member(String),
    Element(usize),
}

struct Reader<'a, 'g> {
    scanner: Scanner<'a>,
    guide: &'g mut dyn Guide,
    missing: bool,
    found: Vec<Found>,
    place: Vec<Step>,
    rows: usize,
}

impl Reader<'_, '_> {
    /// `lines[2].product`
    fn place(&self) -> String {
        let mut text = String::new();
        for step in &self.place {
            // Writing into a String cannot fail.
            let _ = match step {
                Step::Member(name) if text.is_empty() => write!(text, "{name}"),
                Step::Member(name) => write!(text, ".{name}"),
                Step::Element(n) => write!(text, "[{n}]"),
            };
        }
        text
    }

    fn refuse(&self, about: &str) -> ApiError {
        let place = self.place();
        let place = if place.is_empty() { "The body".to_owned() } else { format!("'{place}'") };
        ApiError::new(Code::NestedBody, &[&format!("{place} {about}")])
    }

    /// An error with the place where it was met.
    fn placed(&self, mut error: ApiError) -> ApiError {
        let place = self.place();
        match error.details.take() {
            Some(serde_json::Value::String(text)) => error.details(format!("At '{place}': {text}")),
            None => error.details(format!("At '{place}'")),
            Some(list) => {
                let hint = error.hint.take().unwrap_or_default();
                error.details(list).hint(format!("At '{place}': {hint}"))
            }
        }
    }

    /// An array of objects, `depth` arrays and objects around it.
    fn array(&mut self, level: usize, depth: usize) -> Result<(), ApiError> {
        if !self.scanner.take(b'[') {
            let scalar = self.scanner.value(depth).map_err(Fault::error);
            return scalar
                .and_then(|_| Err(self.refuse("must be an object or an array of objects")));
        }
        if self.scanner.take(b']') {
            return Ok(());
        }
        let mut n = 0;
        loop {
            self.place.push(Step::Element(n));
            if self.scanner.peek() == Some(b'{') {
                self.object(level, depth + 1)?;
            } else {
                self.scanner.value(depth + 1).map_err(Fault::error)?;
                return Err(self.refuse("must be an object"));
            }
            self.place.pop();
            n += 1;
            if self.scanner.take(b']') {
                return Ok(());
            }
            if !self.scanner.take(b',') {
                return Err(Fault::Syntax.error());
            }
        }
    }

    /// An object; the scanner stands on its bracket.
    fn object(&mut self, level: usize, depth: usize) -> Result<(), ApiError> {
        if depth >= limits::JSON_DEPTH {
            return Err(Fault::Depth.error());
        }
        self.rows += 1;
        if self.rows > limits::NESTED_ROWS {
            let most = limits::NESTED_ROWS;
            return Err(ApiError::bad_body(&format!("At most {most} rows can be nested")));
        }
        self.scanner.next_row();
        self.scanner.take(b'{');
        let mut columns: Vec<String> = Vec::new();
        let mut more = !self.scanner.take(b'}');
        while more {
            let key = self.scanner.key().map_err(Fault::error)?.into_owned();
            let kind = match self.scanner.peek() {
                Some(b'{') => Kind::Object,
                Some(b'[') => Kind::Array,
                Some(b'n') => Kind::Null,
                _ => Kind::String,
            };
            self.place.push(Step::Member(key));
            let Some(Step::Member(key)) = self.place.last() else {
                return Err(Fault::Syntax.error());
            };
            let child = self.guide.level_of(level, key, kind);
            match child.map_err(|error| self.placed(error))? {
                Some(child) => {
                    self.child(child, kind, depth + 1)?;
                    self.place.pop();
                }
                None => {
                    self.scanner.value(depth + 1).map_err(Fault::error)?;
                    if let Some(Step::Member(key)) = self.place.pop() {
                        columns.push(key);
                    }
                }
            }
            more = self.scanner.take(b',');
            if !more && !self.scanner.take(b'}') {
                return Err(Fault::Syntax.error());
            }
        }
        self.note(level, columns)
    }

    fn child(&mut self, level: usize, kind: Kind, depth: usize) -> Result<(), ApiError> {
        match kind {
            Kind::Object => self.object(level, depth),
            Kind::Null => self.scanner.value(depth).map(drop).map_err(Fault::error),
            _ if self.guide.is_single(level) => Err(self.refuse("must be an object")),
            _ => self.array(level, depth),
        }
    }

    /// Counts an object's columns in.
    fn note(&mut self, level: usize, mut columns: Vec<String>) -> Result<(), ApiError> {
        columns.sort_unstable();
        columns.dedup();
        if self.found.len() <= level {
            self.found.resize_with(level + 1, Found::default);
        }
        let missing = self.missing;
        let Some(found) = self.found.get_mut(level) else { return Ok(()) };
        let first = found.rows == 0;
        found.rows += 1;
        let same = found.columns.iter().map(|(name, _)| name).eq(columns.iter());
        if same {
            found.columns.iter_mut().for_each(|(_, count)| *count += 1);
        } else if first {
            found.columns = columns.into_iter().map(|name| (name, 1)).collect();
        } else if missing {
            for name in columns {
                match found.columns.binary_search_by(|(known, _)| known.cmp(&name)) {
                    Ok(at) => found.columns.iter_mut().skip(at).take(1).for_each(|(_, n)| *n += 1),
                    Err(at) => found.columns.insert(at, (name, 1)),
                }
            }
        } else {
            return Err(ApiError::bad_body("All object keys must match")
                .details(format!("'{}' has other columns than those before it", self.place()))
                .hint("Prefer: missing=default (or missing=null) lets columns lack."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows `lines` under the root and `product` (single) under that.
    struct Known;

    impl Guide for Known {
        fn level_of(
            &mut self,
            level: usize,
            key: &str,
            kind: Kind,
        ) -> Result<Option<usize>, ApiError> {
            match (level, key, kind) {
                (0, "lines", _) => Ok(Some(1)),
                (1, "product", _) => Ok(Some(2)),
                (_, "bad", _) => Err(ApiError::new(Code::NoRelationship, &["a", "bad"])),
                _ => Ok(None),
            }
        }

        fn is_single(&self, level: usize) -> bool {
            level == 2
        }
    }

    fn read(body: &str, missing: bool) -> Result<(bool, Vec<Found>), (String, String, String)> {
        nested(body.as_bytes(), &mut Known, missing).map_err(|error| {
            assert_eq!(error.status, 400);
            (error.code, error.message, error.details.map(|d| d.to_string()).unwrap_or_default())
        })
    }

    fn found(rows: usize, columns: &[(&str, usize)]) -> Found {
        Found { rows, columns: columns.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect() }
    }

    #[test]
    fn finds_columns_and_rows_of_each_level() {
        let body = r#" {"b":1,"a":{"x":[1]},"lines":[{"n":1,"product":{"name":"p"}},{"n":2,"product":null},{"n":3}]} "#;
        let (object, levels) = read(body, false).unwrap();
        assert!(object);
        assert_eq!(
            levels,
            [found(1, &[("a", 1), ("b", 1)]), found(3, &[("n", 3)]), found(1, &[("name", 1)])]
        );
        let (object, levels) =
            read(r#"[{"a":1,"lines":{"n":1}},{"a":2},{"lines":[],"a":3}]"#, false).unwrap();
        assert!(!object);
        assert_eq!(levels, [found(3, &[("a", 3)]), found(1, &[("n", 1)])]);
        assert_eq!(read("[]", false).unwrap().1, []);
        let (_, levels) = read(r#"[{"c":1},{"a":2},{"b":3,"c":1}]"#, true).unwrap();
        assert_eq!(levels, [found(3, &[("a", 1), ("b", 1), ("c", 2)])]);
    }

    #[test]
    fn names_the_place_of_what_is_wrong() {
        for (body, code, text) in [
            (
                r#"{"lines":[{"n":1},{"n":1,"product":[]}]}"#,
                "HW120",
                "'lines[1].product' must be an object",
            ),
            (
                r#"[{"lines":[{"n":1}]},{"lines":5}]"#,
                "HW120",
                "'[1].lines' must be an object or an array of objects",
            ),
            (r#"{"lines":[7]}"#, "HW120", "'lines[0]' must be an object"),
            ("3", "HW120", "The body must be an object or an array of objects"),
            ("{", "PGRST102", "Empty or invalid json"),
            (r#"{"lines":[{"n":1}"#, "PGRST102", "Empty or invalid json"),
            (r#"{"a":1} x"#, "PGRST102", "Empty or invalid json"),
        ] {
            let (found, message, _) = read(body, false).unwrap_err();
            assert_eq!((found.as_str(), message.as_str()), (code, text), "{body}");
        }
        let (code, _, details) = read(r#"{"lines":[{"n":1},{"m":1}]}"#, false).unwrap_err();
        assert_eq!(
            (code.as_str(), details.as_str()),
            ("PGRST102", "\"'lines[1]' has other columns than those before it\"")
        );
        let (code, _, details) = read(r#"{"lines":[{"bad":[1]}]}"#, false).unwrap_err();
        assert_eq!((code.as_str(), details.as_str()), ("PGRST200", "\"At 'lines[0].bad'\""));
    }

    #[test]
    fn rows_and_depth_are_bounded() {
        let rows = format!("[{}{{}}]", "{},".repeat(limits::NESTED_ROWS));
        assert_eq!(read(&rows, false).unwrap_err().0, "PGRST102");
        let deep = format!("{}{}", r#"{"a":["#.repeat(40), "]}".repeat(40));
        assert_eq!(read(&deep, false).unwrap_err().1, "JSON beyond the limits");
    }
}
