//! The `Prefer` header (RFC 7240) and what of it is reported back.

use super::TxEnd;
use super::shape::{Count, Resolution, Returning, Verb};
use crate::error::{ApiError, Code};
use crate::http::Headers;

/// Preferences as given; whether they apply depends on the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefer<'a> {
    pub resolution: Option<Resolution>,
    /// `missing=default` (true) or `missing=null`.
    pub missing_default: Option<bool>,
    pub returning: Option<Returning>,
    pub count: Option<Count>,
    /// `tx=rollback` (true) or `tx=commit`; `None` too where the settings do not let a request choose.
    pub rollback: Option<bool>,
    /// `handling=strict` (true) or `handling=lenient`.
    pub strict: Option<bool>,
    pub timezone: Option<&'a str>,
    pub max_affected: Option<u64>,
    /// A tag even where none is made unasked.
    pub etag: bool,
    /// `nested`: members of the body may be rows of other relations.
    pub nested: bool,
    /// `page=keyset`
    pub keyset: bool,
}

/// Reads every `Prefer` header; the first value of a preference wins, unknown ones are ignored.
///
/// # Errors
/// PGRST122 (400) with the unknown ones, if `handling=strict`.
pub fn parse(headers: Headers<'_>, tx_end: TxEnd) -> Result<Prefer<'_>, ApiError> {
    let mut prefer = Prefer::default();
    let mut unknown = false;
    for item in items(headers) {
        unknown |= !take(&mut prefer, item);
    }
    if unknown && prefer.strict == Some(true) {
        let mut scratch = Prefer::default();
        let invalid: Vec<&str> = items(headers).filter(|item| !take(&mut scratch, item)).collect();
        return Err(ApiError::new(Code::Preferences, &[])
            .details(format!("Invalid preferences: {}", invalid.join(", "))));
    }
    if !matches!(tx_end, TxEnd::CommitAllowOverride | TxEnd::RollbackAllowOverride) {
        prefer.rollback = None;
    }
    Ok(prefer)
}

fn items(headers: Headers<'_>) -> impl Iterator<Item = &str> {
    headers
        .all("prefer")
        .flat_map(|value| value.split(','))
        .map(|item| item.trim_matches([' ', '\t']))
        .filter(|item| !item.is_empty())
}

/// Takes one preference in; false if it is unknown or has a value that it can't have.
fn take<'a>(prefer: &mut Prefer<'a>, item: &'a str) -> bool {
    match item {
        "resolution=merge-duplicates" => first(&mut prefer.resolution, Resolution::MergeDuplicates),
        "resolution=ignore-duplicates" => {
            first(&mut prefer.resolution, Resolution::IgnoreDuplicates);
        }
        "missing=default" => first(&mut prefer.missing_default, true),
        "missing=null" => first(&mut prefer.missing_default, false),
        "return=representation" => first(&mut prefer.returning, Returning::Representation),
        "return=headers-only" => first(&mut prefer.returning, Returning::HeadersOnly),
        "return=minimal" => first(&mut prefer.returning, Returning::Minimal),
        "count=exact" => first(&mut prefer.count, Count::Exact),
        "count=planned" => first(&mut prefer.count, Count::Planned),
        "count=estimated" => first(&mut prefer.count, Count::Estimated),
        "tx=commit" => first(&mut prefer.rollback, false),
        "tx=rollback" => first(&mut prefer.rollback, true),
        "etag" => prefer.etag = true,
        "nested" => prefer.nested = true,
        "page=keyset" => prefer.keyset = true,
        "handling=strict" => first(&mut prefer.strict, true),
        "handling=lenient" => first(&mut prefer.strict, false),
        _ => {
            if let Some(name) = item.strip_prefix("timezone=") {
                first(&mut prefer.timezone, name);
            } else if let Some(bound) = item.strip_prefix("max-affected=") {
                let Ok(bound) = bound.parse() else {
                    return false;
                };
                first(&mut prefer.max_affected, bound);
            } else {
                return false;
            }
        }
    }
    true
}

fn first<T>(slot: &mut Option<T>, value: T) {
    slot.get_or_insert(value);
}

