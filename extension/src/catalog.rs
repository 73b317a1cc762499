//! The catalog as the planner sees it: read one relation at a time when a request first names it, kept until Postgres says
//! that it changed. One query a relation, so neither a new connection nor a database of 10,000 tables costs more.

use crate::pg::{guc, inval, query, view};
use howdah_core::catalog::overview::Overview;
use howdah_core::catalog::*;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

mod related;

/// Relations and functions kept in one backend; beyond that all are dropped and read again.
const KEPT_MAX: usize = 2_000;

/// Media types kept: any client can name new ones.
const HANDLERS_MAX: usize = 256;

type Key = (String, String);

#[derive(Clone)]
struct Known {
    relation: Rc<Relation>,
    /// What else must be as it was: of a view, all that it shows columns of.
    rests_on: Vec<Oid>,
}

impl Known {
    fn is_of(&self, oid: &Oid) -> bool {
        self.relation.oid == *oid || self.rests_on.contains(oid)
    }
}

#[derive(Default)]
pub struct LiveCatalog {
    relations: RefCell<HashMap<Key, Option<Known>>>,
    /// By the relation's oid, with the oids of all tables at either end.
    foreign_keys: RefCell<HashMap<Oid, Rc<Vec<ForeignKey>>>>,
    write_facts: RefCell<HashMap<Oid, Rc<WriteFacts>>>,
    functions: RefCell<HashMap<Key, Rc<Vec<Function>>>>,
    /// By the relation's oid.
    row_functions: RefCell<HashMap<Oid, Rc<Vec<RowFunction>>>>,
    /// By media type.
    handlers: RefCell<HashMap<String, Rc<Vec<MediaHandler>>>>,
    json_is_open: Cell<Option<bool>>,
    /// Aggregates were looked up, so statements hang on functions even if none is kept.
    aggregates: Cell<bool>,
    seen: Cell<(u64, u64)>,
    generation: Cell<u64>,
}

impl LiveCatalog {
    /// Drops what Postgres has invalidated since the last call. Returns a number that changes whenever something was
    /// dropped: statements compiled under another are stale.
    pub fn refresh(&self) -> u64 {
        let now = (inval::relations(), inval::functions());
        let seen = self.seen.replace(now);
        if now == seen {
            return self.generation.get();
        }
        let mut dropped = now.1 != seen.1 && self.drop_functions();
        if now.1 != seen.1 && CASTS.take() {
            dropped = self.drop_all_relations();
        }
        if now.0 != seen.0 {
            dropped |= match inval::take_changed() {
                Some(changed) => self.drop_relations(&changed),
                None => self.drop_all_relations(),
            };
        }
        if dropped {
            self.generation.set(self.generation.get() + 1);
        }
        self.generation.get()
    }

    /// Whether any was known: that there is none of a name, too. (No statement rests on JSON being nobody's but ours:
    /// where it may be another's, shapes are others.)
    fn drop_functions(&self) -> bool {
        let (mut functions, mut of_rows) =
            (self.functions.borrow_mut(), self.row_functions.borrow_mut());
        let mut handlers = self.handlers.borrow_mut();
        let known = !functions.is_empty()
            || !of_rows.is_empty()
            || !handlers.is_empty()
            || self.aggregates.replace(false);
        functions.clear();
        of_rows.clear();
        handlers.clear();
        self.json_is_open.set(None);
        known
    }

    fn drop_all_relations(&self) -> bool {
        self.relations.borrow_mut().clear();
        self.foreign_keys.borrow_mut().clear();
        self.write_facts.borrow_mut().clear();
        self.drop_functions();
        true
    }

    /// Drops the named relations and every answer `there is none`: the changed one may be new under that name.
    fn drop_relations(&self, changed: &[Oid]) -> bool {
        let mut relations = self.relations.borrow_mut();
        let before = relations.len();
        relations.retain(|_, r| {
            r.as_ref().is_some_and(|known| !changed.iter().any(|oid| known.is_of(oid)))
        });
        let mut foreign_keys = self.foreign_keys.borrow_mut();
        let known = foreign_keys.len();
        foreign_keys.retain(|oid, _| !changed.contains(oid));
        // Of a partitioned table they rest on its partitions' triggers too.
        self.write_facts.borrow_mut().clear();
        relations.len() != before || foreign_keys.len() != known
    }
}

