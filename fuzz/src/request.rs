//! Random requests on the played catalog: mostly right, now and then wrong, with values and names that would like to be SQL.
//! One file because each function is a part of the grammar, and all of them draw from the same choices and call each other.

use crate::choices::Choices;
use howdah_core::catalog::{Catalog, Relation};
use howdah_core::rest::fixture::{Fixture, SPECIAL, TEST_IN_PERSIAN};
use std::fmt::Write as _;
use std::rc::Rc;

/// Stands in every value; never in a name. SQL text that holds it holds a value.
pub const VALUE: &str = "vAl";
/// Stands in every name of the request's own making.
pub const NAME: &str = "nAm";

const SPITE: [&str; 14] = [
    "",
    "'",
    "''; DROP TABLE film; --",
    "\"",
    "\\",
    "\\'; --",
    "/*",
    "$1",
    "$$",
    ")",
    "*",
    "\u{feff}گل🌹",
    "E'\\'",
    "{\"a\",b}",
];
const OPERATORS: [&str; 26] = [
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "match",
    "imatch",
    "in",
    "is",
    "isdistinct",
    "cs",
    "cd",
    "ov",
    "sl",
    "sr",
    "nxr",
    "nxl",
    "adj",
    "fts",
    "plfts",
    "phfts",
    "wfts",
    "eq",
];
const CASTS: [&str; 8] = [
    "text",
    "int4",
    "jsonb",
    "double precision",
    "text[]",
    "nonsense",
    "select",
    "timestamp with time zone",
];

const AGGREGATES: [&str; 9] = [
    ".sum()",
    ".avg()",
    ".count()",
    ".max()::text",
    ".min()",
    ".count(distinct)",
    ".string_agg(\"vAl'; --\").order(id.desc)",
    ".percentile_cont(vAl)",
    ".sum().filter(id.gt.vAl,or(id.eq.vAl,id.is.null))",
];

/// A request before it is read.
#[derive(Debug, Default)]
pub struct Made {
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub headers: String,
    pub body: Vec<u8>,
    /// Names that the request made up; SQL may show them, but whole.
    pub names: Vec<String>,
    /// Its text was bent afterwards: names may have come apart.
    pub bent: bool,
}

pub struct Maker<'c, 'b> {
    choices: Choices<'b>,
    catalog: &'c Fixture,
    made: Made,
}

impl<'c, 'b> Maker<'c, 'b> {
    pub fn make(catalog: &'c Fixture, bytes: &'b [u8]) -> Made {
        let made = Made { method: "GET", ..Made::default() };
        let mut maker = Self { choices: Choices::new(bytes), catalog, made };
        maker.request();
        maker.made
    }

    fn request(&mut self) {
        let schema = match self.choices.below(16) {
            14 => SPECIAL,
            15 => TEST_IN_PERSIAN,
            _ => "public",
        };
        self.made.method = self
            .choices
            .of(&["GET", "GET", "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"]);
        for name in ["accept-profile", "content-profile"] {
            let _ = writeln!(self.made.headers, "{name}: {schema}");
        }
        let call = schema == "public" && self.choices.once_in(6);
        let names = if call {
            self.catalog.function_names(schema)
        } else {
            self.catalog.relation_names(schema)
        };
        let name = names[self.choices.below(names.len())].clone();
        self.made.path = format!("/rest/v1/{}{}", if call { "rpc/" } else { "" }, encode(&name));
        let relation = if call {
            self.catalog.relation("public", "film")
        } else {
            self.catalog.relation(schema, &name)
        };
        let Some(relation) = relation else { return };
        let mut parameters = Vec::new();
        if call {
            self.arguments(&name, &mut parameters);
        }
        self.parameters(&relation, "", 0, &mut parameters);
        if matches!(self.made.method, "POST" | "PATCH" | "PUT") {
            self.write(&relation, &mut parameters);
        }
        self.preferences();
        self.conditions();
        self.made.query = parameters
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        if self.choices.once_in(8) {
            self.bend();
        }
    }

