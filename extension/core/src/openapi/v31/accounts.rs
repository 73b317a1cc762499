//! What everything under `/auth/v1/` answers, and what speaks like it: the dialect of accounts, whose errors are not those of REST.
//!
//! A flow returns `auth.answer`: its status and headers are the row's, so the document tells the kinds of answers rather than
//! one of each function.

use super::super::Route;
use super::super::json::Json;
use super::{Part, names, parameters, responses};
use crate::auth::{dialect, error};
use crate::catalog::overview::Function;

pub const TAG: &str = "auth";

/// Answers errors in the form of RFC 6749, 5.2, where they are the client's.
const OAUTH: &str = "/auth/v1/oauth/token";

/// Take a form where a browser or a client of OAuth posts one.
const FORMS: [&str; 3] = [OAUTH, "/auth/v1/callback", "/auth/v1/confirm"];

/// Is one of accounts.
pub fn has(route: &Route) -> bool {
    route.pattern.starts_with(dialect::PREFIX)
}

/// Answers errors as accounts do.
pub fn speaks(route: &Route) -> bool {
    dialect::speaks(&route.pattern)
}

pub fn takes_forms(route: &Route) -> bool {
    FORMS.contains(&route.pattern.as_str())
}

/// Answers with status, headers and body in one row, wherever it is routed.
pub fn returns_answer(part: &Part<'_>, function: &Function) -> bool {
    !function.set
        && part
            .overview
            .ty(function.result)
            .is_some_and(|ty| ty.schema == "auth" && ty.name == "answer")
}

pub fn schemas(json: &mut Json) {
    json.key("AuthError").object(|json| {
        json.text(
            "description",
            "In two forms: the second one if the request's `X-Supabase-Api-Version` is 2024-01-01 or later. Clients match \
             `error_code` (`code` there), never words.",
        );
        json.key("anyOf").array(|json| {
            form(json, &["code", "error_code", "msg"], |json| {
                json.key("code").object(|json| {
                    json.text("type", "integer");
                    json.text("description", "The status.");
                });
                json.link("error_code", &names::schema("AuthErrorCode"));
                string(json, "msg");
            });
            form(json, &["code", "message"], |json| {
                json.link("code", &names::schema("AuthErrorCode"));
                string(json, "message");
            });
        });
    });
    json.key("AuthErrorCode").object(|json| {
        let table = error::TABLE.iter().map(|spec| (spec.slug, spec.message));
        responses::codes(json, table, "Another code: that of a hook of this service.");
    });
    json.key("OAuthError").object(|json| {
        json.text("type", "object");
        json.text("description", "RFC 6749, 5.2.");
        json.key("required").strings(["error", "error_description"]);
        json.key("properties").object(|json| {
            string(json, "error");
            string(json, "error_description");
        });
    });
}

fn form(json: &mut Json, required: &[&str], properties: impl FnOnce(&mut Json)) {
    json.object(|json| {
        json.text("type", "object");
        json.key("required").strings(required.iter().copied());
        json.key("properties").object(properties);
    });
}

fn string(json: &mut Json, name: &str) {
    json.key(name).object(|json| json.text("type", "string"));
}

pub fn parameters(json: &mut Json) {
    let text = "The version of the dialect: which form an error has.";
    parameters::parameter(json, VERSION, HEADER, "header", text, |json| {
        json.text("type", "string");
        json.text("pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
        json.key("examples").strings(["2024-01-01"]);
    });
}

const VERSION: &str = "supabaseApiVersion";
const HEADER: &str = "X-Supabase-Api-Version";

/// What every request may have.
pub fn parameter(json: &mut Json) {
    parameters::refer(json, &[VERSION]);
}

pub fn responses(json: &mut Json) {
    json.key("AuthAnswer").object(|json| {
        json.text("description", "The answer.");
        json.key("content").object(|json| {
            json.key("application/json").object(|json| json.key("schema").object(|_| ()))
        });
    });
    json.key("AuthRedirect").object(|json| {
        json.text("description", "Where to go on.");
        json.key("headers").object(|json| {
            json.key("Location").object(|json| {
                json.flag("required", true);
                json.key("schema").object(|json| json.text("type", "string"));
            });
        });
    });
    for (name, schemas) in
        [("AuthError", &["AuthError"][..]), ("OAuthError", &["OAuthError", "AuthError"])]
    {
        json.key(name).object(|json| refusal(json, schemas));
    }
}

fn refusal(json: &mut Json, schemas: &[&str]) {
    json.text("description", "An error.");
    json.key("headers").object(|json| {
        json.key("X-Sb-Error-Code").object(|json| {
            json.text("description", "The code once more.");
            json.key("schema").object(|json| json.text("type", "string"));
        });
    });
    json.key("content").object(|json| {
        json.key("application/json").object(|json| match schemas {
            [one] => json.link("schema", &names::schema(one)),
            many => json.key("schema").object(|json| {
                json.key("anyOf").array(|json| {
                    many.iter().for_each(|name| json.reference(&names::schema(name)))
                });
            }),
        });
    });
}

/// What a function that returns `auth.answer` can answer but errors.
pub fn answers(json: &mut Json, route: &Route) {
    json.link("2XX", &names::response("AuthAnswer"));
    responses::empty(json, "204", "Done.", &[]);
    if has(route) {
        json.link("3XX", &names::response("AuthRedirect"));
    }
}

/// What can go wrong, at the end of a list of answers.
pub fn errors(json: &mut Json, route: &Route) {
    let name = if route.pattern == OAUTH { "OAuthError" } else { "AuthError" };
    json.link("4XX", &names::response(name));
    json.link("5XX", &names::response("AuthError"));
}
