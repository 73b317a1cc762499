//! Tables and views: what the caller may do with each.

use super::super::json::Json;
use super::super::{REST, comment, encoded};
use super::{Part, names, parameters, responses};
use crate::catalog::overview::{Column, Relation};

/// What the caller may do: the relation allows it, and a privilege on it or on a column does.
struct Rights<'r> {
    read: bool,
    insert: bool,
    update: bool,
    delete: bool,
    /// Columns of the key by which a row may be put.
    key: Vec<&'r Column>,
}

impl<'r> Rights<'r> {
    fn of(part: &Part<'_>, relation: &'r Relation) -> Self {
        let any = |may: fn(&Column) -> bool| relation.columns.iter().any(may);
        let insert = relation.insertable && (relation.inserts || any(|column| column.inserts));
        let update = relation.updatable && (relation.updates || any(|column| column.updates));
        let names = part.overview.writing_key(relation);
        let key: Vec<_> = names
            .iter()
            .filter_map(|name| relation.columns.iter().find(|c| c.name == *name))
            .collect();
        let whole = insert && update && key.iter().all(|column| column.reads && column.inserts);
        Self {
            read: relation.readable(),
            insert,
            update,
            delete: relation.deletable && relation.deletes,
            key: if whole { key } else { Vec::new() },
        }
    }
}

/// Columns that a filter can name.
fn filtered(relation: &Relation) -> impl Iterator<Item = &Column> {
    relation
        .columns
        .iter()
        .filter(|column| column.reads && !parameters::RESERVED.contains(&column.name.as_str()))
}

fn filter_component(relation: &Relation, column: &Column) -> String {
    format!("{}.{}", names::safe(&relation.name), names::safe(&column.name))
}

pub fn paths(json: &mut Json, part: &Part<'_>) {
    for relation in part.relations() {
        let rights = Rights::of(part, relation);
        if rights.read || rights.insert || rights.update || rights.delete {
            json.key(&format!("{REST}/{}", encoded(&relation.name)))
                .object(|json| Writer { part, relation, rights }.operations(json));
        }
    }
}

struct Writer<'w> {
    part: &'w Part<'w>,
    relation: &'w Relation,
    rights: Rights<'w>,
}

