//! The query string → [`Query`]: names checked for shape only, literals lifted out, no catalog.

mod aggregate;
pub mod array;
mod filter;
mod lexer;
mod order;
mod regex;
mod select;
#[cfg(test)]
mod tests;

use crate::error::{ApiError, Code};
use crate::http::percent_decode;
use crate::limits;
use crate::rest::cursor::{self, Cursor};
use crate::rest::shape::{
    Distinct, Embed, Filter, Keyset, Position, Query, Range, SelectItem, Verb,
};
use filter::Within;
use lexer::{Lexer, Values};
use std::borrow::Cow;

/// What a query string says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParsedQuery {
    pub query: Query,
    /// `limit=` and `offset=`; the caller may narrow it by a Range header.
    pub range: Range,
    /// `lines.on_conflict=`: the path and the columns, for nested inserts.
    pub nested_conflicts: Vec<(Vec<String>, Vec<String>)>,
    /// [`crate::rest::shape::Parsed::values`] so far.
    pub values: Vec<String>,
    /// GET and HEAD on a function: `(name, value)` of the parameters that are no filter, as they came.
    pub arguments: Vec<(String, String)>,
    /// GET and HEAD on a function: filters whose name an argument may have after all; `plan::split_call` decides.
    pub undecided: Vec<Undecided>,
    /// Each once; `rest.legacy_target_names` decides whether that is allowed.
    pub legacy: Vec<Legacy>,
    /// Of `cursor=`: the order that it is of.
    pub cursor: Option<u64>,
}

/// A parameter of a function call that reads as a filter: `name=eq.x`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    pub name: String,
    pub value: String,
    pub place: Place,
}

/// Where an undecided parameter stands in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In `query.filters`.
    Filter(usize),
    /// `query.having`. The dialect knows no such parameter, so an argument of that name comes first.
    Having,
    /// `query.distinct`; likewise.
    Distinct,
}

/// An embed named by its target in a filter, order or limit, although it has an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Legacy {
    pub target: String,
    pub alias: String,
}

/// Parses a query string, still percent-encoded, without `?`. `arguments` says that this is GET or HEAD on a function,
/// whose parameters without an operator are arguments.
///
/// # Errors
/// PGRST100 (400) for what does not parse or exceeds [`limits`]; PGRST108 (400) for a path that names no embed of
/// `select`; PGRST103 (416) for a negative limit or offset; HW400 (400) for what is not UTF-8 or holds NUL.
///
/// # Examples
/// ```
/// use howdah_core::rest::{query, shape::Verb};
/// let parsed = query::parse("select=title&rating=eq.PG&limit=10", Verb::Read, false).unwrap();
/// assert_eq!(parsed.values, ["PG"]);
/// assert_eq!(parsed.range.limit, Some(10));
/// assert_eq!(query::parse("rating=PG", Verb::Read, false).unwrap_err().code, "PGRST100");
/// ```
pub fn parse(query: &str, verb: Verb, arguments: bool) -> Result<ParsedQuery, ApiError> {
    let arguments = arguments && verb == Verb::Call;
    let mut params = Vec::new();
    for param in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        params.push((decode(name)?, decode(value)?));
    }
    within(params.len(), limits::PARAMS, "query parameters")?;
    let mut reader = Reader { reads: verb == Verb::Read, ..Reader::default() };
    // First, since all other parameters may name an embed of it.
    if let Some((_, text)) = params.iter().find(|(name, _)| name == "select") {
        reader.out.query.select = select::parse(&mut Lexer::new(text), &mut reader.values)
            .map_err(|f| f.error("select parameter", text))?;
        within(select_items(&reader.out.query.select), limits::SELECT, "items of select")?;
    }
    for (name, value) in &params {
        reader.param(name, value, arguments)?;
    }
    reader.out.query.each_call(&mut |call| reader.order_terms += call.order.len());
    within(reader.order_terms, limits::ORDER, "terms of order")?;
    within(reader.having_terms, limits::HAVING, "conditions of having")?;
    reader.out.values = reader.values.0;
    Ok(reader.out)
}

fn within(count: usize, most: usize, what: &str) -> Result<(), ApiError> {
    if count <= most {
        return Ok(());
    }
    Err(ApiError::new(Code::QueryParameter, &[&format!("At most {most} {what} are allowed")]))
}

fn select_items(items: &[SelectItem]) -> usize {
    let nested = items.iter().map(|item| match item {
        SelectItem::Embed(embed) => select_items(&embed.query.select),
        SelectItem::All | SelectItem::Column(_) => 0,
    });
    items.len() + nested.sum::<usize>()
}

fn decode(raw: &str) -> Result<Cow<'_, str>, ApiError> {
    percent_decode(raw, true).ok_or_else(|| {
        let message = "The query string is not valid UTF-8 or contains NUL";
        ApiError::new(Code::BadRequest, &[message])
    })
}

/// Sorts arguments by name, stably: `Call::arguments` and `Parsed::arguments` of a call by query or form.
pub fn arguments(mut pairs: Vec<(String, String)>) -> (Vec<String>, Vec<Option<String>>) {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.into_iter().map(|(name, value)| (name, Some(value))).unzip()
}

