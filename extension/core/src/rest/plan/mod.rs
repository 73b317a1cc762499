//! [`Shape`] × [`Catalog`] → a tree of relations with their relationships resolved. No SQL text is made here.

mod aggregate;
mod computed;
mod condition;
pub mod conflict;
mod embed;
mod embed_error;
pub mod function;
pub mod handler;
mod hints;
mod junction;
mod keys;
mod keyset;
pub mod limited;
pub mod nested;
#[cfg(test)]
mod tests;
mod width;
mod writable;

pub use aggregate::Resolved;
pub use embed::{Cardinality, Junction, Relationship, RowCall};
pub use function::{FunctionPlan, split_call};
pub use keyset::{KeysetNode, KeysetTerm};

use super::Settings;
use super::shape::{CompareOp, Embed, Filter, Join, Query, Range, SelectItem, Shape, Test, Verb};
use crate::catalog::{Catalog, Column, Relation, RelationKind};
use crate::error::{ApiError, Code};
use std::collections::HashSet;
use std::rc::Rc;

/// Rows up to which a to-one embed is looked up per row, after the parent's limit; above, it is joined, so that the
/// planner may hash it.
const LOOKUP_ROWS: u64 = 100;

/// Inner joins to one parent, and conditions in one WHERE that a row exists, which the planner turns into joins too; what is
/// more stays a subquery. Sixty by one foreign key, each an equality with the same column, took it 2.7 s.
pub const INNER_JOINS: usize = 8;

/// Names that the statements of writes use themselves.
const OURS: [&str; 4] = ["excluded", "pgrst_body", "pgrst_limited", "pgrst_source"];

/// A relation (or a function's result) that is read, and what is asked of it.
#[derive(Debug)]
pub struct Node<'s> {
    /// Known unless a function gives columns of its own.
    pub relation: Option<Rc<Relation>>,
    /// The columns of a function's result, where there is no relation.
    pub columns: Vec<Column>,
    /// Fields that functions over the relation's rows make, of those that the query names.
    pub computed: Vec<Column>,
    /// Its rows are those that a write returned: no longer of the relation's row type.
    pub written: bool,
    /// Its name in the statement.
    pub alias: String,
    pub query: &'s Query,
    pub range: Range,
    /// One for each embed of `query.select`, in that order.
    pub embeds: Vec<EmbedNode<'s>>,
    /// For each order term: the join that a related order needs, as (index of the embed, alias).
    pub order_joins: Vec<Option<(usize, String)>>,
    /// The aggregates that `query` calls, the dialect's own apart.
    pub aggregates: Vec<Resolved>,
    /// What orders and conditions on groups name that can only be an output of select.
    pub output_names: Vec<String>,
    /// Of the root, if its rows are a keyset page.
    pub keyset: Option<KeysetNode<'s>>,
}

/// An embedded relation.
#[derive(Debug)]
pub struct EmbedNode<'s> {
    pub embed: &'s Embed,
    pub relationship: Relationship,
    pub node: Node<'s>,
    /// The subquery's name in the parent's FROM.
    pub joined: String,
    /// The junction's name in the subquery, if there is one.
    pub junction: String,
    /// In the parent's FROM, rather than a subquery in its select list.
    pub lateral: bool,
    /// Its parent's rows are those that a write returned.
    pub of_written: bool,
    /// Its join leaves out parents without a row; otherwise a condition does, if it must.
    pub inner_join: bool,
}

impl Node<'_> {
    pub fn columns(&self) -> &[Column] {
        self.relation.as_ref().map_or(&self.columns, |r| &r.columns)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns().iter().chain(&self.computed).find(|c| c.name == name)
    }

    /// The embed that a filter or order term calls `name`: by its alias, if it has one.
    pub fn embed(&self, name: &str) -> Option<usize> {
        self.embeds.iter().position(|e| e.embed.name() == name)
    }
}

/// Names given out in one statement: none shadows another, whatever tables are called.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: HashSet<String>,
}

impl Names {
    /// `base` itself if free, else `base_2` and so on, within the 63 bytes of an identifier.
    fn fresh(&mut self, base: &str) -> String {
        if base.len() <= 63 && self.used.insert(base.to_owned()) {
            return base.to_owned();
        }
        let mut cut = base.len().min(55);
        while !base.is_char_boundary(cut) {
            cut -= 1;
        }
        let base = base.get(..cut).unwrap_or_default();
        let mut n = 2_usize;
        loop {
            let name = format!("{base}_{n}");
            if self.used.insert(name.clone()) {
                return name;
            }
            n += 1;
        }
    }
}