impl LiveCatalog {
    fn known(&self, document: &Value) -> Option<Known> {
        let mut relation = read_relation(document)?;
        let mut rests_on = Vec::new();
        if matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            let origins = view::origins(relation.oid);
            (relation.bases, rests_on) = (origins.bases, origins.relations);
            if let ([base], true) = (relation.bases.as_slice(), flag(document, "simple")) {
                let key = self.relation(&base.schema, &base.name).map(|t| t.primary_key.clone());
                relation.primary_key = key.and_then(|key| base.shown(&key)).unwrap_or_default();
            }
        }
        Some(Known { relation: Rc::new(relation), rests_on })
    }
}

impl Catalog for LiveCatalog {
    fn relation(&self, schema: &str, name: &str) -> Option<Rc<Relation>> {
        let key = (schema.to_owned(), name.to_owned());
        if let Some(found) = self.relations.borrow().get(&key) {
            return found.as_ref().map(|known| known.relation.clone());
        }
        let document = plain_path(|| query::text(RELATION, &[schema, name]));
        let known = read_json(&document).and_then(|document| self.known(&document));
        let relation = known.as_ref().map(|known| known.relation.clone());
        let mut relations = self.relations.borrow_mut();
        if relations.len() >= KEPT_MAX {
            relations.clear();
        }
        relations.insert(key, known);
        relation
    }

