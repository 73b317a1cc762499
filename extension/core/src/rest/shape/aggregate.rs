//! Aggregates as a request writes them: `amount.sum()`, `name.string_agg(distinct,", ").order(name).filter(id.gt.1)`.

use super::{Field, Filter, Order, Query, SelectColumn, SelectItem, Test, Value};

/// `name(distinct,values…).order(…).filter(…)::cast`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AggregateCall {
    pub name: String,
    pub distinct: bool,
    /// What it takes beside the column: a separator, a fraction.
    pub arguments: Vec<AggregateArgument>,
    /// The order in which it takes its rows.
    pub order: Vec<Order>,
    /// The rows that it takes; joined by AND.
    pub filter: Vec<Filter>,
    /// The result's cast, as written.
    pub cast: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AggregateArgument {
    pub value: Value,
    /// Written `{…}`: where there is a choice, an array is meant.
    pub array: bool,
}

impl AggregateCall {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            distinct: false,
            arguments: Vec::new(),
            order: Vec::new(),
            filter: Vec::new(),
            cast: None,
        }
    }

    /// One of the dialect's own five, called as the dialect does: nothing needs to be looked up.
    pub fn is_plain(&self) -> bool {
        self.arguments.is_empty()
            && matches!(self.name.as_str(), "count" | "sum" | "avg" | "min" | "max")
    }
}

/// A condition on groups, or a tree of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Having {
    Tree {
        negated: bool,
        or: bool,
        parts: Vec<Having>,
    },
    /// Of an aggregate, of a column that is grouped by, or of what select calls so.
    Test {
        subject: SelectColumn,
        negated: bool,
        test: Test,
    },
}

/// `distinct=`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Distinct {
    /// `*`: no two rows alike.
    Rows,
    /// `(a,b)`: of the rows alike in these the first by `order`.
    On(Vec<Field>),
}

impl Query {
    /// Whether an aggregate is called anywhere: in select or what is spread into it, in order, or by conditions on groups.
    pub fn has_aggregates(&self) -> bool {
        !self.having.is_empty()
            || self.order.iter().any(|order| order.aggregate.is_some())
            || self.select.iter().any(|item| match item {
                SelectItem::All => false,
                SelectItem::Column(column) => column.aggregate.is_some(),
                SelectItem::Embed(embed) => embed.spread && embed.query.has_aggregates(),
            })
    }

    /// Whether a row of the result stands for a group of rows.
    pub fn is_grouped(&self) -> bool {
        self.distinct == Some(Distinct::Rows) || self.has_aggregates()
    }

    /// Calls of aggregates on this relation's own columns.
    pub fn calls<'q>(&'q self, each: &mut impl FnMut(&'q AggregateCall)) {
        for item in &self.select {
            if let SelectItem::Column(SelectColumn { aggregate: Some(call), .. }) = item {
                each(call);
            }
        }
        for order in &self.order {
            if let Some(SelectColumn { aggregate: Some(call), .. }) = order.aggregate.as_deref() {
                each(call);
            }
        }
        for having in &self.having {
            having.subjects(&mut |subject| {
                if let Some(call) = &subject.aggregate {
                    each(call);
                }
            });
        }
    }

    /// All calls, those in embeds too.
    pub fn each_call<'q>(&'q self, each: &mut impl FnMut(&'q AggregateCall)) {
        self.calls(each);
        for item in &self.select {
            if let SelectItem::Embed(embed) = item {
                embed.query.each_call(each);
            }
        }
    }

    /// Columns of this relation that aggregates, conditions on groups and `distinct` read beside those of select.
    pub fn grouping_fields<'q>(&'q self, each: &mut impl FnMut(&'q Field)) {
        self.calls(&mut |call| {
            call.order.iter().for_each(|order| each(&order.field));
            call.filter.iter().for_each(|filter| filter_fields(filter, each));
        });
        let ordered = self.order.iter().filter_map(|order| order.aggregate.as_ref());
        ordered.filter_map(|subject| subject.field.as_ref()).for_each(&mut *each);
        for having in &self.having {
            having.subjects(&mut |subject| subject.field.iter().for_each(&mut *each));
        }
        if let Some(Distinct::On(fields)) = &self.distinct {
            fields.iter().for_each(each);
        }
    }
}

impl Having {
    pub fn subjects<'q>(&'q self, each: &mut impl FnMut(&'q SelectColumn)) {
        match self {
            Self::Tree { parts, .. } => parts.iter().for_each(|part| part.subjects(each)),
            Self::Test { subject, .. } => each(subject),
        }
    }
}

fn filter_fields<'q>(filter: &'q Filter, each: &mut impl FnMut(&'q Field)) {
    match filter {
        Filter::Tree { parts, .. } => parts.iter().for_each(|part| filter_fields(part, each)),
        Filter::Test { field, .. } => each(field),
    }
}