    /// What one level of a query says; `prefix` is the path of its embed.
    fn parameters(
        &mut self,
        relation: &Rc<Relation>,
        prefix: &str,
        depth: usize,
        out: &mut Vec<(String, String)>,
    ) {
        if prefix.is_empty() && self.choices.below(4) > 0 {
            let mut inner = Vec::new();
            let select = self.select(relation, "", 0, &mut inner);
            out.push(("select".to_owned(), select));
            out.append(&mut inner);
        }
        for _ in 0..self.choices.below(4) {
            let column = self.column(relation);
            let test = self.test();
            out.push((format!("{prefix}{column}"), test));
        }
        if self.choices.once_in(4) {
            let word = self.choices.of(&["or", "and", "not.or", "not.and"]);
            let tree = self.tree(relation, depth);
            out.push((format!("{prefix}{word}"), tree));
        }
        if self.choices.once_in(3) {
            let order = self.order(relation);
            out.push((format!("{prefix}order"), order));
        }
        if self.choices.once_in(12) {
            let having = self.choices.of(&[
                "(id.sum().gt.vAl)",
                "(count().gt.vAl,or(id.max().is.null,id.eq.vAl))",
                "(not.and(count().eq.vAl'))",
            ]);
            out.push((format!("{prefix}having"), having.to_owned()));
        }
        if self.choices.once_in(12) {
            let column = self.column(relation);
            let distinct =
                if self.choices.once_in(2) { "*".to_owned() } else { format!("({column})") };
            out.push((format!("{prefix}distinct"), distinct));
        }
        if self.choices.once_in(4) {
            out.push((
                format!("{prefix}limit"),
                self.choices.of(&["0", "1", "20", "-1", "x", "99999999999999999999"]).to_owned(),
            ));
        }
        if self.choices.once_in(4) {
            out.push((
                format!("{prefix}offset"),
                self.choices.of(&["0", "1", "20", "-1", "x", "99999999999999999999"]).to_owned(),
            ));
        }
    }

    fn select(
        &mut self,
        relation: &Rc<Relation>,
        prefix: &str,
        depth: usize,
        out: &mut Vec<(String, String)>,
    ) -> String {
        let mut items = Vec::new();
        for _ in 0..self.choices.below(5) {
            let item = match self.choices.below(12) {
                0 => "*".to_owned(),
                1 => "count()".to_owned(),
                8..12 if depth < 4 => self.embed(relation, prefix, depth, out),
                _ => self.select_column(relation),
            };
            items.push(item);
        }
        items.join(",")
    }

    fn select_column(&mut self, relation: &Rc<Relation>) -> String {
        let mut item = String::new();
        if self.choices.once_in(4) {
            item = format!("{}:", self.name());
        }
        item.push_str(&self.column(relation));
        if self.choices.once_in(5) {
            item.push_str("::");
            item.push_str(self.choices.of(&CASTS));
        }
        if self.choices.once_in(6) {
            item.push_str(self.choices.of(&[
                ".sum()",
                ".avg()",
                ".count()",
                ".max()::text",
                ".min()",
            ]));
        }
        item
    }

