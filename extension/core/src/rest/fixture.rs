//! A catalog in memory for tests and fuzz targets: a film library, with the ugliest names beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::Settings;
use super::plan;
use super::query;
use super::shape::{Call, Compiled, Form, Returning, Shape, Verb, Write};
use crate::catalog::{
    Aggregate, AggregateKind, Argument, Base, Casts, Catalog, Column, ForeignKey, Function,
    IndexKey, MediaHandler, Relation, RelationKind, Returns, RowFunction, Type, TypeKind,
    UniqueIndex, Volatility, WriteFacts,
};
use crate::error::ApiError;
use std::rc::Rc;

/// A schema whose name holds all that must be quoted.
pub const SPECIAL: &str = "SPECIAL \"@/\\#~_-";
pub const TEST_IN_PERSIAN: &str = "تست";

pub struct Fixture {
    relations: Vec<Rc<Relation>>,
    keys: Vec<ForeignKey>,
    functions: Vec<Function>,
    aggregates: Vec<Aggregate>,
    handlers: Vec<MediaHandler>,
}

/// `name(relation)` or `name()` for any rows.
fn handler(schema: &str, text: &str, media: &str) -> MediaHandler {
    let (name, of) = text.strip_suffix(')').unwrap().split_once('(').unwrap();
    MediaHandler {
        schema: schema.to_owned(),
        name: name.to_owned(),
        media: media.to_owned(),
        of: (!of.is_empty()).then(|| ("public".to_owned(), of.to_owned())),
    }
}

/// A type by its name in SQL.
pub fn ty(sql: &str) -> Type {
    use TypeKind as K;
    let kind = |sql: &str| match sql {
        "boolean" => K::Bool,
        "integer" => K::Int4,
        "bigint" => K::Int8,
        "numeric" => K::Numeric,
        "text" => K::Text,
        "json" => K::Json,
        "jsonb" => K::Jsonb,
        "date" => K::Date,
        "bytea" => K::Bytea,
        "tsvector" => K::Tsvector,
        "xml" => K::Xml,
        "public.rating" => K::Enum,
        "public.money_amount" => K::Composite,
        "public.email" | "public.code" => K::Domain,
        "daterange" => K::Range,
        _ if sql.starts_with("character varying") => K::Varchar,
        _ => K::Other,
    };
    let (outer, element) = match sql.strip_suffix("[]") {
        Some(element) => (K::Array, Some(kind(element))),
        None if kind(sql) == K::Domain => (K::Domain, Some(K::Text)),
        None => (kind(sql), None),
    };
    let cast = |name: &str| Some(("public".to_owned(), name.to_owned()));
    let casts = (sql == "public.code").then(|| {
        let (to_json, from_json, from_text) = (cast("json"), cast("code\"j"), cast("code"));
        Rc::new(Casts { to_json, from_json, from_text })
    });
    Type { oid: 0, sql: sql.to_owned(), kind: outer, element, casts }
}

/// `name type, name type`, where `*` marks the primary key and `=expression` a default.
fn relation(schema: &str, name: &str, kind: RelationKind, columns: &str) -> Rc<Relation> {
    let mut primary_key = Vec::new();
    let columns = columns
        .split("; ")
        .map(|column| {
            let (column, default) = match column.split_once('=') {
                Some((column, default)) => (column, Some(default.to_owned())),
                None => (column, None),
            };
            let (name, sql) = column.rsplit_once(": ").unwrap();
            let name = match name.strip_prefix('*') {
                Some(key) => {
                    primary_key.push(key.to_owned());
                    key
                }
                None => name,
            };
            Column {
                name: name.to_owned(),
                ty: ty(sql),
                not_null: false,
                has_default: default.is_some(),
                default,
                generated: false,
            }
        })
        .collect();
    Rc::new(Relation {
        oid: 0,
        schema: schema.to_owned(),
        name: name.to_owned(),
        kind,
        columns,
        bases: Vec::new(),
        primary_key,
        insertable: true,
        updatable: true,
        deletable: true,
        comment: None,
    })
}

