//! The documents that [`super::queries`] answer, as values of the planner's.

use crate::pg::inval;
use howdah_core::catalog::*;
use serde_json::Value;
use std::cell::Cell;
use std::rc::Rc;

pub(super) fn read_handler(value: &Value) -> Option<MediaHandler> {
    let of = text(value, "of_schema").zip(text(value, "of_name"));
    inval::watch_type(oid(value, "domain")?);
    Some(MediaHandler {
        schema: text(value, "schema")?,
        name: text(value, "name")?,
        media: text(value, "media")?,
        of,
    })
}

pub(super) fn read_json(document: &str) -> Option<Value> {
    serde_json::from_str(document).ok()
}

pub(super) fn read_list<T>(document: &str, read: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    match read_json(document) {
        Some(Value::Array(items)) => items.iter().filter_map(read).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

pub(super) fn texts(value: &Value, key: &str) -> Vec<String> {
    match value.get(key) {
        Some(Value::Array(items)) => {
            items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

pub(super) fn oid(value: &Value, key: &str) -> Option<Oid> {
    value.get(key)?.as_u64().and_then(|n| u32::try_from(n).ok())
}

pub(super) fn read_relation(value: &Value) -> Option<Relation> {
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

pub(super) fn read_column(value: &Value) -> Option<Column> {
    Some(Column {
        name: text(value, "name")?,
        ty: read_type(value.get("type")?)?,
        not_null: flag(value, "not_null"),
        has_default: flag(value, "has_default"),
        generated: flag(value, "generated"),
        default: text(value, "default"),
    })
}

pub(super) fn read_type(value: &Value) -> Option<Type> {
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
pub(super) fn read_casts(list: &[Value]) -> Casts {
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
    pub(super) static CASTS: Cell<bool> = const { Cell::new(false) };
}

/// Built-in types by their fixed oids (pg_type.dat).
pub(super) fn kind_of(oid: Oid) -> TypeKind {
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

pub(super) fn read_foreign_key(value: &Value) -> Option<ForeignKey> {
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

pub(super) fn read_write_facts(value: &Value) -> WriteFacts {
    let unique = value.get("unique").and_then(Value::as_array);
    WriteFacts {
        unique: unique.into_iter().flatten().filter_map(read_unique).collect(),
        before_insert: flag(value, "before_insert"),
        rising: texts(value, "rising"),
    }
}

pub(super) fn read_unique(value: &Value) -> Option<UniqueIndex> {
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

pub(super) fn read_function(value: &Value) -> Option<Function> {
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

pub(super) fn read_aggregate(value: &Value) -> Option<Aggregate> {
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
