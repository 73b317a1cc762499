//! What is asked of Postgres's catalogs, each a document of JSON. Names are qualified, operators too: the caller's search path
//! counts in none of them.

/// `t` is a row of pg_type in the scope: its document as [`read_type`] takes it. `$mod` is the type modifier.
macro_rules! type_document {
    ($t:literal, $modifier:literal) => {
        concat!(
            "pg_catalog.json_build_object(",
            "'oid', ", $t, ".oid::pg_catalog.int8, ",
            "'sql', pg_catalog.format_type(", $t, ".oid, ", $modifier, "), ",
            "'class', CASE WHEN ", $t, ".typelem OPERATOR(pg_catalog.<>) 0 AND ", $t,
            ".typlen OPERATOR(pg_catalog.=) -1 AND ", $t,
            ".typsubscript OPERATOR(pg_catalog.=) 'pg_catalog.array_subscript_handler'::pg_catalog.regproc ",
            "THEN 'a' ELSE ", $t, ".typtype::pg_catalog.text END, ",
            "'element', (SELECT e.oid::pg_catalog.int8 FROM pg_catalog.pg_type e WHERE e.oid OPERATOR(pg_catalog.=) ",
            "CASE WHEN ", $t, ".typtype OPERATOR(pg_catalog.=) 'd' THEN ", $t, ".typbasetype ELSE ", $t, ".typelem END), ",
            "'element_class', (SELECT CASE WHEN e.typelem OPERATOR(pg_catalog.<>) 0 AND e.typlen OPERATOR(pg_catalog.=) -1 ",
            "THEN 'a' ELSE e.typtype::pg_catalog.text END FROM pg_catalog.pg_type e WHERE e.oid OPERATOR(pg_catalog.=) ",
            "CASE WHEN ", $t, ".typtype OPERATOR(pg_catalog.=) 'd' THEN ", $t, ".typbasetype ELSE ", $t, ".typelem END), ",
            "'casts', CASE WHEN ", $t, ".typtype OPERATOR(pg_catalog.=) 'd' THEN (SELECT pg_catalog.json_agg(pg_catalog.json_build_object(",
            "'kind', CASE WHEN x.casttarget OPERATOR(pg_catalog.=) 114 THEN 'to_json' WHEN x.castsource OPERATOR(pg_catalog.=) 114 ",
            "THEN 'from_json' ELSE 'from_text' END, 'schema', xn.nspname, 'name', xp.proname)) FROM pg_catalog.pg_cast x ",
            "JOIN pg_catalog.pg_proc xp ON xp.oid OPERATOR(pg_catalog.=) x.castfunc ",
            "JOIN pg_catalog.pg_namespace xn ON xn.oid OPERATOR(pg_catalog.=) xp.pronamespace ",
            "WHERE x.castcontext OPERATOR(pg_catalog.=) 'i' AND x.castmethod OPERATOR(pg_catalog.=) 'f' ",
            "AND (x.castsource OPERATOR(pg_catalog.=) ", $t, ".oid AND x.casttarget OPERATOR(pg_catalog.=) 114 ",
            "OR x.casttarget OPERATOR(pg_catalog.=) ", $t, ".oid AND x.castsource OPERATOR(pg_catalog.=) ANY ('{25,114}'))) END)"
        )
    };
}

pub(super) use type_document;

