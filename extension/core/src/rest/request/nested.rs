//! POST with `Prefer: nested`.

use super::{Asked, payload};
use crate::catalog::{Catalog, Relation};
use crate::error::ApiError;
use crate::http::Request;
use crate::limits;
use crate::rest::Settings;
use crate::rest::payload::{Found, Guide, Kind};
use crate::rest::plan::nested::relationship;
use crate::rest::shape::{Child, Embed, Join, Level, Payload, Query, Range, SelectItem};
use std::borrow::Cow;
use std::rc::Rc;

/// Reads the body; false if no member of it is a relation's, so that it is a plain one.
///
/// A member is a column, if there is one of its name; else what `select` calls so; else a relation, as an embed would name
/// it (`lines`, `lines!hint`).
///
/// # Errors
/// Those of [`payload::nested`], and of embeds, with the place in the body.
pub(super) fn read<'a>(
    asked: &mut Asked<'a>,
    request: &Request<'a>,
    catalog: &dyn Catalog,
    settings: &Settings,
    conflicts: &[(Vec<String>, Vec<String>)],
) -> Result<bool, ApiError> {
    let shape = &asked.parsed.shape;
    let Some(root) = catalog.relation(&shape.schema, &shape.target) else {
        return Ok(false);
    };
    let columns = shape.query.columns.as_deref().filter(|columns| !columns.is_empty());
    let mut tree = Tree {
        catalog,
        settings,
        schema: &shape.schema,
        places: vec![Place::root(root, &shape.query)],
    };
    let missing = asked.prefer.missing_default.is_some() || columns.is_some();
    let (object, found) = payload::nested(request.body, &mut tree, missing)?;
    if tree.places.len() == 1 {
        return Ok(false);
    }
    let mut level = tree.level(0, &found, &mut Vec::new(), conflicts);
    if let Some(columns) = columns {
        let partial = |name: &String| {
            level
                .columns
                .iter()
                .find(|(known, _)| known == name)
                .is_none_or(|(_, partial)| *partial)
        };
        level.columns = columns.iter().map(|name| (name.clone(), partial(name))).collect();
        level.columns.sort_unstable();
        level.columns.dedup();
    }
    level.on_conflict.clone_from(&shape.query.on_conflict);
    let rows = tree.rows(&found);
    asked.nested_rows = u64::try_from(rows).unwrap_or(u64::MAX);
    let write = &mut asked.parsed.shape.write;
    write.payload = if object { Payload::Object } else { Payload::Array };
    write.columns = level.columns.iter().map(|(name, _)| name.clone()).collect();
    write.resolution = asked.prefer.resolution;
    write.missing_default = asked.prefer.missing_default == Some(true);
    write.nested = Some(Box::new(level));
    asked.parsed.body = Cow::Borrowed(request.body);
    Ok(true)
}

/// The levels found so far.
struct Tree<'c> {
    catalog: &'c dyn Catalog,
    settings: &'c Settings,
    schema: &'c str,
    places: Vec<Place<'c>>,
}

struct Place<'c> {
    relation: Rc<Relation>,
    /// The level above, and the member.
    above: Option<(usize, Child)>,
    single: bool,
    /// There is a junction between this and what is above, with a row for each of this.
    junction: bool,
    depth: usize,
    /// What `select` says of it.
    select: &'c [SelectItem],
    /// Members that have been looked up.
    known: Vec<(String, Option<usize>)>,
}

impl<'c> Place<'c> {
    fn root(relation: Rc<Relation>, query: &'c Query) -> Self {
        Self {
            relation,
            above: None,
            single: false,
            junction: false,
            depth: 1,
            select: &query.select,
            known: Vec::new(),
        }
    }

    /// The embed that `select` calls `name`.
    fn embed(&self, name: &str) -> Option<&'c Embed> {
        self.select.iter().find_map(|item| match item {
            SelectItem::Embed(embed) if embed.alias.as_deref().unwrap_or(&embed.target) == name => {
                Some(embed)
            }
            _ => None,
        })
    }
}

impl Guide for Tree<'_> {
    fn level_of(&mut self, level: usize, key: &str, kind: Kind) -> Result<Option<usize>, ApiError> {
        let next = self.places.len();
        let Some(place) = self.places.get_mut(level) else { return Ok(None) };
        if let Some((_, found)) = place.known.iter().find(|(known, _)| known == key) {
            return Ok(*found);
        }
        if place.relation.column(key).is_some() {
            place.known.push((key.to_owned(), None));
            return Ok(None);
        }
        if !matches!(kind, Kind::Object | Kind::Array | Kind::Null) {
            return Ok(None);
        }
        let select = place.embed(key);
        let (target, hint) = match select {
            Some(embed) => (embed.target.as_str(), embed.hint.as_deref()),
            None => key.split_once('!').map_or((key, None), |(target, hint)| (target, Some(hint))),
        };
        let embed = Embed {
            alias: None,
            target: target.to_owned(),
            hint: hint.map(str::to_owned),
            join: Join::Left,
            spread: false,
            query: Query::default(),
            range: Range::default(),
        };
        let found =
            match relationship(self.catalog, self.settings, self.schema, &place.relation, &embed) {
                Ok(found) => found,
                // Nothing is lost with a null that nobody knows; the planner refuses the column.
                Err(_) if kind == Kind::Null => return Ok(None),
                Err(error) => return Err(error),
            };
        let depth = place.depth + 1;
        for (count, most, what) in [
            (next + 1, limits::NESTED_LEVELS, "relations can be written at once"),
            (depth, limits::NESTED_DEPTH, "relations can be nested in one another"),
        ] {
            if count > most {
                return Err(ApiError::bad_body(&format!("At most {most} {what}")));
            }
        }
        place.known.push((key.to_owned(), Some(next)));
        let Embed { target, hint, .. } = embed;
        let child = Child { key: key.to_owned(), target, hint, level: Level::default() };
        self.places.push(Place {
            relation: Rc::clone(&found.target),
            above: Some((level, child)),
            single: found.to_one(),
            junction: found.junction.is_some(),
            depth,
            select: select.map_or(&[], |embed| &embed.query.select),
            known: Vec::new(),
        });
        Ok(Some(next))
    }

    fn is_single(&self, level: usize) -> bool {
        self.places.get(level).is_some_and(|place| place.single)
    }
}

impl Tree<'_> {
    fn rows(&self, found: &[Found]) -> usize {
        let places = self.places.iter().zip(found);
        places.map(|(place, found)| found.rows * if place.junction { 2 } else { 1 }).sum()
    }

    /// The levels as a tree. One that has no rows is left out.
    fn level(
        &self,
        n: usize,
        found: &[Found],
        path: &mut Vec<String>,
        conflicts: &[(Vec<String>, Vec<String>)],
    ) -> Level {
        let mut level = Level::default();
        if let Some(found) = found.get(n) {
            let column = |(name, count): &(String, usize)| (name.clone(), *count < found.rows);
            level.columns = found.columns.iter().map(column).collect();
            level.one = found.rows <= 1;
        }
        if let Some((_, columns)) = conflicts.iter().find(|(place, _)| place == path) {
            level.on_conflict.clone_from(columns);
        }
        for (index, place) in self.places.iter().enumerate() {
            let Some((_, child)) = place.above.as_ref().filter(|(above, _)| *above == n) else {
                continue;
            };
            if found.get(index).is_some_and(|found| found.rows > 0) {
                path.push(child.key.clone());
                let level_below = self.level(index, found, path, conflicts);
                path.pop();
                level.children.push(Child { level: level_below, ..child.clone() });
            }
        }
        level
    }
}
