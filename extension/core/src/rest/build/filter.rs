//! Conditions.

use super::sql::Sql;
use super::{domain, read};
use crate::catalog::{Type, TypeKind};
use crate::rest::plan::Node;
use crate::rest::shape::{
    CompareOp, Field, Filter, FullText, Is, JsonKey, JsonStep, Param, Quantifier, Test,
};

/// Writes ` WHERE ` before the first condition and ` AND ` before the others.
pub(super) struct And(&'static str);

impl And {
    pub fn wheres() -> Self {
        Self(" WHERE ")
    }

    pub fn on() -> Self {
        Self(" ON ")
    }

    pub fn further() -> Self {
        Self(" AND ")
    }

    pub fn next(&mut self, sql: &mut Sql) {
        sql.push(self.0);
        self.0 = " AND ";
    }
}

/// `"alias"."column"`
pub(super) fn column(sql: &mut Sql, alias: &str, name: &str) {
    sql.ident(alias).push(".").ident(name);
}

/// A column, or `("alias"."column"->'key'->>0)`.
pub(super) fn field(sql: &mut Sql, node: &Node<'_>, alias: &str, field: &Field) {
    if field.path.is_empty() {
        return column(sql, alias, &field.name);
    }
    // A composite or array is read as JSON too, as is what nobody knows.
    let base = node.column(&field.name).map(|c| base_kind(&c.ty));
    let is_json = matches!(base, Some(TypeKind::Json | TypeKind::Jsonb));
    sql.push(if is_json { "(" } else { "(pg_catalog.to_jsonb(" });
    column(sql, alias, &field.name);
    if !is_json {
        sql.push(")");
    }
    for JsonStep { text, key } in &field.path {
        sql.push(if *text { "->>" } else { "->" });
        match key {
            JsonKey::Index(index) if *index < 0 => {
                sql.push("(").push(&index.to_string()).push(")");
            }
            JsonKey::Index(index) => {
                sql.push(&index.to_string());
            }
            JsonKey::Name(name) => {
                sql.literal(name);
            }
        }
    }
    sql.push(")");
}

/// The type of a composite column.
pub(super) fn row_type<'n>(node: &'n Node<'_>, field: &Field) -> Option<&'n str> {
    let column = node.column(&field.name).filter(|_| field.path.is_empty())?;
    (column.ty.kind == TypeKind::Composite).then_some(column.ty.sql.as_str())
}

/// The kind of a type, or of what it is a domain over.
fn base_kind(ty: &Type) -> TypeKind {
    ty.element.filter(|_| ty.kind == TypeKind::Domain).unwrap_or(ty.kind)
}

/// One condition on the rows of `node`, which are called `alias`.
pub(super) fn filter(sql: &mut Sql, node: &Node<'_>, alias: &str, condition: &Filter) {
    match condition {
        Filter::Tree { negated, or, parts } => {
            sql.push(if *negated { "NOT (" } else { "(" });
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    sql.push(if *or { " OR " } else { " AND " });
                }
                filter(sql, node, alias, part);
            }
            sql.push(")");
        }
        Filter::Test { field: tested, negated, test } => match test {
            Test::Is(is) => {
                let embed = node.embed(&tested.name).and_then(|i| node.embeds.get(i));
                match embed {
                    // A column of the same name is what all other tests mean.
                    Some(embed)
                        if tested.path.is_empty()
                            && (*is == Is::Null || node.column(&tested.name).is_none()) =>
                    {
                        let any = (*is == Is::NotNull) != *negated;
                        sql.push(if any { "" } else { "NOT " });
                        read::exists(sql, alias, embed);
                    }
                    _ => is_test(sql, *negated, *is, &|sql| field(sql, node, alias, tested)),
                }
            }
            _ => {
                let vector = tested.path.is_empty()
                    && node
                        .column(&tested.name)
                        .is_some_and(|c| base_kind(&c.ty) == TypeKind::Tsvector);
                let compared = Compared { vector, column: Some((node, tested)) };
                self::test(sql, *negated, test, compared, &|sql| field(sql, node, alias, tested));
            }
        },
    }
}

/// What is known of the subject of a test.
#[derive(Clone, Copy, Default)]
pub(super) struct Compared<'a> {
    /// Full-text operators find it ready.
    pub vector: bool,
    /// The column that it is: a domain's own casts read the values that it is compared with.
    pub column: Option<(&'a Node<'a>, &'a Field)>,
}

