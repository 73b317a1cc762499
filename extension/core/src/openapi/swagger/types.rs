//! Types of Postgres as the 2.0 document knows them: by name.

use super::super::json::Json;
use crate::catalog::overview::{Column, Overview, Type};

/// The name that decides: of a domain its built-in base, of a built-in type without its modifier.
pub fn of_column(overview: &Overview, column: &Column) -> String {
    let built_in = |ty: &&Type| ty.schema == "pg_catalog";
    overview
        .base(column.ty)
        .filter(built_in)
        .map_or_else(|| column.sql.clone(), |ty| ty.sql.clone())
}

/// The name of an argument's type: short if the search path has it.
pub fn of_argument(overview: &Overview, path: &[&str], oid: u32) -> String {
    let Some(ty) = overview.ty(oid) else { return "unknown".to_owned() };
    let named = ty.of.filter(|_| ty.class == "a").and_then(|of| overview.ty(of)).unwrap_or(ty);
    let visible = named.schema != "pg_catalog" && path.contains(&named.schema.as_str());
    let mut qualifier = String::new();
    crate::ident::push_ident(&mut qualifier, &named.schema);
    let short = |qualifier: &str| ty.sql.strip_prefix(qualifier)?.strip_prefix('.');
    visible
        .then(|| short(&qualifier).or_else(|| short(&named.schema)))
        .flatten()
        .unwrap_or(&ty.sql)
        .to_owned()
}

/// `type`; none for json.
pub fn kind(name: &str) -> Option<&'static str> {
    match name {
        "boolean" => Some("boolean"),
        "smallint" | "integer" | "bigint" => Some("integer"),
        "numeric" | "real" | "double precision" => Some("number"),
        "json" | "jsonb" => None,
        name if name.ends_with("[]") => Some("array"),
        _ => Some("string"),
    }
}

pub fn format(name: &str) -> &str {
    match name {
        "smallint" | "integer" => "int32",
        "bigint" => "int64",
        name => name,
    }
}

/// `items` of an array.
pub fn items(json: &mut Json, name: &str) {
    if let Some(element) = name.strip_suffix("[]") {
        json.key("items").object(|json| json.some("type", kind(element)));
    }
}

/// A default as JSON: of text types the literal or else the expression itself, of others only what reads as JSON.
pub fn default(name: &str, expression: &str) -> Option<String> {
    let text = if kind(name) == Some("string") {
        let literal = expression.strip_suffix(name).and_then(|rest| rest.strip_suffix("::"));
        format!("\"{}\"", literal.map_or(expression, |text| text.trim_matches('\'')))
    } else {
        expression.to_owned()
    };
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(value.to_string())
}