    fn embed(
        &mut self,
        relation: &Rc<Relation>,
        prefix: &str,
        depth: usize,
        out: &mut Vec<(String, String)>,
    ) -> String {
        let keys = self.catalog.foreign_keys(relation);
        let key = (!keys.is_empty()).then(|| &keys[self.choices.below(keys.len())]);
        let (target, hint) = match key {
            Some(key) => {
                let other =
                    if key.from_table == relation.name { &key.to_table } else { &key.from_table };
                let hints = [None, Some(key.constraint.clone()), key.from_columns.first().cloned()];
                let junction = self.choices.once_in(5);
                let target = if junction { "actor".to_owned() } else { other.clone() };
                (target, hints[self.choices.below(3)].clone())
            }
            None => {
                let all = self.catalog.relation_names(&relation.schema);
                (all[self.choices.below(all.len())].clone(), None)
            }
        };
        let spread = self.choices.once_in(6);
        let alias = (!spread && self.choices.once_in(4)).then(|| self.name());
        let mut item = if spread { "...".to_owned() } else { String::new() };
        if let Some(alias) = &alias {
            let _ = write!(item, "{alias}:");
        }
        item.push_str(&quote(&target));
        if let Some(hint) = hint {
            let _ = write!(item, "!{}", quote(&hint));
        }
        item.push_str(self.choices.of(&["", "", "!inner", "!left"]));
        let path = format!("{prefix}{}.", alias.unwrap_or_else(|| quote(&target)));
        let related =
            self.catalog.relation(&relation.schema, &target).unwrap_or_else(|| relation.clone());
        let inner = self.select(&related, &path, depth + 1, out);
        if self.choices.once_in(3) {
            self.parameters(&related, &path, depth + 1, out);
        }
        if self.choices.once_in(8) {
            out.push((
                path.trim_end_matches('.').to_owned(),
                self.choices.of(&["is.null", "not.is.null", "eq.1"]).to_owned(),
            ));
        }
        format!("{item}({inner})")
    }

    fn column(&mut self, relation: &Rc<Relation>) -> String {
        let mut column = if self.choices.once_in(12) {
            self.name()
        } else {
            quote(&relation.columns[self.choices.below(relation.columns.len())].name)
        };
        for _ in 0..self.choices.below(8).saturating_sub(5) {
            column.push_str(self.choices.of(&["->", "->>"]));
            let key = self.choices.of(&["a", "0", "-1", "it's"]).to_owned();
            if self.choices.once_in(3) {
                let name = self.name();
                column.push_str(&name);
            } else {
                column.push_str(&key);
            }
        }
        column
    }

    /// A new name, quoted.
    fn name(&mut self) -> String {
        let name = format!("{NAME}{}", self.choices.of(&SPITE));
        let quoted = quote(&name);
        self.made.names.push(name);
        quoted
    }

    fn value(&mut self) -> String {
        format!("{VALUE}{}", self.choices.of(&SPITE))
    }

    fn test(&mut self) -> String {
        let mut test = if self.choices.once_in(5) { "not.".to_owned() } else { String::new() };
        let operator = self.choices.of(&OPERATORS);
        test.push_str(operator);
        let value = match operator {
            "is" => {
                return test
                    + "."
                    + self.choices.of(&["null", "not_null", "true", "false", "unknown", VALUE]);
            }
            "in" => format!("({},{})", quote(&self.value()), quote(&self.value())),
            "fts" | "plfts" | "phfts" | "wfts" => {
                if self.choices.once_in(2) {
                    let _ = write!(test, "({VALUE})");
                }
                self.value()
            }
            "eq" | "neq" | "gt" | "like" | "match" | "lte" if self.choices.once_in(6) => {
                test.push_str(self.choices.of(&["(any)", "(all)"]));
                format!("{{{}}}", quote(&self.value()))
            }
            _ => self.value(),
        };
        test.push('.');
        test.push_str(&value);
        test
    }

    fn tree(&mut self, relation: &Rc<Relation>, depth: usize) -> String {
        let parts = (0..1 + self.choices.below(3)).map(|_| {
            if depth < 4 && self.choices.once_in(5) {
                let word = self.choices.of(&["or", "and", "not.or", "not.and"]);
                return format!("{word}{}", self.tree(relation, depth + 1));
            }
            let column = self.column(relation);
            let negated = if self.choices.once_in(4) { "not." } else { "" };
            let operator = self.choices.of(&["eq", "gt", "like", "in", "is", "fts"]);
            let value = match operator {
                "in" => format!("({},{})", quote(&self.value()), quote(&self.value())),
                "is" => "null".to_owned(),
                _ => quote(&self.value()),
            };
            format!("{column}.{negated}{operator}.{value}")
        });
        format!("({})", parts.collect::<Vec<_>>().join(","))
    }

