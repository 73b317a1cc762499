//! A whole schema in one query, for descriptions.

use crate::pg::{guc, inval, jail, query, view};
use howdah_core::catalog::overview::Overview;

/// Reads the schema as the current role may use it, or as it is.
///
/// The query runs under a path of `pg_catalog` alone: the server's own functions then print every other name with its
/// schema, whatever path the request has.
pub fn read(schema: &str, everything: bool, routes: &[(String, String)]) -> Overview {
    let routes = serde_json::json!(routes).to_string();
    let everything = if everything { "true" } else { "false" };
    let jail = jail::Jail::open();
    guc::set("search_path", "pg_catalog, pg_temp", guc::Scope::Request, false);
    // The planner expects far more rows than there are, and would compile the statement for longer than it runs.
    guc::set("jit", "off", guc::Scope::Request, false);
    let document = query::text(OVERVIEW, &[schema, everything, &routes]);
    jail.leave();
    let mut overview = Overview::read(&document)
        .unwrap_or_else(|| Overview { schema: schema.to_owned(), ..Overview::default() });
    for ty in &overview.types {
        inval::watch_type(ty.oid);
    }
    let views = overview.relations.iter().filter(|relation| relation.is_view());
    overview.bases =
        views.map(|relation| (relation.oid, view::origins(relation.oid).bases)).collect();
    overview.sort();
    overview
}

/// A number that changes when a comment does: COMMENT sends no invalidation.
pub fn comments() -> String {
    query::text(COMMENTS, &[])
}

const COMMENTS: &str = "SELECT pg_catalog.concat(pg_catalog.count(*), ' ', \
    pg_catalog.sum(pg_catalog.hashint8((d.xmin::pg_catalog.text::pg_catalog.int8)::pg_catalog.int8)::pg_catalog.int8)) \
    FROM pg_catalog.pg_description d WHERE d.objoid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid \
    OR d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass";

