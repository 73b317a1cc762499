//! Filters: `[not.]operator.value`, and the trees of `and=` and `or=`.

use super::lexer::{Failure, Lexer, Parse, Values};
use super::{array, regex};
use crate::limits;
use crate::rest::shape::{CompareOp, Filter, FullText, Is, Quantifier, Test};
use std::borrow::Cow;

const OPERATOR: &str = "\"not\" or operator (eq, gt, ...)";

/// Where an operation ends: with the text, or inside a tree with `,` or `)`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Parameter,
    Tree,
}

/// A whole `[not.]operator.value`.
pub(super) fn operation(
    lex: &mut Lexer<'_>,
    values: &mut Values,
    within: Within,
) -> Parse<(bool, Test)> {
    let negated = lex.eat("not.");
    let test = test(lex, values, within)?;
    Ok((negated, test))
}

fn test(lex: &mut Lexer<'_>, values: &mut Values, within: Within) -> Parse<Test> {
    let start = lex.pos;
    let word = lex.word();
    let full_text = match word {
        "is" => return is(lex, within),
        "in" => return in_list(lex, values, within),
        "fts" => FullText::Raw,
        "plfts" => FullText::Plain,
        "phfts" => FullText::Phrase,
        "wfts" => FullText::Web,
        _ => {
            let Some(op) = compare_op(word) else {
                return Err(Failure { at: start, expecting: OPERATOR });
            };
            return compare(lex, values, within, op);
        }
    };
    let config = if lex.eat("(") {
        let config = lex.take(|b| b == b')').to_owned();
        if config.is_empty() {
            return lex.fail("text search configuration");
        }
        lex.expect(")")?;
        Some(values.lift(config, lex.pos)?)
    } else {
        None
    };
    lex.expect(".")?;
    let value = text(lex, within)?.into_owned();
    Ok(Test::FullText { op: full_text, config, value: values.lift(value, lex.pos)? })
}

/// A word that an operation begins with.
pub(super) fn is_operator(word: &str) -> bool {
    matches!(word, "not" | "is" | "in" | "fts" | "plfts" | "phfts" | "wfts")
        || compare_op(word).is_some()
}

fn compare_op(word: &str) -> Option<CompareOp> {
    Some(match word {
        "eq" => CompareOp::Eq,
        "neq" => CompareOp::Neq,
        "gt" => CompareOp::Gt,
        "gte" => CompareOp::Gte,
        "lt" => CompareOp::Lt,
        "lte" => CompareOp::Lte,
        "like" => CompareOp::Like,
        "ilike" => CompareOp::Ilike,
        "match" => CompareOp::Match,
        "imatch" => CompareOp::Imatch,
        "isdistinct" => CompareOp::IsDistinct,
        "cs" => CompareOp::Contains,
        "cd" => CompareOp::Contained,
        "ov" => CompareOp::Overlaps,
        "sl" => CompareOp::StrictlyLeft,
        "sr" => CompareOp::StrictlyRight,
        "nxr" => CompareOp::NotExtendRight,
        "nxl" => CompareOp::NotExtendLeft,
        "adj" => CompareOp::Adjacent,
        _ => return None,
    })
}

fn compare(lex: &mut Lexer<'_>, values: &mut Values, within: Within, op: CompareOp) -> Parse<Test> {
    use CompareOp::{Eq, Gt, Gte, Ilike, Imatch, Like, Lt, Lte, Match};
    let mut quantifier = None;
    if matches!(op, Eq | Gt | Gte | Lt | Lte | Like | Ilike | Match | Imatch) {
        quantifier = if lex.eat("(any)") {
            Some(Quantifier::Any)
        } else if lex.eat("(all)") {
            Some(Quantifier::All)
        } else {
            None
        };
    }
    lex.expect(".")?;
    let start = lex.pos;
    let value = text(lex, within)?;
    let value = match op {
        Like | Ilike if value.contains('*') => value.replace('*', "%"),
        Match | Imatch => {
            let fine = match quantifier {
                None => regex::is_bounded(&value),
                Some(_) => array::elements(&value)
                    .is_some_and(|all| all.iter().all(|e| regex::is_bounded(e))),
            };
            if !fine {
                let expecting = "a regular expression of at most 100 bytes, repeats of at most 20 and not nested, no back-references";
                return Err(Failure { at: start, expecting });
            }
            value.into_owned()
        }
        _ => value.into_owned(),
    };
    Ok(Test::Compare { op, quantifier, value: values.lift(value, start)? })
}

