//! `order=`: `name.desc.nullslast,meta->>a,director(name).asc`.

use super::lexer::{Lexer, Parse};
use crate::rest::shape::Order;

pub(super) fn parse(lex: &mut Lexer<'_>) -> Parse<Vec<Order>> {
    let mut terms = Vec::new();
    loop {
        lex.spaces();
        terms.push(term(lex)?);
        lex.spaces();
        if !lex.eat(",") {
            lex.end("\",\" or end of input")?;
            return Ok(terms);
        }
    }
}

fn term(lex: &mut Lexer<'_>) -> Parse<Order> {
    let mut field = lex.field()?;
    let mut relation = None;
    if field.path.is_empty() && lex.eat("(") {
        relation = Some(field.name);
        field = lex.field()?;
        lex.expect(")")?;
    }
    let mut order = Order { relation, field, descending: false, nulls_first: None };
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