    fn order(&mut self, relation: &Rc<Relation>) -> String {
        let terms = (0..1 + self.choices.below(3)).map(|_| {
            let column = self.column(relation);
            let column = match self.choices.below(8) {
                7 => format!("director({column})"),
                _ => column,
            };
            column + self.choices.of(&["", ".asc", ".desc", ".desc.nullslast", ".nullsfirst"])
        });
        terms.collect::<Vec<_>>().join(",")
    }

    fn arguments(&mut self, function: &str, out: &mut Vec<(String, String)>) {
        let functions = self.catalog.functions("public", function);
        let Some(function) = functions.get(self.choices.below(functions.len())) else { return };
        let mut body = Vec::new();
        for argument in &function.arguments {
            if self.choices.once_in(6) {
                continue;
            }
            let value = self.value();
            body.push(format!("{}:{}", json(&argument.name), json(&value)));
            if self.made.method != "POST" {
                out.push((argument.name.clone(), value));
            }
        }
        self.made.body = format!("{{{}}}", body.join(",")).into_bytes();
        if self.made.method == "POST" && self.choices.once_in(4) {
            let kind = self.choices.of(&[
                "text/plain",
                "application/octet-stream",
                "text/xml",
                "application/x-www-form-urlencoded",
            ]);
            let _ = writeln!(self.made.headers, "content-type: {kind}");
        }
    }

    fn write(&mut self, relation: &Rc<Relation>, out: &mut Vec<(String, String)>) {
        if self.made.path.contains("/rpc/") {
            return;
        }
        let columns: Vec<String> = (0..1 + self.choices.below(4))
            .map(|_| {
                if self.choices.once_in(12) {
                    self.name();
                    return self.made.names.last().cloned().unwrap_or_default();
                }
                relation.columns[self.choices.below(relation.columns.len())].name.clone()
            })
            .collect();
        let rows = 1 + self.choices.below(3);
        if self.choices.once_in(6) {
            let _ = writeln!(self.made.headers, "content-type: text/csv");
            let mut text = columns.iter().map(|c| csv(c)).collect::<Vec<_>>().join(",");
            for _ in 0..rows {
                text.push('\n');
                let row: Vec<String> = columns.iter().map(|_| csv(&self.value())).collect();
                text.push_str(&row.join(","));
            }
            self.made.body = text.into_bytes();
        } else {
            let nested = self.made.method == "POST" && self.choices.once_in(4);
            if nested {
                let _ = writeln!(self.made.headers, "prefer: nested");
            }
            let rows: Vec<String> = (0..rows)
                .map(|_| {
                    let mut members = self.members(&columns);
                    if nested {
                        members.extend(self.nested(relation, 0));
                    }
                    format!("{{{}}}", members.join(","))
                })
                .collect();
            let text =
                if rows.len() == 1 { rows.concat() } else { format!("[{}]", rows.join(",")) };
            self.made.body = text.into_bytes();
        }
        if self.choices.once_in(4) {
            let names: Vec<String> = columns.iter().map(|c| quote(c)).collect();
            out.push(("columns".to_owned(), names.join(",")));
        }
        if self.choices.once_in(4) {
            out.push(("on_conflict".to_owned(), self.column(relation)));
        }
        if self.made.method == "PUT" {
            for key in &relation.primary_key {
                out.push((quote(key), format!("eq.{VALUE}")));
            }
        }
    }

    /// `"column": value` of each.
    fn members(&mut self, columns: &[String]) -> Vec<String> {
        let mut members = Vec::new();
        for column in columns {
            let value = json(&self.value());
            let value = match self.choices.below(8) {
                5 => format!("[{value},null]"),
                6 => format!("{{{value}:[{value}]}}"),
                7 => "null".to_owned(),
                _ => value,
            };
            members.push(format!("{}:{value}", json(column)));
        }
        members
    }

