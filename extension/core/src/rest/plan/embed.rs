//! Which relationship an embed means.

use super::keys::{self, Seen, Targets};
use super::{Node, hints};
use crate::catalog::{Catalog, Relation};
use crate::error::{ApiError, Code};
use crate::rest::shape::{Embed, Is, Test};
use serde_json::{Value, json};
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cardinality {
    ManyToOne,
    OneToMany,
    OneToOne,
    ManyToMany,
}

/// From a parent to an embedded relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    pub cardinality: Cardinality,
    pub target: Rc<Relation>,
    /// `(parent's column, target's column)`; with a junction, `(parent's column, junction's column)`.
    pub columns: Vec<(String, String)>,
    pub junction: Option<Junction>,
    constraint: String,
}

/// The table between the two sides of a many-to-many relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Junction {
    pub schema: String,
    pub name: String,
    /// `(junction's column, target's column)`
    pub columns: Vec<(String, String)>,
    constraint: String,
}

impl Relationship {
    pub fn to_one(&self) -> bool {
        matches!(self.cardinality, Cardinality::ManyToOne | Cardinality::OneToOne)
    }
}

/// `is.null` and its opposites: the only tests that an embed's own name takes.
pub(super) fn is_null_test(test: &Test) -> bool {
    matches!(test, Test::Is(Is::Null | Is::NotNull))
}

fn pairs(from: &[String], to: &[String]) -> Vec<(String, String)> {
    from.iter().cloned().zip(to.iter().cloned()).collect()
}

/// A relationship with what decides how an embed may call it.
struct Candidate {
    relationship: Relationship,
    side: Side,
    /// A table's reference to itself.
    own: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The parent holds the foreign key.
    Forward,
    /// The target holds it.
    Backward,
    /// A junction holds two.
    Through,
}

/// # Errors
/// PGRST200 (400) if there is none, PGRST201 (300) if there are several.
pub(super) fn resolve(
    catalog: &dyn Catalog,
    schema: &str,
    parent: &Node<'_>,
    embed: &Embed,
) -> Result<Relationship, ApiError> {
    let name = parent.relation.as_ref().map_or(parent.alias.as_str(), |r| r.name.as_str());
    let mut found = match &parent.relation {
        Some(relation) => candidates(catalog, schema, relation, embed),
        None => Vec::new(),
    };
    if found.len() > 1 {
        return Err(ambiguous(name, embed, &found));
    }
    match found.pop() {
        Some(candidate) => Ok(candidate.relationship),
        None => Err(missing(catalog, schema, parent, name, embed)),
    }
}

fn candidates(
    catalog: &dyn Catalog,
    schema: &str,
    parent: &Relation,
    embed: &Embed,
) -> Vec<Candidate> {
    let targets = Targets::new(catalog, schema, &embed.target);
    let mut all = Vec::new();
    for seen in keys::seen_from(catalog, parent) {
        if seen.forward {
            to_one(&targets, &seen, &mut all);
        } else {
            from_other(&targets, &seen, &mut all);
            let junction = (&seen.key.from_schema, &seen.key.from_table);
            if seen.key.from_in_primary_key && !shows(parent, junction) {
                through(catalog, &targets, &seen, &mut all);
            }
        }
    }
    all.retain(|candidate| matches(candidate, embed));
    all
}

/// A view of the junction has the junction's own keys, so the way through it would be a second one.
fn shows(view: &Relation, (schema, table): (&String, &String)) -> bool {
    view.bases.iter().any(|base| base.schema == *schema && base.name == *table)
}

fn to_one(targets: &Targets<'_>, seen: &Seen, all: &mut Vec<Candidate>) {
    let key = &seen.key;
    for (target, columns) in targets.at(&key.to_schema, &key.to_table, &key.to_columns) {
        let cardinality =
            if key.from_unique { Cardinality::OneToOne } else { Cardinality::ManyToOne };
        all.push(direct(seen, cardinality, target, &columns));
    }
}

fn from_other(targets: &Targets<'_>, seen: &Seen, all: &mut Vec<Candidate>) {
    let key = &seen.key;
    for (target, columns) in targets.at(&key.from_schema, &key.from_table, &key.from_columns) {
        let cardinality =
            if key.from_unique { Cardinality::OneToOne } else { Cardinality::OneToMany };
        all.push(direct(seen, cardinality, target, &columns));
    }
}

fn direct(
    seen: &Seen,
    cardinality: Cardinality,
    target: Rc<Relation>,
    columns: &[String],
) -> Candidate {
    let key = &seen.key;
    Candidate {
        relationship: Relationship {
            cardinality,
            target,
            columns: pairs(&seen.columns, columns),
            junction: None,
            constraint: key.constraint.clone(),
        },
        side: if seen.forward { Side::Forward } else { Side::Backward },
        own: key.from_table == key.to_table && key.from_schema == key.to_schema,
    }
}