/// A view with `table: column name, column name` shown.
fn view(name: &str, columns: &str, base: &str) -> Rc<Relation> {
    let (table, shown) = base.split_once(": ").unwrap();
    let pair = |pair: &str| {
        let (own, shown) = pair.split_once(' ').unwrap();
        (own.to_owned(), shown.to_owned())
    };
    let base = Base {
        schema: "public".to_owned(),
        name: table.to_owned(),
        columns: shown.split(", ").map(pair).collect(),
    };
    let plain = relation("public", name, RelationKind::View, columns);
    Rc::new(Relation { bases: vec![base], ..Relation::clone(&plain) })
}

/// A view of a junction and one of its sides.
fn cast() -> Rc<Relation> {
    let columns = "film: integer; actor: integer; name: text";
    let junction = view("cast", columns, "film_actor: film_id film, actor_id actor");
    let side = view("cast", columns, "actor: id actor, name name");
    let bases = [junction.bases.as_slice(), side.bases.as_slice()].concat();
    Rc::new(Relation { bases, ..Relation::clone(&junction) })
}

/// `constraint: table(columns) -> table(columns)`; a `!` before the constraint says that the columns are unique.
fn key(schema: &str, text: &str, from_in_primary_key: bool) -> ForeignKey {
    let (constraint, rest) = text.split_once(": ").unwrap();
    let (from, to) = rest.split_once(" -> ").unwrap();
    let side = |text: &str| {
        let (table, columns) = text.strip_suffix(')').unwrap().split_once('(').unwrap();
        (table.to_owned(), columns.split(", ").map(str::to_owned).collect::<Vec<_>>())
    };
    let ((from_table, from_columns), (to_table, to_columns)) = (side(from), side(to));
    ForeignKey {
        constraint: constraint.trim_start_matches('!').to_owned(),
        from_schema: schema.to_owned(),
        from_table,
        from_columns,
        to_schema: schema.to_owned(),
        to_table,
        to_columns,
        from_unique: constraint.starts_with('!'),
        from_in_primary_key,
    }
}

/// `name(arg type, arg type default, variadic arg type[])`
fn function(text: &str, set: bool, returns: Returns) -> Function {
    let (name, arguments) = text.strip_suffix(')').unwrap().split_once('(').unwrap();
    let arguments = arguments
        .split(", ")
        .filter(|a| !a.is_empty())
        .map(|argument| {
            let (variadic, argument) = match argument.strip_prefix("variadic ") {
                Some(argument) => (true, argument),
                None => (false, argument),
            };
            let (has_default, argument) = match argument.strip_suffix(" default") {
                Some(argument) => (true, argument),
                None => (false, argument),
            };
            let (name, sql) = argument.split_once(' ').unwrap_or(("", argument));
            Argument { name: name.to_owned(), ty: ty(sql), has_default, variadic }
        })
        .collect();
    Function {
        oid: 0,
        schema: "public".to_owned(),
        name: name.to_owned(),
        arguments,
        returns,
        set,
        volatility: Volatility::Stable,
        settings: Vec::new(),
        comment: None,
    }
}

/// `name: key, (expression of column) where predicate`
fn unique(text: &str, not_null: bool) -> UniqueIndex {
    let (text, predicate) = match text.split_once(" where ") {
        Some((text, predicate)) => (text, Some(predicate.to_owned())),
        None => (text, None),
    };
    let (name, keys) = text.split_once(": ").unwrap();
    let mut columns = Vec::new();
    let key = |key: &str| match key.split_once(" of ") {
        Some((expression, column)) => {
            columns.push(column.to_owned());
            IndexKey::Expression(expression.to_owned())
        }
        None => {
            columns.push(key.to_owned());
            IndexKey::Column(key.to_owned())
        }
    };
    let keys = keys.split(", ").map(key).collect();
    UniqueIndex { name: name.to_owned(), keys, columns, predicate, not_null }
}

