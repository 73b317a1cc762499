//! Functions: their paths and arguments.

use super::super::Facts;
use super::super::json::{Json, pointer};
use super::{description, responses, summary, types};
use crate::catalog::overview::{Argument, Function, Overview};

const MEDIA: [&str; 3] = [
    "application/json",
    "application/vnd.pgrst.object+json;nulls=stripped",
    "application/vnd.pgrst.object+json",
];

/// Types that a function may take without a name: the body as it is.
const RAW: [&str; 5] = ["bytea", "json", "jsonb", "text", "xml"];

/// Of overloads the last one, as with PostgREST: 2.0 has one operation for a path and method.
pub fn paths(json: &mut Json, overview: &Overview, facts: &Facts) {
    let callable: Vec<&Function> =
        overview.routines().filter(|function| is_callable(overview, function)).collect();
    let mut path = vec![overview.schema.as_str()];
    path.extend(facts.search_path.iter().map(String::as_str));
    for (at, function) in callable.iter().enumerate() {
        if callable.get(at + 1).is_none_or(|next| next.name != function.name) {
            let writer = Writer { overview, function, path: &path };
            json.key(&super::path("rpc/", &function.name)).object(|json| writer.operations(json));
        }
    }
}

/// Arguments have names, but for a single one of a raw type.
fn is_callable(overview: &Overview, function: &Function) -> bool {
    let mut nameless = function.arguments.iter().filter(|argument| argument.name.is_empty());
    match (nameless.next(), nameless.next()) {
        (None, _) => true,
        (Some(argument), None) => {
            overview.ty(argument.ty).is_some_and(|ty| RAW.contains(&ty.sql.as_str()))
        }
        _ => false,
    }
}

struct Writer<'w> {
    overview: &'w Overview,
    function: &'w Function,
    path: &'w [&'w str],
}

impl Writer<'_> {
    fn operations(&self, json: &mut Json) {
        let arguments = &self.function.arguments;
        if !self.function.is_volatile() {
            self.operation(json, "get", |json| {
                arguments.iter().for_each(|argument| self.query_argument(json, argument));
            });
        }
        self.operation(json, "post", |json| {
            json.object(|json| {
                json.text("name", "args");
                json.flag("required", true);
                json.text("in", "body");
                json.key("schema").object(|json| self.body(json));
            });
            json.reference(&pointer(&["parameters", "preferParams"]));
        });
    }

    fn operation(&self, json: &mut Json, method: &str, parameters: impl FnOnce(&mut Json)) {
        let comment = self.function.comment.as_deref();
        let none = method == "get" && self.function.arguments.is_empty();
        json.key(method).object(|json| {
            description(json, comment);
            if !none {
                json.key("parameters").array(parameters);
            }
            json.key("produces").strings(MEDIA);
            responses(json, &[("200", "OK")]);
            summary(json, comment);
            let tag = format!("(rpc) {}", self.function.name);
            json.key("tags").strings([tag.as_str()]);
        });
    }

    fn type_of(&self, argument: &Argument) -> String {
        types::of_argument(self.overview, self.path, argument.ty)
    }

    fn body(&self, json: &mut Json) {
        json.some("description", self.function.comment.as_deref());
        let arguments = &self.function.arguments;
        let mut required = arguments.iter().filter(|argument| !argument.has_default).peekable();
        if required.peek().is_some() {
            json.key("required").strings(required.map(|argument| argument.name.as_str()));
        }
        if !arguments.is_empty() {
            json.key("properties").object(|json| {
                for argument in arguments {
                    let name = self.type_of(argument);
                    json.key(&argument.name).object(|json| {
                        json.text("format", types::format(&name));
                        types::items(json, &name);
                        json.some("type", types::kind(&name));
                    });
                }
            });
        }
        json.text("type", "object");
    }

    fn query_argument(&self, json: &mut Json, argument: &Argument) {
        let name = self.type_of(argument);
        let kind = types::kind(&name);
        json.object(|json| {
            json.text("name", &argument.name);
            json.flag("required", !argument.has_default);
            json.text("in", "query");
            if argument.variadic {
                let element = name.strip_suffix("[]").unwrap_or(&name);
                json.key("items").object(|json| {
                    json.text("format", types::format(element));
                    json.some("type", types::kind(element));
                });
                json.text("collectionFormat", "multi");
                json.text("type", kind.unwrap_or("string"));
            } else {
                json.text("format", types::format(&name));
                // An array in a query string is one text, {…}; json is text, too.
                json.text("type", kind.filter(|kind| *kind != "array").unwrap_or("string"));
            }
        });
    }
}
