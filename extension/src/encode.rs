//! Rows to a body, value by value: the brackets, keys and separators around what `pg::dest` encodes.
//!
//! Bytes are those of Postgres: rows as json_agg and row_to_json print them, CSV fields as a row's text has them.

use howdah_core::json;
use howdah_core::rest::shape::{Form, Hidden, Outcome, Page, ResultKind, Statement};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `[{…}, \n {…}]`
    Array,
    /// `{…}`: the first row.
    Object,
    /// `{…}` or `null`.
    SingleRow,
    /// `3`
    Scalar,
    /// `[1, 2]`
    Scalars,
    Csv,
    /// Values one after the other, as they are.
    Raw,
    /// The same, a line each.
    Lines,
    Nothing,
}

impl Format {
    pub fn is_json(self) -> bool {
        !matches!(self, Self::Csv | Self::Raw | Self::Lines | Self::Nothing)
    }
}

fn strips(form: Form) -> bool {
    matches!(form, Form::Array { strip_nulls: true } | Form::Object { strip_nulls: true })
}

/// Writes one result to a body.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    format: Format,
    strip_nulls: bool,
    /// Where the current row's JSON begins.
    row_start: usize,
    /// Per column: `"name":`, or for CSV the bare name.
    keys: Vec<Vec<u8>>,
    hidden: &'a [Hidden],
    page: Option<Page>,
    rows: u64,
    first_in_row: bool,
    inserted: u64,
    /// Rows that a handler in SQL has put into one.
    counted: Option<u64>,
    expected: Option<u64>,
    tag: Option<String>,
    found: Vec<Option<String>>,
    fault: Option<String>,
    last: Vec<Option<String>>,
    more: bool,
    total: Option<u64>,
}

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut Vec<u8>, statement: &'a Statement) -> Self {
        let (format, strip_nulls) = match (statement.form, statement.result) {
            (Form::None, _) | (_, ResultKind::Void) => (Format::Nothing, false),
            (Form::Csv, _) => (Format::Csv, false),
            (Form::Raw, _) => (Format::Raw, false),
            (Form::Lines, _) => (Format::Lines, false),
            (form, ResultKind::Scalar) => (Format::Scalar, strips(form)),
            (form, ResultKind::Scalars) => (Format::Scalars, strips(form)),
            (Form::Array { strip_nulls }, ResultKind::SingleRow) => {
                (Format::SingleRow, strip_nulls)
            }
            (Form::Array { strip_nulls }, _) => (Format::Array, strip_nulls),
            (Form::Object { strip_nulls }, _) => (Format::Object, strip_nulls),
        };
        Self {
            page: statement.page,
            ..Self::with_format(out, format, strip_nulls, &statement.hidden)
        }
    }

    /// For one text value of an internal query.
    pub fn raw_text(out: &'a mut Vec<u8>) -> Self {
        Self::with_format(out, Format::Raw, false, &[])
    }

    /// Rows are counted, nothing is written.
    pub fn counting(out: &'a mut Vec<u8>) -> Self {
        Self::with_format(out, Format::Nothing, false, &[])
    }

    fn with_format(
        out: &'a mut Vec<u8>,
        format: Format,
        strip_nulls: bool,
        hidden: &'a [Hidden],
    ) -> Self {
        Self {
            out,
            format,
            strip_nulls,
            row_start: 0,
            keys: Vec::new(),
            hidden,
            page: None,
            rows: 0,
            first_in_row: true,
            inserted: 0,
            counted: None,
            expected: None,
            tag: None,
            found: Vec::new(),
            fault: None,
            last: Vec::new(),
            more: false,
            total: None,
        }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Nothing of this row is wanted: it is only counted. (Rows after the first of a single object too.)
    pub fn skips(&self) -> bool {
        let one = matches!(self.format, Format::Object | Format::SingleRow | Format::Scalar);
        self.hidden.is_empty() && self.format == Format::Nothing
            || one && self.rows > 0
            || self.most().is_some_and(|most| self.rows >= most)
    }

    /// Rows of the page, if it is one.
    fn most(&self) -> Option<u64> {
        self.page?.most
    }

    /// Whether a hidden value of this row is asked for: of a page the first row's and the last one's are. Going back, the
    /// page's last row may come before its place is full.
    pub fn wants_hidden(&self) -> bool {
        self.page.is_none_or(|page| {
            self.rows == 0 || page.backwards || page.most.is_some_and(|most| self.rows + 1 >= most)
        })
    }

    /// Rows so far, without the one beyond a page.
    pub fn rows(&self) -> u64 {
        self.most().map_or(self.rows, |most| self.rows.min(most))
    }

    /// Trailing columns that are not part of the body.
    pub fn hidden(&self) -> usize {
        self.hidden.len()
    }

    /// Takes the columns' names, before the first row.
    pub fn start(&mut self, names: &[Vec<u8>]) {
        let visible = names.len().saturating_sub(self.hidden.len());
        self.keys = names
            .iter()
            .take(visible)
            .map(|name| match self.format {
                Format::Csv => name.clone(),
                _ => {
                    let mut key = Vec::with_capacity(name.len() + 3);
                    json::push_string(&mut key, name);
                    key.push(b':');
                    key
                }
            })
            .collect();
    }

    /// A row of which nothing is written.
    pub fn skip_row(&mut self) {
        self.rows += 1;
    }

    pub fn begin_row(&mut self) {
        self.first_in_row = true;
        if self.strip_nulls {
            self.begin_stripped();
        }
        match self.format {
            _ if self.strip_nulls => {}
            Format::Array => {
                self.out.extend_from_slice(if self.rows == 0 { b"[{" } else { b", \n {" })
            }
            Format::Object | Format::SingleRow if self.rows == 0 => self.out.push(b'{'),
            Format::Scalars => {
                self.out.extend_from_slice(if self.rows == 0 { b"[" } else { b", " })
            }
            Format::Csv => {
                if self.rows == 0 {
                    for (n, key) in self.keys.iter().enumerate() {
                        if n > 0 {
                            self.out.push(b',');
                        }
                        self.out.extend_from_slice(key);
                    }
                }
                self.out.push(b'\n');
            }
            Format::Lines if self.rows > 0 => self.out.push(b'\n'),
            _ => {}
        }
    }

    /// Stripped JSON has no white space, between rows neither.
    fn begin_stripped(&mut self) {
        if matches!(self.format, Format::Array | Format::Scalars) {
            self.out.push(if self.rows == 0 { b'[' } else { b',' });
        }
        self.row_start = self.out.len();
        if matches!(self.format, Format::Array | Format::Object | Format::SingleRow) {
            self.out.push(b'{');
        }
    }

    fn key(&mut self, n: usize) {
        if matches!(self.format, Format::Array | Format::Object | Format::SingleRow) {
            if !self.first_in_row {
                self.out.push(b',');
            }
            self.first_in_row = false;
            if let Some(key) = self.keys.get(n) {
                self.out.extend_from_slice(key);
            }
        }
    }

    /// Where the JSON of column `n` goes, its key written.
    pub fn value(&mut self, n: usize) -> &mut Vec<u8> {
        self.key(n);
        self.out
    }

    pub fn null(&mut self, n: usize) {
        match self.format {
            Format::Csv => self.comma(n),
            Format::Raw | Format::Lines | Format::Nothing => {}
            _ => {
                self.key(n);
                self.out.extend_from_slice(b"null");
            }
        }
    }

    fn comma(&mut self, n: usize) {
        if n > 0 {
            self.out.push(b',');
        }
    }

    /// A value as text, for CSV and raw bodies.
    pub fn raw(&mut self, n: usize, text: &[u8]) {
        if self.format != Format::Csv {
            self.out.extend_from_slice(text);
            return;
        }
        self.comma(n);
        let special =
            |b: &u8| matches!(b, b'"' | b'\\' | b'(' | b')' | b',') || b.is_ascii_whitespace();
        if !text.is_empty() && !text.iter().any(special) {
            self.out.extend_from_slice(text);
            return;
        }
        self.out.push(b'"');
        for b in text {
            if matches!(b, b'"' | b'\\') {
                self.out.push(*b);
            }
            self.out.push(*b);
        }
        self.out.push(b'"');
    }

    pub fn hidden_value(&mut self, n: usize, text: Option<&[u8]>) {
        let number = || std::str::from_utf8(text?).ok()?.parse().ok();
        match self.hidden.get(n) {
            Some(Hidden::Inserted) => self.inserted += u64::from(text == Some(b"t")),
            Some(Hidden::Fault) if self.fault.is_none() => {
                self.fault = text.map(|t| String::from_utf8_lossy(t).into_owned());
            }
            Some(Hidden::InsertedRows) => self.inserted = number().unwrap_or(0),
            Some(Hidden::Rows) => self.counted = number(),
            Some(Hidden::Total) if self.rows == 0 => self.total = number(),
            Some(Hidden::Expected) if self.rows == 0 => {
                self.expected = text.and_then(|t| std::str::from_utf8(t).ok()?.parse().ok());
            }
            Some(Hidden::Tag) if self.rows == 0 => {
                self.tag = text.map(|t| String::from_utf8_lossy(t).into_owned());
            }
            Some(Hidden::Key) if self.rows == 0 => {
                self.found.push(text.map(|t| String::from_utf8_lossy(t).into_owned()));
            }
            Some(Hidden::Cursor) => {
                let text = text.map(|t| String::from_utf8_lossy(t).into_owned());
                if self.rows == 0 {
                    self.found.push(text.clone());
                }
                match self.last.get_mut(n) {
                    Some(place) => *place = text,
                    None => self.last.push(text),
                }
            }
            Some(Hidden::More) => self.more = text == Some(b"t"),
            _ => {}
        }
    }

    pub fn end_row(&mut self) {
        if self.format == Format::Array
            || self.rows == 0 && matches!(self.format, Format::Object | Format::SingleRow)
        {
            self.out.push(b'}');
        }
        if self.strip_nulls {
            json::strip_nulls(self.out, self.row_start);
        }
        self.rows += 1;
    }

    /// Closes the body; `processed` is what Postgres counted.
    pub fn finish(self, processed: u64) -> Outcome {
        match (self.format, self.rows) {
            (Format::Array | Format::Scalars, 0) => self.out.extend_from_slice(b"[]"),
            (Format::Array | Format::Scalars, _) => self.out.push(b']'),
            (Format::SingleRow | Format::Scalar, 0) => self.out.extend_from_slice(b"null"),
            (Format::Csv, 0) => self.out.push(b'\n'),
            _ => {}
        }
        Outcome {
            rows: self.counted.unwrap_or(processed.max(self.rows)),
            inserted: self.inserted,
            expected: self.expected,
            tag: self.tag,
            keys: self.found,
            fault: self.fault,
            last: self.last,
            more: self.more,
            total: self.total,
        }
    }
}