fn is(lex: &mut Lexer<'_>, within: Within) -> Parse<Test> {
    lex.expect(".")?;
    let start = lex.pos;
    let word = match within {
        Within::Parameter => lex.take(|_| false),
        Within::Tree => lex.take(|b| b == b',' || b == b')'),
    };
    let is = match word {
        w if w.eq_ignore_ascii_case("null") => Is::Null,
        w if w.eq_ignore_ascii_case("not_null") => Is::NotNull,
        w if w.eq_ignore_ascii_case("true") => Is::True,
        w if w.eq_ignore_ascii_case("false") => Is::False,
        w if w.eq_ignore_ascii_case("unknown") => Is::Unknown,
        _ => {
            let expecting = "isVal: (null, not_null, true, false, unknown)";
            return Err(Failure { at: start, expecting });
        }
    };
    Ok(Test::Is(is))
}

fn in_list(lex: &mut Lexer<'_>, values: &mut Values, within: Within) -> Parse<Test> {
    lex.expect(".")?;
    lex.spaces();
    lex.expect("(")?;
    lex.spaces();
    let mut literal = array::Literal::new();
    if !lex.eat(")") {
        loop {
            let element = quoted_item(lex);
            let element = element.unwrap_or_else(|| Cow::Borrowed(item(lex)));
            literal.push(&element);
            if lex.eat(")") {
                break;
            }
            lex.expect(",")?;
        }
    }
    if within == Within::Parameter {
        lex.spaces();
        lex.end("end of input")?;
    }
    Ok(Test::In(values.lift(literal.finish(), lex.pos)?))
}

/// A value. As a parameter it is all that is left; in a tree it is quoted, or `{…}`, or goes up to `,` or `)`.
fn text<'a>(lex: &mut Lexer<'a>, within: Within) -> Parse<Cow<'a, str>> {
    if within == Within::Parameter {
        return Ok(Cow::Borrowed(lex.take(|_| false)));
    }
    if let Some(text) = quoted_item(lex) {
        return Ok(text);
    }
    let rest = lex.rest();
    let array = rest.starts_with('{').then(|| array::balanced(rest)).flatten();
    Ok(Cow::Borrowed(match array {
        Some(length) => {
            lex.pos += length;
            rest.get(..length).unwrap_or_default()
        }
        None => item(lex),
    }))
}

/// Up to `,` or `)`.
fn item<'a>(lex: &mut Lexer<'a>) -> &'a str {
    lex.take(|b| b == b',' || b == b')')
}

/// `"…"`, if it is all of an item; what only begins with a quote is taken as it is.
fn quoted_item<'a>(lex: &mut Lexer<'a>) -> Option<Cow<'a, str>> {
    if lex.peek() != Some(b'"') {
        return None;
    }
    let start = lex.pos;
    let quoted = lex.quoted().ok().filter(|_| matches!(lex.peek(), None | Some(b',' | b')')));
    if quoted.is_none() {
        lex.pos = start;
    }
    quoted
}

/// `(part,part)` of an `and=` or `or=`.
pub(super) fn parts(lex: &mut Lexer<'_>, values: &mut Values, depth: usize) -> Parse<Vec<Filter>> {
    if depth >= limits::DEPTH {
        return lex.fail("less nesting");
    }
    lex.spaces();
    lex.expect("(")?;
    let mut parts = Vec::new();
    loop {
        lex.spaces();
        parts.push(part(lex, values, depth)?);
        if lex.eat_spaced(")") {
            return Ok(parts);
        }
        if !lex.eat_spaced(",") {
            return lex.fail("\",\" or \")\"");
        }
    }
}

fn part(lex: &mut Lexer<'_>, values: &mut Values, depth: usize) -> Parse<Filter> {
    let start = lex.pos;
    let negated = lex.eat("not.");
    for (word, or) in [("and(", false), ("or(", true)] {
        if lex.eat(word) {
            lex.pos -= 1;
            return Ok(Filter::Tree { negated, or, parts: parts(lex, values, depth + 1)? });
        }
    }
    lex.pos = start;
    let field = lex.field()?;
    lex.expect(".")?;
    let (negated, test) = operation(lex, values, Within::Tree)?;
    Ok(Filter::Test { field, negated, test })
}
