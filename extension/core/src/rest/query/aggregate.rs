//! Calls of aggregates in select, order and having: `name(distinct,values…)`, then `.order(…)` and `.filter(…)`.
//!
//! Nothing here can be meant otherwise: in the dialect a name followed by `(` stands after a dot only if it is one of its
//! five aggregates with `()`.

use super::array;
use super::filter::{self, Within, operation};
use super::lexer::{Lexer, Parse, Values};
use super::{order, select};
use crate::limits;
use crate::rest::shape::{AggregateArgument, AggregateCall, Distinct, Having, SelectColumn};
use std::borrow::Cow;

const AGGREGATE: &str = "aggregate function (sum(), avg(), count(), max(), min() ...)";

/// What follows `field.` in select.
pub(super) fn call(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<AggregateCall> {
    let start = lex.pos;
    let name = match lex.name() {
        Ok(name) if lex.peek() == Some(b'(') => name,
        _ => {
            lex.pos = start;
            return lex.fail(AGGREGATE);
        }
    };
    let mut call = AggregateCall::new(&name);
    arguments(lex, values, &mut call)?;
    modifiers(lex, values, &mut call)?;
    Ok(call)
}

/// What follows `count()`: no other is called without a field.
pub(super) fn count(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<AggregateCall> {
    let mut call = AggregateCall::new("count");
    modifiers(lex, values, &mut call)?;
    Ok(call)
}

fn arguments(lex: &mut Lexer<'_>, values: &mut Values, call: &mut AggregateCall) -> Parse<()> {
    lex.expect("(")?;
    if lex.eat(")") {
        return Ok(());
    }
    loop {
        if call.arguments.len() >= limits::AGGREGATE_ARGUMENTS {
            return lex.fail("fewer arguments");
        }
        let start = lex.pos;
        let (text, array) = match lex.peek() {
            Some(b'"') => (lex.quoted()?, false),
            Some(b'{') => {
                let rest = lex.rest();
                let Some(len) = array::balanced(rest) else {
                    return lex.fail("}");
                };
                lex.pos += len;
                (Cow::Borrowed(rest.get(..len).unwrap_or_default()), true)
            }
            _ => (Cow::Borrowed(lex.take(|b| b == b',' || b == b')')), false),
        };
        let quoted = matches!(text, Cow::Owned(_)) || lex.starts_at(start, "\"");
        if text == "distinct" && !quoted && !call.distinct && call.arguments.is_empty() {
            call.distinct = true;
        } else {
            let value = values.lift(text.into_owned(), start)?;
            call.arguments.push(AggregateArgument { value, array });
        }
        if lex.eat(")") {
            return Ok(());
        }
        lex.expect(",")?;
    }
}

fn modifiers(lex: &mut Lexer<'_>, values: &mut Values, call: &mut AggregateCall) -> Parse<()> {
    loop {
        let rest = lex.rest();
        if rest.starts_with(".filter(") && call.filter.is_empty() {
            lex.pos += ".filter".len();
            call.filter = filter::parts(lex, values, 0)?;
        } else if rest.starts_with(".order(") && call.order.is_empty() {
            lex.pos += ".order(".len();
            loop {
                call.order.push(order::column(lex)?);
                if lex.eat(")") {
                    break;
                }
                lex.expect(",")?;
            }
        } else {
            return Ok(());
        }
    }
}

/// `amount.sum()`, `count()`, `meta->>n::int.max()`: an aggregate with what it is of, if the text goes on with one. Leaves
/// the cursor where it was if not.
pub(super) fn subject(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<Option<SelectColumn>> {
    let start = lex.pos;
    let column = |field, cast, call: AggregateCall| {
        let aggregate = Some(Box::new(call));
        Ok(Some(SelectColumn { field, alias: None, cast, aggregate }))
    };
    if lex.eat("count()") {
        return column(None, None, count(lex, values)?);
    }
    let field = lex.field()?;
    let cast = select::cast(lex)?;
    if !lex.eat(".") {
        lex.pos = start;
        return Ok(None);
    }
    let at_name = lex.pos;
    let called =
        lex.name().is_ok_and(|word| !filter::is_operator(&word)) && lex.peek() == Some(b'(');
    if !called {
        lex.pos = start;
        return Ok(None);
    }
    lex.pos = at_name;
    column(Some(field), cast, call(lex, values)?)
}

/// `(part,part)` of `having=`.
pub(super) fn having(lex: &mut Lexer<'_>, values: &mut Values, depth: usize) -> Parse<Vec<Having>> {
    if depth >= limits::DEPTH {
        return lex.fail("less nesting");
    }
    lex.expect("(")?;
    let mut parts = Vec::new();
    loop {
        parts.push(part(lex, values, depth)?);
        if lex.eat(")") {
            return Ok(parts);
        }
        if !lex.eat(",") {
            return lex.fail("\",\" or \")\"");
        }
    }
}

fn part(lex: &mut Lexer<'_>, values: &mut Values, depth: usize) -> Parse<Having> {
    let start = lex.pos;
    let negated = lex.eat("not.");
    for (word, or) in [("and(", false), ("or(", true)] {
        if lex.eat(word) {
            lex.pos -= 1;
            return Ok(Having::Tree { negated, or, parts: having(lex, values, depth + 1)? });
        }
    }
    lex.pos = start;
    let subject = match subject(lex, values)? {
        Some(subject) => subject,
        None => {
            let field = Some(lex.field()?);
            let cast = select::cast(lex)?;
            SelectColumn { field, alias: None, cast, aggregate: None }
        }
    };
    lex.expect(".")?;
    let (negated, test) = operation(lex, values, Within::Tree)?;
    Ok(Having::Test { subject, negated, test })
}

/// `*` or `(a,b)`.
pub(super) fn distinct(lex: &mut Lexer<'_>) -> Parse<Distinct> {
    if lex.eat("*") {
        lex.end("end of input")?;
        return Ok(Distinct::Rows);
    }
    lex.expect("(")?;
    let mut fields = Vec::new();
    loop {
        fields.push(lex.field()?);
        if lex.eat(")") {
            lex.end("end of input")?;
            return Ok(Distinct::On(fields));
        }
        lex.expect(",")?;
    }
}