pub(super) const RELATION: &str = concat!(
    "SELECT pg_catalog.json_build_object(",
    "'oid', c.oid::pg_catalog.int8, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind::pg_catalog.text, ",
    "'events', pg_catalog.pg_relation_is_updatable(c.oid, true), ",
    "'comment', pg_catalog.obj_description(c.oid, 'pg_class'), ",
    // A view whose writes Postgres passes on to its only table: no trigger, no rule but its own.
    "'simple', c.relkind OPERATOR(pg_catalog.=) 'v' AND NOT c.relhastriggers ",
    "AND (pg_catalog.pg_relation_is_updatable(c.oid, false) OPERATOR(pg_catalog.&) 8) OPERATOR(pg_catalog.<>) 0 ",
    "AND (SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) 1 FROM pg_catalog.pg_rewrite w WHERE w.ev_class OPERATOR(pg_catalog.=) c.oid), ",
    "'primary_key', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.n) FROM pg_catalog.pg_constraint p ",
    "CROSS JOIN LATERAL pg_catalog.unnest(p.conkey) WITH ORDINALITY k(attnum, n) ",
    "JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) k.attnum ",
    "WHERE p.conrelid OPERATOR(pg_catalog.=) c.oid AND p.contype OPERATOR(pg_catalog.=) 'p'), ",
    "'columns', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'name', a.attname, 'not_null', a.attnotnull, 'has_default', a.atthasdef OR a.attidentity OPERATOR(pg_catalog.<>) '', ",
    "'generated', a.attgenerated OPERATOR(pg_catalog.<>) '' OR a.attidentity OPERATOR(pg_catalog.=) 'a', ",
    "'default', CASE WHEN a.attgenerated OPERATOR(pg_catalog.<>) '' THEN NULL WHEN a.attidentity OPERATOR(pg_catalog.<>) '' ",
    "THEN pg_catalog.format('nextval(%L::regclass)', pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname)) ",
    "ELSE (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d ",
    "WHERE d.adrelid OPERATOR(pg_catalog.=) c.oid AND d.adnum OPERATOR(pg_catalog.=) a.attnum) END, ",
    "'type', ",
    type_document!("t", "a.atttypmod"),
    ") ORDER BY a.attnum), '[]'::pg_catalog.json) FROM pg_catalog.pg_attribute a ",
    "JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid ",
    "WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped)",
    ")::pg_catalog.text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace ",
    "WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name ",
    "AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}')",
);

/// Foreign keys at either end of `$1`, and of those that hold a key to it: a junction's other end is found so too.
///
/// Who refers to a table pg_constraint has no index for; pg_depend has. (Read through, 10,000 tables made it 130 ms.)
pub(super) const FOREIGN_KEYS: &str = concat!(
    "WITH near AS (SELECT p.conrelid AS oid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_constraint p ON p.oid OPERATOR(pg_catalog.=) d.objid ",
    "WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass ",
    "AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid OPERATOR(pg_catalog.=) $1::pg_catalog.oid ",
    "AND p.contype OPERATOR(pg_catalog.=) 'f' AND p.confrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid UNION SELECT $1::pg_catalog.oid) ",
    "SELECT pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'constraint', p.conname, 'from_schema', fn.nspname, 'from_table', f.relname, 'to_schema', tn.nspname, 'to_table', t.relname, ",
    "'from_columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.n) FROM pg_catalog.unnest(p.conkey) WITH ORDINALITY k(attnum, n) ",
    "JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) p.conrelid AND a.attnum OPERATOR(pg_catalog.=) k.attnum), ",
    "'to_columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY k.n) FROM pg_catalog.unnest(p.confkey) WITH ORDINALITY k(attnum, n) ",
    "JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) p.confrelid AND a.attnum OPERATOR(pg_catalog.=) k.attnum), ",
    "'from_unique', EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) p.conrelid ",
    "AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indkey::pg_catalog.int2[] OPERATOR(pg_catalog.<@) p.conkey), ",
    "'from_in_primary_key', EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) p.conrelid ",
    "AND i.indisprimary AND p.conkey OPERATOR(pg_catalog.<@) i.indkey::pg_catalog.int2[])",
    ") ORDER BY p.conname, p.oid)::pg_catalog.text FROM pg_catalog.pg_constraint p ",
    "JOIN pg_catalog.pg_class f ON f.oid OPERATOR(pg_catalog.=) p.conrelid JOIN pg_catalog.pg_namespace fn ON fn.oid OPERATOR(pg_catalog.=) f.relnamespace ",
    "JOIN pg_catalog.pg_class t ON t.oid OPERATOR(pg_catalog.=) p.confrelid JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.relnamespace ",
    "WHERE p.contype OPERATOR(pg_catalog.=) 'f' AND p.conparentid OPERATOR(pg_catalog.=) 0 ",
    "AND p.conrelid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT near.oid FROM near))",
);