/// `$1` schema, `$2` everything, `$3` further functions as `[[schema, name], …]`. Privileges are asked for once a table,
/// once a column only where the table's do not cover it.
const OVERVIEW: &str = "
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.nspname = $1::name
), relation AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relkind, c.relhastriggers, c.reltype,
        CASE WHEN c.relkind IN ('r', 'p') THEN 28 ELSE pg_relation_is_updatable(c.oid, true) END AS events,
        $2::bool OR has_table_privilege(c.oid, 'SELECT') AS reads,
        $2::bool OR has_table_privilege(c.oid, 'INSERT') AS inserts,
        $2::bool OR has_table_privilege(c.oid, 'UPDATE') AS updates,
        $2::bool OR has_table_privilege(c.oid, 'DELETE') AS deletes
    FROM pg_class c JOIN asked a ON c.relnamespace = a.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND ($2::bool OR pg_has_role(c.relowner, 'USAGE')
        OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
), attribute AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated,
        r.reads OR has_column_privilege(r.oid, a.attnum, 'SELECT') AS reads,
        r.inserts OR has_column_privilege(r.oid, a.attnum, 'INSERT') AS inserts,
        r.updates OR has_column_privilege(r.oid, a.attnum, 'UPDATE') AS updates
    FROM pg_attribute a JOIN relation r ON a.attrelid = r.oid
    WHERE a.attnum > 0 AND NOT a.attisdropped
), function AS MATERIALIZED (
    SELECT p.oid, n.nspname, p.proname, p.proretset, p.provolatile, p.prorettype, p.pronargs, p.pronargdefaults,
        p.proargnames, p.proargmodes, p.provariadic, COALESCE(p.proallargtypes, p.proargtypes::oid[]) AS types,
        $2::bool OR has_schema_privilege(n.oid, 'USAGE') AS usage
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE (n.nspname = $1::name OR (n.nspname, p.proname) IN
            (SELECT (j.value->>0)::name, (j.value->>1)::name FROM json_array_elements($3::json) j))
      AND p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
      AND ($2::bool OR has_function_privilege(p.oid, 'EXECUTE'))
), argument AS MATERIALIZED (
    SELECT i.* FROM (
        SELECT f.oid, u.n, u.ty, COALESCE(f.proargnames[u.n], '') AS name, COALESCE(f.proargmodes[u.n], 'i') AS mode,
            row_number() OVER (PARTITION BY f.oid, COALESCE(f.proargmodes[u.n], 'i') IN ('o', 't') ORDER BY u.n)
                > f.pronargs - f.pronargdefaults AS has_default
        FROM function f CROSS JOIN LATERAL unnest(f.types) WITH ORDINALITY u(ty, n)) i
    JOIN pg_type t ON t.oid = i.ty
    -- What no request can bring: as in catalog/queries.rs.
    WHERE t.typnamespace <> 'howdah_private'::regnamespace
), used(oid) AS (
    (SELECT atttypid FROM attribute UNION SELECT prorettype FROM function UNION SELECT ty FROM argument)
    UNION
    SELECT o.oid FROM used u JOIN pg_type t ON t.oid = u.oid
    CROSS JOIN LATERAL (
        SELECT t.typbasetype WHERE t.typtype = 'd'
        UNION ALL SELECT t.typelem WHERE t.typelem <> 0 AND t.typlen = -1 AND t.typsubscript = 'array_subscript_handler'::regproc
        UNION ALL SELECT a.atttypid FROM pg_attribute a
            WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) o(oid)
)
SELECT json_build_object(
    'schema', $1,
    'comment', (SELECT obj_description(oid, 'pg_namespace') FROM asked),
    'usage', COALESCE((SELECT $2::bool OR has_schema_privilege(oid, 'USAGE') FROM asked), false),
    'relations', COALESCE((SELECT json_agg(json_build_object(
        'oid', r.oid::int8, 'name', r.relname, 'kind', r.relkind::text, 'comment', d.description,
        'insertable', r.events & 8 <> 0, 'updatable', r.events & 4 <> 0, 'deletable', r.events & 16 <> 0,
        'simple', r.relkind = 'v' AND NOT r.relhastriggers AND pg_relation_is_updatable(r.oid, false) & 8 <> 0
            AND (SELECT count(*) = 1 FROM pg_rewrite w WHERE w.ev_class = r.oid),
        'reads', r.reads, 'inserts', r.inserts, 'updates', r.updates, 'deletes', r.deletes,
        'columns', COALESCE(c.columns, '[]')) ORDER BY r.relname COLLATE \"C\")
        FROM relation r
        LEFT JOIN pg_description d ON d.objoid = r.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
        LEFT JOIN (SELECT a.attrelid, json_agg(json_build_object(
            'name', a.attname, 'comment', d.description, 'type', a.atttypid::int8,
            'sql', format_type(a.atttypid, a.atttypmod),
            'max_length', CASE
                WHEN m.typmod = -1 THEN NULL
                WHEN m.base IN ('bpchar'::regtype, 'varchar'::regtype) THEN m.typmod - 4
                WHEN m.base IN ('bit'::regtype, 'varbit'::regtype) THEN m.typmod END,
            'not_null', a.attnotnull OR t.typtype = 'd' AND t.typnotnull,
            'default', CASE
                WHEN a.attgenerated <> '' OR a.attidentity <> '' THEN NULL
                WHEN e.adbin IS NULL AND t.typtype = 'd' THEN pg_get_expr(t.typdefaultbin, 0)
                ELSE pg_get_expr(e.adbin, e.adrelid) END,
            'filled', a.atthasdef OR a.attidentity <> '' OR t.typdefaultbin IS NOT NULL,
            'generated', a.attgenerated <> '' OR a.attidentity = 'a',
            'reads', a.reads, 'inserts', a.inserts, 'updates', a.updates) ORDER BY a.attnum) AS columns
            FROM attribute a JOIN pg_type t ON t.oid = a.atttypid
            CROSS JOIN LATERAL (SELECT
                CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END AS base,
                CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod) m
            LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
            LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum AND d.classoid = 'pg_class'::regclass
            GROUP BY a.attrelid) c ON c.attrelid = r.oid), '[]'),
    'functions', COALESCE((SELECT json_agg(json_build_object(
        'schema', f.nspname, 'name', f.proname, 'comment', obj_description(f.oid, 'pg_proc'), 'set', f.proretset,
        'volatility', f.provolatile::text, 'result', f.prorettype::int8, 'usage', f.usage,
        'arguments', COALESCE((SELECT json_agg(json_build_object('name', a.name, 'type', a.ty::int8,
            'has_default', a.has_default, 'variadic', a.mode = 'v') ORDER BY a.n)
            FROM argument a WHERE a.oid = f.oid AND a.mode IN ('i', 'b', 'v')), '[]'),
        'columns', COALESCE((SELECT json_agg(json_build_object('name', COALESCE(NULLIF(a.name, ''), 'column' || a.n),
            'type', a.ty::int8) ORDER BY a.n)
            FROM argument a WHERE a.oid = f.oid AND a.mode IN ('o', 'b', 't')), '[]'))
        ORDER BY f.nspname COLLATE \"C\", f.proname COLLATE \"C\", f.pronargs, f.oid) FROM function f), '[]'),
    'types', COALESCE((SELECT json_agg(json_build_object(
        'oid', t.oid::int8, 'schema', n.nspname, 'name', t.typname, 'sql', format_type(t.oid, NULL),
        'comment', obj_description(t.oid, 'pg_type'),
        'class', CASE WHEN array_type THEN 'a' ELSE t.typtype::text END,
        'of', CASE WHEN array_type THEN t.typelem WHEN t.typtype = 'd' THEN t.typbasetype END::int8,
        'max_length', CASE WHEN t.typtype <> 'd' OR t.typtypmod = -1 THEN NULL
            WHEN t.typbasetype IN ('bpchar'::regtype, 'varchar'::regtype) THEN t.typtypmod - 4
            WHEN t.typbasetype IN ('bit'::regtype, 'varbit'::regtype) THEN t.typtypmod END,
        'not_null', t.typnotnull,
        'labels', COALESCE((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '[]'),
        'relation', CASE WHEN t.typtype = 'c' THEN (SELECT c.relname FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c') END,
        'fields', CASE WHEN t.typtype <> 'c' THEN '[]' ELSE COALESCE((SELECT json_agg(json_build_object(
            'name', a.attname, 'type', a.atttypid::int8) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '[]') END,
        'cast', t.oid >= 16384 AND EXISTS (SELECT FROM pg_cast x WHERE x.castmethod = 'f'
            AND (x.castsource = t.oid AND x.casttarget = 'json'::regtype OR x.casttarget = t.oid AND x.castsource = 'json'::regtype))))
        FROM used u JOIN pg_type t ON t.oid = u.oid JOIN pg_namespace n ON n.oid = t.typnamespace
        CROSS JOIN LATERAL (SELECT t.typelem <> 0 AND t.typlen = -1
            AND t.typsubscript = 'array_subscript_handler'::regproc AS array_type) is_array), '[]'),
    'handlers', COALESCE((SELECT json_agg(json_build_object('schema', n.nspname, 'media', t.typname,
        'of_schema', rn.nspname, 'of', r.relname) ORDER BY p.oid)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_type t ON t.oid = p.prorettype
        JOIN pg_type a ON a.oid = p.proargtypes[0]
        LEFT JOIN pg_class r ON r.oid = a.typrelid AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
        LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
        WHERE p.prokind = 'a' AND p.pronargs = 1 AND t.typtype = 'd' AND strpos(t.typname, '/') > 0
          AND (r.oid IS NOT NULL OR a.oid = 'anyelement'::regtype)
          AND ($2::bool OR has_function_privilege(p.oid, 'EXECUTE'))), '[]'),
    'keys', COALESCE((SELECT json_agg(json_build_object('schema', n.nspname, 'table', c.relname, 'columns',
        (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(p.conkey) WITH ORDINALITY k(attnum, n)
            JOIN pg_attribute a ON a.attrelid = p.conrelid AND a.attnum = k.attnum)))
        FROM pg_constraint p JOIN pg_class c ON c.oid = p.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE p.contype = 'p' AND c.relkind IN ('r', 'p')), '[]'),
    'references', COALESCE((SELECT json_agg(json_build_object(
        'schema', fn.nspname, 'table', f.relname, 'column', fa.attname,
        'to_schema', tn.nspname, 'to_table', t.relname, 'to_column', ta.attname) ORDER BY p.conrelid, p.conname)
        FROM pg_constraint p
        JOIN pg_class f ON f.oid = p.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
        JOIN pg_class t ON t.oid = p.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        JOIN pg_attribute fa ON fa.attrelid = p.conrelid AND fa.attnum = p.conkey[1]
        JOIN pg_attribute ta ON ta.attrelid = p.confrelid AND ta.attnum = p.confkey[1]
        WHERE p.contype = 'f' AND p.conparentid = 0 AND cardinality(p.conkey) = 1), '[]')
)::text";
