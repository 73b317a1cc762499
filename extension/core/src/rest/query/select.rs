//! `select=`: columns, aggregates and embeds.

use super::aggregate;
use super::lexer::{Lexer, Parse, Values};
use crate::limits;
use crate::rest::shape::{
    AggregateCall, Embed, Field, Join, Query, Range, SelectColumn, SelectItem,
};

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
pub(super) fn parse(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<Vec<SelectItem>> {
    let items = items(lex, values, 0, &mut 0)?;
    lex.end("\",\" or end of input")?;
    Ok(items)
}

fn items(
    lex: &mut Lexer<'_>,
    values: &mut Values,
    depth: usize,
    embeds: &mut usize,
) -> Parse<Vec<SelectItem>> {
    let mut items = Vec::new();
    lex.spaces();
    if matches!(lex.peek(), None | Some(b')')) {
        return Ok(items);
    }
    loop {
        items.push(item(lex, values, depth, embeds)?);
        lex.spaces();
        if !lex.eat_spaced(",") {
            return Ok(items);
        }
    }
}

fn item(
    lex: &mut Lexer<'_>,
    values: &mut Values,
    depth: usize,
    embeds: &mut usize,
) -> Parse<SelectItem> {
    if lex.eat("...") {
        let target = lex.name()?.into_owned();
        let embed = embed(lex, values, (None, target, true), depth, embeds)?;
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
        let call = aggregate::count(lex, values)?;
        let aggregate = Some(cast_result(lex, call)?);
        return Ok(SelectItem::Column(SelectColumn { field: None, alias, cast: None, aggregate }));
    }
    if matches!(lex.peek(), Some(b'!' | b'(')) {
        let embed = embed(lex, values, (alias, name.into_owned(), false), depth, embeds)?;
        return Ok(SelectItem::Embed(embed));
    }
    let path = lex.json_path()?;
    let field = Some(Field { name: name.into_owned(), path });
    let cast_field = cast(lex)?;
    let aggregate = match lex.eat(".") {
        true => {
            let call = aggregate::call(lex, values)?;
            Some(cast_result(lex, call)?)
        }
        false => None,
    };
    Ok(SelectItem::Column(SelectColumn { field, alias, cast: cast_field, aggregate }))
}

fn cast_result(lex: &mut Lexer<'_>, mut call: AggregateCall) -> Parse<Box<AggregateCall>> {
    call.cast = cast(lex)?;
    Ok(Box::new(call))
}

/// `::type`. What is let through here is put into SQL as it is, so it can be nothing but a type's name.
pub(super) fn cast(lex: &mut Lexer<'_>) -> Parse<Option<String>> {
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
    values: &mut Values,
    (alias, target, spread): (Option<String>, String, bool),
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
    let select = items(lex, values, depth + 1, embeds)?;
    lex.expect(")")?;
    let query = Query { select, ..Query::default() };
    Ok(Embed { alias, target, hint, join, spread, query, range: Range::default() })
}