    fn foreign_keys(&self, relation: &Relation) -> Rc<Vec<ForeignKey>> {
        if let Some(found) = self.foreign_keys.borrow().get(&relation.oid) {
            return found.clone();
        }
        let document = query::text(FOREIGN_KEYS, &[&relation.oid.to_string()]);
        let keys = Rc::new(read_list(&document, read_foreign_key));
        let mut kept = self.foreign_keys.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, keys.clone());
        keys
    }

    fn write_facts(&self, relation: &Relation) -> Rc<WriteFacts> {
        if let Some(found) = self.write_facts.borrow().get(&relation.oid) {
            return found.clone();
        }
        let document = plain_path(|| query::text(WRITE_FACTS, &[&relation.oid.to_string()]));
        let facts = read_json(&document).map(|document| read_write_facts(&document));
        let facts = Rc::new(facts.unwrap_or_default());
        let mut kept = self.write_facts.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, facts.clone());
        facts
    }

    fn functions(&self, schema: &str, name: &str) -> Rc<Vec<Function>> {
        let key = (schema.to_owned(), name.to_owned());
        if let Some(found) = self.functions.borrow().get(&key) {
            return found.clone();
        }
        let document = query::text(FUNCTIONS, &[schema, name]);
        let found = Rc::new(read_list(&document, read_function));
        let mut kept = self.functions.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, found.clone());
        found
    }

    fn row_functions(&self, relation: &Relation) -> Rc<Vec<RowFunction>> {
        if let Some(found) = self.row_functions.borrow().get(&relation.oid) {
            return found.clone();
        }
        let found = Rc::new(related::row_functions(relation.oid));
        let mut kept = self.row_functions.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, found.clone());
        found
    }

    fn views_of(&self, table: &Relation) -> Vec<Rc<Relation>> {
        let views = related::views_of(table.oid);
        views.iter().filter_map(|(schema, name)| self.relation(schema, name)).collect()
    }

    fn may_see(&self, relation: &Relation) -> bool {
        related::may_see(relation.oid)
    }

    fn may_call(&self, function: &Function) -> bool {
        related::may_call(function.oid)
    }

    fn relation_names(&self, schema: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(RELATION_NAMES, &[schema]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    fn relation_names_like(&self, schema: &str, wanted: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(RELATION_NAMES_LIKE, &[schema, wanted]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    fn overview(&self, schema: &str, everything: bool, routes: &[(String, String)]) -> Overview {
        crate::overview::read(schema, everything, routes)
    }

    fn function_names(&self, schema: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(FUNCTION_NAMES, &[schema]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    /// Not kept: the answer depends on the role, and the statement that it is for is kept.
    fn aggregates(&self, name: &str) -> Vec<Aggregate> {
        self.aggregates.set(true);
        read_list(&query::text(AGGREGATES, &[name]), read_aggregate)
    }

    fn aggregate_names(&self) -> Vec<String> {
        read_list(&query::text(AGGREGATE_NAMES, &[]), |v| v.as_str().map(str::to_owned))
    }

    fn media_handlers(&self, name: &str) -> Rc<Vec<MediaHandler>> {
        if let Some(found) = self.handlers.borrow().get(name) {
            return found.clone();
        }
        let found = Rc::new(read_list(&query::text(MEDIA_HANDLERS, &[name]), read_handler));
        let mut kept = self.handlers.borrow_mut();
        if kept.len() >= HANDLERS_MAX {
            kept.clear();
        }
        kept.insert(name.to_owned(), found.clone());
        found
    }

    fn json_is_open(&self) -> bool {
        if let Some(known) = self.json_is_open.get() {
            return known;
        }
        let open = query::text(JSON_IS_OPEN, &[]) == "true";
        self.json_is_open.set(Some(open));
        open
    }

    fn may_explain(&self) -> bool {
        query::text(MAY_EXPLAIN, &[]) == "true"
    }
}

fn read_handler(value: &Value) -> Option<MediaHandler> {
    let of = text(value, "of_schema").zip(text(value, "of_name"));
    inval::watch_type(oid(value, "domain")?);
    Some(MediaHandler {
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        media: text(value, "media")?,
        of,
    })
}

/// Runs under a path that shows no user's schema, so that types, defaults and predicates are printed with theirs: what is
/// kept must mean the same under the path of any later request.
fn plain_path<T>(read: impl FnOnce() -> T) -> T {
    guc::within("search_path", "pg_catalog", read)
}

fn read_json(document: &str) -> Option<Value> {
    serde_json::from_str(document).ok()
}

fn read_list<T>(document: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    match read_json(document) {
        Some(Value::Array(items)) => items.iter().filter_map(read).collect(),
        _ => Vec::new(),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    match value.get(key) {
        Some(Value::Array(items)) => {
            items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn oid(value: &Value, key: &str) -> Option<Oid> {
    value.get(key)?.as_u64().and_then(|n| u32::try_from(n).ok())
}

fn read_relation(value: &Value) -> Option<Relation> {
    let events = value.get("events")?.as_i64()?;
    let kind = match value.get("kind")?.as_str()? {
        "r" => RelationKind::Table,
        "p" => RelationKind::Partitioned,
        "v" => RelationKind::View,
        "m" => RelationKind::MaterializedView,
        _ => RelationKind::Foreign,
    };
    Some(Relation {
        oid: oid(value, "oid")?,
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        kind,
        columns: value.get("columns")?.as_array()?.iter().filter_map(read_column).collect(),
        bases: Vec::new(),
        primary_key: texts(value, "primary_key"),
        insertable: events & 8 != 0,
        updatable: events & 4 != 0,
        deletable: events & 16 != 0,
        comment: text(value, "comment"),
    })
}

fn read_column(value: &Value) -> Option<Column> {
    Some(Column {
        name: text(value, "name")?,
        ty: read_type(value.get("type")?)?,
        not_null: flag(value, "not_null"),
        has_default: flag(value, "has_default"),
        generated: flag(value, "generated"),
        default: text(value, "default"),
    })
}

fn read_type(value: &Value) -> Option<Type> {
    let oid_of = oid(value, "oid")?;
    inval::watch_type(oid_of);
    let class = value.get("class")?.as_str()?;
    let kind = match class {
        "d" => TypeKind::Domain,
        "c" => TypeKind::Composite,
        "e" => TypeKind::Enum,
        "r" | "m" => TypeKind::Range,
        "a" => TypeKind::Array,
        _ => kind_of(oid_of),
    };
    let element = match kind {
        TypeKind::Array | TypeKind::Domain => Some(match value.get("element_class")?.as_str()? {
            "d" => TypeKind::Domain,
            "c" => TypeKind::Composite,
            "e" => TypeKind::Enum,
            "r" | "m" => TypeKind::Range,
            "a" => TypeKind::Array,
            _ => kind_of(oid(value, "element")?),
        }),
        _ => None,
    };
    let casts =
        value.get("casts").and_then(Value::as_array).map(|casts| Rc::new(read_casts(casts)));
    Some(Type { oid: oid_of, sql: text(value, "sql")?, kind, element, casts })
}

/// Notes that what is kept names functions of casts.
fn read_casts(list: &[Value]) -> Casts {
    let mut casts = Casts::default();
    for cast in list {
        let function = text(cast, "schema").zip(text(cast, "name"));
        match cast.get("kind").and_then(Value::as_str) {
            Some("to_json") => casts.to_json = function,
            Some("from_json") => casts.from_json = function,
            _ => casts.from_text = function,
        }
    }
    CASTS.set(true);
    casts
}

thread_local! {
    /// Some kept relation has casts: a change of any function drops all.
    static CASTS: Cell<bool> = const { Cell::new(false) };
}

/// Built-in types by their fixed oids (pg_type.dat).
fn kind_of(oid: Oid) -> TypeKind {
    match oid {
        16 => TypeKind::Bool,
        21 => TypeKind::Int2,
        23 => TypeKind::Int4,
        20 => TypeKind::Int8,
        700 => TypeKind::Float4,
        701 => TypeKind::Float8,
        1700 => TypeKind::Numeric,
        25 => TypeKind::Text,
        1043 => TypeKind::Varchar,
        1042 => TypeKind::Bpchar,
        19 => TypeKind::Name,
        2950 => TypeKind::Uuid,
        114 => TypeKind::Json,
        3802 => TypeKind::Jsonb,
        1082 => TypeKind::Date,
        1114 => TypeKind::Timestamp,
        1184 => TypeKind::TimestampTz,
        17 => TypeKind::Bytea,
        3614 => TypeKind::Tsvector,
        142 => TypeKind::Xml,
        2278 => TypeKind::Void,
        2249 => TypeKind::Record,
        _ => TypeKind::Other,
    }
}

fn read_foreign_key(value: &Value) -> Option<ForeignKey> {
    Some(ForeignKey {
        constraint: text(value, "constraint")?,
        from_schema: text(value, "from_schema")?,
        from_table: text(value, "from_table")?,
        from_columns: texts(value, "from_columns"),
        to_schema: text(value, "to_schema")?,
        to_table: text(value, "to_table")?,
        to_columns: texts(value, "to_columns"),
        from_unique: flag(value, "from_unique"),
        from_in_primary_key: flag(value, "from_in_primary_key"),
    })
}

fn read_write_facts(value: &Value) -> WriteFacts {
    let unique = value.get("unique").and_then(Value::as_array);
    WriteFacts {
        unique: unique.into_iter().flatten().filter_map(read_unique).collect(),
        before_insert: flag(value, "before_insert"),
        rising: texts(value, "rising"),
    }
}

fn read_unique(value: &Value) -> Option<UniqueIndex> {
    let key = |key: &Value| match text(key, "column") {
        Some(name) => Some(IndexKey::Column(name)),
        None => Some(IndexKey::Expression(text(key, "expression")?)),
    };
    Some(UniqueIndex {
        name: text(value, "name")?,
        keys: value.get("keys")?.as_array()?.iter().map(key).collect::<Option<_>>()?,
        columns: texts(value, "columns"),
        predicate: text(value, "predicate"),
        not_null: flag(value, "not_null"),
    })
}

fn read_function(value: &Value) -> Option<Function> {
    let volatility = match value.get("volatility")?.as_str()? {
        "i" => Volatility::Immutable,
        "s" => Volatility::Stable,
        _ => Volatility::Volatile,
    };
    let arguments: Vec<Argument> = value
        .get("arguments")?
        .as_array()?
        .iter()
        .map(|a| {
            Some(Argument {
                name: text(a, "name").unwrap_or_default(),
                ty: read_type(a.get("type")?)?,
                has_default: flag(a, "has_default"),
                variadic: flag(a, "variadic"),
            })
        })
        .collect::<Option<_>>()?;
    let columns: Vec<Column> =
        value.get("columns")?.as_array()?.iter().filter_map(read_column).collect();
    let result = read_type(value.get("result")?)?;
    let returns = if !columns.is_empty() {
        Returns::Columns(columns)
    } else {
        // A row is a row, also as a domain.
        let kind = match (result.kind, result.element) {
            (TypeKind::Domain, Some(TypeKind::Composite)) => TypeKind::Composite,
            (kind, _) => kind,
        };
        match (kind, text(value, "relation_schema"), text(value, "relation_name")) {
            (TypeKind::Void, ..) => Returns::Void,
            (TypeKind::Composite, Some(schema), Some(name)) => Returns::Relation { schema, name },
            (TypeKind::Record, ..) => Returns::Columns(Vec::new()),
            _ => Returns::Scalar(result),
        }
    };
    Some(Function {
        oid: oid(value, "oid")?,
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        arguments,
        returns,
        set: flag(value, "set"),
        volatility,
        settings: texts(value, "settings")
            .iter()
            .filter_map(|entry| entry.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        comment: text(value, "comment"),
    })
}

fn read_aggregate(value: &Value) -> Option<Aggregate> {
    let arguments = value.get("arguments")?.as_array()?;
    Some(Aggregate {
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        kind: match value.get("kind")?.as_str()? {
            "o" => AggregateKind::OrderedSet,
            _ => AggregateKind::Normal,
        },
        arguments: arguments.iter().map(read_type).collect::<Option<_>>()?,
        direct: value.get("direct")?.as_u64().and_then(|n| usize::try_from(n).ok())?,
    })
}

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

use type_document;

const RELATION: &str = concat!(
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
const FOREIGN_KEYS: &str = concat!(
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
const WRITE_FACTS: &str = concat!(
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

const FUNCTIONS: &str = concat!(
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
    "JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) k.ty), ",
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
const MEDIA_HANDLERS: &str = "SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', n.nspname, 'name', p.proname, \
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
const JSON_IS_OPEN: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typtype OPERATOR(pg_catalog.=) 'd' \
    AND t.typname OPERATOR(pg_catalog.=) ANY ('{*/*,application/json}'::pg_catalog.name[]))::pg_catalog.text";

const MAY_EXPLAIN: &str = "SELECT pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('howdah.explain_plan()'), 'EXECUTE')::pg_catalog.text";

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

const RELATION_NAMES: &str = relation_names!("");
/// With at most a quarter of their letters more or less than `$2`.
const RELATION_NAMES_LIKE: &str = relation_names!(
    "AND (4 OPERATOR(pg_catalog.*) pg_catalog.char_length(c.relname::pg_catalog.text)) \
     OPERATOR(pg_catalog.>=) (3 OPERATOR(pg_catalog.*) pg_catalog.char_length($2::pg_catalog.text)) \
     AND (3 OPERATOR(pg_catalog.*) pg_catalog.char_length(c.relname::pg_catalog.text)) \
     OPERATOR(pg_catalog.<=) (4 OPERATOR(pg_catalog.*) pg_catalog.char_length($2::pg_catalog.text)) "
);

const FUNCTION_NAMES: &str = concat!(
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
const AGGREGATES: &str = concat!(
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

const AGGREGATE_NAMES: &str = "SELECT pg_catalog.json_agg(s.proname)::pg_catalog.text FROM (SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p \
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace \
    WHERE n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false)) AND p.prokind OPERATOR(pg_catalog.=) 'a' \
    AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') LIMIT 200) s";
