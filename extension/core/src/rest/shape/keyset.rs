//! Pages that continue after a row rather than after a number of rows.

use super::{Query, Value};

/// `Prefer: page=keyset`, or a cursor of such a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Keyset {
    /// The row that the page borders on; `None` for the first page.
    pub from: Option<Position>,
}

/// The place of a row in the order: what the cursor holds, values apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// The page before the row, rather than after it.
    pub backwards: bool,
    /// The row's value in each term of the order; `None` is null, which decides the conditions.
    pub values: Vec<Option<Value>>,
}

/// How a statement's rows are a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows of the page. One more is asked for, and not shown: it tells that there is another page.
    pub most: Option<u64>,
    /// Of the order: a cursor of another does not fit.
    pub fingerprint: u64,
    pub backwards: bool,
    /// The page borders on a row.
    pub continued: bool,
}

impl Query {
    pub fn position(&self) -> Option<&Position> {
        self.keyset.as_ref()?.from.as_ref()
    }
}
