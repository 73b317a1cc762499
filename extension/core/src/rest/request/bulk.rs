//! PATCH with an array.

use super::{Asked, media, payload, take_rows};
use crate::catalog::Catalog;
use crate::error::{ApiError, Code};
use crate::http::Request;
use crate::rest::payload::Keyed;
use crate::rest::plan::conflict;
use std::borrow::Cow;

/// Reads the body, each element of which has the key of its row: the columns of `on_conflict`, or the primary key.
///
/// # Errors
/// Those of [`payload::bulk`] and [`conflict::arbiter`]; HW111 (400) if `on_conflict` names an index that computes its keys.
pub(super) fn read<'a>(
    asked: &mut Asked<'a>,
    request: &Request<'a>,
    catalog: &dyn Catalog,
) -> Result<(), ApiError> {
    let kind = media::body_kind(request.headers)?;
    let missing_default = asked.prefer.missing_default == Some(true);
    let shape = &asked.parsed.shape;
    let named = &shape.query.on_conflict;
    let relation = catalog.relation(&shape.schema, &shape.target);
    let arbiter = match &relation {
        Some(relation) => conflict::arbiter(catalog, relation, named)?,
        // The planner says that there is no such relation.
        None => return Ok(()),
    };
    let keys: Cow<'_, [String]> = match &arbiter {
        None => Cow::Borrowed(&[]),
        Some(arbiter) => match arbiter.plain() {
            Some(names) => Cow::Owned(names.into_iter().map(str::to_owned).collect()),
            None => {
                return Err(ApiError::new(Code::BulkKey, &[])
                    .details("The index that 'on_conflict' means computes its keys")
                    .hint("Name columns whose values the body has."));
            }
        },
    };
    let keyed = Keyed {
        keys: &keys,
        named: !named.is_empty(),
        filtered: !shape.query.filters.is_empty(),
        columns: shape.query.columns.as_deref(),
        missing_default,
    };
    let (rows, elements) = payload::bulk(request.body, kind, keyed)?;
    asked.parsed.elements = elements;
    if elements.is_some() {
        asked.parsed.shape.write.keys = keys.into_owned();
    }
    take_rows(asked, rows, missing_default);
    Ok(())
}