impl Prefer<'_> {
    /// The bound of `max-affected` where it applies: writes of existing rows and calls, and only under strict handling.
    pub fn bound(&self, verb: Verb) -> Option<u64> {
        let applies = matches!(verb, Verb::Update | Verb::Delete | Verb::Call);
        self.max_affected.filter(|_| applies && self.strict == Some(true))
    }

    /// Appends the value of `Preference-Applied`: what was honoured, in the dialect's fixed order; nothing if nothing.
    ///
    /// `keyed`: the relation has a primary key or the request an `on_conflict`, so a resolution means something.
    pub fn push_applied(&self, verb: Verb, keyed: bool, out: &mut String) {
        let start = out.len();
        let mut push = |parts: [&str; 2]| {
            if out.len() > start {
                out.push_str(", ");
            }
            parts.iter().for_each(|part| out.push_str(part));
        };
        match self.resolution {
            Some(Resolution::MergeDuplicates) if verb == Verb::Insert && keyed => {
                push(["resolution=", "merge-duplicates"]);
            }
            Some(Resolution::IgnoreDuplicates) if verb == Verb::Insert && keyed => {
                push(["resolution=", "ignore-duplicates"]);
            }
            _ => {}
        }
        if let (Some(default), Verb::Insert | Verb::Update) = (self.missing_default, verb) {
            push(["missing=", if default { "default" } else { "null" }]);
        }
        if let (Some(returning), false) = (self.returning, matches!(verb, Verb::Read | Verb::Call))
        {
            push([
                "return=",
                match returning {
                    Returning::Minimal => "minimal",
                    Returning::HeadersOnly => "headers-only",
                    Returning::Representation => "representation",
                },
            ]);
        }
        if let Some(count) = self.count {
            push([
                "count=",
                match count {
                    Count::Exact => "exact",
                    Count::Planned => "planned",
                    Count::Estimated => "estimated",
                },
            ]);
        }
        if let Some(rollback) = self.rollback {
            push(["tx=", if rollback { "rollback" } else { "commit" }]);
        }
        if let Some(strict) = self.strict {
            push(["handling=", if strict { "strict" } else { "lenient" }]);
        }
        if let Some(timezone) = self.timezone {
            push(["timezone=", timezone]);
        }
        if let Some(bound) = self.bound(verb) {
            push(["max-affected=", &bound.to_string()]);
        }
        if self.etag && matches!(verb, Verb::Read | Verb::Call) {
            push(["etag", ""]);
        }
        if self.nested && verb == Verb::Insert {
            push(["nested", ""]);
        }
        if self.keyset && verb == Verb::Read {
            push(["page=", "keyset"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(block: &'a str) -> Prefer<'a> {
        parse(Headers(block), TxEnd::CommitAllowOverride).unwrap()
    }

    fn applied(block: &str, verb: Verb, keyed: bool) -> String {
        let mut out = String::from("x");
        read(block).push_applied(verb, keyed, &mut out);
        out[1..].to_owned()
    }

    #[test]
    fn headers_merge_and_the_first_value_wins() {
        let prefer = read(
            "prefer: resolution=ignore-duplicates ,  count=exact,,return=minimal\n\
             prefer: resolution=merge-duplicates, count=planned, timezone=Europe/Berlin, max-affected=5999\n",
        );
        assert_eq!(prefer.resolution, Some(Resolution::IgnoreDuplicates));
        assert_eq!(prefer.count, Some(Count::Exact));
        assert_eq!(prefer.returning, Some(Returning::Minimal));
        assert_eq!(prefer.timezone, Some("Europe/Berlin"));
        assert_eq!(prefer.max_affected, Some(5999));
        assert_eq!(
            read("prefer: return=x, return=representation\n").returning,
            Some(Returning::Representation)
        );
    }

    #[test]
    fn unknown_ones_matter_only_when_strict() {
        assert_eq!(read("prefer: anything, count=all, handling=lenient\n").strict, Some(false));
        let error = parse(
            Headers("prefer: anything, handling=strict, count=all\nprefer: max-affected=-1\n"),
            TxEnd::Commit,
        )
        .unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST122"));
        assert_eq!(error.message, "Invalid preferences given with handling=strict");
        assert_eq!(
            error.details,
            Some("Invalid preferences: anything, count=all, max-affected=-1".into())
        );
        // handling=lenient came first, so strict does not count.
        assert!(
            parse(Headers("prefer: handling=lenient, handling=strict, x\n"), TxEnd::Commit).is_ok()
        );
    }

    #[test]
    fn tx_needs_permission() {
        let headers = Headers("prefer: tx=rollback\n");
        assert_eq!(parse(headers, TxEnd::Commit).unwrap().rollback, None);
        assert_eq!(parse(headers, TxEnd::Rollback).unwrap().rollback, None);
        assert_eq!(parse(headers, TxEnd::CommitAllowOverride).unwrap().rollback, Some(true));
        let commit = Headers("prefer: tx=commit\n");
        assert_eq!(parse(commit, TxEnd::RollbackAllowOverride).unwrap().rollback, Some(false));
    }

    const ALL: &str = "prefer: max-affected=3, timezone=UTC, handling=strict, tx=rollback, count=exact, \
                       return=representation, missing=default, resolution=merge-duplicates\n";

    #[test]
    fn reports_what_applies_in_fixed_order() {
        for (verb, keyed, expected) in [
            (
                Verb::Insert,
                true,
                "resolution=merge-duplicates, missing=default, return=representation, count=exact, \
                 tx=rollback, handling=strict, timezone=UTC",
            ),
            (
                Verb::Insert,
                false,
                "missing=default, return=representation, count=exact, tx=rollback, \
                 handling=strict, timezone=UTC",
            ),
            (
                Verb::Update,
                true,
                "missing=default, return=representation, count=exact, tx=rollback, \
                 handling=strict, timezone=UTC, max-affected=3",
            ),
            (
                Verb::Put,
                true,
                "return=representation, count=exact, tx=rollback, handling=strict, timezone=UTC",
            ),
            (
                Verb::Delete,
                true,
                "return=representation, count=exact, tx=rollback, handling=strict, timezone=UTC, \
                 max-affected=3",
            ),
            (Verb::Read, true, "count=exact, tx=rollback, handling=strict, timezone=UTC"),
            (
                Verb::Call,
                true,
                "count=exact, tx=rollback, handling=strict, timezone=UTC, max-affected=3",
            ),
        ] {
            assert_eq!(applied(ALL, verb, keyed), expected, "{verb:?}");
        }
        assert_eq!(applied("prefer: max-affected=3\n", Verb::Delete, true), "");
        assert_eq!(applied("", Verb::Read, true), "");
    }
}