impl Writer<'_> {
    fn operations(&self, json: &mut Json) {
        if self.rights.read {
            self.read(json);
        }
        if self.rights.insert {
            self.insert(json);
        }
        if self.rights.update {
            self.update(json);
        }
        if !self.rights.key.is_empty() {
            self.put(json);
        }
        if self.rights.delete {
            self.delete(json);
        }
    }

    fn operation(&self, json: &mut Json, method: &str, verb: &str, fill: impl FnOnce(&mut Json)) {
        json.key(method).object(|json| {
            json.text("operationId", &format!("{verb}_{}", names::safe(&self.relation.name)));
            json.key("tags").strings([self.relation.name.as_str()]);
            let said = comment::split(self.relation.comment.as_deref());
            json.some("summary", said.summary.filter(|text| !text.is_empty()));
            json.some("description", said.rest.filter(|text| !text.is_empty()));
            fill(json);
        });
    }

    fn filters(&self, json: &mut Json) {
        for column in filtered(self.relation) {
            json.reference(&names::parameter(&filter_component(self.relation, column)));
        }
        parameters::refer(json, &["and", "or"]);
    }

    fn read(&self, json: &mut Json) {
        self.operation(json, "get", "read", |json| {
            json.key("parameters").array(|json| {
                self.filters(json);
                parameters::refer(
                    json,
                    &["select", "order", "limit", "offset", "range", "ifNoneMatch", "preferRead"],
                );
                parameters::profile(json, self.part, "acceptProfile");
            });
            json.key("responses").object(|json| {
                let rows = names::response(&names::safe(&self.relation.name));
                json.link("200", &rows);
                json.link("206", &rows);
                json.link("300", &names::response("Error"));
                responses::empty(
                    json,
                    "304",
                    "What `If-None-Match` names is what there is.",
                    &["ETag"],
                );
                responses::errors(json);
            });
        });
    }

    fn insert(&self, json: &mut Json) {
        self.operation(json, "post", "insert", |json| {
            json.key("parameters").array(|json| {
                parameters::refer(json, &["select", "columns", "on_conflict", "preferInsert"]);
                parameters::profile(json, self.part, "contentProfile");
            });
            let one = self.component("Insert");
            self.body(json, &one, true);
            json.key("responses").object(|json| {
                self.written(json, "200");
                self.written(json, "201");
                responses::errors(json);
            });
        });
    }

    fn update(&self, json: &mut Json) {
        self.operation(json, "patch", "update", |json| {
            json.key("parameters").array(|json| {
                self.filters(json);
                parameters::refer(
                    json,
                    &[
                        "select",
                        "columns",
                        "on_conflict",
                        "order",
                        "limit",
                        "ifMatch",
                        "preferWrite",
                    ],
                );
                parameters::profile(json, self.part, "contentProfile");
            });
            self.body(json, &self.component("Update"), true);
            self.changed(json);
        });
    }

    fn put(&self, json: &mut Json) {
        self.operation(json, "put", "put", |json| {
            json.key("parameters").array(|json| {
                for column in &self.rights.key {
                    json.object(|json| {
                        json.text("name", &column.name);
                        json.text("in", "query");
                        json.text("description", "The row's key; the body has the same.");
                        json.flag("required", true);
                        json.key("schema").object(|json| {
                            json.text("type", "string");
                            json.text("pattern", "^eq\\.");
                        });
                    });
                }
                parameters::refer(json, &["select", "ifMatch", "preferWrite"]);
                parameters::profile(json, self.part, "contentProfile");
            });
            self.body(json, &self.component("Insert"), false);
            json.key("responses").object(|json| {
                self.written(json, "200");
                self.written(json, "201");
                responses::empty(json, "204", "Done.", &["Preference-Applied"]);
                responses::errors(json);
            });
        });
    }

    fn delete(&self, json: &mut Json) {
        self.operation(json, "delete", "delete", |json| {
            json.key("parameters").array(|json| {
                self.filters(json);
                parameters::refer(json, &["select", "order", "limit", "ifMatch", "preferWrite"]);
                parameters::profile(json, self.part, "contentProfile");
            });
            self.changed(json);
        });
    }

    fn component(&self, kind: &str) -> String {
        format!("{}-{kind}", names::safe(&self.relation.name))
    }

    fn body(&self, json: &mut Json, one: &str, many: bool) {
        json.key("requestBody").object(|json| {
            json.flag("required", true);
            json.key("content").object(|json| {
                media(json, "application/json", |json| {
                    if !many {
                        return json.text("$ref", &names::schema(one));
                    }
                    json.key("oneOf").array(|json| {
                        json.reference(&names::schema(one));
                        json.object(|json| {
                            json.text("type", "array");
                            json.link("items", &names::schema(one));
                        });
                    });
                });
                if many {
                    media(json, "text/csv", |json| json.text("type", "string"));
                }
            });
        });
    }

    /// Rows, if `Prefer: return=representation` asks for them and they may be read.
    fn written(&self, json: &mut Json, status: &str) {
        json.link(status, &names::response(&self.component("Written")));
    }

    fn changed(&self, json: &mut Json) {
        json.key("responses").object(|json| {
            if self.rights.read {
                self.written(json, "200");
            }
            responses::empty(json, "204", "Done.", &["Content-Range", "Preference-Applied"]);
            responses::errors(json);
        });
    }
}

fn media(json: &mut Json, name: &str, schema: impl FnOnce(&mut Json)) {
    json.key(name).object(|json| json.key("schema").object(schema));
}

/// `"content"` of rows: all of them, or the only one, and what handlers make of them.
pub fn rows_content(json: &mut Json, part: &Part<'_>, relation: &Relation) {
    let row = part.schemas.row(relation);
    let many = |json: &mut Json| {
        json.text("type", "array");
        json.link("items", &names::schema(&row));
    };
    let made = handled(part, relation);
    let ours = |name: &str| !made.contains(&name);
    json.key("content").object(|json| {
        if ours("application/json") {
            media(json, "application/json", many);
        }
        media(json, "application/vnd.pgrst.object+json", |json| {
            json.text("$ref", &names::schema(&row));
        });
        media(json, "application/vnd.pgrst.array+json;nulls=stripped", many);
        if ours("text/csv") {
            media(json, "text/csv", |json| json.text("type", "string"));
        }
        for name in &made {
            media(json, name, |_| ());
        }
    });
}

