//! `order=`: `name.desc.nullslast,meta->>a,director(name).asc`.

use super::aggregate;
use super::lexer::{Lexer, Parse, Values};
use crate::rest::shape::{Field, Order};

pub(super) fn parse(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<Vec<Order>> {
    let mut terms = Vec::new();
    loop {
        lex.spaces();
        terms.push(term(lex, values)?);
        lex.spaces();
        if !lex.eat(",") {
            lex.end("\",\" or end of input")?;
            return Ok(terms);
        }
    }
}

/// A term of an aggregate's own order: a column of the relation that it is of.
pub(super) fn column(lex: &mut Lexer<'_>) -> Parse<Order> {
    let field = lex.field()?;
    direction(
        lex,
        Order { relation: None, field, aggregate: None, descending: false, nulls_first: None },
    )
}

fn term(lex: &mut Lexer<'_>, values: &mut Values) -> Parse<Order> {
    if let Some(subject) = aggregate::subject(lex, values)? {
        let order = Order {
            relation: None,
            field: Field { name: String::new(), path: Vec::new() },
            aggregate: Some(Box::new(subject)),
            descending: false,
            nulls_first: None,
        };
        return direction(lex, order);
    }
    let mut field = lex.field()?;
    let mut relation = None;
    if field.path.is_empty() && lex.eat("(") {
        relation = Some(field.name);
        field = lex.field()?;
        lex.expect(")")?;
    }
    direction(lex, Order { relation, field, aggregate: None, descending: false, nulls_first: None })
}

/// `.desc.nullslast`
fn direction(lex: &mut Lexer<'_>, mut order: Order) -> Parse<Order> {
    let (mut direction, mut nulls) = (false, false);
    while lex.eat(".") {
        let start = lex.pos;
        match lex.word() {
            "asc" if !direction && !nulls => direction = true,
            "desc" if !direction && !nulls => {
                order.descending = true;
                direction = true;
            }
            "nullsfirst" if !nulls => {
                order.nulls_first = Some(true);
                nulls = true;
            }
            "nullslast" if !nulls => {
                order.nulls_first = Some(false);
                nulls = true;
            }
            _ => {
                lex.pos = start;
                return lex.fail("\"asc\", \"desc\", \"nullsfirst\" or \"nullslast\"");
            }
        }
    }
    Ok(order)
}
