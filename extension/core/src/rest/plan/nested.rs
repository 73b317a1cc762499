//! A nested insert: what is written at each place of the body, and how a written row is found again by those that need its
//! key.

use super::conflict::{self, Arbiter};
use super::{Names, Node, Planner, embed};
use crate::catalog::{Catalog, Column, Relation, WriteFacts};
use crate::error::{ApiError, Code};
use crate::rest::Settings;
use crate::rest::shape::{Embed, Join, Level, Query, Range, Shape};
use std::collections::BTreeSet;
use std::rc::Rc;

pub use super::embed::Relationship;

/// All places, each after the one that it is nested in; the root first.
#[derive(Debug)]
pub struct Nested<'s> {
    pub places: Vec<Place<'s>>,
}

impl Nested<'_> {
    /// The place that is nested in place `n` by this relationship.
    pub fn child(&self, n: usize, relationship: &Relationship) -> Option<usize> {
        let by = |child: &&usize| {
            let parent = self.places.get(**child).and_then(|place| place.parent.as_ref());
            parent.is_some_and(|(_, _, r)| r == relationship)
        };
        self.places.get(n)?.children.iter().find(by).copied()
    }
}

/// The rows of one relation at one place of the body.
#[derive(Debug)]
pub struct Place<'s> {
    pub relation: Rc<Relation>,
    pub level: &'s Level,
    /// `lines.product`; empty for the root.
    pub path: String,
    /// The place around it, the member's name, and how the two are related.
    pub parent: Option<(usize, &'s str, Relationship)>,
    pub children: Vec<usize>,
    /// Columns that take a value of the place around, or of one nested in this.
    pub keyed: Vec<String>,
    /// Columns of the written rows that other places need.
    pub needs: BTreeSet<String>,
    /// Columns that the body leaves out, and whose default is computed before the rows are written.
    pub evaluated: Vec<String>,
    pub tie: Tie,
    pub arbiter: Option<Arbiter>,
}

/// How a written row is found for its element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    /// Nothing needs it.
    Unneeded,
    /// There is one.
    One,
    /// By columns whose values are known before.
    By(Vec<String>),
    /// By the order of a column whose numbers only rise, since rows are inserted in the order of the elements.
    Rank(String),
}

impl Place<'_> {
    /// In the body, in each of its objects or in some.
    fn in_body(&self, name: &str) -> bool {
        self.level.columns.iter().any(|(column, _)| column == name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.in_body(name) || self.keyed.iter().any(|column| column == name)
    }

    /// All written columns: those of the body, those that are keyed, those that are evaluated.
    pub fn written(&self) -> Vec<&Column> {
        let body = self.level.columns.iter().map(|(name, _)| name);
        let names = body.chain(&self.keyed).chain(&self.evaluated);
        names.filter_map(|name| self.relation.column(name)).collect()
    }
}

/// The relationship that a member's name means.
///
/// # Errors
/// As an embed: PGRST200 (400), PGRST201 (300); HW120 (400) for one that a function computes.
pub fn relationship(
    catalog: &dyn Catalog,
    settings: &Settings,
    schema: &str,
    relation: &Rc<Relation>,
    embed: &Embed,
) -> Result<Relationship, ApiError> {
    let query = Query::default();
    let parent = Node {
        relation: Some(Rc::clone(relation)),
        columns: Vec::new(),
        computed: Vec::new(),
        written: false,
        alias: relation.name.clone(),
        query: &query,
        range: Range::default(),
        embeds: Vec::new(),
        order_joins: Vec::new(),
        aggregates: Vec::new(),
        output_names: Vec::new(),
        keyset: None,
    };
    let names = Names::default();
    let planner = Planner { catalog, settings, schema, names, max_rows: None, writes: false };
    let found = embed::resolve(&planner, &parent, embed)?;
    if found.function.is_some() {
        let message = format!("'{}' is computed by a function", embed.target);
        return Err(ApiError::new(Code::NestedBody, &[&message]));
    }
    Ok(found)
}