fn write_facts(relation: &Relation) -> WriteFacts {
    let mut facts =
        WriteFacts { before_insert: relation.kind == RelationKind::View, ..WriteFacts::default() };
    if relation.kind == RelationKind::Table && !relation.primary_key.is_empty() {
        let name = format!("{}_pkey: {}", relation.name, relation.primary_key.join(", "));
        facts.unique.push(unique(&name, true));
    }
    match relation.name.as_str() {
        "actor" => facts.unique.extend([
            unique("actor_name_key: name", false),
            unique("actor_email_key: lower((email)::text) of email", false),
        ]),
        "director" => facts.unique.extend([
            unique("director_name_born_key: name, born where (born IS NOT NULL)", false),
            unique("director_a: name where (id < 5)", false),
            unique("director_b: name where (id > 5)", false),
        ]),
        "film" => facts.rising.push("id".to_owned()),
        _ => {}
    }
    facts
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

impl Fixture {
    pub fn new() -> Self {
        use RelationKind::{Table, View};
        let relations = vec![
            relation("public", "director", Table, "*id: integer; name: text; born: date"),
            relation(
                "public",
                "film",
                Table,
                "*id: integer=nextval('film_id_seq'::regclass); title: character varying(160); \
                 director_id: integer; rating: public.rating; year: integer; meta: jsonb; tags: text[]; \
                 budget: public.money_amount; shown: daterange; words: tsvector",
            ),
            relation("public", "actor", Table, "*id: integer; name: text; email: public.email"),
            relation(
                "public",
                "film_actor",
                Table,
                "*film_id: integer; *actor_id: integer; part: text",
            ),
            relation("public", "person", Table, "*id: integer; name: text; boss_id: integer"),
            relation("public", "badge", Table, "*person_id: integer; code: text"),
            relation("public", "address", Table, "*id: integer; street: text"),
            relation(
                "public",
                "purchase",
                Table,
                "*id: integer; billing_id: integer; shipping_id: integer; amount: numeric",
            ),
            relation("public", "recent_film", View, "id: integer; title: character varying(160)"),
            // Simple views have their table's key; of the others, a row may be there several times.
            view(
                "card",
                "*number: integer; maker: integer; name: text",
                "film: id number, director_id maker",
            ),
            view("crew", "id: integer; full_name: text", "director: id id, name full_name"),
            view("team", "*nr: integer; chief: integer", "person: id nr, boss_id chief"),
            cast(),
            view("nameless", "name: text", "director: name name"),
            relation("public", "stop", Table, "*id: integer; name: text"),
            relation("public", "leg", Table, "*from_id: integer; *to_id: integer"),
            // Shown otherwise than stored.
            relation("public", "parcel", Table, "*id: public.code; weight: integer"),
            relation("public", "stamp", Table, "*nr: integer; parcel_id: public.code"),
            relation("public", "note", Table, "body: text=''::text; at: date"),
            relation(SPECIAL, "na\"me\\", Table, "*i\"d: integer; col umn: text; parent: integer"),
            relation(TEST_IN_PERSIAN, "موارد", Table, "*شناسه: integer; نام: text"),
        ];
        let mut keys = vec![
            key("public", "film_director_id_fkey: film(director_id) -> director(id)", false),
            key("public", "film_actor_film_id_fkey: film_actor(film_id) -> film(id)", true),
            key("public", "film_actor_actor_id_fkey: film_actor(actor_id) -> actor(id)", true),
            key("public", "person_boss_id_fkey: person(boss_id) -> person(id)", false),
            key("public", "!badge_person_id_fkey: badge(person_id) -> person(id)", true),
            key("public", "purchase_billing_fkey: purchase(billing_id) -> address(id)", false),
            key("public", "purchase_shipping_fkey: purchase(shipping_id) -> address(id)", false),
        ];
        keys.push(key("public", "stamp_parcel_fkey: stamp(parcel_id) -> parcel(id)", false));
        keys.push(key("public", "leg_from_fkey: leg(from_id) -> stop(id)", true));
        keys.push(key("public", "leg_to_fkey: leg(to_id) -> stop(id)", true));
        keys.push(key(SPECIAL, "f\"k: na\"me\\(parent) -> na\"me\\(i\"d)", false));
        let film = || Returns::Relation { schema: "public".to_owned(), name: "film".to_owned() };
        let pair = relation("public", "", Table, "a: integer; b: public.money_amount");
        let functions = vec![
            function("add(a integer, b integer default)", false, Returns::Scalar(ty("integer"))),
            function("films_of(director integer)", true, film()),
            function("newest_film()", false, film()),
            function("years()", true, Returns::Scalar(ty("integer"))),
            function("pairs(n integer)", true, Returns::Columns(pair.columns.clone())),
            function("total(variadic v integer[])", false, Returns::Scalar(ty("integer"))),
            function("joined(variadic v text[])", false, Returns::Scalar(ty("text"))),
            function("touch()", false, Returns::Void),
            function("take(json)", false, Returns::Scalar(ty("json"))),
            function("store(bytea)", false, Returns::Scalar(ty("integer"))),
            function(
                "kept(ids integer[], m public.money_amount, j jsonb, t text)",
                false,
                Returns::Scalar(ty("public.money_amount")),
            ),
            function("same(a integer)", false, Returns::Scalar(ty("integer"))),
            function("same(a text)", false, Returns::Scalar(ty("text"))),
            function("span()", false, Returns::Scalar(ty("daterange"))),
            function("row_of()", false, Returns::Columns(Vec::new())),
        ];
        let volatile = |name: &str, returns| Function {
            volatility: Volatility::Volatile,
            ..function(name, true, returns)
        };
        let functions = [
            functions,
            vec![
                volatile("renewed(director integer)", film()),
                volatile("drawn()", Returns::Scalar(ty("daterange"))),
            ],
        ]
        .concat();
        let handlers = vec![
            handler("public", "film_html(film)", "text/html"),
            handler("public", "film_csv(film)", "text/csv"),
            handler("public", "any_csv()", "text/csv"),
            handler("public", "note_any(note)", "*/*"),
            handler("hidden", "film_hidden(film)", "text/hidden"),
        ];
        Self { relations, keys, functions, aggregates: aggregates(), handlers }
    }
}

/// A function over the rows of a relation of `public`: `name: type`, or the relation that it gives rows of.
fn row_function(name: &str, gives: &str, set: bool, single: bool) -> RowFunction {
    let relation = gives.strip_prefix("@").map(|name| ("public".to_owned(), name.to_owned()));
    let ty = if relation.is_some() { ty("public.money_amount") } else { ty(gives) };
    RowFunction {
        schema: "public".to_owned(),
        name: name.to_owned(),
        ty,
        relation,
        set,
        single: single || !set,
    }
}

impl Catalog for Fixture {
    fn row_functions(&self, relation: &Relation) -> Rc<Vec<RowFunction>> {
        Rc::new(match relation.name.as_str() {
            "film" => vec![
                row_function("label", "text", false, true),
                row_function("shouts", "text[]", false, true),
                row_function("extra", "jsonb", false, true),
                row_function("lexemes", "tsvector", false, true),
                row_function("made_by", "@director", true, true),
                row_function("remakes", "@film", true, false),
                row_function("sequel", "@film", false, true),
                RowFunction {
                    schema: "elsewhere".to_owned(),
                    ..row_function("away", "@director", true, true)
                },
                RowFunction {
                    relation: Some(("hidden".to_owned(), "director".to_owned())),
                    ..row_function("veiled", "@director", true, true)
                },
            ],
            _ => Vec::new(),
        })
    }

    fn relation(&self, schema: &str, name: &str) -> Option<Rc<Relation>> {
        self.relations.iter().find(|r| r.schema == schema && r.name == name).cloned()
    }

    fn foreign_keys(&self, relation: &Relation) -> Rc<Vec<ForeignKey>> {
        let of = |schema: &str, table: &str| schema == relation.schema && table == relation.name;
        let touches =
            |k: &&ForeignKey| of(&k.from_schema, &k.from_table) || of(&k.to_schema, &k.to_table);
        Rc::new(self.keys.iter().filter(touches).cloned().collect())
    }

    fn write_facts(&self, relation: &Relation) -> Rc<WriteFacts> {
        Rc::new(write_facts(relation))
    }

    fn functions(&self, schema: &str, name: &str) -> Rc<Vec<Function>> {
        let named = |f: &&Function| f.schema == schema && f.name == name;
        Rc::new(self.functions.iter().filter(named).cloned().collect())
    }

    fn relation_names(&self, schema: &str) -> Rc<Vec<String>> {
        let of = self.relations.iter().filter(|r| r.schema == schema);
        Rc::new(of.map(|r| r.name.clone()).collect())
    }

    fn aggregates(&self, name: &str) -> Vec<Aggregate> {
        self.aggregates.iter().filter(|a| a.name == name).cloned().collect()
    }

    fn aggregate_names(&self) -> Vec<String> {
        vec!["median".to_owned()]
    }

    fn function_names(&self, schema: &str) -> Rc<Vec<String>> {
        let of = self.functions.iter().filter(|f| f.schema == schema);
        Rc::new(of.map(|f| f.name.clone()).collect())
    }

    fn media_handlers(&self, name: &str) -> Rc<Vec<MediaHandler>> {
        Rc::new(self.handlers.iter().filter(|h| h.media == name).cloned().collect())
    }
}

/// `schema.name(type, type)`, of an ordered set `schema.name(direct; type)`.
fn aggregates() -> Vec<Aggregate> {
    let of = |text: &str| {
        let (schema, text) = text.split_once('.').unwrap();
        let (name, arguments) = text.trim_end_matches(')').split_once('(').unwrap();
        let (direct, rows) = match arguments.split_once(';') {
            Some((direct, rows)) => (Some(direct), rows),
            None => (None, arguments),
        };
        let types = |list: &str| -> Vec<Type> {
            list.split(',').map(str::trim).filter(|t| !t.is_empty()).map(ty).collect()
        };
        let before = types(direct.unwrap_or_default());
        Aggregate {
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind: match direct {
                Some(_) => AggregateKind::OrderedSet,
                None => AggregateKind::Normal,
            },
            direct: before.len(),
            arguments: before.into_iter().chain(types(rows)).collect(),
        }
    };
    let all = [
        "pg_catalog.string_agg(text, text)",
        "pg_catalog.string_agg(bytea, bytea)",
        "pg_catalog.array_agg(anynonarray)",
        "pg_catalog.array_agg(anyarray)",
        "pg_catalog.sum(integer)",
        "pg_catalog.percentile_cont(double precision; double precision)",
        "pg_catalog.percentile_cont(double precision[]; double precision)",
        "pg_catalog.mode(; anyelement)",
        "pg_catalog.pg_stat_secret(integer)",
        "public.median(numeric)",
        "public.Odd \"one(text, integer)",
    ];
    all.into_iter().map(of).collect()
}

pub fn settings() -> Settings {
    Settings {
        schemas: vec!["public".to_owned()],
        max_rows: None,
        tx_end: super::TxEnd::Commit,
        aggregates_enabled: true,
        plan_enabled: false,
        openapi: Default::default(),
        legacy_target_names: true,
        etag: None,
    }
}

/// The shape of a request on `public`, and its values.
pub fn shape(verb: Verb, target: &str, query: &str) -> Result<(Shape, Vec<String>), ApiError> {
    let mut parsed = query::parse(query, verb, verb == Verb::Call)?;
    let mut call = Call::default();
    if verb == Verb::Call {
        plan::split_call(&mut parsed, &Fixture::new().functions("public", target));
        call.arguments = query::arguments(std::mem::take(&mut parsed.arguments)).0;
    }
    let shape = Shape {
        verb,
        schema: "public".to_owned(),
        target: target.to_owned(),
        query: parsed.query,
        range: parsed.range,
        write: Write::default(),
        call,
        returning: Returning::Minimal,
        count: None,
        form: Form::Array { strip_nulls: false },
        wanted: Default::default(),
    };
    Ok((shape, parsed.values))
}

pub fn compile(shape: &Shape) -> Result<Compiled, ApiError> {
    super::compile(shape, &Fixture::new(), &settings())
}
