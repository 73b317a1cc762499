//! Which unique index an upsert means: by the primary key, by the columns that `on_conflict=` names, or by its name.

use crate::catalog::{Catalog, IndexKey, Relation, RelationKind, UniqueIndex, WriteFacts};
use crate::error::{ApiError, Code};
use std::rc::Rc;

/// What `ON CONFLICT` names, in the words of the relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arbiter {
    pub keys: Vec<IndexKey>,
    pub predicate: Option<String>,
}

impl Arbiter {
    fn columns(names: &[String]) -> Self {
        Self { keys: names.iter().cloned().map(IndexKey::Column).collect(), predicate: None }
    }

    /// The keys' names, if all are columns.
    pub fn plain(&self) -> Option<Vec<&str>> {
        self.keys.iter().map(IndexKey::column).collect()
    }
}

/// The index that `names` mean; the primary key's if there are none, and `None` if there is no key either.
///
/// Columns mean the index over exactly these: a whole one, else the only partial one, else the only one that computes its
/// keys with them. A single name that is no column is that of a constraint or index. What means no index is left to
/// Postgres to refuse.
///
/// # Errors
/// HW110 (400) if several indexes are meant alike.
pub fn arbiter(
    catalog: &dyn Catalog,
    relation: &Relation,
    names: &[String],
) -> Result<Option<Arbiter>, ApiError> {
    if names.is_empty() {
        let key = &relation.primary_key;
        return Ok((!key.is_empty()).then(|| Arbiter::columns(key)));
    }
    let facts = facts(catalog, relation);
    let found = match names {
        [name] if relation.column(name).is_none() => {
            facts.unique.iter().find(|index| index.name == *name)
        }
        _ => over(&facts.unique, names)?,
    };
    let index = |index: &UniqueIndex| Arbiter {
        keys: index.keys.clone(),
        predicate: index.predicate.clone(),
    };
    Ok(Some(found.map_or_else(|| Arbiter::columns(names), index)))
}

fn over<'f>(
    unique: &'f [UniqueIndex],
    names: &[String],
) -> Result<Option<&'f UniqueIndex>, ApiError> {
    let same = |columns: &[&str]| {
        columns.iter().all(|c| names.iter().any(|n| n == c))
            && names.iter().all(|n| columns.contains(&n.as_str()))
    };
    let plain: Vec<_> =
        unique.iter().filter(|index| index.plain().is_some_and(|keys| same(&keys))).collect();
    if let Some(whole) = plain.iter().find(|index| index.predicate.is_none()) {
        return Ok(Some(whole));
    }
    let computed = |index: &&UniqueIndex| {
        let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
        index.plain().is_none() && same(&columns)
    };
    let meant = if plain.is_empty() { unique.iter().filter(computed).collect() } else { plain };
    match meant.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => {
            let names: Vec<String> = several.iter().map(|i| format!("'{}'", i.name)).collect();
            Err(ApiError::new(Code::AmbiguousConflict, &[])
                .details(format!("These unique indexes are over the columns: {}", names.join(", ")))
                .hint("Give the name of one in 'on_conflict'."))
        }
    }
}

/// The facts of a relation; of a view of one table, those of the table whose columns it shows, under the view's names.
/// Expressions and predicates are written in the table's own names, so indexes with them are left out.
pub fn facts(catalog: &dyn Catalog, relation: &Relation) -> Rc<WriteFacts> {
    let own = catalog.write_facts(relation);
    let [base] = relation.bases.as_slice() else {
        return own;
    };
    if relation.kind != RelationKind::View {
        return own;
    }
    let Some(table) = catalog.relation(&base.schema, &base.name) else {
        return own;
    };
    let under = |index: &UniqueIndex| {
        let plain = index.plain().filter(|_| index.predicate.is_none())?;
        let columns = base.shown(&plain.into_iter().map(str::to_owned).collect::<Vec<_>>())?;
        let keys = columns.iter().cloned().map(IndexKey::Column).collect();
        Some(UniqueIndex { keys, columns, ..index.clone() })
    };
    let unique = catalog.write_facts(&table).unique.iter().filter_map(under).collect();
    Rc::new(WriteFacts { unique, ..WriteFacts::clone(&own) })
}
