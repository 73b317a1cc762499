//! Foreign keys as a relation sees them. A view has those of the tables whose columns it shows as they are.

use crate::catalog::{Catalog, ForeignKey, Relation};
use std::rc::Rc;

/// A foreign key from one of its ends.
pub(super) struct Seen {
    pub key: ForeignKey,
    /// This end holds the key.
    pub forward: bool,
    /// The relation's columns at this end, in the key's order.
    pub columns: Vec<String>,
}

/// All foreign keys from or to a relation. A key that refers to its own table is there twice: from either end.
pub(super) fn seen_from(catalog: &dyn Catalog, relation: &Relation) -> Vec<Seen> {
    let mut all = Vec::new();
    if relation.bases.is_empty() {
        see(catalog, relation, &mut all, |columns| Some(columns.to_vec()));
    }
    for base in &relation.bases {
        if let Some(table) = catalog.relation(&base.schema, &base.name) {
            see(catalog, &table, &mut all, |columns| base.shown(columns));
        }
    }
    all
}

fn see(
    catalog: &dyn Catalog,
    table: &Relation,
    all: &mut Vec<Seen>,
    shown: impl Fn(&[String]) -> Option<Vec<String>>,
) {
    for key in catalog.foreign_keys(table).iter() {
        if key.from_schema == table.schema && key.from_table == table.name {
            let columns = shown(&key.from_columns);
            all.extend(columns.map(|columns| Seen { key: key.clone(), forward: true, columns }));
        }
        if key.to_schema == table.schema && key.to_table == table.name {
            let columns = shown(&key.to_columns);
            all.extend(columns.map(|columns| Seen { key: key.clone(), forward: false, columns }));
        }
    }
}

/// What an embed can mean: the relation that its target names, if that is a view, and any table.
pub(super) struct Targets<'c> {
    catalog: &'c dyn Catalog,
    schema: &'c str,
    named: Option<Rc<Relation>>,
}

impl<'c> Targets<'c> {
    pub fn new(catalog: &'c dyn Catalog, schema: &'c str, name: &str) -> Self {
        Self { catalog, schema, named: catalog.relation(schema, name) }
    }

    /// What stands at a key's far end, with its columns there: the table, if it is in the schema of the request, and the
    /// named view, if it shows that table's columns.
    pub fn at(
        &self,
        schema: &str,
        table: &str,
        columns: &[String],
    ) -> Vec<(Rc<Relation>, Vec<String>)> {
        let mut all = Vec::new();
        if schema == self.schema {
            let table = self.catalog.relation(schema, table);
            all.extend(table.map(|table| (table, columns.to_vec())));
        }
        if let Some(view) = &self.named {
            let mut bases = view.bases.iter();
            let base = bases.find(|base| base.schema == schema && base.name == table);
            let shown = base.and_then(|base| base.shown(columns));
            all.extend(shown.map(|columns| (Rc::clone(view), columns)));
        }
        all
    }

    /// Whether the target's own name can mean this table, or a view of it.
    pub fn names(&self, schema: &str, table: &str) -> bool {
        self.named.as_ref().is_some_and(|named| {
            let is = named.schema == schema && named.name == table;
            is || named.bases.iter().any(|base| base.schema == schema && base.name == table)
        })
    }
}
