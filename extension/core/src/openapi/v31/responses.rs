//! Errors and the headers of answers.

use super::super::Facts;
use super::super::json::Json;
use super::names;
use crate::error::Code;

/// The body of every error, and the words that filters are made of.
pub fn schemas(json: &mut Json, facts: &Facts) {
    json.key("Error").object(|json| {
        json.text("type", "object");
        json.text("description", "Clients match `code`, never words.");
        let required = ["code", "message", "details", "hint"];
        let kept = if facts.terse { 2 } else { 4 };
        json.key("required").strings(required.into_iter().take(kept));
        json.key("properties").object(|json| {
            json.key("code").object(code);
            json.key("message").object(|json| json.text("type", "string"));
            json.key("details").object(|json| {
                json.text("description", "A text; of PGRST201 the relationships to choose from.");
            });
            json.key("hint").object(|json| json.key("type").strings(["string", "null"]));
        });
    });
    json.key("Filter").object(|json| {
        json.text("type", "string");
        json.text("pattern", FILTER);
        json.text(
            "description",
            "`operator.value`, `not.` before any: eq, neq, gt, gte, lt, lte, like, ilike, match, imatch, \
             in.(a,\"b,c\"), is.null, isdistinct, fts, plfts, phfts, wfts (with a configuration: fts(english)), cs, cd, \
             ov, sl, sr, nxr, nxl, adj; eq(any).{1,2} and (all).",
        );
        json.key("examples").strings(["eq.1", "not.is.null", "in.(1,2)"]);
    });
}

/// What the grammar asks of a filter at its beginning; the value is the type's.
const FILTER: &str = r"^(not\.)*(eq|neq|gte?|lte?|i?like|i?match|in|is|isdistinct|(pl|ph|w)?fts|c[sd]|ov|s[lr]|nx[rl]|adj)(\([^()]+\))?\.";

/// Codes of ours with their meaning, then those of Postgres and of functions.
fn code(json: &mut Json) {
    let ours = Code::ALL.iter().map(|code| (code.spec().code, code.spec().about));
    codes(json, ours, "A SQLSTATE of Postgres, or a function's own code.");
}

/// Members of a schema of codes that have a meaning, and of others.
pub fn codes<'c>(json: &mut Json, ours: impl Iterator<Item = (&'c str, &'c str)>, others: &str) {
    json.key("anyOf").array(|json| {
        for (code, about) in ours {
            json.object(|json| {
                json.text("const", code);
                json.text("description", about);
            });
        }
        json.object(|json| {
            json.text("type", "string");
            json.text("description", others);
        });
    });
}

pub fn shared(json: &mut Json) {
    error(json, "Error", |_| ());
    // A page says in words for people what is wrong with their link; before it is reached, the gateway as everywhere.
    error(json, "PageError", |json| {
        json.key("text/html").object(|json| {
            json.key("schema").object(|json| json.text("type", "string"));
        });
    });
}

fn error(json: &mut Json, name: &str, also: impl FnOnce(&mut Json)) {
    json.key(name).object(|json| {
        json.text("description", "An error.");
        json.key("headers").object(|json| {
            json.key("Proxy-Status").object(|json| {
                json.text("description", "The code once more.");
                json.key("schema").object(|json| json.text("type", "string"));
            });
        });
        json.key("content").object(|json| {
            json.key("application/json")
                .object(|json| json.link("schema", &names::schema("Error")));
            also(json);
        });
    });
}

const HEADERS: [(&str, &str, &str); 6] = [
    ("ETag", "The tag of the answer; of one row, that of the row.", ""),
    (
        "Content-Range",
        "The rows in the body and, with `Prefer: count=`, the rows there are.",
        r"^([0-9]+-[0-9]+|\*)/([0-9]+|\*)$",
    ),
    ("Content-Location", "The canonical form of the request.", ""),
    ("Content-Profile", "The schema that answered.", ""),
    ("Preference-Applied", "The preferences that were followed.", ""),
    ("Location", "With `Prefer: return=headers-only`: the row's key, below the root of REST.", ""),
];

pub fn headers(json: &mut Json) {
    for (name, text, pattern) in HEADERS {
        json.key(name).object(|json| {
            json.text("description", text);
            json.key("schema").object(|json| {
                json.text("type", "string");
                json.some("pattern", Some(pattern).filter(|pattern| !pattern.is_empty()));
            });
        });
    }
}

/// `"headers"` of an answer.
pub fn with_headers(json: &mut Json, names_of: &[&str]) {
    json.key("headers").object(|json| {
        for name in names_of {
            json.link(name, &names::header(name));
        }
    });
}

/// An answer without a body.
pub fn empty(json: &mut Json, status: &str, text: &str, headers: &[&str]) {
    json.key(status).object(|json| {
        json.text("description", text);
        if !headers.is_empty() {
            with_headers(json, headers);
        }
    });
}

/// What can go wrong where the answer is a page.
pub fn errors_of_page(json: &mut Json) {
    json.link("4XX", &names::response("PageError"));
    json.link("5XX", &names::response("Error"));
}

/// What can go wrong, at the end of every list of answers.
pub fn errors(json: &mut Json) {
    for range in ["4XX", "5XX"] {
        json.link(range, &names::response("Error"));
    }
}