/// Many-to-many: by a table whose primary key holds this foreign key and another one, to the target.
fn through(catalog: &dyn Catalog, targets: &Targets<'_>, seen: &Seen, all: &mut Vec<Candidate>) {
    let key = &seen.key;
    let Some(junction) = catalog.relation(&key.from_schema, &key.from_table) else {
        return;
    };
    for other in catalog.foreign_keys(&junction).iter() {
        let from_junction =
            other.from_schema == junction.schema && other.from_table == junction.name;
        // Only a relation's name reaches a many-to-many target, so all others can be passed over unread.
        let to_target = targets.names(&other.to_schema, &other.to_table);
        if !from_junction || !to_target || !other.from_in_primary_key || other == key {
            continue;
        }
        for (target, columns) in targets.at(&other.to_schema, &other.to_table, &other.to_columns) {
            if shows(&target, (&junction.schema, &junction.name)) {
                continue;
            }
            all.push(Candidate {
                relationship: Relationship {
                    cardinality: Cardinality::ManyToMany,
                    target,
                    columns: pairs(&seen.columns, &key.from_columns),
                    junction: Some(Junction {
                        schema: junction.schema.clone(),
                        name: junction.name.clone(),
                        columns: pairs(&other.from_columns, &columns),
                        constraint: other.constraint.clone(),
                    }),
                    constraint: key.constraint.clone(),
                },
                side: Side::Through,
                own: other.to_schema == key.to_schema && other.to_table == key.to_table,
            });
        }
    }
}

/// Whether target and hint mean this candidate. A target is a relation, or the name or only column of a foreign key of
/// the parent; a hint is a constraint, a column on either side, or a junction. A table's reference to itself makes two
/// candidates: the table's name, and with it the constraint or column as hint, means the rows that refer to this one;
/// the column or constraint as target means the row that this one refers to.
fn matches(candidate: &Candidate, embed: &Embed) -> bool {
    let Candidate { relationship: r, side, own } = candidate;
    let only_column = match r.columns.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let from = |name: &str| only_column.is_some_and(|(from, _)| from == name);
    let to = |name: &str| only_column.is_some_and(|(_, to)| to == name);
    let by_name = r.target.name == embed.target;
    let Some(hint) = &embed.hint else {
        let target = &embed.target;
        return match side {
            Side::Forward => (by_name && !own) || r.constraint == *target || from(target),
            Side::Backward => by_name || (r.constraint == *target && !own),
            Side::Through => by_name,
        };
    };
    by_name
        && match (side, &r.junction) {
            // A table tied to itself by a junction: the two keys name the two directions.
            (_, Some(junction)) if *own => junction.constraint == *hint,
            (_, Some(junction)) => {
                junction.name == *hint || r.constraint == *hint || junction.constraint == *hint
            }
            (Side::Forward, None) if *own => to(hint),
            (Side::Backward, None) if *own => r.constraint == *hint || to(hint),
            _ => r.constraint == *hint || from(hint) || to(hint),
        }
}

fn columns(pairs: &[(String, String)], second: bool) -> String {
    let names: Vec<&str> =
        pairs.iter().map(|(a, b)| if second { b.as_str() } else { a.as_str() }).collect();
    names.join(", ")
}

#[cold]
fn ambiguous(parent: &str, embed: &Embed, found: &[Candidate]) -> ApiError {
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

#[cold]
fn missing(
    catalog: &dyn Catalog,
    schema: &str,
    parent: &Node<'_>,
    name: &str,
    embed: &Embed,
) -> ApiError {
    let using = match &embed.hint {
        Some(hint) => format!(" using the hint '{hint}'"),
        None => String::new(),
    };
    let error = ApiError::new(Code::NoRelationship, &[name, &embed.target]).details(format!(
        "Searched for a foreign key relationship between '{name}' and '{}'{using} in the schema '{schema}', but no \
         matches were found.",
        embed.target
    ));
    let mut related = Vec::new();
    if let Some(relation) = &parent.relation {
        for Seen { key, forward, .. } in keys::seen_from(catalog, relation) {
            let (schema_, table) = if forward {
                (&key.to_schema, &key.to_table)
            } else {
                (&key.from_schema, &key.from_table)
            };
            if schema_ == schema && *table != relation.name {
                related.push(table.clone());
            }
            if forward || !key.from_in_primary_key {
                continue;
            }
            let Some(junction) = catalog.relation(&key.from_schema, &key.from_table) else {
                continue;
            };
            let through = catalog.foreign_keys(&junction);
            let far = through.iter().filter(|k| k.to_schema == schema);
            related.extend(far.map(|k| k.to_table.clone()));
        }
    }
    match hints::closest(&embed.target, &related, 0.5) {
        Some(found) if found != embed.target => {
            error.hint(format!("Perhaps you meant '{found}' instead of '{}'.", embed.target))
        }
        _ => error,
    }
}
