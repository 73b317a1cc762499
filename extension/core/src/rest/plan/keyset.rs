//! The total order that a keyset page follows: the request's own, then a key.

use super::{Node, Planner};
use crate::catalog::{Column, Relation, TypeKind, UniqueIndex};
use crate::error::{ApiError, Code};
use crate::rest::cursor::{self, Fingerprint};
use crate::rest::shape::{Field, JsonKey, Order, Page, Position, Query};

/// The order of a keyset page.
#[derive(Debug)]
pub struct KeysetNode<'s> {
    pub terms: Vec<KeysetTerm>,
    pub from: Option<&'s Position>,
    pub page: Page,
}

/// A term of it, in the page's own direction.
#[derive(Debug)]
pub struct KeysetTerm {
    pub order: Order,
    /// As [`Node::order_joins`].
    pub join: Option<(usize, String)>,
    pub not_null: bool,
    /// A date or time: its text depends on settings, its JSON does not.
    pub moment: bool,
}

impl KeysetTerm {
    /// Nulls come before other values.
    pub fn nulls_first(&self) -> bool {
        self.order.nulls_first.unwrap_or(self.order.descending)
    }
}

impl Planner<'_> {
    /// # Errors
    /// HW450 (400) if no key makes the order total, or the rows are not the relation's own; HW451 (400) if the cursor has
    /// not the values of this order.
    pub(super) fn keyset<'s>(
        &self,
        node: &Node<'s>,
        query: &'s Query,
    ) -> Result<Option<KeysetNode<'s>>, ApiError> {
        let (Some(_), Some(relation)) = (&query.keyset, &node.relation) else {
            return Ok(None);
        };
        if query.is_grouped() || query.distinct.is_some() {
            return Err(ApiError::new(Code::Keyset, &["its rows are groups of rows"])
                .hint("Page through groups with limit and offset"));
        }
        let from = query.position();
        let backwards = from.is_some_and(|from| from.backwards);
        let key = self.key(relation)?;
        let mut terms: Vec<KeysetTerm> = Vec::new();
        for (order, join) in query.order.iter().zip(&node.order_joins) {
            let column = node.column(&order.field.name).filter(|_| join.is_none());
            let whole = order.field.path.is_empty();
            // A view does not say so of its columns.
            let not_null =
                whole && column.is_some_and(|column| column.not_null || key.contains(&column.name));
            let of = match join {
                Some((index, _)) => node.embeds.get(*index).map(|embed| &embed.node),
                None => Some(node),
            };
            let moment =
                whole && of.and_then(|of| of.column(&order.field.name)).is_some_and(is_moment);
            terms.push(KeysetTerm { order: order.clone(), join: join.clone(), not_null, moment });
        }
        let descending = terms.last().is_some_and(|term| term.order.descending);
        let named = |terms: &[KeysetTerm], name: &str| {
            terms.iter().any(|term| {
                term.join.is_none()
                    && term.order.field.path.is_empty()
                    && term.order.field.name == name
            })
        };
        // In the direction of the term before: then one index, read either way, serves all terms.
        for name in key.iter() {
            if !named(&terms, name) {
                let field = Field { name: name.clone(), path: Vec::new() };
                let order =
                    Order { relation: None, field, aggregate: None, descending, nulls_first: None };
                let moment = node.column(name).is_some_and(is_moment);
                terms.push(KeysetTerm { order, join: None, not_null: true, moment });
            }
        }
        let fingerprint = fingerprint(relation, &terms);
        if from.is_some_and(|from| from.values.len() != terms.len()) {
            return Err(cursor::misfit());
        }
        if backwards {
            for term in &mut terms {
                term.order.descending = !term.order.descending;
                term.order.nulls_first = term.order.nulls_first.map(|first| !first);
            }
        }
        let page =
            Page { most: node.range.limit, fingerprint, backwards, continued: from.is_some() };
        Ok(Some(KeysetNode { terms, from, page }))
    }

    /// The shortest unique index over columns that are never null.
    fn unique_key(&self, relation: &Relation) -> Option<Vec<String>> {
        let facts = self.catalog.write_facts(relation);
        let whole = facts.unique.iter().filter(|index| index.not_null && index.predicate.is_none());
        let keys = whole.filter_map(UniqueIndex::plain).filter(|key| !key.is_empty());
        let key = keys.min_by_key(Vec::len)?;
        Some(key.into_iter().map(str::to_owned).collect())
    }

    /// The columns that tell any two rows apart, none of them null.
    fn key(&self, relation: &Relation) -> Result<Vec<String>, ApiError> {
        let key = match relation.primary_key.as_slice() {
            [] => self.unique_key(relation),
            key => Some(key.to_vec()),
        };
        key.ok_or_else(|| {
            let what = format!("'{}' has no key that makes its order total", relation.name);
            ApiError::new(Code::Keyset, &[&what]).hint(
                "Add a primary key, or a unique constraint on columns that are NOT NULL. A view has the key of its table \
                 if it is a plain selection from that one table and shows the key's columns",
            )
        })
    }
}

fn is_moment(column: &Column) -> bool {
    let kind = column.ty.element.filter(|_| column.ty.kind == TypeKind::Domain);
    matches!(
        kind.unwrap_or(column.ty.kind),
        TypeKind::Date | TypeKind::Timestamp | TypeKind::TimestampTz
    )
}

fn fingerprint(relation: &Relation, terms: &[KeysetTerm]) -> u64 {
    let mut print = Fingerprint::default();
    print.text(&relation.schema);
    print.text(&relation.name);
    for term in terms {
        print.text(term.order.relation.as_deref().unwrap_or_default());
        print.text(&term.order.field.name);
        for step in &term.order.field.path {
            print.byte(u8::from(step.text));
            match &step.key {
                JsonKey::Name(name) => print.text(name),
                JsonKey::Index(index) => {
                    index.to_be_bytes().into_iter().for_each(|b| print.byte(b))
                }
            }
        }
        print.byte(0xfe);
        print.byte(u8::from(term.order.descending));
        print.byte(u8::from(term.nulls_first()));
    }
    print.0
}