/// Of `$1`: indexes that tell conflicts apart, triggers before inserts, columns with rising numbers.
///
/// An expression's columns are read out of its tree: `pg_depend` does not tell those of the keys from the predicate's.
pub(super) const WRITE_FACTS: &str = concat!(
    "SELECT pg_catalog.json_build_object(",
    "'unique', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', x.relname, ",
    "'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid), ",
    "'keys', (SELECT pg_catalog.json_agg(CASE WHEN k.attnum OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.json_build_object('column', a.attname) ",
    "ELSE pg_catalog.json_build_object('expression', pg_catalog.pg_get_indexdef(i.indexrelid, k.n::pg_catalog.int4, false)) END ORDER BY k.n) ",
    "FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(attnum, n) ",
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) k.attnum ",
    "WHERE k.n OPERATOR(pg_catalog.<=) i.indnkeyatts), ",
    "'columns', (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a ",
    "WHERE a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.>) 0 ",
    "AND (a.attnum OPERATOR(pg_catalog.=) ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts OPERATOR(pg_catalog.-) 1]) ",
    "OR (i.indexprs IS NOT NULL AND i.indexprs::pg_catalog.text OPERATOR(pg_catalog.~) pg_catalog.format(':varattno %s ', a.attnum)))), ",
    "'not_null', i.indexprs IS NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) i.indrelid ",
    "AND NOT a.attnotnull AND a.attnum OPERATOR(pg_catalog.=) ANY ((i.indkey::pg_catalog.int2[])[0:i.indnkeyatts OPERATOR(pg_catalog.-) 1]))",
    ") ORDER BY i.indisprimary DESC, x.relname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid OPERATOR(pg_catalog.=) i.indexrelid ",
    "WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate), ",
    "'before_insert', c.relkind OPERATOR(pg_catalog.=) 'v' OR EXISTS (SELECT FROM pg_catalog.pg_trigger t ",
    "WHERE (t.tgrelid OPERATOR(pg_catalog.=) c.oid OR c.relkind OPERATOR(pg_catalog.=) 'p' AND t.tgrelid OPERATOR(pg_catalog.=) ANY ",
    "(SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(c.oid::pg_catalog.regclass) p)) ",
    // ROW, BEFORE and INSERT.
    "AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D' AND (t.tgtype OPERATOR(pg_catalog.&) 7::pg_catalog.int2) OPERATOR(pg_catalog.=) 7), ",
    "'rising', (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute a ",
    "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) a.attrelid AND d.adnum OPERATOR(pg_catalog.=) a.attnum ",
    "JOIN pg_catalog.pg_depend e ON CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' ",
    "THEN e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND e.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass ",
    "AND e.refobjid OPERATOR(pg_catalog.=) a.attrelid AND e.refobjsubid OPERATOR(pg_catalog.=) a.attnum AND e.deptype OPERATOR(pg_catalog.=) 'i' ",
    "ELSE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND e.objid OPERATOR(pg_catalog.=) d.oid ",
    "AND e.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass ",
    "AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) OPERATOR(pg_catalog.~) '^nextval\\(''([^'']|'''')*''::regclass\\)$' END ",
    "JOIN pg_catalog.pg_sequence s ON s.seqrelid OPERATOR(pg_catalog.=) CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN e.objid ELSE e.refobjid END ",
    "AND s.seqincrement OPERATOR(pg_catalog.>) 0 AND NOT s.seqcycle ",
    "WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped)",
    ")::pg_catalog.text FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid",
);

