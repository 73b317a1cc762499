//! From request to SQL: whatever is asked, the text is exactly one statement by Postgres's own parser, shows no value and no
//! comment, and has its parameters without gaps.

use crate::request::{Made, Maker, NAME, VALUE};
use howdah_core::catalog::Catalog;
use howdah_core::error::ApiError;
use howdah_core::http::{Headers, Request};
use howdah_core::rest::fixture::{self, Fixture, SPECIAL, TEST_IN_PERSIAN};
use howdah_core::rest::shape::{
    Compiled, Outcome, Param, Parsed, Query, SelectItem, Shape, Statement,
};
use howdah_core::rest::{self, Database, Isolation, Settings, TxEnd};
use pg_query::protobuf::Token;
use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Statements looked at in this process: runs that reach none prove nothing.
pub static CHECKED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static PLAYED: OnceCell<(Rc<Fixture>, Settings)> = const { OnceCell::new() };
}

pub fn run(data: &[u8]) {
    let (catalog, settings) = PLAYED.with(|played| {
        played
            .get_or_init(|| {
                let mut settings = fixture::settings();
                settings.schemas = ["public", SPECIAL, TEST_IN_PERSIAN].map(str::to_owned).to_vec();
                settings.tx_end = TxEnd::CommitAllowOverride;
                (Rc::new(Fixture::new()), settings)
            })
            .clone()
    });
    let made = Maker::make(&catalog, data);
    let request = Request {
        method: made.method,
        path: &made.path,
        query: &made.query,
        headers: Headers(&made.headers),
        body: &made.body,
    };
    let played = Played { catalog: &catalog, made: &made };
    match rest::handle(&played, &settings, &request) {
        Ok(answer) => assert!((100..600).contains(&answer.response.status), "{made:?}"),
        Err(error) => {
            assert!((300..500).contains(&error.status), "{error:?}\n{made:?}");
            let body: serde_json::Value =
                serde_json::from_slice(&error.body()).expect("an error is JSON");
            assert_eq!(body.as_object().map(|o| o.len()), Some(4), "{made:?}");
        }
    }
}

/// A database that looks at statements instead of running them.
struct Played<'p> {
    catalog: &'p Fixture,
    made: &'p Made,
}

impl Played<'_> {
    fn check(&self, statement: &Statement, shape: &Shape) {
        CHECKED.fetch_add(1, Ordering::Relaxed);
        let sql = &statement.sql;
        let told = || format!("{sql}\n{:?}", self.made);
        assert!(!sql.contains(VALUE), "a value in the text: {}", told());
        match pg_query::split_with_parser(sql) {
            Ok(statements) => assert_eq!(statements.len(), 1, "not one statement: {}", told()),
            // Only a cast to a word that is reserved may be no SQL: Postgres says so then.
            Err(e) => assert!(reserved_cast(&shape.query), "{e}: {}", told()),
        }
        let mut numbers = Vec::new();
        let tokens = pg_query::scan(sql).unwrap_or_else(|e| panic!("{e}: {}", told()));
        for token in &tokens.tokens {
            let text = usize::try_from(token.start).ok().zip(usize::try_from(token.end).ok());
            let text = text.and_then(|(start, end)| sql.get(start..end)).unwrap_or_default();
            match token.token() {
                Token::SqlComment | Token::CComment => panic!("a comment {text}: {}", told()),
                Token::Ascii59 => panic!("a semicolon: {}", told()),
                Token::Param => numbers.push(text.trim_start_matches('$').parse().unwrap_or(0)),
                Token::Sconst | Token::Ident if text.contains(NAME) && !self.made.bent => {
                    let name = unquote(text);
                    assert!(
                        self.made.names.iter().any(|known| named(known, &name)),
                        "{name:?} is no name of the request: {}",
                        told()
                    );
                }
                _ => {}
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        let wanted: Vec<usize> = (1..=statement.params.len()).collect();
        assert_eq!(numbers, wanted, "parameters: {}", told());
    }
}

/// The name, or as it is in an alias of ours that holds it (`film_nAm`, cut to what Postgres keeps).
fn named(known: &str, shown: &str) -> bool {
    shown == known || shown.ends_with(known) || shown.contains(known)
}

/// What a quoted identifier or a literal says.
fn unquote(text: &str) -> String {
    let (text, escaped) = match text.strip_prefix(['E', 'e']) {
        Some(rest) if rest.starts_with('\'') => (rest, true),
        _ => (text, false),
    };
    let quote = match text.chars().next() {
        Some(c @ ('"' | '\'')) => c,
        _ => return text.to_owned(),
    };
    let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)).unwrap_or_default();
    let doubled: String = [quote, quote].iter().collect();
    let inner = inner.replace(&doubled, &quote.to_string());
    if escaped { inner.replace("\\\\", "\\") } else { inner }
}

/// Whether a cast in the query is a word that is no type's name to Postgres.
fn reserved_cast(query: &Query) -> bool {
    let bad = |cast: &String| pg_query::split_with_parser(&format!("SELECT NULL::{cast}")).is_err();
    query.select.iter().any(|item| match item {
        SelectItem::Column(column) => {
            column.cast.as_ref().is_some_and(bad)
                || column.aggregate.as_ref().and_then(|call| call.cast.as_ref()).is_some_and(bad)
        }
        SelectItem::Embed(embed) => reserved_cast(&embed.query),
        SelectItem::All => false,
    })
}

impl Database for Played<'_> {
    fn catalog(&self) -> &dyn Catalog {
        self.catalog
    }

    fn compiled(
        &self,
        shape: &Shape,
        compile: &mut dyn FnMut() -> Result<Compiled, ApiError>,
    ) -> Result<Rc<Compiled>, ApiError> {
        let compiled = compile()?;
        for statement in [Some(&compiled.main), compiled.count.as_ref(), compiled.estimate.as_ref()]
        {
            if let Some(statement) = statement {
                self.check(statement, shape);
            }
        }
        Ok(Rc::new(compiled))
    }

    fn run(&self, statement: &Statement, parsed: &Parsed<'_>, out: &mut Vec<u8>) -> Outcome {
        for param in &statement.params {
            let there = match *param {
                Param::Value(value) => usize::from(value.0) < parsed.values.len(),
                Param::Field(n) => usize::from(n) < parsed.fields.len(),
                Param::FieldJson(n) | Param::FieldArray(n) => {
                    usize::from(n) < parsed.fields_json.len()
                }
                Param::Argument(n) => usize::from(n) < parsed.arguments.len(),
                Param::ArgumentJson(n) | Param::ArgumentArray(n) => {
                    usize::from(n) < parsed.arguments_json.len()
                }
                _ => true,
            };
            assert!(there, "{param:?} has no value: {:?}", self.made);
        }
        out.extend_from_slice(b"1");
        Outcome { rows: 1, ..Outcome::default() }
    }

    fn planned_rows(&self, _: &Statement, _: &Parsed<'_>) -> u64 {
        1
    }

    fn enter_function(&self, _: &[(String, String)]) -> Option<Isolation> {
        None
    }

    fn response_settings(&self) -> (Option<String>, Option<String>) {
        (None, None)
    }

    fn set_timezone(&self, _: &str) -> bool {
        true
    }
}
