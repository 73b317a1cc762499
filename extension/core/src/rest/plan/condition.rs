//! Whether a conditional write can be checked in the statement that writes.

use crate::catalog::{Relation, RelationKind};
use crate::error::{ApiError, Code};
use crate::rest::shape::{Condition, SelectItem, Shape, Verb};

/// Whether the relation and the columns asked for allow the write's condition to be checked with the write.
///
/// # Errors
/// HW400 (400).
pub fn check(shape: &Shape, relation: &Relation) -> Result<(), ApiError> {
    let Some(condition) = shape.write.condition else { return Ok(()) };
    let base = match relation.kind {
        RelationKind::Table | RelationKind::Partitioned => true,
        // What is written is a row of the one table behind it.
        RelationKind::View => !relation.primary_key.is_empty(),
        RelationKind::MaterializedView | RelationKind::Foreign => false,
    };
    if condition == Condition::Absent {
        return Ok(());
    }
    if !base {
        return Err(refused("If-Match is not possible on this relation")
            .details("Its rows cannot be compared and written in one step")
            .hint(
                "Write to the table itself, or to a view of one table that shows its primary key",
            ));
    }
    let upsert = matches!(shape.verb, Verb::Insert | Verb::Put);
    let keyed = !relation.primary_key.is_empty() || !shape.query.on_conflict.is_empty();
    // Only a plain table's rows say whether they were there.
    if upsert && (relation.kind != RelationKind::Table || !keyed) {
        return Err(
            refused("If-Match on an upsert needs a table with a primary key").hint("Use PATCH")
        );
    }
    if shape.range.limit.is_some() || shape.range.offset.is_some() {
        return Err(refused("If-Match with limit or offset is not possible"));
    }
    let plain = |item: &SelectItem| match item {
        SelectItem::All => true,
        SelectItem::Column(column) => column.aggregate.is_none(),
        SelectItem::Embed(_) => false,
    };
    if condition == Condition::Match && !shape.query.select.iter().all(plain) {
        return Err(refused("If-Match needs a select of the table's own columns")
            .details("The tag of a row with embedded rows speaks of other tables too")
            .hint("Read and write with the same select, without embeds and aggregates"));
    }
    Ok(())
}

fn refused(message: &str) -> ApiError {
    ApiError::new(Code::BadRequest, &[message])
}