pub(super) const FUNCTIONS: &str = concat!(
    "SELECT pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'oid', p.oid::pg_catalog.int8, 'schema', n.nspname, 'name', p.proname, 'set', p.proretset, ",
    "'volatility', p.provolatile::pg_catalog.text, 'settings', p.proconfig, 'comment', pg_catalog.obj_description(p.oid, 'pg_proc'), ",
    "'result', ",
    type_document!("r", "NULL"),
    ", ",
    "'relation_schema', (SELECT rn.nspname FROM pg_catalog.pg_type b JOIN pg_catalog.pg_namespace rn ON rn.oid OPERATOR(pg_catalog.=) b.typnamespace ",
    "WHERE b.oid OPERATOR(pg_catalog.=) CASE WHEN r.typtype OPERATOR(pg_catalog.=) 'd' THEN r.typbasetype ELSE r.oid END), ",
    "'relation_name', (SELECT b.typname FROM pg_catalog.pg_type b WHERE b.typtype OPERATOR(pg_catalog.=) 'c' AND b.oid OPERATOR(pg_catalog.=) ",
    "CASE WHEN r.typtype OPERATOR(pg_catalog.=) 'd' THEN r.typbasetype ELSE r.oid END), ",
    "'arguments', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'name', COALESCE(p.proargnames[k.n], ''), 'type', ",
    type_document!("t", "NULL"),
    ", ",
    "'has_default', k.position OPERATOR(pg_catalog.>) (p.pronargs OPERATOR(pg_catalog.-) p.pronargdefaults), ",
    "'variadic', p.provariadic OPERATOR(pg_catalog.<>) 0 AND k.position OPERATOR(pg_catalog.=) p.pronargs) ORDER BY k.n), '[]'::pg_catalog.json) ",
    "FROM (SELECT u.ty, u.n, pg_catalog.row_number() OVER (ORDER BY u.n) AS position FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[])) ",
    "WITH ORDINALITY u(ty, n) WHERE p.proargmodes IS NULL OR p.proargmodes[u.n] OPERATOR(pg_catalog.=) ANY ('{i,b,v}')) k ",
    // A type of the extension's own has no value that a request could bring (howdah_private.caller): its argument is not shown.
    "JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) k.ty ",
    "AND t.typnamespace OPERATOR(pg_catalog.<>) 'howdah_private'::pg_catalog.regnamespace::pg_catalog.oid), ",
    "'columns', (SELECT COALESCE(pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'name', COALESCE(NULLIF(p.proargnames[u.n], ''), 'column' OPERATOR(pg_catalog.||) u.n), 'type', ",
    type_document!("t", "NULL"),
    ") ORDER BY u.n), '[]'::pg_catalog.json) ",
    "FROM pg_catalog.unnest(p.proallargtypes) WITH ORDINALITY u(ty, n) JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) u.ty ",
    "WHERE p.proargmodes[u.n] OPERATOR(pg_catalog.=) ANY ('{o,b,t}'))",
    ") ORDER BY p.oid)::pg_catalog.text FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace ",
    "JOIN pg_catalog.pg_type r ON r.oid OPERATOR(pg_catalog.=) p.prorettype ",
    "WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND p.proname OPERATOR(pg_catalog.=) $2::pg_catalog.name ",
    "AND p.prokind OPERATOR(pg_catalog.=) 'f' AND p.prorettype OPERATOR(pg_catalog.<>) ALL ('{pg_catalog.trigger,pg_catalog.event_trigger}'::pg_catalog.regtype[])",
);

/// Aggregates of one argument, a row type or anyelement, that return a domain named `$1` but for case. By way of
/// pg_depend, which is indexed: every function depends on its result type.
pub(super) const MEDIA_HANDLERS: &str = "SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', p.proname, \
    'media', t.typname, 'domain', t.oid::pg_catalog.int8, 'of_schema', rn.nspname, 'of_name', r.relname) ORDER BY p.oid)::pg_catalog.text \
    FROM pg_catalog.pg_type t \
    JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass \
    AND d.refobjid OPERATOR(pg_catalog.=) t.oid AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass \
    JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid AND p.prorettype OPERATOR(pg_catalog.=) t.oid \
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
    JOIN pg_catalog.pg_type a ON a.oid OPERATOR(pg_catalog.=) p.proargtypes[0] \
    LEFT JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) a.typrelid AND r.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') \
    LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid OPERATOR(pg_catalog.=) r.relnamespace \
    WHERE t.typtype OPERATOR(pg_catalog.=) 'd' AND pg_catalog.lower(t.typname::pg_catalog.text) OPERATOR(pg_catalog.=) $1::pg_catalog.text \
    AND p.prokind OPERATOR(pg_catalog.=) 'a' AND p.pronargs OPERATOR(pg_catalog.=) 1 \
    AND (r.oid IS NOT NULL OR a.oid OPERATOR(pg_catalog.=) 'pg_catalog.anyelement'::pg_catalog.regtype)";

/// By index; without such a domain there can be no handler, and no domain becomes one without a function being made.
pub(super) const JSON_IS_OPEN: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typtype OPERATOR(pg_catalog.=) 'd' \
    AND t.typname OPERATOR(pg_catalog.=) ANY ('{*/*,application/json}'::pg_catalog.name[]))::pg_catalog.text";