/// Lets computed relationships of what was written take the rows that were returned.
pub fn mark(node: &mut Node<'_>, nested: &Nested<'_>, n: usize) {
    for embed in &mut node.embeds {
        if let Some(child) = nested.child(n, &embed.relationship) {
            embed.node.written = true;
            embed.node.embeds.iter_mut().for_each(|below| below.of_written = true);
            mark(&mut embed.node, nested, child);
        }
    }
}

/// # Errors
/// PGRST204 (400) for a column that does not exist; HW120 (400) for one that the nesting itself gives its value; HW121 (400)
/// where rows cannot be told apart; HW110 (400).
pub fn plan<'s>(
    catalog: &dyn Catalog,
    settings: &Settings,
    shape: &'s Shape,
    root: &Rc<Relation>,
    level: &'s Level,
) -> Result<Nested<'s>, ApiError> {
    let mut places_of = Places { catalog, settings, schema: &shape.schema, places: Vec::new() };
    places_of.add(Rc::clone(root), level, None, String::new())?;
    let mut places = places_of.places;
    for n in 0..places.len() {
        let (keyed, uses) = flows(&places, n);
        let Some(place) = places.get_mut(n) else { continue };
        place.keyed = keyed;
        place.needs = uses.iter().flatten().cloned().collect();
        check(place)?;
        if shape.write.resolution.is_some() {
            place.arbiter = arbiter(catalog, place)?;
        }
        tie(place, &uses, &conflict::facts(catalog, &place.relation))?;
    }
    Ok(Nested { places })
}

struct Places<'c, 's> {
    catalog: &'c dyn Catalog,
    settings: &'c Settings,
    schema: &'c str,
    places: Vec<Place<'s>>,
}

impl<'s> Places<'_, 's> {
    fn add(
        &mut self,
        relation: Rc<Relation>,
        level: &'s Level,
        parent: Option<(usize, &'s str, Relationship)>,
        path: String,
    ) -> Result<(), ApiError> {
        let n = self.places.len();
        if let Some((parent, ..)) = &parent
            && let Some(parent) = self.places.get_mut(*parent)
        {
            parent.children.push(n);
        }
        self.places.push(Place {
            relation: Rc::clone(&relation),
            level,
            path: path.clone(),
            parent,
            children: Vec::new(),
            keyed: Vec::new(),
            needs: BTreeSet::new(),
            evaluated: Vec::new(),
            tie: Tie::Unneeded,
            arbiter: None,
        });
        for child in &level.children {
            let embed = Embed {
                alias: None,
                target: child.target.clone(),
                hint: child.hint.clone(),
                join: Join::Left,
                spread: false,
                query: Query::default(),
                range: Range::default(),
            };
            let found = relationship(self.catalog, self.settings, self.schema, &relation, &embed)?;
            let key = &child.key;
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let target = Rc::clone(&found.target);
            self.add(target, &child.level, Some((n, key.as_str(), found)), path)?;
        }
        Ok(())
    }
}