pub(super) struct Planner<'c> {
    pub catalog: &'c dyn Catalog,
    pub settings: &'c Settings,
    pub schema: &'c str,
    pub names: Names,
    /// `rest.max_rows`, where it applies.
    pub max_rows: Option<u64>,
    /// The next node is the root of a write.
    writes: bool,
}

/// Finds the relation of a request.
///
/// # Errors
/// PGRST205 (404), with a hint if another is named alike.
pub fn relation(catalog: &dyn Catalog, schema: &str, name: &str) -> Result<Rc<Relation>, ApiError> {
    catalog.relation(schema, name).ok_or_else(|| {
        let error = ApiError::new(Code::NoTable, &[&format!("{schema}.{name}")]);
        match hints::closest(name, &catalog.relation_names_like(schema, name), 0.75) {
            Some(found) => error.hint(format!("Perhaps you meant the table '{schema}.{found}'")),
            None => error,
        }
    })
}

/// Checks what a write names.
///
/// # Errors
/// 55000 (405) for a relation that takes no such write; PGRST204 (400) for a written column that does not exist; PGRST105 (405) and PGRST114 (400) for a PUT that does not
/// name exactly one row by primary key.
pub fn check_write(shape: &Shape, relation: &Relation) -> Result<(), ApiError> {
    writable::check(shape.verb, relation)?;
    let mut written = shape.write.columns.iter().chain(&shape.write.defaults);
    if let Some(name) = written.find(|name| relation.column(name).is_none()) {
        return Err(ApiError::new(Code::NoColumn, &[name, &relation.name]));
    }
    condition::check(shape, relation)?;
    if shape.verb != Verb::Put {
        return Ok(());
    }
    if shape.range != Range::default() {
        return Err(ApiError::new(Code::PutRange, &[]));
    }
    let mut keys: Vec<&str> = Vec::new();
    for filter in &shape.query.filters {
        match filter {
            Filter::Test {
                field,
                negated: false,
                test: Test::Compare { op: CompareOp::Eq, quantifier: None, .. },
            } if field.path.is_empty() => keys.push(&field.name),
            _ => return Err(ApiError::new(Code::PutFilters, &[])),
        }
    }
    keys.sort_unstable();
    let mut primary: Vec<&str> = relation.primary_key.iter().map(String::as_str).collect();
    primary.sort_unstable();
    if primary.is_empty() || keys != primary {
        return Err(ApiError::new(Code::PutFilters, &[]));
    }
    Ok(())
}

impl<'c> Planner<'c> {
    pub fn new(shape: &'c Shape, catalog: &'c dyn Catalog, settings: &'c Settings) -> Self {
        let capped = matches!(shape.verb, Verb::Read | Verb::Call);
        let mut names = Names::default();
        if !capped {
            names.used.extend(OURS.map(str::to_owned));
        }
        Self {
            catalog,
            settings,
            schema: &shape.schema,
            names,
            max_rows: settings.max_rows.filter(|_| capped),
            writes: !capped,
        }
    }

