//! Types of Postgres as JSON Schema (2020-12): what a value of theirs is in a body.

use super::super::comment;
use super::super::json::Json;
use super::names;
use crate::catalog::Oid;
use crate::catalog::overview::{Column, Field, Overview, Relation, Type};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Writes schemas, and notes which named types they mention.
pub struct Schemas<'s> {
    overview: &'s Overview,
    used: RefCell<BTreeSet<Oid>>,
}

/// How a type looks where it is used.
enum Shape {
    Any,
    /// `type` and `format`.
    Plain(&'static str, Option<String>),
    Small,
    Array(Oid),
    /// A component.
    Named(String),
}

impl<'s> Schemas<'s> {
    pub fn new(overview: &'s Overview) -> Self {
        Self { overview, used: RefCell::default() }
    }

    /// The component of a relation's rows.
    pub fn row(&self, relation: &Relation) -> String {
        names::component(&self.overview.schema, &self.overview.schema, &relation.name)
    }

    fn shape(&self, ty: &Type) -> Shape {
        if ty.cast {
            return Shape::Any;
        }
        match (ty.class.as_str(), ty.of) {
            ("a", Some(of)) => Shape::Array(of),
            ("c", _) => match self.relation_of(ty) {
                Some(relation) => Shape::Named(self.row(relation)),
                None => self.named(ty),
            },
            ("e" | "d", _) => self.named(ty),
            ("p", _) => Shape::Any,
            _ if ty.schema == "pg_catalog" => built_in(ty),
            _ => Shape::Plain("string", Some(ty.sql.clone())),
        }
    }

    fn named(&self, ty: &Type) -> Shape {
        self.used.borrow_mut().insert(ty.oid);
        Shape::Named(names::component(&self.overview.schema, &ty.schema, &ty.name))
    }

    /// The relation whose row a composite type is, if the document has it.
    fn relation_of(&self, ty: &Type) -> Option<&'s Relation> {
        let name = ty.relation.as_ref().filter(|_| ty.schema == self.overview.schema)?;
        self.overview.relation(name).filter(|relation| relation.readable())
    }

    /// The members of a schema of this type, into an open object.
    pub fn members(&self, json: &mut Json, oid: Oid, nullable: bool, length: Option<i64>) {
        let ty = self.overview.ty(oid);
        let nullable = nullable && !ty.is_some_and(|ty| ty.not_null);
        match ty.map(|ty| self.shape(ty)).unwrap_or(Shape::Any) {
            Shape::Any => {}
            Shape::Plain(kind, format) => {
                type_member(json, kind, nullable);
                json.some("format", format.as_deref());
                if let Some(length) = length {
                    json.number("maxLength", length);
                }
            }
            Shape::Small => {
                type_member(json, "integer", nullable);
                json.text("format", "int32");
                json.number("minimum", i16::MIN.into());
                json.number("maximum", i16::MAX.into());
            }
            Shape::Array(of) => {
                type_member(json, "array", nullable);
                json.key("items").object(|json| self.members(json, of, true, None));
            }
            Shape::Named(component) if nullable => json.key("anyOf").array(|json| {
                json.reference(&names::schema(&component));
                json.object(|json| json.text("type", "null"));
            }),
            Shape::Named(component) => json.text("$ref", &names::schema(&component)),
        }
    }

    /// A schema of this type as the next value.
    pub fn schema(&self, json: &mut Json, oid: Oid, nullable: bool) {
        json.object(|json| self.members(json, oid, nullable, None));
    }

    /// One text in a query string: numbers and words as they are, everything else in Postgres's own notation.
    pub fn query_schema(&self, json: &mut Json, oid: Oid) {
        let shape = self.overview.ty(oid).map(|ty| self.shape(ty));
        let in_words = self.overview.base(oid).is_some_and(|ty| ty.class == "e");
        match shape {
            Some(Shape::Plain(..) | Shape::Small) => self.schema(json, oid, false),
            Some(Shape::Named(_)) if in_words => self.schema(json, oid, false),
            _ => json.object(|json| json.text("type", "string")),
        }
    }

