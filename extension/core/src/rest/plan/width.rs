//! How wide a result may be: Postgres has room for 1,664 columns, and what it answers beyond (54011) looks like a fault of ours.

use super::Node;
use crate::error::{ApiError, Code};
use crate::limits;
use crate::rest::shape::SelectItem;

/// # Errors
/// PGRST100 (400) if a list of columns is longer than [`limits::RESULT`].
pub(super) fn check(node: &Node<'_>) -> Result<(), ApiError> {
    let columns = width(node);
    // What rows are ordered by needs room too, and what they are grouped by may need it twice.
    let needed = if node.query.is_grouped() { 2 * columns } else { columns };
    // A keyset page shows its order to the shell, and ends it with a key.
    let key = if node.query.keyset.is_some() { limits::KEY } else { 0 };
    let ordered = needed + node.query.order.len() + key;
    if columns <= limits::RESULT && ordered <= limits::RESULT_ORDERED {
        return Ok(());
    }
    let about = format!("A result has at most {} columns", limits::RESULT);
    Err(ApiError::new(Code::QueryParameter, &[&about])
        .details(format!("{columns} columns are selected, a * counting as all that it stands for")))
}

fn width(node: &Node<'_>) -> usize {
    let all = node.columns().len();
    if node.query.select.is_empty() {
        return all;
    }
    let mut embeds = node.embeds.iter();
    let widths = node.query.select.iter().map(|item| match item {
        SelectItem::All => all,
        // A relation spread into another hands on what its aggregates are ordered and chosen by.
        SelectItem::Column(column) => {
            1 + column
                .aggregate
                .as_ref()
                .map_or(0, |call| call.order.len() + usize::from(!call.filter.is_empty()))
        }
        SelectItem::Embed(embed) => match embeds.next() {
            Some(embedded) if embed.spread => width(&embedded.node),
            _ => 1,
        },
    });
    widths.sum()
}
