//! Parameters that many operations share.

use super::super::json::Json;
use super::{Part, names};

/// Query parameters of the grammar: a column of such a name cannot be filtered by it.
pub const RESERVED: [&str; 10] = [
    "select",
    "order",
    "limit",
    "offset",
    "columns",
    "on_conflict",
    "and",
    "or",
    "not.and",
    "not.or",
];

/// `Prefer` of one kind of operation.
struct Preferences {
    component: &'static str,
    values: &'static [&'static str],
    patterns: &'static [&'static str],
}

const ZONE: &str = "^timezone=[A-Za-z0-9_+/-]+$";
const MAX: &str = "^max-affected=[0-9]{1,9}$";

const PREFER: [Preferences; 4] = [
    Preferences {
        component: "preferRead",
        values: &[
            "count=exact",
            "count=planned",
            "count=estimated",
            "handling=strict",
            "handling=lenient",
            "etag",
        ],
        patterns: &[ZONE],
    },
    Preferences {
        component: "preferInsert",
        values: &[
            "return=minimal",
            "return=headers-only",
            "return=representation",
            "resolution=merge-duplicates",
            "resolution=ignore-duplicates",
            "missing=default",
            "missing=null",
            "count=exact",
            "handling=strict",
            "handling=lenient",
            "tx=commit",
            "tx=rollback",
        ],
        patterns: &[ZONE],
    },
    Preferences {
        component: "preferWrite",
        values: &[
            "return=minimal",
            "return=headers-only",
            "return=representation",
            "count=exact",
            "handling=strict",
            "handling=lenient",
            "tx=commit",
            "tx=rollback",
        ],
        patterns: &[ZONE, MAX],
    },
    Preferences {
        component: "preferCall",
        values: &[
            "count=exact",
            "count=planned",
            "count=estimated",
            "handling=strict",
            "handling=lenient",
            "tx=commit",
            "tx=rollback",
        ],
        patterns: &[ZONE, MAX],
    },
];

/// Writes the shared parameters.
pub fn shared(json: &mut Json, part: &Part<'_>) {
    let query = |json: &mut Json, name: &str, text: &str, example: &str| {
        parameter(json, name, name, "query", text, |json| {
            json.text("type", "string");
            json.key("examples").strings([example]);
        });
    };
    query(
        json,
        "select",
        "Columns of the answer: `alias:column::type`, `column->path`, `relation(columns)`, `column.sum()`.",
        "*",
    );
    query(json, "order", "`column.desc.nullslast`, several with commas.", "id.desc");
    query(json, "and", "All of these: `(a.gt.1,not.b.eq.2,or(c.is.null,d.lt.3))`.", "(id.gt.1)");
    query(json, "or", "Any of these.", "(id.gt.1,id.is.null)");
    query(json, "columns", "Keys of the body that are written; others are ignored.", "id");
    query(json, "on_conflict", "Columns whose equality makes a row the same.", "id");
    for (name, text) in [("limit", "At most so many rows."), ("offset", "So many rows left out.")] {
        parameter(json, name, name, "query", text, |json| {
            json.text("type", "integer");
            json.text("format", "int64");
            json.number("minimum", 0);
            json.number("maximum", i64::MAX);
        });
    }
    parameter(json, "range", "Range", "header", "First and last row, from 0: `0-9`.", |json| {
        json.text("type", "string");
        json.text("pattern", "^[0-9]{1,18}-([0-9]{1,18})?$");
    });
    for (component, name, text) in [
        ("ifNoneMatch", "If-None-Match", "Tags that need no answer again: 304."),
        ("ifMatch", "If-Match", "Tags that the rows must have, else 412; `*`: there must be rows."),
    ] {
        parameter(json, component, name, "header", text, |json| {
            json.text("type", "string");
            json.text("pattern", "^(\\*|\"[!-~]+\"(, \"[!-~]+\")*)$");
        });
    }
    for preferences in &PREFER {
        json.key(preferences.component).object(|json| prefer(json, preferences));
    }
    for (component, name) in [("accept", "Accept-Profile"), ("content", "Content-Profile")] {
        json.key(&format!("{component}Profile")).object(|json| {
            json.text("name", name);
            json.text("in", "header");
            json.text("description", "The schema of the request.");
            json.flag("required", part.must_name());
            json.key("schema")
                .object(|json| json.key("enum").strings([part.overview.schema.as_str()]));
        });
    }
}

pub fn parameter(
    json: &mut Json,
    component: &str,
    name: &str,
    place: &str,
    text: &str,
    schema: impl FnOnce(&mut Json),
) {
    json.key(component).object(|json| {
        json.text("name", name);
        json.text("in", place);
        json.text("description", text);
        json.key("schema").object(schema);
    });
}

fn prefer(json: &mut Json, preferences: &Preferences) {
    json.text("name", "Prefer");
    json.text("in", "header");
    json.text("description", "Preferences; the first of a kind counts.");
    json.key("schema").object(|json| {
        json.text("type", "array");
        json.key("items").object(|json| {
            json.key("anyOf").array(|json| {
                json.object(|json| json.key("enum").strings(preferences.values.iter().copied()));
                for pattern in preferences.patterns {
                    json.object(|json| {
                        json.text("type", "string");
                        json.text("pattern", pattern);
                    });
                }
            });
        });
    });
}

/// References to shared parameters.
pub fn refer(json: &mut Json, components: &[&str]) {
    for component in components {
        json.reference(&names::parameter(component));
    }
}

/// The header that names the schema, where there are several.
pub fn profile(json: &mut Json, part: &Part<'_>, component: &str) {
    if part.profiled() {
        json.reference(&names::parameter(component));
    }
}