/// Media types that aggregates of exposed schemas make of these rows, each once.
fn handled<'p>(part: &Part<'p>, relation: &Relation) -> Vec<&'p str> {
    let mut all = Vec::new();
    for handler in &part.overview.handlers {
        let own = handler.of.as_deref() == Some(&relation.name)
            && handler.of_schema.as_deref() == Some(&part.overview.schema);
        let exposed = part.facts.schemas.contains(&handler.schema);
        let media = handler.media.as_str();
        if exposed && (own || handler.of.is_none()) && !all.contains(&media) {
            all.push(media);
        }
    }
    all
}

/// Answers with the rows of each relation, in every form that they have.
pub fn responses(json: &mut Json, part: &Part<'_>) {
    for relation in part.relations() {
        let rights = Rights::of(part, relation);
        let name = names::safe(&relation.name);
        if rights.read {
            json.key(&name).object(|json| {
                json.text("description", "The rows; 206 if `Content-Range` tells of more.");
                let headers = [
                    "Content-Range",
                    "Content-Location",
                    "Content-Profile",
                    "ETag",
                    "Preference-Applied",
                ];
                responses::with_headers(json, &headers);
                rows_content(json, part, relation);
            });
        }
        if rights.insert || rights.update || rights.delete {
            json.key(&format!("{name}-Written")).object(|json| {
                json.text("description", "Done; the rows written, if they are asked for.");
                let headers =
                    ["Content-Range", "Content-Profile", "ETag", "Preference-Applied", "Location"];
                responses::with_headers(json, &headers);
                if rights.read {
                    rows_content(json, part, relation);
                }
            });
        }
    }
}

/// Components of each relation: its row, and what inserting and updating take.
pub fn schemas(json: &mut Json, part: &Part<'_>) {
    for relation in part.relations() {
        let rights = Rights::of(part, relation);
        let name = names::safe(&relation.name);
        let key = part.overview.primary_key(relation);
        if rights.read {
            json.key(&name).object(|json| {
                json.text("type", "object");
                json.some("description", relation.comment.as_deref());
                json.key("properties").object(|json| {
                    for column in relation.columns.iter().filter(|column| column.reads) {
                        let note = note(part, relation, column, &key);
                        json.key(&column.name);
                        part.schemas.column(json, column, note.as_deref(), false);
                    }
                });
            });
        }
        if rights.insert {
            json.key(&format!("{name}-Insert")).object(|json| {
                let columns: Vec<_> =
                    relation.columns.iter().filter(|c| c.inserts && !c.generated).collect();
                let mut required = columns.iter().filter(|c| c.not_null && !c.filled).peekable();
                json.text("type", "object");
                if required.peek().is_some() {
                    json.key("required").strings(required.map(|column| column.name.as_str()));
                }
                writable(json, part, &columns);
            });
        }
        if rights.update {
            json.key(&format!("{name}-Update")).object(|json| {
                let columns: Vec<_> =
                    relation.columns.iter().filter(|c| c.updates && !c.generated).collect();
                json.text("type", "object");
                writable(json, part, &columns);
            });
        }
    }
}

fn writable(json: &mut Json, part: &Part<'_>, columns: &[&Column]) {
    json.key("properties").object(|json| {
        for column in columns {
            json.key(&column.name);
            part.schemas.column(json, column, None, true);
        }
    });
}

/// Keys in words: what the caller may see of them.
fn note(part: &Part<'_>, relation: &Relation, column: &Column, key: &[String]) -> Option<String> {
    let mut notes = Vec::new();
    if key.contains(&column.name) {
        notes.push("Primary key.".to_owned());
    }
    if let Some((table, target)) = part.overview.target(relation, &column.name) {
        let seen = part.overview.relation(&table);
        if seen.is_some_and(|relation| relation.columns.iter().any(|c| c.name == target && c.reads))
        {
            notes.push(format!("Foreign key to `{table}.{target}`."));
        }
    }
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// One parameter for each column that a filter can name.
pub fn parameters(json: &mut Json, part: &Part<'_>) {
    for relation in part.relations().filter(|relation| relation.readable()) {
        for column in filtered(relation) {
            json.key(&filter_component(relation, column)).object(|json| {
                json.text("name", &column.name);
                json.text("in", "query");
                let (text, _) = comment::examples(column.comment.as_deref());
                json.some("description", text.as_deref());
                json.link("schema", &names::schema("Filter"));
            });
        }
    }
}
