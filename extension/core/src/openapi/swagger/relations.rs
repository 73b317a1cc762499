//! Tables and views: their paths, definitions and parameters.

use super::super::json::{Json, pointer};
use super::{description, responses, summary, types};
use crate::catalog::overview::{Column, Overview, Relation};

/// GET always; the writes if the relation takes any. Grants decide whether it is here at all.
pub fn path(json: &mut Json, relation: &Relation) {
    json.key("get").object(|json| {
        description(json, relation.comment.as_deref());
        json.key("parameters").array(|json| {
            let shared = ["select", "order", "offset", "limit"];
            let columns = relation.columns.iter();
            // A column of such a name cannot be filtered by it, and a parameter may be there only once.
            for column in columns.filter(|column| !shared.contains(&column.name.as_str())) {
                parameter(json, &filter_name(relation, column));
            }
            for name in ["select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"]
            {
                parameter(json, name);
            }
        });
        json.key("responses").object(|json| {
            json.key("200").object(|json| {
                json.text("description", "OK");
                json.key("schema").object(|json| {
                    json.link("items", &pointer(&["definitions", &relation.name]));
                    json.text("type", "array");
                });
            });
            json.key("206").object(|json| json.text("description", "Partial Content"));
        });
        closing(json, relation);
    });
    if !(relation.insertable || relation.updatable || relation.deletable) {
        return;
    }
    let body = format!("body.{}", relation.name);
    write(json, "post", relation, ("201", "Created"), |json| {
        for name in [body.as_str(), "select", "preferPost"] {
            parameter(json, name);
        }
    });
    write(json, "delete", relation, ("204", "No Content"), |json| {
        filters(json, relation);
        parameter(json, "preferReturn");
    });
    write(json, "patch", relation, ("204", "No Content"), |json| {
        filters(json, relation);
        for name in [body.as_str(), "preferReturn"] {
            parameter(json, name);
        }
    });
}

fn write(
    json: &mut Json,
    method: &str,
    relation: &Relation,
    answer: (&str, &str),
    parameters: impl FnOnce(&mut Json),
) {
    json.key(method).object(|json| {
        description(json, relation.comment.as_deref());
        json.key("parameters").array(parameters);
        responses(json, &[answer]);
        closing(json, relation);
    });
}

fn closing(json: &mut Json, relation: &Relation) {
    summary(json, relation.comment.as_deref());
    json.key("tags").strings([relation.name.as_str()]);
}

fn parameter(json: &mut Json, name: &str) {
    json.reference(&pointer(&["parameters", name]));
}

fn filter_name(relation: &Relation, column: &Column) -> String {
    format!("rowFilter.{}.{}", relation.name, column.name)
}

fn filters(json: &mut Json, relation: &Relation) {
    for column in &relation.columns {
        parameter(json, &filter_name(relation, column));
    }
}

pub fn definition(json: &mut Json, overview: &Overview, relation: &Relation) {
    json.some("description", relation.comment.as_deref());
    let mut required = relation.columns.iter().filter(|column| column.not_null).peekable();
    if required.peek().is_some() {
        json.key("required").strings(required.map(|column| column.name.as_str()));
    }
    let key = overview.primary_key(relation);
    json.key("properties").object(|json| {
        for column in &relation.columns {
            json.key(&column.name).object(|json| property(json, overview, relation, column, &key));
        }
    });
    json.text("type", "object");
}

fn property(
    json: &mut Json,
    overview: &Overview,
    relation: &Relation,
    column: &Column,
    key: &[String],
) {
    let name = types::of_column(overview, column);
    if let Some(default) = column.default.as_deref().and_then(|text| types::default(&name, text)) {
        json.key("default").raw(&default);
    }
    json.some("description", note(overview, relation, column, key).as_deref());
    let labels = overview.base(column.ty).map_or(&[][..], |ty| &ty.labels);
    if !labels.is_empty() {
        json.key("enum").strings(labels.iter().map(String::as_str));
    }
    json.text("format", types::format(&name));
    types::items(json, &name);
    if let Some(length) = column.max_length {
        json.number("maxLength", length);
    }
    json.some("type", types::kind(&name));
}

/// The comment, and what keys the column is of: generators look for the tags.
fn note(
    overview: &Overview,
    relation: &Relation,
    column: &Column,
    key: &[String],
) -> Option<String> {
    let mut notes = Vec::new();
    if key.contains(&column.name) {
        notes.push("This is a Primary Key.<pk/>".to_owned());
    }
    if let Some((table, target)) = overview.target(relation, &column.name) {
        notes.push(format!(
            "This is a Foreign Key to `{table}.{target}`.<fk table='{table}' column='{target}'/>"
        ));
    }
    if notes.is_empty() {
        return column.comment.clone();
    }
    let before = column.comment.as_ref().map(|text| format!("{text}\n\n")).unwrap_or_default();
    Some(format!("{before}Note:\n{}", notes.join("\n")))
}

const RETURN: [&str; 3] = ["return=representation", "return=minimal", "return=none"];
const RESOLUTION: [&str; 2] = ["resolution=ignore-duplicates", "resolution=merge-duplicates"];

pub fn parameters(json: &mut Json, overview: &Overview) {
    prefer(json, "preferParams", &[]);
    prefer(json, "preferReturn", &RETURN);
    prefer(json, "preferCount", &["count=none"]);
    prefer(json, "preferPost", &[RETURN.as_slice(), &RESOLUTION].concat());
    plain(json, "select", "select", Some("Filtering Columns"), "query", None);
    plain(json, "on_conflict", "on_conflict", Some("On Conflict"), "query", None);
    plain(json, "order", "order", Some("Ordering"), "query", None);
    let paging = Some("Limiting and Pagination");
    plain(json, "range", "Range", paging, "header", None);
    plain(json, "rangeUnit", "Range-Unit", paging, "header", Some("items"));
    plain(json, "offset", "offset", paging, "query", None);
    plain(json, "limit", "limit", paging, "query", None);
    for relation in &overview.relations {
        let name = &relation.name;
        json.key(&format!("body.{name}")).object(|json| {
            json.text("name", name);
            json.text("description", name);
            json.flag("required", false);
            json.text("in", "body");
            json.link("schema", &pointer(&["definitions", name]));
        });
        for column in &relation.columns {
            let key = filter_name(relation, column);
            plain(json, &key, &column.name, column.comment.as_deref(), "query", None);
        }
    }
}

fn prefer(json: &mut Json, key: &str, values: &[&str]) {
    json.key(key).object(|json| {
        json.text("name", "Prefer");
        json.text("description", "Preference");
        json.flag("required", false);
        if !values.is_empty() {
            json.key("enum").strings(values.iter().copied());
        }
        json.text("in", "header");
        json.text("type", "string");
    });
}

fn plain(
    json: &mut Json,
    key: &str,
    name: &str,
    description: Option<&str>,
    place: &str,
    default: Option<&str>,
) {
    json.key(key).object(|json| {
        json.text("name", name);
        json.some("description", description);
        json.flag("required", false);
        json.some("default", default);
        json.text("in", place);
        json.text("type", "string");
    });
}
