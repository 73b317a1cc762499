//! Functions that `/rest/v1/rpc` answers.

use super::super::json::Json;
use super::super::{REST, comment, encoded};
use super::{Part, names, parameters, relations, responses};
use crate::catalog::overview::{Argument, Function, Relation};

pub const TAG: &str = "rpc";

pub fn paths(json: &mut Json, part: &Part<'_>) {
    let all: Vec<&Function> = part.overview.routines().filter(|function| function.usage).collect();
    for overloads in all.chunk_by(|a, b| a.name == b.name) {
        let called: Vec<&Function> =
            overloads.iter().copied().filter(|function| is_callable(part, function)).collect();
        if let Some(first) = called.first() {
            json.key(&format!("{REST}/rpc/{}", encoded(&first.name)))
                .object(|json| Writer { part, overloads: &called }.operations(json));
        }
    }
}

/// What an argument without a name takes as the whole body.
fn raw_media(part: &Part<'_>, function: &Function) -> Option<&'static str> {
    let [argument] = function.arguments.as_slice() else { return None };
    let ty = part.overview.ty(argument.ty).filter(|ty| ty.schema == "pg_catalog")?;
    match ty.name.as_str() {
        _ if !argument.name.is_empty() => None,
        "json" | "jsonb" => Some("application/json"),
        "text" => Some("text/plain"),
        "xml" => Some("text/xml"),
        "bytea" => Some("application/octet-stream"),
        _ => None,
    }
}

fn is_callable(part: &Part<'_>, function: &Function) -> bool {
    function.arguments.iter().all(|argument| !argument.name.is_empty())
        || raw_media(part, function).is_some()
}

struct Writer<'w> {
    part: &'w Part<'w>,
    /// All of one name.
    overloads: &'w [&'w Function],
}

impl Writer<'_> {
    fn operations(&self, json: &mut Json) {
        let named: Vec<&Function> = self
            .overloads
            .iter()
            .copied()
            .filter(|function| !function.is_volatile() && raw_media(self.part, function).is_none())
            .collect();
        if !named.is_empty() {
            self.operation(json, "get", "query", |json| {
                json.key("parameters").array(|json| {
                    self.query_arguments(json, &named);
                    self.shared(json, &["limit", "offset"], "acceptProfile");
                });
                self.responses(json, &named);
            });
        }
        self.operation(json, "post", "call", |json| {
            json.key("parameters").array(|json| self.shared(json, &[], "contentProfile"));
            self.body(json);
            self.responses(json, self.overloads);
        });
    }

    fn operation(&self, json: &mut Json, method: &str, verb: &str, fill: impl FnOnce(&mut Json)) {
        let Some(first) = self.overloads.first() else { return };
        json.key(method).object(|json| {
            json.text("operationId", &format!("{verb}_{}", names::safe(&first.name)));
            json.key("tags").strings([TAG]);
            let comments = self.overloads.iter().find_map(|function| function.comment.as_deref());
            let said = comment::split(comments);
            json.some("summary", said.summary.filter(|text| !text.is_empty()));
            json.some("description", said.rest.filter(|text| !text.is_empty()));
            fill(json);
        });
    }

    /// Sets of rows take what reads take; names of arguments go before.
    fn shared(&self, json: &mut Json, paging: &[&str], profile: &str) {
        let taken = |name: &&str| {
            let named = |function: &&Function| function.arguments.iter().any(|a| a.name == **name);
            !self.overloads.iter().any(named)
        };
        if self.overloads.iter().any(|function| function.set) {
            let all: Vec<&str> = ["select", "order"]
                .iter()
                .chain(paging)
                .copied()
                .filter(|name| taken(name))
                .collect();
            parameters::refer(json, &all);
        }
        parameters::refer(json, &["preferCall"]);
        parameters::profile(json, self.part, profile);
    }

    /// All arguments of all overloads; required if each overload asks for it.
    fn query_arguments(&self, json: &mut Json, functions: &[&Function]) {
        let mut seen: Vec<&str> = Vec::new();
        for argument in functions.iter().flat_map(|function| &function.arguments) {
            if seen.contains(&argument.name.as_str()) {
                continue;
            }
            seen.push(&argument.name);
            let asked = |function: &&Function| {
                function.arguments.iter().any(|a| a.name == argument.name && !a.has_default)
            };
            json.object(|json| {
                json.text("name", &argument.name);
                json.text("in", "query");
                json.flag("required", functions.iter().all(asked) && !argument.variadic);
                json.key("schema");
                self.query_schema(json, argument);
            });
        }
    }

    fn query_schema(&self, json: &mut Json, argument: &Argument) {
        match self.part.overview.ty(argument.ty).and_then(|ty| ty.of).filter(|_| argument.variadic)
        {
            Some(element) => json.object(|json| {
                json.text("type", "array");
                json.key("items");
                self.part.schemas.query_schema(json, element);
            }),
            None => self.part.schemas.query_schema(json, argument.ty),
        }
    }

    fn body(&self, json: &mut Json) {
        let named: Vec<&Function> = self
            .overloads
            .iter()
            .copied()
            .filter(|function| raw_media(self.part, function).is_none())
            .collect();
        let raw = self.overloads.iter().find_map(|function| raw_media(self.part, function));
        let asks = |function: &&Function| function.arguments.iter().any(|a| !a.has_default);
        json.key("requestBody").object(|json| {
            json.flag("required", self.overloads.iter().all(asks));
            json.key("content").object(|json| {
                match (named.as_slice(), raw) {
                    (_, Some("application/json")) | ([], None) => {
                        json.key("application/json")
                            .object(|json| json.key("schema").object(|_| ()));
                    }
                    ([], _) => {}
                    ([one], _) => {
                        json.key("application/json").object(|json| {
                            json.key("schema").object(|json| self.arguments(json, one));
                        });
                    }
                    (many, _) => {
                        json.key("application/json").object(|json| {
                            json.key("schema").object(|json| {
                                json.key("anyOf").array(|json| {
                                    for function in many {
                                        json.object(|json| self.arguments(json, function));
                                    }
                                });
                            });
                        });
                    }
                }
                if let Some(media) = raw.filter(|media| *media != "application/json") {
                    json.key(media).object(|json| {
                        json.key("schema").object(|json| json.text("type", "string"));
                    });
                }
            });
        });
    }

    fn arguments(&self, json: &mut Json, function: &Function) {
        json.text("type", "object");
        let mut required =
            function.arguments.iter().filter(|a| !a.has_default && !a.variadic).peekable();
        if required.peek().is_some() {
            json.key("required").strings(required.map(|argument| argument.name.as_str()));
        }
        json.key("properties").object(|json| {
            for argument in &function.arguments {
                json.key(&argument.name);
                self.part.schemas.schema(json, argument.ty, false);
            }
        });
    }

    fn responses(&self, json: &mut Json, functions: &[&Function]) {
        let is_void = |function: &&Function| returns_void(self.part, function);
        json.key("responses").object(|json| {
            let mut answers = functions.iter().filter(|f| !is_void(f)).peekable();
            if answers.peek().is_some() {
                let answers: Vec<&Function> = answers.copied().collect();
                for status in ["200", "206"] {
                    let set = answers.iter().any(|function| function.set);
                    if status == "200" || set {
                        json.key(status).object(|json| {
                            json.text("description", "The result.");
                            responses::with_headers(
                                json,
                                &["Content-Range", "Content-Profile", "Preference-Applied"],
                            );
                            self.results(json, &answers);
                        });
                    }
                }
            }
            if functions.iter().any(is_void) {
                responses::empty(json, "204", "Done.", &["Preference-Applied"]);
            }
            json.link("300", &names::response("Error"));
            responses::errors(json);
            json.key("default").object(|json| {
                json.text("description", "What the function sets as `response.status`.");
            });
        });
    }

    fn results(&self, json: &mut Json, functions: &[&Function]) {
        if let ([one], true) = (functions, functions.iter().all(|function| function.set))
            && let Some(relation) = row_relation(self.part, one)
        {
            return relations::rows_content(json, self.part, relation);
        }
        json.key("content").object(|json| {
            json.key("application/json").object(|json| {
                json.key("schema");
                match functions {
                    [one] => result(json, self.part, one, true),
                    many => json.object(|json| {
                        json.key("anyOf").array(|json| {
                            for function in many {
                                result(json, self.part, function, false);
                            }
                            json.object(|json| json.text("type", "null"));
                        });
                    }),
                }
            });
            let raw = ["text/plain", "application/octet-stream"];
            let own = functions.iter().filter_map(|function| own_media(self.part, function));
            let mut others: Vec<&str> = own.collect();
            if functions.iter().all(|function| is_scalar(self.part, function)) {
                others.extend(raw);
            }
            others.sort_unstable();
            others.dedup();
            for media in others.iter().filter(|media| **media != "application/json") {
                json.key(media).object(|_| ());
            }
            if functions.iter().all(|function| function.set) {
                json.key("text/csv").object(|json| {
                    json.key("schema").object(|json| json.text("type", "string"));
                });
            }
        });
    }
}