    /// Rows that belong to the written one, under the names of their relations.
    fn nested(&mut self, relation: &Rc<Relation>, depth: usize) -> Vec<String> {
        let keys = self.catalog.foreign_keys(relation);
        let mut members = Vec::new();
        for _ in 0..self.choices.below(3).min(keys.len()) {
            let key = &keys[self.choices.below(keys.len())];
            let from = key.from_table == relation.name;
            let name = if from { &key.to_table } else { &key.from_table };
            let Some(other) = self.catalog.relation(&relation.schema, name) else { continue };
            let column = other.columns[self.choices.below(other.columns.len())].name.clone();
            let mut inner = self.members(&[column]);
            if depth < 2 {
                inner.extend(self.nested(&other, depth + 1));
            }
            let row = format!("{{{}}}", inner.join(","));
            let rows = match self.choices.below(4) {
                0 => row,
                1 => format!("[{row},{row}]"),
                _ => format!("[{row}]"),
            };
            members.push(format!("{}:{rows}", json(name)));
        }
        members
    }

    fn preferences(&mut self) {
        let all = [
            "return=representation",
            "return=minimal",
            "return=headers-only",
            "resolution=merge-duplicates",
            "resolution=ignore-duplicates",
            "missing=default",
            "count=exact",
            "count=planned",
            "count=estimated",
            "handling=strict",
            "handling=strict, max-affected=5",
            "tx=rollback",
            "page=keyset",
        ];
        for _ in 0..self.choices.below(4) {
            let _ = writeln!(self.made.headers, "prefer: {}", self.choices.of(&all));
        }
        let accepted = [
            "application/json",
            "application/vnd.pgrst.object+json",
            "text/csv",
            "application/vnd.pgrst.array+json;nulls=stripped",
            "text/plain",
            "application/geo+json",
            "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=verbose",
            "*/*",
        ];
        if self.choices.once_in(3) {
            let _ = writeln!(self.made.headers, "accept: {}", self.choices.of(&accepted));
        }
        if self.choices.once_in(6) {
            let _ = writeln!(
                self.made.headers,
                "range: {}",
                self.choices.of(&["0-9", "5-", "5-1", "x"])
            );
        }
    }

    /// Conditions on what is there.
    fn conditions(&mut self) {
        if self.choices.once_in(8) {
            let name = self.choices.of(&["if-match", "if-none-match"]);
            let tags =
                self.choices.of(&["*", "\"vAl\"", "\"vAl\", \"vAl'--.a\"", "W/\"vAl\"", "vAl"]);
            let _ = writeln!(self.made.headers, "{name}: {tags}");
        }
    }

    /// Bends the query string: characters in and out, pieces twice.
    fn bend(&mut self) {
        self.made.bent = true;
        for _ in 0..1 + self.choices.below(4) {
            let query = &mut self.made.query;
            let places: Vec<usize> =
                query.char_indices().map(|(i, _)| i).chain([query.len()]).collect();
            let at =
                places[(self.choices.below(256) * 31 + self.choices.below(256)) % places.len()];
            match self.choices.below(4) {
                0 if at < query.len() => {
                    query.remove(at);
                }
                1 => {
                    let piece = query[at..].chars().take(12).collect::<String>();
                    query.insert_str(at, &piece);
                }
                _ => query.insert_str(
                    at,
                    self.choices.of(&[
                        "(", ")", ",", ".", "&", "=", "%22", "%27", "%5C", "->", "::", "!", "...",
                        "%00", "*", ";", "--",
                    ]),
                ),
            }
        }
    }
}

/// A name or value in double quotes, as the query grammar reads it.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn csv(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Percent-encoded, all but letters and digits.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
