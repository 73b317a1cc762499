//! Functions over a relation's rows: as fields, and as relationships.

use super::Node;
use super::embed::{Cardinality, Relationship, RowCall};
use crate::catalog::{Catalog, Column, Relation, RowFunction};
use crate::rest::Settings;
use crate::rest::shape::{Filter, Query, SelectItem};

/// The relationship that a function of this name makes. It takes the place of those that foreign keys make under the
/// same name, whatever the hint. The function is in the schema of the request, its rows in any that is exposed.
pub(super) fn relationship(
    catalog: &dyn Catalog,
    settings: &Settings,
    schema: &str,
    parent: &Relation,
    target: &str,
) -> Option<Relationship> {
    let functions = catalog.row_functions(parent);
    let function = functions.iter().find(|f| f.schema == schema && f.name == target)?;
    let (of, name) = function.relation.as_ref()?;
    let target = catalog.relation(of, name).filter(|_| settings.schemas.contains(of))?;
    let cardinality = if function.single { Cardinality::OneToOne } else { Cardinality::OneToMany };
    let call =
        RowCall { schema: schema.to_owned(), name: function.name.clone(), set: function.set };
    Some(Relationship::computed(cardinality, target, call))
}

/// The computed fields that a query names, with their types. Postgres finds the functions itself, by the search path, when it
/// reads `film.full_name`; their types decide how JSON paths and full-text tests are written, and how values are encoded.
pub(super) fn fields(catalog: &dyn Catalog, node: &Node<'_>) -> Vec<Column> {
    let Some(relation) = &node.relation else {
        return Vec::new();
    };
    let mut names = Vec::new();
    each_name(node.query, &mut |name| {
        let known = relation.column(name).is_some() || node.embed(name).is_some();
        if !known && !names.contains(&name) {
            names.push(name);
        }
    });
    if names.is_empty() {
        return Vec::new();
    }
    let functions = catalog.row_functions(relation);
    names.into_iter().filter_map(|name| field(&functions, name)).collect()
}

/// Which of several functions is meant is for the search path to say: they must agree on the type.
fn field(functions: &[RowFunction], name: &str) -> Option<Column> {
    let mut named = functions.iter().filter(|f| f.name == name && !f.set);
    let first = named.next()?;
    let agreed = named.all(|other| other.ty == first.ty);
    agreed.then(|| Column {
        name: name.to_owned(),
        ty: first.ty.clone(),
        not_null: false,
        has_default: false,
        default: None,
        generated: false,
    })
}

fn each_name<'q>(query: &'q Query, each: &mut impl FnMut(&'q str)) {
    for item in &query.select {
        if let SelectItem::Column(column) = item
            && let Some(field) = &column.field
        {
            each(&field.name);
        }
    }
    for filter in &query.filters {
        each_filtered(filter, each);
    }
    for order in query.order.iter().filter(|order| order.relation.is_none()) {
        each(&order.field.name);
    }
    query.grouping_fields(&mut |field| each(&field.name));
}

fn each_filtered<'q>(filter: &'q Filter, each: &mut impl FnMut(&'q str)) {
    match filter {
        Filter::Tree { parts, .. } => parts.iter().for_each(|part| each_filtered(part, each)),
        Filter::Test { field, .. } => each(&field.name),
    }
}
