//! Routes of `howdah.routes` that the caller may use, and the descriptions themselves.

use super::super::json::Json;
use super::super::{REST, Route, comment};
use super::{Part, accounts, functions, names, responses};
use crate::catalog::overview::{Argument, Function};
use crate::http::RAW_BODY;

pub const TAG: &str = "routes";
pub const BUILT_IN: &str = "howdah";

/// Writes the routes' paths; methods of one pattern belong together, whatever the parameters are called.
pub fn paths(json: &mut Json, part: &Part<'_>) {
    let mut routes: Vec<(String, &Route, Vec<&Function>)> = part
        .facts
        .routes
        .iter()
        .map(|route| (template(route), route, overloads(part, route)))
        .filter(|(_, _, functions)| !functions.is_empty())
        .collect();
    routes.sort_by(|a, b| (&a.0, &a.1.method).cmp(&(&b.0, &b.1.method)));
    for same in routes.chunk_by(|a, b| a.0 == b.0) {
        let Some((path, ..)) = same.first() else { continue };
        json.key(path).object(|json| {
            for (_, route, functions) in same {
                Writer { part, route, functions }.operation(json);
            }
        });
    }
}

/// `/files/{path...}` is `/files/{path}` here: OpenAPI has no parameter of several segments.
fn template(route: &Route) -> String {
    route.pattern.replace("...}", "}")
}

/// Functions of the route's name that the caller may execute: a route gives nobody a right.
fn overloads<'p>(part: &Part<'p>, route: &Route) -> Vec<&'p Function> {
    let named = |function: &&Function| {
        function.usage && function.name == route.function && function.schema == route.schema
    };
    part.overview.functions.iter().filter(named).collect()
}

struct Writer<'w> {
    part: &'w Part<'w>,
    route: &'w Route,
    functions: &'w [&'w Function],
}