    /// Plans the root: `relation` if it is one, else a function's `columns`, called `name` in the statement.
    pub fn root<'s>(
        &mut self,
        shape: &'s Shape,
        name: &str,
        relation: Option<Rc<Relation>>,
        columns: Vec<Column>,
    ) -> Result<Node<'s>, ApiError> {
        let mut node = self.node(&shape.query, shape.range, name, relation, columns)?;
        node.keyset = self.keyset(&node, &shape.query)?;
        Ok(node)
    }

    fn node<'s>(
        &mut self,
        query: &'s Query,
        range: Range,
        name: &str,
        relation: Option<Rc<Relation>>,
        columns: Vec<Column>,
    ) -> Result<Node<'s>, ApiError> {
        let alias = self.names.fresh(name);
        let limit = match (range.limit, self.max_rows) {
            (Some(asked), Some(most)) => Some(asked.min(most)),
            (asked, most) => asked.or(most),
        };
        let range = Range { limit, ..range };
        let mut node = Node {
            relation,
            columns,
            computed: Vec::new(),
            written: std::mem::take(&mut self.writes),
            alias,
            query,
            range,
            embeds: Vec::new(),
            order_joins: Vec::new(),
            aggregates: self.aggregates(query)?,
            output_names: Vec::new(),
            keyset: None,
        };
        let grouped = query.is_grouped();
        for item in &query.select {
            if let SelectItem::Embed(embed) = item {
                let embed = self.embed(&node, embed, grouped)?;
                node.embeds.push(embed);
            }
        }
        width::check(&node)?;
        node.computed = computed::fields(self.catalog, &node);
        self.check_filters(&node, &query.filters)?;
        let mut checked = Ok(());
        query.calls(&mut |call| {
            if checked.is_ok() {
                checked = self.check_filters(&node, &call.filter);
            }
        });
        checked?;
        node.output_names = self.output_names(&node, query);
        for order in &query.order {
            let join = match &order.relation {
                None => None,
                Some(name) => Some(self.order_join(&node, name)?),
            };
            node.order_joins.push(join);
        }
        Ok(node)
    }

    fn embed<'s>(
        &mut self,
        parent: &Node<'_>,
        embed: &'s Embed,
        grouped: bool,
    ) -> Result<EmbedNode<'s>, ApiError> {
        let relationship = embed::resolve(self, parent, embed)?;
        let target = Rc::clone(&relationship.target);
        let name = format!("{}_{}", target.name, 1);
        let mut node =
            self.node(&embed.query, embed.range, &name, Some(Rc::clone(&target)), Vec::new())?;
        let once = match &relationship.function {
            Some(function) => !function.set,
            None => shows_rows_once(&target),
        };
        if relationship.to_one() && !once {
            node.range.limit = Some(node.range.limit.map_or(1, |limit| limit.min(1)));
        }
        let junction = match &relationship.junction {
            Some(junction) => self.names.fresh(&format!("{}_1", junction.name)),
            None => String::new(),
        };
        let joined = self.names.fresh(&format!("{}_{}", parent.alias, embed.target));
        let to_one = relationship.to_one();
        match (embed.spread, to_one) {
            (true, true) => aggregate::check_hoisted(&embed.query)?,
            (true, false) => aggregate::check_spread(&embed.query)?,
            (false, _) => {}
        }
        let inner = embed.join == Join::Inner && to_one && embed.shows();
        let inner_join =
            inner && parent.embeds.iter().filter(|e| e.inner_join).count() < INNER_JOINS;
        let few = parent.range.limit.is_some_and(|limit| limit <= LOOKUP_ROWS);
        let lookup = if inner { !inner_join } else { few };
        let lateral = embed.spread || to_one && (grouped || !lookup);
        let of_written = parent.written;
        Ok(EmbedNode {
            embed,
            relationship,
            node,
            joined,
            junction,
            lateral,
            of_written,
            inner_join,
        })
    }

    /// A filter on an embed's own name asks whether there is any row.
    fn check_filters(&self, node: &Node<'_>, filters: &[Filter]) -> Result<(), ApiError> {
        for filter in filters {
            match filter {
                Filter::Tree { parts, .. } => self.check_filters(node, parts)?,
                Filter::Test { field, test, .. } => {
                    let on_embed = field.path.is_empty()
                        && node.embed(&field.name).is_some()
                        && node.column(&field.name).is_none();
                    if on_embed && !embed::is_null_test(test) {
                        let about =
                            "Only is null or not is null filters are allowed on embedded resources";
                        return Err(ApiError::new(Code::EmbedFilter, &[&field.name]).details(about));
                    }
                }
            }
        }
        Ok(())
    }

    fn order_join(&mut self, node: &Node<'_>, name: &str) -> Result<(usize, String), ApiError> {
        let Some(index) = node.embed(name) else {
            return Err(ApiError::new(Code::NotEmbedded, &[name]).hint(format!(
                "Verify that '{name}' is included in the 'select' query parameter."
            )));
        };
        match node.embeds.get(index) {
            Some(embed) if embed.relationship.to_one() => {
                Ok((index, self.names.fresh(&format!("{name}_order"))))
            }
            _ => {
                let parent = node.relation.as_ref().map_or(node.alias.as_str(), |r| &r.name);
                Err(ApiError::new(Code::RelatedOrder, &[name]).details(format!(
                    "'{parent}' and '{name}' do not form a many-to-one or one-to-one relationship"
                )))
            }
        }
    }
}

/// Whether a foreign key's columns find one row at most. A view may show a row of its table several times; one that has a
/// primary key does not.
fn shows_rows_once(target: &Relation) -> bool {
    matches!(target.kind, RelationKind::Table | RelationKind::Partitioned)
        || !target.primary_key.is_empty()
}
