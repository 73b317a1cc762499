//! `select=`: columns, aggregates and embeds.

use super::lexer::{Lexer, Parse};
use crate::limits;
use crate::rest::shape::{Aggregate, Embed, Field, Join, Query, Range, SelectColumn, SelectItem};

/// Types of several words that a cast may name; any other is one word.
const SPACED_TYPES: &[&str] = &[
    "double precision",
    "character varying",
    "bit varying",
    "timestamp with time zone",
    "timestamp without time zone",
    "time with time zone",
    "time without time zone",
];

/// The items of a whole `select=`.
pub(super) fn parse(lex: &mut Lexer<'_>) -> Parse<Vec<SelectItem>> {
    let items = items(lex, 0, &mut 0)?;
    lex.end("\",\" or end of input")?;
    Ok(items)
}

fn items(lex: &mut Lexer<'_>, depth: usize, embeds: &mut usize) -> Parse<Vec<SelectItem>> {
    let mut items = Vec::new();
    lex.spaces();
    if matches!(lex.peek(), None | Some(b')')) {
        return Ok(items);
    }
    loop {
        items.push(item(lex, depth, embeds)?);
        lex.spaces();
        if !lex.eat_spaced(",") {
            return Ok(items);
        }
    }
}

fn item(lex: &mut Lexer<'_>, depth: usize, embeds: &mut usize) -> Parse<SelectItem> {
    if lex.eat("...") {
        let target = lex.name()?.into_owned();
        let embed = embed(lex, None, target, true, depth, embeds)?;
        return Ok(SelectItem::Embed(embed));
    }
    if lex.eat("*") {
        return Ok(SelectItem::All);
    }
    let mut name = lex.name()?;
    let mut alias = None;
    if lex.peek() == Some(b':') && !lex.rest().starts_with("::") {
        lex.pos += 1;
        alias = Some(name.into_owned());
        name = lex.name()?;
    }
    if name == "count" && lex.eat("()") {
        let aggregate = Some((Aggregate::Count, cast(lex)?));
        return Ok(SelectItem::Column(SelectColumn { field: None, alias, cast: None, aggregate }));
    }
    if matches!(lex.peek(), Some(b'!' | b'(')) {
        let embed = embed(lex, alias, name.into_owned(), false, depth, embeds)?;
        return Ok(SelectItem::Embed(embed));
    }
    let path = lex.json_path()?;
    let field = Some(Field { name: name.into_owned(), path });
    let cast_field = cast(lex)?;
    let aggregate = if lex.eat(".") { Some((aggregate(lex)?, cast(lex)?)) } else { None };
    Ok(SelectItem::Column(SelectColumn { field, alias, cast: cast_field, aggregate }))
}

fn aggregate(lex: &mut Lexer<'_>) -> Parse<Aggregate> {
    let start = lex.pos;
    let aggregate = match lex.word() {
        "count" => Aggregate::Count,
        "sum" => Aggregate::Sum,
        "avg" => Aggregate::Avg,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        _ => {
            lex.pos = start;
            return lex.fail("aggregate function (sum(), avg(), count(), max() or min())");
        }
    };
    lex.expect("()")?;
    Ok(aggregate)
}

/// `::type`. What is let through here is put into SQL as it is, so it can be nothing but a type's name.
fn cast(lex: &mut Lexer<'_>) -> Parse<Option<String>> {
    if !lex.eat("::") {
        return Ok(None);
    }
    let start = lex.pos;
    let written = lex
        .take(|b| {
            b.is_ascii() && !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b' ' | b'[' | b']')
        })
        .trim_matches(' ');
    let name = written.trim_end_matches("[]");
    // To Postgres's scanner, all beyond ASCII are letters.
    let word = name.starts_with(|c: char| !c.is_ascii_digit())
        && name.bytes().all(|b| !b.is_ascii() || b.is_ascii_alphanumeric() || b == b'_')
        && !name.contains(|c: char| c.is_whitespace() || c.is_control());
    if word || SPACED_TYPES.contains(&name) {
        return Ok(Some(written.to_owned()));
    }
    lex.pos = start;
    lex.fail("type name")
}

/// `!hint!inner(items)` after the name.
fn embed(
    lex: &mut Lexer<'_>,
    alias: Option<String>,
    target: String,
    spread: bool,
    depth: usize,
    embeds: &mut usize,
) -> Parse<Embed> {
    *embeds += 1;
    if *embeds > limits::EMBEDS {
        return lex.fail("fewer embedded resources");
    }
    if depth >= limits::DEPTH {
        return lex.fail("less nesting");
    }
    let (mut hint, mut join) = (None, Join::Left);
    while lex.eat("!") {
        let word = lex.name()?;
        match word.as_ref() {
            "inner" => join = Join::Inner,
            "left" => join = Join::Left,
            _ => hint = Some(word.into_owned()),
        }
    }
    lex.expect("(")?;
    let select = items(lex, depth + 1, embeds)?;
    lex.expect(")")?;
    let query = Query { select, ..Query::default() };
    Ok(Embed { alias, target, hint, join, spread, query, range: Range::default() })
}
