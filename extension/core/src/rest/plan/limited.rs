//! UPDATE and DELETE with `limit` or `offset`.

use super::conflict;
use crate::catalog::{Catalog, Relation, UniqueIndex};
use crate::error::{ApiError, Code};
use crate::rest::shape::{CompareOp, Filter, Range, Shape, Test, Verb};

/// The columns that tell the rows apart that a limited write touches; `None` if the write is not limited, or touches one
/// row at most.
///
/// # Errors
/// PGRST109 (400) unless the order has a whole key in it: which rows are the first must be clear. PGRST127 (400) for an
/// order by an embed.
pub fn key(
    catalog: &dyn Catalog,
    shape: &Shape,
    relation: &Relation,
) -> Result<Option<Vec<String>>, ApiError> {
    let writes = matches!(shape.verb, Verb::Update | Verb::Delete);
    if !writes || shape.range == Range::default() {
        return Ok(None);
    }
    if !shape.write.keys.is_empty() {
        let about = "limit and offset with a body of several rows";
        return Err(ApiError::new(Code::NotImplemented, &[]).details(about));
    }
    let facts = conflict::facts(catalog, relation);
    let whole = |index: &&UniqueIndex| index.predicate.is_none();
    let order = &shape.query.order;
    let ordered = |name: &&str| {
        let by = |o: &crate::rest::shape::Order| o.relation.is_none() && o.field.path.is_empty();
        order.iter().any(|o| by(o) && o.field.name == *name)
    };
    let sorted = |index: &&UniqueIndex| {
        index.not_null && index.plain().is_some_and(|keys| keys.iter().all(&ordered))
    };
    if let Some(index) = facts.unique.iter().filter(whole).find(sorted) {
        if order.iter().any(|o| o.relation.is_some()) {
            let about = "limit on a write in an order by an embedded resource";
            return Err(ApiError::new(Code::NotImplemented, &[]).details(about));
        }
        let key = index.plain().unwrap_or_default();
        return Ok(Some(key.into_iter().map(str::to_owned).collect()));
    }
    let fixed = |name: &&str| shape.query.filters.iter().any(|filter| is_equality(filter, name));
    let pinned = |index: &&UniqueIndex| index.plain().is_some_and(|keys| keys.iter().all(&fixed));
    let all_of_it = shape.range.offset.is_none() && shape.range.limit != Some(0);
    if all_of_it && facts.unique.iter().filter(whole).any(|index| pinned(&index)) {
        return Ok(None);
    }
    let error =
        ApiError::new(Code::LimitOrder, &[]).hint("Apply an 'order' using unique column(s)");
    Err(if order.is_empty() {
        error
    } else {
        error.details("The order has no key in it whose columns are unique and never null")
    })
}

fn is_equality(filter: &Filter, name: &str) -> bool {
    matches!(
        filter,
        Filter::Test {
            field,
            negated: false,
            test: Test::Compare { op: CompareOp::Eq, quantifier: None, .. },
        } if field.path.is_empty() && field.name == name
    )
}