pub fn returns_void(part: &Part<'_>, function: &Function) -> bool {
    part.overview.ty(function.result).is_some_and(|ty| ty.name == "void")
}

/// The relation whose rows a function returns, if the document has it.
fn row_relation<'p>(part: &'p Part<'_>, function: &Function) -> Option<&'p Relation> {
    let ty = part.overview.ty(function.result).filter(|_| function.columns.is_empty())?;
    let name = ty.relation.as_ref().filter(|_| ty.schema == part.overview.schema)?;
    part.overview.relation(name).filter(|relation| relation.readable())
}

fn is_scalar(part: &Part<'_>, function: &Function) -> bool {
    let plain = part.overview.base(function.result).is_some_and(|ty| ty.class != "c");
    plain && !function.set && function.columns.is_empty()
}

/// A media type that the function's value is, as its domain is called.
fn own_media<'p>(part: &'p Part<'_>, function: &Function) -> Option<&'p str> {
    let ty = part.overview.ty(function.result).filter(|_| !function.set)?;
    (ty.class == "d" && ty.name.contains('/')).then_some(ty.name.as_str())
}

/// The JSON of a function's result as the next value. A single one may be null; of several overloads that is said once.
pub fn result(json: &mut Json, part: &Part<'_>, function: &Function, nullable: bool) {
    if function.set {
        json.object(|json| {
            json.text("type", "array");
            json.key("items");
            one(json, part, function, true);
        });
    } else {
        one(json, part, function, nullable);
    }
}

fn one(json: &mut Json, part: &Part<'_>, function: &Function, nullable: bool) {
    if !function.columns.is_empty() {
        return json.object(|json| {
            json.text("type", "object");
            json.key("properties").object(|json| part.schemas.fields(json, &function.columns));
        });
    }
    let composite = part.overview.base(function.result).is_some_and(|ty| ty.class == "c");
    if !composite {
        return part.schemas.schema(json, function.result, nullable);
    }
    json.object(|json| {
        json.key("anyOf").array(|json| {
            part.schemas.schema(json, function.result, false);
            // A composite that is null is a row of nulls; beside them nothing of the row is promised.
            json.object(|json| {
                json.text("type", "object");
                json.key("additionalProperties").object(|json| json.text("type", "null"));
            });
        });
    });
}