#[derive(Default)]
struct Reader {
    out: ParsedQuery,
    values: Values,
    order_terms: usize,
    having_terms: usize,
    /// A read of a relation.
    reads: bool,
}

impl Reader {
    fn param(&mut self, key: &str, text: &str, arguments: bool) -> Result<(), ApiError> {
        // `a.b.order` → path `a.b`, word `order`; the words cannot be columns, as in the dialect.
        let (path, word) = key.rsplit_once('.').unwrap_or(("", key));
        match word {
            "select" if path.is_empty() => Ok(()),
            "columns" | "on_conflict" if path.is_empty() && text.is_empty() => Ok(()),
            "columns" if path.is_empty() => {
                let names = names(text).map_err(|f| f.error("columns parameter", text))?;
                within(names.len(), limits::COLUMNS, "columns")?;
                self.out.query.columns = Some(names);
                Ok(())
            }
            "on_conflict" if path.is_empty() => {
                self.out.query.on_conflict =
                    names(text).map_err(|f| f.error("on_conflict parameter", text))?;
                Ok(())
            }
            "on_conflict" => {
                let columns = names(text).map_err(|f| f.error("on_conflict parameter", text))?;
                let path = names_of(path).map_err(|f| f.error("tree path", path))?;
                self.out.nested_conflicts.push((path, columns));
                Ok(())
            }
            "order" => {
                if text.is_empty() {
                    return Ok(());
                }
                let terms = order::parse(&mut Lexer::new(text), &mut self.values)
                    .map_err(|f| f.error("order", text))?;
                self.order_terms += terms.len();
                self.place(path)?.0.order = terms;
                Ok(())
            }
            "limit" => {
                if text.starts_with('-') {
                    return Err(ApiError::new(Code::Range, &[])
                        .details("Limit should be greater than or equal to zero."));
                }
                // As in the dialect, what is no number asks for no limit.
                let limit = text.parse::<u64>().ok().map(|n| n.min(i64::MAX.unsigned_abs()));
                self.place(path)?.1.limit = limit;
                Ok(())
            }
            "offset" => self.offset(path, text),
            "and" | "or" => self.tree(path, word == "or", text),
            // No filter begins so: a column may have these names.
            "having" if text.starts_with('(') => self.having(key, path, text, arguments),
            "distinct" if text == "*" || text.starts_with('(') => {
                self.distinct(key, path, text, arguments)
            }
            // Every filter has a dot, no cursor has.
            "cursor" if self.reads && path.is_empty() && !text.contains('.') => self.cursor(text),
            _ => self.filter(key, text, arguments),
        }
    }

    fn offset(&mut self, path: &str, text: &str) -> Result<(), ApiError> {
        if text.starts_with('-') {
            return Err(ApiError::new(Code::Range, &[])
                .details("Offset should be greater than or equal to zero."));
        }
        let offset = match text.parse::<u64>() {
            Ok(n) if n > 0 => {
                let n = n.min(i64::MAX.unsigned_abs());
                Some(self.values.lift(n.to_string(), 0).map_err(|f| f.error("offset", text))?)
            }
            _ => None,
        };
        self.place(path)?.1.offset = offset;
        Ok(())
    }

    fn tree(&mut self, path: &str, or: bool, text: &str) -> Result<(), ApiError> {
        let (path, negated) = match path.rsplit_once('.') {
            _ if path == "not" => ("", true),
            Some((outer, "not")) => (outer, true),
            _ => (path, false),
        };
        let mut lex = Lexer::new(text);
        let parts = filter::parts(&mut lex, &mut self.values, 0)
            .and_then(|parts| lex.end("end of input").map(|()| parts))
            .map_err(|f| f.error("logic tree", text))?;
        self.place(path)?.0.filters.push(Filter::Tree { negated, or, parts });
        Ok(())
    }

    fn having(
        &mut self,
        key: &str,
        path: &str,
        text: &str,
        arguments: bool,
    ) -> Result<(), ApiError> {
        let mut lex = Lexer::new(text);
        let parts = match aggregate::having(&mut lex, &mut self.values, 0)
            .and_then(|parts| lex.end("end of input").map(|()| parts))
        {
            Ok(parts) => parts,
            Err(_) if arguments && path.is_empty() => return self.argument(key, text),
            Err(failure) => return Err(failure.error("having", text)),
        };
        for part in &parts {
            part.subjects(&mut |_| self.having_terms += 1);
        }
        self.undecided(arguments && path.is_empty(), key, text, Place::Having);
        self.place(path)?.0.having = parts;
        Ok(())
    }

    fn distinct(
        &mut self,
        key: &str,
        path: &str,
        text: &str,
        arguments: bool,
    ) -> Result<(), ApiError> {
        let distinct = match aggregate::distinct(&mut Lexer::new(text)) {
            Ok(distinct) => distinct,
            Err(_) if arguments && path.is_empty() => return self.argument(key, text),
            Err(failure) => return Err(failure.error("distinct", text)),
        };
        if let Distinct::On(fields) = &distinct {
            self.order_terms += fields.len();
        }
        self.undecided(arguments && path.is_empty(), key, text, Place::Distinct);
        self.place(path)?.0.distinct = Some(distinct);
        Ok(())
    }