pub(super) const MAY_EXPLAIN: &str = "SELECT pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('howdah.explain_plan()'), 'EXECUTE')::pg_catalog.text";

/// Names in a hint's choice: all of 10,000 tables, and not of a million.
macro_rules! names_most {
    () => {
        "10000"
    };
}

/// Relations that the current user may use: a hint names nothing else. What is cheap to ask is asked first, of each row.
macro_rules! relation_names {
    ($like:literal) => {
        concat!(
            "SELECT pg_catalog.json_agg(s.relname)::pg_catalog.text FROM (SELECT c.relname FROM pg_catalog.pg_class c ",
            "WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n ",
            "WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')) ",
            "AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition ",
            $like,
            "AND (pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE') ",
            "OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')) LIMIT ",
            names_most!(),
            ") s"
        )
    };
}

pub(super) const RELATION_NAMES: &str = relation_names!("");
/// With at most a quarter of their letters more or less than `$2`.
pub(super) const RELATION_NAMES_LIKE: &str = relation_names!(
    "AND (4 OPERATOR(pg_catalog.*) pg_catalog.char_length(c.relname::pg_catalog.text)) \
     OPERATOR(pg_catalog.>=) (3 OPERATOR(pg_catalog.*) pg_catalog.char_length($2::pg_catalog.text)) \
     AND (3 OPERATOR(pg_catalog.*) pg_catalog.char_length(c.relname::pg_catalog.text)) \
     OPERATOR(pg_catalog.<=) (4 OPERATOR(pg_catalog.*) pg_catalog.char_length($2::pg_catalog.text)) "
);

pub(super) const FUNCTION_NAMES: &str = concat!(
    "SELECT pg_catalog.json_agg(s.proname)::pg_catalog.text FROM (SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p ",
    "WHERE p.pronamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n ",
    "WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')) ",
    "AND p.prokind OPERATOR(pg_catalog.=) 'f' ",
    "AND (p.pronargs OPERATOR(pg_catalog.=) 0 OR p.proargnames IS NOT NULL OR p.pronargs OPERATOR(pg_catalog.=) 1 ",
    "AND p.proargtypes[0] OPERATOR(pg_catalog.=) ANY ('{bytea,json,jsonb,text,xml}'::pg_catalog.regtype[])) ",
    "AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') LIMIT ",
    names_most!(),
    ") s"
);

/// Those of Postgres first, then by the request's search path: [`howdah_core::catalog::Catalog::aggregates`]. An aggregate
/// over Postgres's own internals is nobody's to call.
pub(super) const AGGREGATES: &str = concat!(
    "SELECT pg_catalog.json_agg(pg_catalog.json_build_object(",
    "'schema', n.nspname, 'name', p.proname, 'kind', a.aggkind::pg_catalog.text, 'direct', a.aggnumdirectargs, ",
    "'arguments', (SELECT COALESCE(pg_catalog.json_agg(",
    type_document!("t", "NULL"),
    " ORDER BY u.n), '[]'::pg_catalog.json) FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY u(ty, n) ",
    "JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) u.ty)) ",
    "ORDER BY n.nspname OPERATOR(pg_catalog.=) 'pg_catalog' DESC, ",
    "pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname), p.oid)::pg_catalog.text ",
    "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_aggregate a ON a.aggfnoid::pg_catalog.oid OPERATOR(pg_catalog.=) p.oid ",
    "JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace ",
    "WHERE p.proname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND a.aggkind OPERATOR(pg_catalog.<>) 'h' ",
    "AND (n.nspname OPERATOR(pg_catalog.=) 'pg_catalog' OR n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false))) ",
    "AND NOT 2281::pg_catalog.oid OPERATOR(pg_catalog.=) ANY (p.proargtypes::pg_catalog.oid[]) ",
    "AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')",
);

pub(super) const AGGREGATE_NAMES: &str = "SELECT pg_catalog.json_agg(s.proname)::pg_catalog.text FROM (SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
    WHERE n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)) AND p.prokind OPERATOR(pg_catalog.=) 'a' \
    AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') LIMIT 200) s";