    /// The schema of a column as the value of a property.
    pub fn column(&self, json: &mut Json, column: &Column, note: Option<&str>, written: bool) {
        json.object(|json| {
            self.members(json, column.ty, !column.not_null, column.max_length);
            let (text, examples) = comment::examples(column.comment.as_deref());
            let parts: Vec<&str> = [text.as_deref(), note].into_iter().flatten().collect();
            if !parts.is_empty() {
                json.text("description", &parts.join("\n\n"));
            }
            if !examples.is_empty() {
                json.key("examples").array(|json| {
                    examples.iter().for_each(|example| json.raw(&example.to_string()));
                });
            }
            if column.generated {
                json.flag("readOnly", true);
            }
            if written && let Some(default) = self.constant(column) {
                json.key("default").raw(&default);
            }
        });
    }

    /// A default that is a constant of the type's own kind; expressions are not for a schema.
    fn constant(&self, column: &Column) -> Option<String> {
        let ty = self.overview.base(column.ty).filter(|ty| !ty.cast)?;
        let expression = column.default.as_deref()?;
        let literal = || {
            let (text, _) = expression.strip_prefix('\'')?.rsplit_once("'::")?;
            (!text.contains(['\'', '\\'])).then(|| serde_json::Value::from(text).to_string())
        };
        let number = || {
            let text = expression.trim_matches(|c| c == '(' || c == ')');
            text.parse::<serde_json::Number>().ok().map(|number| number.to_string())
        };
        match (ty.class.as_str(), built_in(ty)) {
            ("e", _) => literal(),
            ("b", Shape::Plain("string", None)) => literal(),
            ("b", Shape::Plain("boolean", _)) => {
                ["true", "false"].contains(&expression).then(|| expression.to_owned())
            }
            ("b", Shape::Plain("integer" | "number", _) | Shape::Small) => number(),
            _ => None,
        }
    }

    /// Components of all named types mentioned so far, and of those that they mention.
    pub fn components(&self, json: &mut Json) {
        let mut written = BTreeSet::new();
        loop {
            let next = self.used.borrow().difference(&written).next().copied();
            let Some(oid) = next else { break };
            written.insert(oid);
            if let Some(ty) = self.overview.ty(oid) {
                json.key(&names::component(&self.overview.schema, &ty.schema, &ty.name))
                    .object(|json| self.component(json, ty));
            }
        }
    }

    fn component(&self, json: &mut Json, ty: &Type) {
        let (text, examples) = comment::examples(ty.comment.as_deref());
        match (ty.class.as_str(), ty.of) {
            ("e", _) => {
                json.text("type", "string");
                json.key("enum").strings(ty.labels.iter().map(String::as_str));
            }
            // Where it is used says whether it may be null.
            ("d", Some(of)) => self.members(json, of, false, ty.max_length),
            _ => {
                json.text("type", "object");
                json.key("properties").object(|json| self.fields(json, &ty.fields));
            }
        }
        json.some("description", text.as_deref());
        if !examples.is_empty() {
            json.key("examples").array(|json| {
                examples.iter().for_each(|example| json.raw(&example.to_string()));
            });
        }
    }

    /// Properties whose values may be null.
    pub fn fields(&self, json: &mut Json, fields: &[Field]) {
        for field in fields {
            json.key(&field.name)
                .object(|json| self.members(json, field.ty, true, field.max_length));
        }
    }
}

fn type_member(json: &mut Json, kind: &str, nullable: bool) {
    if nullable {
        json.key("type").strings([kind, "null"]);
    } else {
        json.text("type", kind);
    }
}

/// Built-in types. What JSON has no type for is the text that Postgres prints, with its name as the format.
fn built_in(ty: &Type) -> Shape {
    let plain = |kind, format: &str| Shape::Plain(kind, Some(format.to_owned()));
    match ty.name.as_str() {
        "bool" => Shape::Plain("boolean", None),
        "int2" => Shape::Small,
        "int4" => plain("integer", "int32"),
        "int8" => plain("integer", "int64"),
        "float4" => plain("number", "float"),
        "float8" => plain("number", "double"),
        "numeric" => Shape::Plain("number", None),
        "text" | "varchar" | "bpchar" | "name" | "char" | "bit" | "varbit" => {
            Shape::Plain("string", None)
        }
        "uuid" => plain("string", "uuid"),
        "date" => plain("string", "date"),
        "timestamptz" => plain("string", "date-time"),
        "timestamp" => plain("string", "date-time-local"),
        "time" => plain("string", "time-local"),
        "timetz" => plain("string", "time"),
        "json" | "jsonb" | "void" | "record" => Shape::Any,
        _ => Shape::Plain("string", Some(ty.sql.clone())),
    }
}
