//! Bodies that SQL makes: by an aggregate over the rows, by PostGIS, or by EXPLAIN.

use super::read;
use super::sql::Sql;
use super::write::SOURCE;
use crate::catalog::MediaHandler;
use crate::rest::plan::handler::Maker;
use crate::rest::shape::{Form, Hidden, ResultKind, Shape, Statement};

/// The rows, in the statement that makes something of them.
const ROWS: &str = "pgrst_rows";
/// The only value of a row that has no columns of its own.
pub(super) const SCALAR: &str = "pgrst_scalar";

/// Writes `rows`, or what makes a body of them with the number of rows behind it. `scalar`: their only column is meant.
pub(super) fn write(sql: &mut Sql, by: &Maker, scalar: bool, rows: impl FnOnce(&mut Sql)) {
    match by {
        Maker::Form => return rows(sql),
        Maker::GeoJson => {
            sql.push(
                "SELECT pg_catalog.json_build_object('type', 'FeatureCollection', 'features', ",
            );
            sql.push("coalesce(pg_catalog.json_agg(ST_AsGeoJSON(");
            sql.ident(ROWS).push(".*)::json), '[]'))");
        }
        Maker::Aggregate(handler) => {
            sql.push("SELECT ");
            aggregate(sql, handler, scalar);
        }
    }
    // What each row would carry is said once: the rows are for the handler alone.
    let mut hidden = std::mem::take(&mut sql.hidden);
    for hidden in &mut hidden {
        if *hidden == Hidden::Inserted {
            sql.push(", (SELECT pg_catalog.count(*) FROM ").ident(SOURCE);
            sql.push(" WHERE \"pgrst_inserted\")");
            *hidden = Hidden::InsertedRows;
        } else {
            read::hidden_column(sql, *hidden, ", ");
        }
    }
    sql.push(", pg_catalog.count(*) FROM (");
    rows(sql);
    sql.push(") AS ").ident(ROWS);
    hidden.push(Hidden::Rows);
    sql.hidden = hidden;
}

fn aggregate(sql: &mut Sql, handler: &MediaHandler, scalar: bool) {
    sql.qualified(&handler.schema, &handler.name).push("(");
    match (&handler.of, scalar) {
        (_, true) => {
            sql.ident(ROWS).push(".").ident(SCALAR);
        }
        (None, false) => {
            sql.ident(ROWS).push(".*");
        }
        (Some((schema, name)), false) => {
            sql.push("(").ident(ROWS).push(".*)::").qualified(schema, name);
        }
    }
    sql.push(")");
}

/// The statement itself, or EXPLAIN of it.
pub(super) fn finish(
    mut sql: Sql,
    shape: &Shape,
    form: Form,
    result: ResultKind,
    writes: bool,
) -> Statement {
    let Some(explain) = shape.wanted.explain else {
        return sql.finish(form, result, writes);
    };
    let mut text = String::from("EXPLAIN (FORMAT ");
    text.push_str(if explain.json { "JSON" } else { "TEXT" });
    for (option, on) in explain.options() {
        if on {
            text.push_str(", ");
            text.push_str(option);
        }
    }
    text.push_str(") ");
    text.push_str(&sql.text);
    sql.text = text;
    sql.hidden.clear();
    sql.page = None;
    // EXPLAIN counts as a command that may write; whether it does is up to the transaction.
    sql.finish(Form::Lines, ResultKind::Rows, true)
}
