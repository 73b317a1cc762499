//! What a request may cost: `howdah.max_cost`, `howdah.max_rows` and `howdah.max_touched` of its role, or the settings
//! `limits.max_cost`, `limits.max_rows` and `limits.max_touched`.

use super::Database;
use super::request::Asked;
use super::shape::{Compiled, Outcome, Verb};
use crate::error::{ApiError, Code};

/// `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// The planner's cost of a statement, in its own units, with the statement that counts.
    pub cost: Option<f64>,
    /// Rows answered. Where `rest.max_rows` cuts off, this refuses.
    pub rows: Option<u64>,
    /// Rows inserted, updated and deleted.
    pub touched: Option<u64>,
}

/// Which limit of rows a statement has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Rows(u64),
    Touched(u64),
}

impl Limits {
    /// The bound on the rows that come back from a request's own statement.
    pub fn bound(&self, verb: Verb) -> Option<Bound> {
        match verb {
            Verb::Read | Verb::Call => self.rows.map(Bound::Rows),
            _ => self.touched.map(Bound::Touched),
        }
    }
}

impl Bound {
    pub fn most(self) -> u64 {
        match self {
            Self::Rows(most) | Self::Touched(most) => most,
        }
    }

    pub fn code(self) -> Code {
        match self {
            Self::Rows(_) => Code::MaxRows,
            Self::Touched(_) => Code::MaxTouched,
        }
    }

    /// Message and details; `expected` are the rows that the planner thinks there are.
    pub fn texts(self, expected: Option<u64>) -> (String, String) {
        let setting = match self {
            Self::Rows(_) => "max_rows",
            Self::Touched(_) => "max_touched",
        };
        let most = self.most();
        let mut details = format!("howdah.{setting} of the role, or limits.{setting}, is {most}");
        if let Some(expected) = expected {
            details.push_str(&format!("; the planner expects {expected} rows"));
        }
        (self.code().spec().message.to_owned(), details)
    }

    /// What a client can do about it.
    pub fn hint(code: Code) -> Option<&'static str> {
        match code {
            Code::MaxRows => Some("Ask for fewer rows, by filters or by limit"),
            Code::MaxTouched => Some("Nothing was written. Write fewer rows at once"),
            _ => None,
        }
    }
}

/// Refuses what the planner thinks too costly, before anything runs.
///
/// # Errors
/// HWL01 (429) with the estimate and the limit.
pub fn check_cost(
    db: &dyn Database,
    asked: &Asked<'_>,
    compiled: &Compiled,
) -> Result<(), ApiError> {
    let Some(most) = db.limits().cost else { return Ok(()) };
    let refused = |details: String, hint: &str| {
        Err(ApiError::new(Code::MaxCost, &[]).details(details).hint(hint))
    };
    if asked.parsed.shape.wanted.explain.is_some_and(|explain| explain.analyze) {
        return refused(
            "The cost of EXPLAIN ANALYZE is not known before it runs".to_owned(),
            "Explain without analyze",
        );
    }
    let statements = [Some(&compiled.main), compiled.count.as_ref()];
    let cost: f64 =
        statements.into_iter().flatten().map(|s| db.planned_cost(s, &asked.parsed)).sum();
    if cost <= most {
        return Ok(());
    }
    refused(
        format!(
            "The planner estimates a cost of {cost:.0}; howdah.max_cost of the role, or limits.max_cost, is {most}"
        ),
        "Filter by columns with an index, ask for fewer rows, or without count",
    )
}

/// Refuses a result whose rows were put together in SQL, where they could not be counted one by one.
///
/// # Errors
/// HWL02 and HWL03 (413).
pub fn check_rows(db: &dyn Database, asked: &Asked<'_>, outcome: &Outcome) -> Result<(), ApiError> {
    let rows = outcome.rows.max(asked.nested_rows);
    match db.limits().bound(asked.parsed.shape.verb) {
        Some(bound) if rows > bound.most() && asked.explained.is_none() => {
            let code = bound.code();
            Err(ApiError::new(code, &[])
                .details(bound.texts(None).1)
                .hint(Bound::hint(code).unwrap_or_default()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_bound_by_rows_and_writes_by_rows_touched() {
        let limits = Limits { cost: None, rows: Some(1), touched: Some(2) };
        for (verb, bound) in [
            (Verb::Read, Bound::Rows(1)),
            (Verb::Call, Bound::Rows(1)),
            (Verb::Insert, Bound::Touched(2)),
            (Verb::Update, Bound::Touched(2)),
            (Verb::Put, Bound::Touched(2)),
            (Verb::Delete, Bound::Touched(2)),
        ] {
            assert_eq!(limits.bound(verb), Some(bound));
            assert_eq!(Limits::default().bound(verb), None);
        }
    }

    #[test]
    fn names_estimate_and_limit() {
        let (message, details) = Bound::Rows(10).texts(Some(2000));
        assert!(!message.contains("{}"));
        assert!(details.contains("max_rows") && details.contains("10") && details.contains("2000"));
        assert!(Bound::Touched(3).texts(None).1.contains("max_touched"));
        for bound in [Bound::Rows(1), Bound::Touched(1)] {
            assert!(Bound::hint(bound.code()).is_some());
        }
    }
}
