//! Many-to-many: by a table whose primary key holds two foreign keys, or by a view that shows both.

use super::Planner;
use super::embed::{Candidate, Cardinality, Junction, Relationship, Side, matches, pairs};
use super::keys::{self, Seen, Targets};
use crate::catalog::{Base, ForeignKey, Relation};
use crate::rest::shape::Embed;

/// A view of the junction has the junction's own keys, so the way through it would be a second one.
pub(super) fn hides(view: &Relation, key: &ForeignKey) -> bool {
    shown_by(view, &key.from_schema, &key.from_table).is_some()
}

fn shown_by<'v>(view: &'v Relation, schema: &str, table: &str) -> Option<&'v Base> {
    view.bases.iter().find(|base| base.schema == schema && base.name == table)
}

/// The keys of a junction that lead on from it, other than the one that led to it.
fn onward(keys: &[ForeignKey], junction: &Relation, key: &ForeignKey) -> Vec<ForeignKey> {
    let of = |k: &&ForeignKey| k.from_schema == junction.schema && k.from_table == junction.name;
    // A unique key is one of a one-to-one relationship: its table is no junction.
    let joins = |k: &&ForeignKey| k.from_in_primary_key && !k.from_unique && *k != key;
    keys.iter().filter(of).filter(joins).cloned().collect()
}

/// By the table that holds the key, or, if that is in no exposed schema, by the views that stand for it.
pub(super) fn through(
    planner: &Planner<'_>,
    targets: &Targets<'_>,
    seen: &Seen,
    all: &mut Vec<Candidate>,
) {
    let (catalog, key) = (planner.catalog, &seen.key);
    if key.from_unique {
        return;
    }
    let Some(junction) = catalog.relation(&key.from_schema, &key.from_table) else {
        return;
    };
    let others = onward(&catalog.foreign_keys(&junction), &junction, key);
    if !planner.settings.schemas.contains(&key.from_schema) {
        return by_views(planner, targets, seen, (&junction, &others), all);
    }
    for other in others {
        push(targets, seen, &other, (&junction, &key.from_columns, &other.from_columns), all);
    }
}

/// By views of tables that are exposed themselves: a hint may name one, but beside the table they are not in the way. (Were
/// they on a par, a new view would make embeds ambiguous that were not.)
pub(super) fn through_views(
    planner: &Planner<'_>,
    parent: &Relation,
    embed: &Embed,
) -> Vec<Candidate> {
    let catalog = planner.catalog;
    let targets = Targets::new(catalog, planner.schema, &embed.target);
    let mut all = Vec::new();
    for seen in keys::seen_from(catalog, parent) {
        let key = &seen.key;
        let exposed = planner.settings.schemas.contains(&key.from_schema);
        if seen.forward || !key.from_in_primary_key || key.from_unique || !exposed {
            continue;
        }
        if let Some(table) = catalog.relation(&key.from_schema, &key.from_table) {
            let others = onward(&catalog.foreign_keys(&table), &table, key);
            by_views(planner, &targets, &seen, (&table, &others), &mut all);
        }
    }
    all.retain(|candidate| matches(candidate, embed));
    all
}

/// By every view in an exposed schema that shows the whole primary key of a junction.
fn by_views(
    planner: &Planner<'_>,
    targets: &Targets<'_>,
    seen: &Seen,
    (table, others): (&Relation, &[ForeignKey]),
    all: &mut Vec<Candidate>,
) {
    // Only a relation's name reaches a many-to-many target, so views need not be looked for without one.
    if !others.iter().any(|other| targets.names(&other.to_schema, &other.to_table)) {
        return;
    }
    for view in planner.catalog.views_of(table) {
        let Some(base) = shown_by(&view, &table.schema, &table.name)
            .filter(|base| base.shown(&table.primary_key).is_some())
            .filter(|_| planner.settings.schemas.contains(&view.schema))
        else {
            continue;
        };
        for other in others {
            let (near, far) = (base.shown(&seen.key.from_columns), base.shown(&other.from_columns));
            if let (Some(near), Some(far)) = (near, far) {
                push(targets, seen, other, (&view, &near, &far), all);
            }
        }
    }
}

/// A way through a junction, with its columns on the near and the far side, to every relation that the target can mean.
fn push(
    targets: &Targets<'_>,
    seen: &Seen,
    other: &ForeignKey,
    (junction, near, far): (&Relation, &[String], &[String]),
    all: &mut Vec<Candidate>,
) {
    let key = &seen.key;
    if !targets.names(&other.to_schema, &other.to_table) {
        return;
    }
    for (target, columns) in targets.at(&other.to_schema, &other.to_table, &other.to_columns) {
        if hides(&target, other) {
            continue;
        }
        all.push(Candidate {
            relationship: Relationship {
                cardinality: Cardinality::ManyToMany,
                target,
                columns: pairs(&seen.columns, near),
                junction: Some(Junction {
                    schema: junction.schema.clone(),
                    name: junction.name.clone(),
                    columns: pairs(far, &columns),
                    constraint: other.constraint.clone(),
                }),
                function: None,
                forward: false,
                constraint: key.constraint.clone(),
            },
            side: Side::Through,
            own: other.to_schema == key.to_schema && other.to_table == key.to_table,
        });
    }
}
