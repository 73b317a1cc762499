//! A statement being written.

use crate::catalog::{Type, TypeKind};
use crate::ident;
use crate::rest::shape::{Form, Hidden, Page, Param, ResultKind, Statement};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt::Write as _;

/// SQL text and the parameters that it has used so far.
#[derive(Debug)]
pub(super) struct Sql {
    pub text: String,
    params: Vec<Param>,
    numbers: HashMap<Param, usize>,
    /// No test so far whose value decides the plan.
    pub generic: bool,
    pub hidden: Vec<Hidden>,
    /// By alias: what is read in the place of a relation, of which the statement itself writes rows.
    pub sources: HashMap<String, String>,
    pub page: Option<Page>,
    /// `EXISTS (…)` in the current WHERE so far.
    pub exists: usize,
    /// The conditions being written are those of UPDATE or DELETE themselves.
    pub modifies: bool,
}

impl Sql {
    pub fn new() -> Self {
        Self {
            text: String::with_capacity(256),
            params: Vec::new(),
            numbers: HashMap::new(),
            generic: true,
            hidden: Vec::new(),
            sources: HashMap::new(),
            page: None,
            exists: 0,
            modifies: false,
        }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn ident(&mut self, name: &str) -> &mut Self {
        ident::push_ident(&mut self.text, name);
        self
    }

    pub fn qualified(&mut self, schema: &str, name: &str) -> &mut Self {
        ident::push_qualified(&mut self.text, schema, name);
        self
    }

    pub fn literal(&mut self, text: &str) -> &mut Self {
        ident::push_literal(&mut self.text, text);
        self
    }

    pub fn number(&mut self, n: u64) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{n}");
        self
    }

    /// `$n`; the same number for the same source, which every use gives the same type.
    pub fn param(&mut self, param: Param) -> &mut Self {
        let next = self.params.len() + 1;
        let number = *self.numbers.entry(param).or_insert(next);
        if number == next {
            self.params.push(param);
        }
        let _ = write!(self.text, "${number}");
        self
    }

    /// Comma-separated.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.text.push_str(", ");
            }
            each(self, item);
        }
    }

    pub fn finish(self, form: Form, result: ResultKind, writes: bool) -> Statement {
        Statement {
            sql: self.text,
            params: self.params,
            generic: self.generic,
            form,
            result,
            hidden: self.hidden,
            page: self.page,
            writes,
            prepared: OnceCell::new(),
        }
    }
}

/// Kinds that the shell writes as JSON itself.
fn native_kind(kind: TypeKind) -> bool {
    use TypeKind::{
        Bool, Bpchar, Bytea, Date, Enum, Float4, Float8, Int2, Int4, Int8, Json, Jsonb, Name,
        Numeric, Text, Timestamp, TimestampTz, Uuid, Varchar,
    };
    matches!(
        kind,
        Bool | Int2
            | Int4
            | Int8
            | Float4
            | Float8
            | Numeric
            | Text
            | Varchar
            | Bpchar
            | Name
            | Uuid
            | Json
            | Jsonb
            | Date
            | Timestamp
            | TimestampTz
            | Enum
            | Bytea
    )
}

/// Whether the shell writes values of this type as JSON itself; others go through `to_json` in SQL. Domains do, since
/// they may have a cast to json of their own.
pub(super) fn is_native(ty: &Type) -> bool {
    match ty.kind {
        TypeKind::Array => ty.element.is_some_and(native_kind),
        kind => native_kind(kind),
    }
}

/// The same of a cast written in a request.
pub(super) fn is_native_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "text"
            | "varchar"
            | "character varying"
            | "bool"
            | "boolean"
            | "int"
            | "integer"
            | "int2"
            | "int4"
            | "int8"
            | "smallint"
            | "bigint"
            | "float4"
            | "float8"
            | "real"
            | "double precision"
            | "numeric"
            | "decimal"
            | "uuid"
            | "json"
            | "jsonb"
            | "date"
            | "timestamp"
            | "timestamptz"
            | "timestamp with time zone"
            | "timestamp without time zone"
            | "name"
            | "bytea"
    )
}

/// How a written value of this type is read from a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// By the type's input function, from the value's text.
    Text,
    /// As JSON, being a json type.
    Json,
    /// By the array type's input function, from a literal made of the JSON array.
    Array,
    /// From JSON, member by member: composites, and arrays of what a text can't say.
    Populate,
}

pub(super) fn reading(ty: &Type) -> Reading {
    let kind = match (ty.kind, ty.element) {
        (TypeKind::Domain, Some(base)) => base,
        (kind, _) => kind,
    };
    match kind {
        TypeKind::Json | TypeKind::Jsonb => Reading::Json,
        TypeKind::Array => match ty.element {
            Some(
                TypeKind::Composite
                | TypeKind::Domain
                | TypeKind::Json
                | TypeKind::Jsonb
                | TypeKind::Array,
            )
            | None => Reading::Populate,
            // Of a domain over an array the element is the array itself.
            Some(_) if ty.kind == TypeKind::Domain => Reading::Populate,
            Some(_) => Reading::Array,
        },
        TypeKind::Composite => Reading::Populate,
        _ => Reading::Text,
    }
}