impl Writer<'_> {
    fn operation(&self, json: &mut Json) {
        let route = self.route;
        let method = route.method.to_ascii_lowercase();
        json.key(&method).object(|json| {
            let id = template(route);
            json.text("operationId", &format!("{method}{}", names::safe(&id.replace('/', "_"))));
            json.key("tags").strings([self.tag()]);
            let said = comment::split(self.functions.iter().find_map(|f| f.comment.as_deref()));
            json.some("summary", said.summary.filter(|text| !text.is_empty()));
            json.some("description", said.rest.filter(|text| !text.is_empty()));
            json.key("parameters").array(|json| self.parameters(json));
            if matches!(route.method.as_str(), "POST" | "PUT" | "PATCH") {
                self.body(json);
            }
            self.responses(json);
        });
    }

    fn tag(&self) -> &'static str {
        match self.route {
            route if accounts::has(route) => accounts::TAG,
            route if route.builtin => BUILT_IN,
            _ => TAG,
        }
    }

    /// Arguments that the path does not give, one of each name.
    fn others(&self) -> Vec<&Argument> {
        let mut all: Vec<&Argument> = Vec::new();
        for argument in self.functions.iter().flat_map(|function| &function.arguments) {
            let known = all.iter().any(|other| other.name == argument.name);
            if !known
                && argument.name != RAW_BODY
                && !argument.name.is_empty()
                && !self.route.parameters.contains(&argument.name)
            {
                all.push(argument);
            }
        }
        all
    }

    fn parameters(&self, json: &mut Json) {
        for name in &self.route.parameters {
            json.object(|json| {
                json.text("name", name);
                json.text("in", "path");
                json.flag("required", true);
                json.key("schema");
                let argument =
                    self.functions.iter().flat_map(|f| &f.arguments).find(|a| a.name == *name);
                match argument {
                    Some(argument) => self.part.schemas.query_schema(json, argument.ty),
                    None => json.object(|json| json.text("type", "string")),
                }
            });
        }
        let reads = matches!(self.route.method.as_str(), "GET" | "DELETE");
        for argument in self.others() {
            json.object(|json| {
                json.text("name", &argument.name);
                json.text("in", "query");
                json.flag("required", reads && !argument.has_default && self.functions.len() == 1);
                json.key("schema");
                self.part.schemas.query_schema(json, argument.ty);
            });
        }
        if accounts::speaks(self.route) {
            accounts::parameter(json);
        }
    }

    /// A function takes the body as it came: signatures are over bytes.
    fn takes_bytes(&self) -> bool {
        self.functions.iter().flat_map(|f| &f.arguments).any(|a| a.name == RAW_BODY)
    }

    fn body(&self, json: &mut Json) {
        if self.takes_bytes() {
            json.key("requestBody").object(|json| {
                json.text("description", "Taken as it came, whatever its media type.");
                json.key("content").object(|json| {
                    for media in [JSON, FORM] {
                        json.key(media).object(|json| json.key("schema").object(|_| ()));
                    }
                });
            });
            return;
        }
        let others = self.others();
        if others.is_empty() {
            return;
        }
        json.key("requestBody").object(|json| {
            json.key("content").object(|json| {
                let media =
                    if accounts::takes_forms(self.route) { &[JSON, FORM][..] } else { &[JSON] };
                for media in media {
                    json.key(media).object(|json| {
                        json.key("schema").object(|json| self.members(json, &others));
                    });
                }
            });
        });
    }

    fn members(&self, json: &mut Json, arguments: &[&Argument]) {
        json.text("type", "object");
        json.key("properties").object(|json| {
            for argument in arguments {
                json.key(&argument.name);
                self.part.schemas.schema(json, argument.ty, false);
            }
        });
    }

    fn responses(&self, json: &mut Json) {
        let page = self.functions.first().is_some_and(|f| self.media(f) == PAGE);
        let answers =
            self.functions.first().is_some_and(|f| accounts::returns_answer(self.part, f));
        json.key("responses").object(|json| {
            match self.functions.first() {
                Some(_) if answers => accounts::answers(json, self.route),
                Some(function) if functions::returns_void(self.part, function) => {
                    responses::empty(json, "204", "Done.", &[]);
                }
                Some(function) => json.key("200").object(|json| {
                    json.text("description", "The result.");
                    json.key("content").object(|json| {
                        json.key(self.media(function)).object(|json| {
                            json.key("schema");
                            if self.media(function) == JSON {
                                functions::result(json, self.part, function, true);
                            } else {
                                json.object(|json| json.text("type", "string"));
                            }
                        });
                    });
                }),
                None => {}
            }
            if accounts::speaks(self.route) {
                accounts::errors(json, self.route);
            } else if page {
                responses::errors_of_page(json);
            } else if !answers || self.route.builtin {
                responses::errors(json);
            }
            // A function of the DBA's may say anything; one of ours says what is described.
            if !self.route.builtin {
                json.key("default").object(|json| {
                    json.text("description", "What the function sets as `response.status`.");
                });
            }
        });
    }

    /// Text, xml and bytea are the body as they are.
    fn media(&self, function: &Function) -> &'static str {
        let ty = self.part.overview.ty(function.result).filter(|ty| ty.schema == "pg_catalog");
        match ty.map(|ty| ty.name.as_str()) {
            _ if function.set || !function.columns.is_empty() => JSON,
            // What we answer as text is a page.
            Some("text") if self.route.builtin => PAGE,
            Some("text" | "varchar" | "bpchar") => "text/plain",
            Some("xml") => "text/xml",
            Some("bytea") => "application/octet-stream",
            _ => JSON,
        }
    }
}

const JSON: &str = "application/json";
const PAGE: &str = "text/html";
const FORM: &str = "application/x-www-form-urlencoded";
const V31: &str = "application/vnd.oai.openapi+json;version=3.1";

/// The documents about all this.
pub fn descriptions(json: &mut Json, part: &Part<'_>) {
    let document = |json: &mut Json, path: &str, id: &str, media: &[&str], headers: bool| {
        json.key(path).object(|json| {
            json.key("get").object(|json| {
                json.text("operationId", id);
                json.key("tags").strings([BUILT_IN]);
                json.text("summary", "A description of this API.");
                json.key("parameters").array(|json| {
                    if part.profiled() {
                        json.object(|json| {
                            json.text("name", "Accept-Profile");
                            json.text("in", "header");
                            json.key("schema").object(|json| {
                                let schemas = part.facts.schemas.iter().map(String::as_str);
                                json.key("enum").strings(schemas);
                            });
                        });
                    }
                });
                json.key("responses").object(|json| {
                    json.key("200").object(|json| {
                        json.text("description", "The description.");
                        if headers {
                            responses::with_headers(json, &["Content-Profile"]);
                        }
                        json.key("content").object(|json| {
                            for media in media {
                                json.key(media).object(|json| {
                                    json.key("schema").object(|json| json.text("type", "object"));
                                });
                            }
                        });
                    });
                    responses::errors(json);
                });
            });
        });
    };
    let root = format!("{REST}/");
    document(json, &root, "describe_rest", &["application/openapi+json", V31], true);
    document(json, "/openapi.json", "describe", &[JSON, V31], true);
}