    fn cursor(&mut self, text: &str) -> Result<(), ApiError> {
        let cursor = Cursor::decode(text).ok_or_else(cursor::misfit)?;
        let lift =
            |value: Option<String>| value.map(|value| self.values.lift(value, 0)).transpose();
        let values = cursor.values.into_iter().map(lift).collect::<Result<_, _>>();
        let values = values.map_err(|f| f.error("cursor", text))?;
        let from = Some(Position { backwards: cursor.backwards, values });
        self.out.query.keyset = Some(Keyset { from });
        self.out.cursor = Some(cursor.fingerprint);
        Ok(())
    }

    fn argument(&mut self, name: &str, text: &str) -> Result<(), ApiError> {
        self.out.arguments.push((name.to_owned(), text.to_owned()));
        Ok(())
    }

    fn undecided(&mut self, is: bool, name: &str, value: &str, place: Place) {
        if is {
            let (name, value) = (name.to_owned(), value.to_owned());
            self.out.undecided.push(Undecided { name, value, place });
        }
    }

    fn filter(&mut self, key: &str, text: &str, arguments: bool) -> Result<(), ApiError> {
        let mut lex = Lexer::new(key);
        let mut path = Vec::new();
        let field = loop {
            let field = lex.field().map_err(|f| f.error("tree path", key))?;
            if !lex.eat(".") {
                lex.end("\".\" or end of input").map_err(|f| f.error("tree path", key))?;
                break field;
            }
            path.push(field.name);
        };
        let may_be_argument = arguments && path.is_empty() && field.path.is_empty();
        let mut lex = Lexer::new(text);
        let (negated, test) = match filter::operation(&mut lex, &mut self.values, Within::Parameter)
        {
            Ok(operation) => operation,
            Err(_) if may_be_argument => {
                self.out.arguments.push((field.name, text.to_owned()));
                return Ok(());
            }
            Err(failure) => return Err(failure.error("filter", text)),
        };
        if may_be_argument {
            self.out.undecided.push(Undecided {
                name: field.name.clone(),
                value: text.to_owned(),
                place: Place::Filter(self.out.query.filters.len()),
            });
        }
        let (query, _) = self.descend(&path)?;
        query.filters.push(Filter::Test { field, negated, test });
        Ok(())
    }

    /// The query and range that a prefix like `a.b` names; the top for an empty one.
    fn place(&mut self, path: &str) -> Result<(&mut Query, &mut Range), ApiError> {
        let names = names_of(path).map_err(|f| f.error("tree path", path))?;
        self.descend(&names)
    }

    fn descend(&mut self, path: &[String]) -> Result<(&mut Query, &mut Range), ApiError> {
        let (mut query, mut range) = (&mut self.out.query, &mut self.out.range);
        for name in path {
            let Some(embed) = find_embed(&mut query.select, name, &mut self.out.legacy) else {
                return Err(ApiError::new(Code::NotEmbedded, &[name]).hint(format!(
                    "Verify that '{name}' is included in the 'select' query parameter."
                )));
            };
            (query, range) = (&mut embed.query, &mut embed.range);
        }
        Ok((query, range))
    }
}

/// An embed by its alias, or by its target if it has none; else by its target although it has one, which is noted.
fn find_embed<'q>(
    select: &'q mut [SelectItem],
    name: &str,
    legacy: &mut Vec<Legacy>,
) -> Option<&'q mut Embed> {
    let by = |named: fn(&Embed) -> &str| {
        select.iter().position(|item| match item {
            SelectItem::Embed(embed) => named(embed) == name,
            _ => false,
        })
    };
    let at = by(Embed::name).or_else(|| by(|embed| &embed.target))?;
    let Some(SelectItem::Embed(embed)) = select.get_mut(at) else {
        return None;
    };
    if let Some(alias) = embed.alias.as_ref().filter(|alias| *alias != name) {
        let used = Legacy { target: name.to_owned(), alias: alias.clone() };
        if !legacy.contains(&used) {
            legacy.push(used);
        }
    }
    Some(embed)
}

/// `a."b c".d`
fn names_of(path: &str) -> lexer::Parse<Vec<String>> {
    let mut names = Vec::new();
    if !path.is_empty() {
        let mut lex = Lexer::new(path);
        loop {
            names.push(lex.name()?.into_owned());
            if !lex.eat(".") {
                break;
            }
        }
        lex.end("\".\"")?;
    }
    Ok(names)
}

/// `a,"b c",d`
fn names(text: &str) -> lexer::Parse<Vec<String>> {
    let mut lex = Lexer::new(text);
    let mut names = Vec::new();
    loop {
        names.push(lex.name().map(Cow::into_owned)?);
        if !lex.eat_spaced(",") {
            lex.end("\",\" or end of input")?;
            return Ok(names);
        }
    }
}
