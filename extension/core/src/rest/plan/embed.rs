//! Which relationship an embed means.

use super::keys::{self, Seen, Targets};
use super::{Node, Planner, computed, embed_error, junction};
use crate::catalog::{Catalog, Relation};
use crate::error::ApiError;
use crate::rest::shape::{Embed, Is, Test};
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
    /// A function of the parent's row gives the target's rows; there are no columns then.
    pub function: Option<RowCall>,
    /// The parent holds the foreign key.
    pub forward: bool,
    pub(super) constraint: String,
}

/// The table, or a view of it, between the two sides of a many-to-many relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Junction {
    pub schema: String,
    pub name: String,
    /// `(junction's column, target's column)`
    pub columns: Vec<(String, String)>,
    pub(super) constraint: String,
}

/// A function that is called with the parent's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCall {
    pub schema: String,
    pub name: String,
    /// SETOF.
    pub set: bool,
}

impl Relationship {
    pub(super) fn computed(
        cardinality: Cardinality,
        target: Rc<Relation>,
        function: RowCall,
    ) -> Self {
        Self {
            cardinality,
            target,
            columns: Vec::new(),
            junction: None,
            function: Some(function),
            forward: false,
            constraint: String::new(),
        }
    }

    pub fn to_one(&self) -> bool {
        matches!(self.cardinality, Cardinality::ManyToOne | Cardinality::OneToOne)
    }
}

/// `is.null` and its opposites: the only tests that an embed's own name takes.
pub(super) fn is_null_test(test: &Test) -> bool {
    matches!(test, Test::Is(Is::Null | Is::NotNull))
}

pub(super) fn pairs(from: &[String], to: &[String]) -> Vec<(String, String)> {
    from.iter().cloned().zip(to.iter().cloned()).collect()
}

/// A relationship with what decides how an embed may call it.
pub(super) struct Candidate {
    pub relationship: Relationship,
    pub side: Side,
    /// A table's reference to itself.
    pub own: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
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
    planner: &Planner<'_>,
    parent: &Node<'_>,
    embed: &Embed,
) -> Result<Relationship, ApiError> {
    let Planner { catalog, settings, schema, .. } = *planner;
    let Some(relation) = &parent.relation else {
        return Err(embed_error::missing(catalog, schema, parent, embed));
    };
    let target = &embed.target;
    if let Some(found) = computed::relationship(catalog, settings, schema, relation, target) {
        return Ok(found);
    }
    let mut found = candidates(planner, relation, embed);
    if found.is_empty() {
        found = junction::through_views(planner, relation, embed);
    }
    if found.len() > 1 {
        // What the caller may not see neither is in the way nor is told of.
        found.retain(|candidate| visible(catalog, &candidate.relationship));
    }
    if found.len() > 1 {
        return Err(embed_error::ambiguous(&relation.name, embed, &found));
    }
    match found.pop() {
        Some(candidate) => Ok(candidate.relationship),
        None => Err(embed_error::missing(catalog, schema, parent, embed)),
    }
}

fn visible(catalog: &dyn Catalog, relationship: &Relationship) -> bool {
    let junction = relationship.junction.as_ref();
    let through = junction.and_then(|j| catalog.relation(&j.schema, &j.name));
    catalog.may_see(&relationship.target) && through.is_none_or(|table| catalog.may_see(&table))
}

fn candidates(planner: &Planner<'_>, parent: &Relation, embed: &Embed) -> Vec<Candidate> {
    let catalog = planner.catalog;
    let targets = Targets::new(catalog, planner.schema, &embed.target);
    let mut all = Vec::new();
    for seen in keys::seen_from(catalog, parent) {
        if seen.forward {
            to_one(&targets, &seen, &mut all);
        } else {
            from_other(&targets, &seen, &mut all);
            if seen.key.from_in_primary_key && !junction::hides(parent, &seen.key) {
                junction::through(planner, &targets, &seen, &mut all);
            }
        }
    }
    all.retain(|candidate| matches(candidate, embed));
    let direct = |c: &Candidate| c.side != Side::Through;
    if embed.hint.is_none() && all.iter().any(|c| c.own && direct(c)) {
        // A table's own name means the rows that refer to it; those tied to it by a junction need a hint.
        all.retain(|candidate| direct(candidate) || !candidate.own);
    }
    all
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
            function: None,
            forward: seen.forward,
            constraint: key.constraint.clone(),
        },
        side: if seen.forward { Side::Forward } else { Side::Backward },
        own: key.from_table == key.to_table && key.from_schema == key.to_schema,
    }
}

/// Whether target and hint mean this candidate. A target is a relation, or the name or only column of a foreign key of
/// the parent; a hint is a constraint, a column on either side, or a junction. A table's reference to itself makes two
/// candidates: the table's name, and with it the constraint or column as hint, means the rows that refer to this one;
/// the column or constraint as target means the row that this one refers to.
pub(super) fn matches(candidate: &Candidate, embed: &Embed) -> bool {
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
