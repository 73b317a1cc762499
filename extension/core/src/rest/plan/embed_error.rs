//! What is said of an embed that means no relationship, or several.

use super::embed::{Candidate, Cardinality};
use super::keys::{self, Seen};
use super::{Node, hints};
use crate::catalog::{Catalog, Relation};
use crate::error::{ApiError, Code};
use crate::rest::shape::Embed;
use serde_json::{Value, json};

fn columns(pairs: &[(String, String)], second: bool) -> String {
    let names: Vec<&str> =
        pairs.iter().map(|(a, b)| if second { b.as_str() } else { a.as_str() }).collect();
    names.join(", ")
}

/// PGRST201, with every way that it could have meant.
#[cold]
pub(super) fn ambiguous(parent: &str, embed: &Embed, found: &[Candidate]) -> ApiError {
    let mut details = Vec::new();
    let mut ways = Vec::new();
    for candidate in found {
        let r = &candidate.relationship;
        let target = &r.target.name;
        let (cardinality, relationship, hint) = match (&r.junction, r.cardinality) {
            (Some(j), _) => (
                "many-to-many",
                format!(
                    "{} using {}({}) and {}({})",
                    j.name,
                    r.constraint,
                    columns(&r.columns, true),
                    j.constraint,
                    columns(&j.columns, false)
                ),
                if candidate.own { &j.constraint } else { &j.name },
            ),
            (None, cardinality) => (
                match cardinality {
                    Cardinality::ManyToOne => "many-to-one",
                    Cardinality::OneToOne => "one-to-one",
                    _ => "one-to-many",
                },
                format!(
                    "{} using {parent}({}) and {target}({})",
                    r.constraint,
                    columns(&r.columns, false),
                    columns(&r.columns, true)
                ),
                &r.constraint,
            ),
        };
        details.push(json!({
            "cardinality": cardinality,
            "embedding": format!("{parent} with {target}"),
            "relationship": relationship,
        }));
        ways.push(format!("'{target}!{hint}'"));
    }
    ApiError::new(Code::AmbiguousRelationship, &[parent, &embed.target])
        .details(Value::Array(details))
        .hint(format!(
            "Try changing '{}' to one of the following: {}. Find the desired relationship in the 'details' key.",
            embed.target,
            ways.join(", ")
        ))
}

/// PGRST200, with a name that is alike of those that the caller may see.
#[cold]
pub(super) fn missing(
    catalog: &dyn Catalog,
    schema: &str,
    parent: &Node<'_>,
    embed: &Embed,
) -> ApiError {
    let name = parent.relation.as_ref().map_or(parent.alias.as_str(), |r| r.name.as_str());
    let using = match &embed.hint {
        Some(hint) => format!(" using the hint '{hint}'"),
        None => String::new(),
    };
    let error = ApiError::new(Code::NoRelationship, &[name, &embed.target]).details(format!(
        "Searched for a foreign key relationship between '{name}' and '{}'{using} in the schema '{schema}', but no \
         matches were found.",
        embed.target
    ));
    let Some(relation) = &parent.relation else {
        return error;
    };
    let mut related = related(catalog, schema, relation);
    let visible = catalog.relation_names(schema);
    let (wanted, names) = if related.is_empty() {
        (name, visible.as_slice())
    } else {
        related.retain(|name| visible.contains(name));
        (embed.target.as_str(), related.as_slice())
    };
    let others: Vec<String> = names.iter().filter(|other| **other != *name).cloned().collect();
    let names = if wanted == name { others.as_slice() } else { names };
    match hints::closest(wanted, names, hints::LIKENESS) {
        Some(found) if found != wanted => {
            error.hint(format!("Perhaps you meant '{found}' instead of '{wanted}'."))
        }
        _ => error,
    }
}

/// Names that an embed in this relation could have, keys and constraints apart.
fn related(catalog: &dyn Catalog, schema: &str, relation: &Relation) -> Vec<String> {
    let mut all = Vec::new();
    for Seen { key, forward, .. } in keys::seen_from(catalog, relation) {
        let (of, table) = if forward {
            (&key.to_schema, &key.to_table)
        } else {
            (&key.from_schema, &key.from_table)
        };
        if of == schema {
            all.push(table.clone());
        }
        if forward || !key.from_in_primary_key {
            continue;
        }
        let Some(junction) = catalog.relation(&key.from_schema, &key.from_table) else {
            continue;
        };
        let through = catalog.foreign_keys(&junction);
        let far = through.iter().filter(|k| k.to_schema == schema && k.from_in_primary_key);
        all.extend(far.map(|k| k.to_table.clone()));
    }
    all
}
