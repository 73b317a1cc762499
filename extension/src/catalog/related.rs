//! What belongs to a relation without being part of it: functions over its rows, and views of it.

use super::queries::type_document;
use super::read::{read_list, read_type, text};
use crate::pg::query;
use howdah_core::catalog::{Oid, RowFunction};
use serde_json::Value;

/// All functions whose only argument is a row of the relation.
pub fn row_functions(relation: Oid) -> Vec<RowFunction> {
    read_list(&query::text(ROW_FUNCTIONS, &[&relation.to_string()]), read)
}

fn read(value: &Value) -> Option<RowFunction> {
    let flag = |key: &str| value.get(key).and_then(Value::as_bool);
    Some(RowFunction {
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        ty: read_type(value.get("type")?)?,
        relation: text(value, "relation_schema").zip(text(value, "relation_name")),
        set: flag("set")?,
        single: flag("single")?,
    })
}

/// Schema and name of the views that read the table, or read views that do.
pub fn views_of(table: Oid) -> Vec<(String, String)> {
    read_list(&query::text(VIEWS_OF, &[&table.to_string()]), |value| {
        text(value, "schema").zip(text(value, "name"))
    })
}

/// Whether the current user may use the relation in any way.
pub fn may_see(relation: Oid) -> bool {
    query::text(MAY_SEE, &[&relation.to_string()]) == "t"
}

/// Whether the current user may call the function.
pub fn may_call(function: Oid) -> bool {
    query::text(MAY_CALL, &[&function.to_string()]) == "t"
}

const ROW_FUNCTIONS: &str = concat!(
    "SELECT pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'schema', n.nspname, 'name', p.proname, 'set', p.proretset, ",
    "'single', NOT p.proretset OR p.prorows OPERATOR(pg_catalog.=) 1, ",
    "'relation_schema', rn.nspname, 'relation_name', rc.relname, 'type', ",
    type_document!("t", "NULL"),
    ") ORDER BY p.oid)::pg_catalog.text FROM pg_catalog.pg_class c ",
    "JOIN pg_catalog.pg_proc p ON p.pronargs OPERATOR(pg_catalog.=) 1 AND p.prokind OPERATOR(pg_catalog.=) 'f' ",
    "AND p.proargtypes[0] OPERATOR(pg_catalog.=) c.reltype ",
    "JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace ",
    "JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) p.prorettype ",
    "LEFT JOIN pg_catalog.pg_class rc ON rc.oid OPERATOR(pg_catalog.=) t.typrelid ",
    "AND rc.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') ",
    "LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid OPERATOR(pg_catalog.=) rc.relnamespace ",
    "WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid",
);

const VIEWS_OF: &str = "WITH RECURSIVE seen (oid) AS (SELECT $1::pg_catalog.oid UNION \
    SELECT w.ev_class FROM seen JOIN pg_catalog.pg_depend d ON d.refobjid OPERATOR(pg_catalog.=) seen.oid \
    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
    AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
    JOIN pg_catalog.pg_rewrite w ON w.oid OPERATOR(pg_catalog.=) d.objid) \
    SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname) \
    ORDER BY n.nspname, c.relname)::pg_catalog.text FROM seen \
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) seen.oid AND c.relkind OPERATOR(pg_catalog.=) ANY ('{v,m}') \
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace";

const MAY_SEE: &str = "SELECT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE') \
    AND (pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') \
    OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')) \
    FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid";

const MAY_CALL: &str = "SELECT pg_catalog.has_schema_privilege(p.pronamespace, 'USAGE') \
    AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') \
    FROM pg_catalog.pg_proc p WHERE p.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid";