fn values(
    sql: &mut Sql,
    compared: Option<(&Node<'_>, &Field)>,
    op: CompareOp,
    value: crate::rest::shape::Value,
) {
    match compared {
        Some((node, tested)) => domain::values(sql, node, tested, op, Param::Value(value)),
        None => {
            sql.param(Param::Value(value));
        }
    }
}

/// A test of what `subject` writes.
pub(super) fn test(
    sql: &mut Sql,
    negated: bool,
    test: &Test,
    compared: Compared<'_>,
    subject: &dyn Fn(&mut Sql),
) {
    if let Test::Is(is) = test {
        return is_test(sql, negated, *is, subject);
    }
    sql.push(if negated { "NOT (" } else { "" });
    value_test(sql, test, compared, subject);
    sql.push(if negated { ")" } else { "" });
}

fn is_test(sql: &mut Sql, negated: bool, is: Is, subject: &dyn Fn(&mut Sql)) {
    subject(sql);
    let (not, what) = match is {
        Is::Null => (negated, "NULL"),
        Is::NotNull => (!negated, "NULL"),
        Is::True => (negated, "TRUE"),
        Is::False => (negated, "FALSE"),
        Is::Unknown => (negated, "UNKNOWN"),
    };
    sql.push(if not { " IS NOT " } else { " IS " }).push(what);
}

fn value_test(sql: &mut Sql, test: &Test, compared: Compared<'_>, subject: &dyn Fn(&mut Sql)) {
    let Compared { vector, column: compared } = compared;
    match test {
        Test::Is(_) => {}
        Test::In(value) => {
            subject(sql);
            sql.push(" = ANY (");
            values(sql, compared, CompareOp::Eq, *value);
            sql.push(")");
        }
        Test::Compare { op, quantifier, value } => {
            use CompareOp::{Eq, IsDistinct, Neq};
            sql.generic &= matches!(op, Eq | Neq | IsDistinct);
            subject(sql);
            sql.push(" ").push(operator(*op)).push(" ");
            match quantifier {
                None => match compared {
                    Some((node, tested)) => match row_type(node, tested) {
                        // Compared with a row, it would be taken for a record, which has no text form.
                        Some(ty) => {
                            sql.param(Param::Value(*value)).push("::").push(ty);
                        }
                        None => domain::value(sql, node, tested, *op, Param::Value(*value)),
                    },
                    None => {
                        sql.param(Param::Value(*value));
                    }
                },
                Some(quantifier) => {
                    let word = match quantifier {
                        Quantifier::Any => "ANY (",
                        Quantifier::All => "ALL (",
                    };
                    sql.push(word);
                    values(sql, compared, *op, *value);
                    sql.push(")");
                }
            }
        }
        Test::FullText { op, config, value } => {
            sql.generic = false;
            let config = config.map(Param::Value);
            if vector {
                subject(sql);
            } else {
                sql.push("pg_catalog.to_tsvector(");
                regconfig(sql, config);
                subject(sql);
                sql.push(")");
            }
            sql.push(" @@ ").push(match op {
                FullText::Raw => "pg_catalog.to_tsquery(",
                FullText::Plain => "pg_catalog.plainto_tsquery(",
                FullText::Phrase => "pg_catalog.phraseto_tsquery(",
                FullText::Web => "pg_catalog.websearch_to_tsquery(",
            });
            regconfig(sql, config);
            sql.param(Param::Value(*value)).push(")");
        }
    }
}

fn regconfig(sql: &mut Sql, config: Option<Param>) {
    if let Some(config) = config {
        sql.param(config).push("::regconfig, ");
    }
}

fn operator(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "=",
        CompareOp::Neq => "<>",
        CompareOp::Gt => ">",
        CompareOp::Gte => ">=",
        CompareOp::Lt => "<",
        CompareOp::Lte => "<=",
        CompareOp::Like => "LIKE",
        CompareOp::Ilike => "ILIKE",
        CompareOp::Match => "~",
        CompareOp::Imatch => "~*",
        CompareOp::IsDistinct => "IS DISTINCT FROM",
        CompareOp::Contains => "@>",
        CompareOp::Contained => "<@",
        CompareOp::Overlaps => "&&",
        CompareOp::StrictlyLeft => "<<",
        CompareOp::StrictlyRight => ">>",
        CompareOp::NotExtendRight => "&<",
        CompareOp::NotExtendLeft => "&>",
        CompareOp::Adjacent => "-|-",
    }
}