/// The columns of place `n` that take a value of another place, and the sets of its own that others take.
fn flows(places: &[Place<'_>], n: usize) -> (Vec<String>, Vec<Vec<String>>) {
    let (mut keyed, mut uses) = (Vec::new(), Vec::new());
    let Some(place) = places.get(n) else { return (keyed, uses) };
    let firsts =
        |pairs: &[(String, String)]| pairs.iter().map(|(a, _)| a.clone()).collect::<Vec<_>>();
    let seconds =
        |pairs: &[(String, String)]| pairs.iter().map(|(_, b)| b.clone()).collect::<Vec<_>>();
    if let Some((_, _, r)) = &place.parent {
        match &r.junction {
            Some(junction) => uses.push(seconds(&junction.columns)),
            None if r.forward => uses.push(seconds(&r.columns)),
            None => keyed.extend(seconds(&r.columns)),
        }
    }
    let children = place.children.iter().filter_map(|child| places.get(*child));
    for (_, _, r) in children.filter_map(|child| child.parent.as_ref()) {
        if r.forward {
            keyed.extend(firsts(&r.columns));
        } else {
            uses.push(firsts(&r.columns));
        }
    }
    (keyed, uses)
}

fn check(place: &Place<'_>) -> Result<(), ApiError> {
    let within = |name: &str| {
        if place.path.is_empty() { name.to_owned() } else { format!("{}.{name}", place.path) }
    };
    for (name, _) in &place.level.columns {
        if place.relation.column(name).is_none() {
            let error = ApiError::new(Code::NoColumn, &[name, &place.relation.name]);
            let placed = || format!("At '{}' in the body", within(name));
            return Err(if place.path.is_empty() { error } else { error.details(placed()) });
        }
        if place.keyed.contains(name) {
            let message = format!("'{}' has its value from the nesting", within(name));
            return Err(
                ApiError::new(Code::NestedBody, &[&message]).hint("Leave it out of the body.")
            );
        }
    }
    let mut keyed = place.keyed.clone();
    keyed.sort_unstable();
    if keyed.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        let path = if place.path.is_empty() { "The body" } else { &place.path };
        let message = format!("{path} has a column that two nestings would give a value");
        return Err(ApiError::new(Code::NestedBody, &[&message]));
    }
    Ok(())
}

/// What a conflict is found by. A primary key that no element can have conflicts with nothing.
fn arbiter(catalog: &dyn Catalog, place: &Place<'_>) -> Result<Option<Arbiter>, ApiError> {
    let names = &place.level.on_conflict;
    let found = conflict::arbiter(catalog, &place.relation, names)?;
    let known = |arbiter: &Arbiter| {
        arbiter.plain().is_some_and(|keys| keys.iter().all(|key| place.is_known(key)))
    };
    Ok(found.filter(|arbiter| !names.is_empty() || known(arbiter)))
}

/// Chooses the way that asks least of the caller: no column is written that would not be otherwise, if that can be.
fn tie(place: &mut Place<'_>, uses: &[Vec<String>], facts: &WriteFacts) -> Result<(), ApiError> {
    if uses.is_empty() {
        return Ok(());
    }
    if place.level.one {
        place.tie = Tie::One;
        return Ok(());
    }
    let all_known = |columns: &Vec<String>| columns.iter().all(|name| place.is_known(name));
    let by_conflict = place.arbiter.as_ref().and_then(Arbiter::plain);
    let by_conflict = by_conflict.map(|keys| keys.into_iter().map(str::to_owned).collect());
    let known = by_conflict.iter().chain(uses).find(|columns| all_known(columns)).cloned();
    if let Some(columns) = known {
        place.tie = Tie::By(columns);
        return Ok(());
    }
    let unknown = |columns: &[String]| {
        columns.iter().filter(|name| !place.is_known(name)).cloned().collect::<Vec<_>>()
    };
    if place.arbiter.is_none() {
        let rising = uses.iter().map(|columns| unknown(columns)).find_map(|unknown| match unknown
            .as_slice()
        {
            [only] if facts.rising.contains(only) && !facts.before_insert => Some(only.clone()),
            _ => None,
        });
        if let Some(column) = rising {
            place.tie = Tie::Rank(column);
            return Ok(());
        }
        let has_default =
            |name: &String| place.relation.column(name).is_some_and(|c| c.default.is_some());
        let evaluable = uses.iter().find(|columns| unknown(columns).iter().all(has_default));
        if let Some(columns) = evaluable {
            let evaluated = unknown(columns);
            place.tie = Tie::By(columns.clone());
            place.evaluated = evaluated;
            return Ok(());
        }
    }
    let missing = uses.first().map(|columns| unknown(columns).join("', '")).unwrap_or_default();
    let path = if place.path.is_empty() { "the body" } else { &place.path };
    Err(ApiError::new(Code::NestedTie, &[path])
        .details(format!(
            "Nested rows need '{missing}' of '{}', which is neither in the body nor computed before the row is written",
            place.relation.name
        ))
        .hint(format!("Give '{missing}' in each of several objects, or write one at a time.")))
}
