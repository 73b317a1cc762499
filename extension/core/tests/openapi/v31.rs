//! The 3.1 document: what is in it for whom, and what it promises.

use super::*;
use serde_json::json;

fn odd_document() -> Value {
    v31_of(&odd(), &odd_facts())
}

fn property(document: &Value, component: &str, column: &str) -> Value {
    document["components"]["schemas"][component]["properties"][column].clone()
}

fn methods(document: &Value, path: &str) -> Vec<String> {
    let item = document["paths"].get(path).unwrap_or_else(|| panic!("{path}"));
    let mut all: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
    all.sort();
    all
}

#[test]
fn every_reference_leads_somewhere() {
    no_dangling_reference(&odd_document());
    no_dangling_reference(&v31_of(&library(), &facts()));
}

#[test]
fn operations_need_a_privilege_and_a_relation_that_takes_them() {
    let document = v31_of(&library(), &facts());
    assert_eq!(methods(&document, "/rest/v1/author"), ["delete", "get", "patch", "post", "put"]);
    assert_eq!(methods(&document, "/rest/v1/catalogue"), ["get"]);
    // Loans: insert and update by column, no delete; without the key's INSERT no PUT.
    assert_eq!(methods(&document, "/rest/v1/loan"), ["get", "patch", "post"]);
    let anybody = odd_document();
    assert_eq!(methods(&anybody, "/rest/v1/types"), ["get"]);
    assert_eq!(methods(&anybody, "/rest/v1/%D8%AA%D8%B3%D8%AA"), ["get"]);
}

#[test]
fn columns_follow_their_privileges() {
    let document = v31_of(&library(), &facts());
    let schemas = &document["components"]["schemas"];
    let keys = |name: &str| -> Vec<String> {
        schemas[name]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys("loan-Insert"), ["book_id", "member_id"]);
    assert_eq!(schemas["loan-Insert"]["required"], json!(["book_id", "member_id"]));
    assert_eq!(keys("loan-Update"), ["returned_on"]);
    let anybody = odd_document();
    let secret = anybody["components"]["schemas"]["secret"]["properties"].clone();
    assert_eq!(secret.as_object().unwrap().keys().collect::<Vec<_>>(), ["for", "id"]);
    let text = anybody.to_string();
    assert!(!text.contains("\"pay\"") && !text.contains("staff_only") && !text.contains("/closed"));
}

#[test]
fn types_are_what_the_server_answers() {
    let document = odd_document();
    for (column, expected) in [
        ("a_bool", json!({"type": "boolean"})),
        (
            "a_smallint",
            json!({"type": ["integer", "null"], "format": "int32", "minimum": -32768, "maximum": 32767}),
        ),
        ("a_bigint", json!({"type": ["integer", "null"], "format": "int64"})),
        ("a_double", json!({"type": ["number", "null"], "format": "double"})),
        ("a_varchar", json!({"type": ["string", "null"], "maxLength": 12})),
        ("a_uuid", json!({"type": ["string", "null"], "format": "uuid"})),
        ("a_timestamptz", json!({"type": ["string", "null"], "format": "date-time"})),
        ("a_timestamp", json!({"type": ["string", "null"], "format": "date-time-local"})),
        ("a_jsonb", json!({})),
        ("a_range", json!({"type": ["string", "null"], "format": "int4range"})),
        (
            "an_array",
            json!({"type": ["array", "null"], "items": {"type": ["integer", "null"], "format": "int32"}}),
        ),
        ("a_mood", json!({"anyOf": [{"$ref": "#/components/schemas/mood"}, {"type": "null"}]})),
        ("a_code", json!({"$ref": "#/components/schemas/code"})),
        (
            "points",
            json!({"type": ["array", "null"], "items": {"anyOf": [
                {"$ref": "#/components/schemas/po-20-int"}, {"type": "null"}]}}),
        ),
        (
            "an_int",
            json!({"type": ["integer", "null"], "format": "int32", "description": "A number.", "examples": [7, 8]}),
        ),
    ] {
        assert_eq!(property(&document, "types", column), expected, "{column}");
    }
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["mood"], json!({"type": "string", "enum": ["sad", "so \"so\"", "تست"]}));
    assert_eq!(schemas["code"], json!({"type": "string", "maxLength": 3}));
    assert_eq!(
        schemas["email"],
        json!({"type": "string", "description": "An address.", "examples": ["ada@example.org"]})
    );
    assert_eq!(
        schemas["po-20-int"]["properties"]["mood"],
        json!({"anyOf": [{"$ref": "#/components/schemas/mood"}, {"type": "null"}]})
    );
    assert_eq!(schemas["openapi_private.elsewhere"]["enum"], json!(["here", "there"]));
    assert_eq!(property(&document, "types", "doubled")["readOnly"], true);
}

#[test]
fn a_type_with_a_cast_to_json_may_be_anything() {
    let mut overview = odd();
    for ty in &mut overview.types {
        ty.cast = ty.name == "email";
    }
    let document = v31_of(&overview, &odd_facts());
    assert_eq!(property(&document, "types", "an_email"), json!({}));
}

#[test]
fn media_types_of_handlers_are_among_the_answers() {
    use howdah_core::catalog::overview::Handler;
    let handler = |schema: &str, media: &str, of: Option<&str>| Handler {
        schema: schema.into(),
        media: media.into(),
        of_schema: of.map(|_| ODD.to_owned()),
        of: of.map(str::to_owned),
    };
    let mut overview = odd();
    overview.handlers = vec![
        handler(ODD, "text/html", Some("kept")),
        handler("public", "text/tab-separated-values", None),
        handler(ODD, "text/csv", Some("shown")),
        handler("hidden", "image/png", None),
    ];
    let document = v31_of(&overview, &odd_facts());
    let media = |component: &str| -> Vec<String> {
        let content = &document["components"]["responses"][component]["content"];
        content.as_object().unwrap().keys().cloned().collect()
    };
    let kept = media("kept");
    assert!(kept.contains(&"text/html".to_owned()) && kept.len() == 6, "{kept:?}");
    assert!(!media("types").contains(&"text/html".to_owned()));
    // One in our place: nothing is promised of it.
    let csv = &document["components"]["responses"]["shown"]["content"]["text/csv"]["schema"];
    assert_eq!(*csv, json!({}));
}

#[test]
fn filters_leave_out_what_the_grammar_has_for_itself() {
    let document = odd_document();
    let parameters = document["paths"]["/rest/v1/types"]["get"]["parameters"].as_array().unwrap();
    let names: Vec<&str> = parameters.iter().map(|p| p["$ref"].as_str().unwrap()).collect();
    let count = |name: &str| names.iter().filter(|n| n.ends_with(name)).count();
    assert_eq!(count("/select"), 1);
    assert_eq!(count("/types.order") + count("/types.select"), 0);
    assert_eq!(count("/types.sel-22-ect-2C--20--27-x-27--20--26--20--FC--7B--7D-"), 1);
    let odd = "types.sel-22-ect-2C--20--27-x-27--20--26--20--FC--7B--7D-";
    assert_eq!(document["components"]["parameters"][odd]["name"], "sel\"ect, 'x' & ü{}");
}

#[test]
fn another_schema_than_the_default_must_be_named() {
    let document = odd_document();
    let profile = &document["components"]["parameters"]["acceptProfile"];
    assert_eq!((&profile["required"], &profile["schema"]["enum"]), (&json!(true), &json!([ODD])));
    let text = document["paths"]["/rest/v1/types"]["get"].to_string();
    assert!(text.contains("#/components/parameters/acceptProfile"));
    let alone = v31_of(&library(), &facts());
    assert!(!alone["paths"].to_string().contains("#/components/parameters/acceptProfile"));
}

#[test]
fn functions_answer_by_their_result() {
    let document = odd_document();
    let call = |name: &str| document["paths"][format!("/rest/v1/rpc/{name}")]["post"].clone();
    let json_of = |name: &str| {
        call(name)["responses"]["200"]["content"]["application/json"]["schema"].clone()
    };
    assert_eq!(json_of("add"), json!({"type": ["integer", "null"], "format": "int32"}));
    assert_eq!(call("note")["responses"]["204"]["description"], "Done.");
    assert!(call("note")["responses"].get("200").is_none());
    assert_eq!(
        json_of("rows_of")["items"]["properties"]["w x"],
        json!({"type": ["string", "null"]})
    );
    assert_eq!(
        json_of("things"),
        json!({"type": "array", "items": {"$ref": "#/components/schemas/group-2F--7B-of-7D--20-things"}})
    );
    // Nothing of the row is promised when it is null.
    assert_eq!(json_of("one_thing")["anyOf"][1]["additionalProperties"], json!({"type": "null"}));
    assert_eq!(json_of("anything"), json!({"type": "array", "items": {}}));
    let over = call("over")["requestBody"]["content"]["application/json"]["schema"].clone();
    assert_eq!(over["anyOf"].as_array().unwrap().len(), 2);
    assert_eq!(
        call("raw_text")["requestBody"]["content"],
        json!({"text/plain": {"schema": {"type": "string"}}})
    );
    assert!(document["paths"].get("/rest/v1/rpc/two_unnamed").is_none());
    assert!(document["paths"].get("/rest/v1/rpc/odd%20fn%2F%7Bx%7D%3F").is_some());
}

#[test]
fn routes_are_there_for_those_who_may_call_them() {
    let document = odd_document();
    assert_eq!(methods(&document, "/things/{want}"), ["get", "post"]);
    let get = &document["paths"]["/things/{want}"]["get"];
    assert_eq!(
        get["parameters"][0],
        json!({"name": "want", "in": "path", "required": true, "schema": {"type": "integer", "format": "int32"}})
    );
    assert_eq!(get["summary"], "A thing by its number.");
    let text = &document["paths"]["/text/{path}"]["get"]["responses"]["200"]["content"];
    assert!(text.get("text/plain").is_some());
    assert!(document["paths"].get("/closed").is_none());
    assert_eq!(document["paths"]["/auth/v1/health"]["get"]["tags"], json!(["auth"]));
    assert_eq!(methods(&document, "/openapi.json"), ["get"]);
}

#[test]
fn without_usage_of_the_schema_nothing_of_it_is_there() {
    let overview = Overview { usage: false, ..library() };
    let mut overview = overview;
    for function in &mut overview.functions {
        function.usage = function.schema != "public";
    }
    let document = v31_of(&overview, &facts());
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        paths,
        ["/auth/v1/.well-known/jwks.json", "/auth/v1/health", "/openapi.json", "/rest/v1/"]
    );
}

#[test]
fn errors_have_the_codes_of_the_table() {
    let document = v31_of(&library(), &facts());
    let error = &document["components"]["schemas"]["Error"];
    assert_eq!(error["required"], json!(["code", "message", "details", "hint"]));
    let codes = error["properties"]["code"]["anyOf"].as_array().unwrap();
    assert!(codes.iter().any(|code| code["const"] == "PGRST205"));
    let terse = v31_of(&library(), &Facts { terse: true, ..facts() });
    let required = &terse["components"]["schemas"]["Error"]["required"];
    assert_eq!(*required, json!(["code", "message"]));
}

#[test]
fn security_is_a_token_or_none_where_nobody_is_asked() {
    let of = |anonymous| v31_of(&library(), &Facts { anonymous, ..facts() })["security"].clone();
    assert_eq!(of(true), json!([{}, {"bearer": []}, {"apikey": []}]));
    assert_eq!(of(false), json!([{"bearer": []}, {"apikey": []}]));
}

#[test]
fn servers_are_the_dbas_address_without_the_path_of_rest() {
    use howdah_core::openapi::Server;
    for (uri, url) in [
        ("https://api.example.com/rest/v1", "https://api.example.com/"),
        ("http://h:8080/base/rest/v1", "http://h:8080/base/"),
        ("http://h/x", "http://h/x/"),
    ] {
        let facts = Facts { server: Server::from_uri(uri), ..facts() };
        assert_eq!(v31_of(&library(), &facts)["servers"], json!([{"url": url}]));
    }
    assert_eq!(v31_of(&library(), &facts())["servers"], json!([{"url": "/"}]));
}

/// The demo with two flows of accounts and one of the DBA's, all of which answer `auth.answer`.
fn with_flows() -> Value {
    use howdah_core::catalog::overview::{Argument, Field, Function, Type};
    let mut overview = library();
    let text = overview.types.iter().find(|ty| ty.name == "text").unwrap().oid;
    let ty = |oid, schema: &str, name: &str, fields| Type {
        oid,
        schema: schema.into(),
        name: name.into(),
        sql: format!("{schema}.{name}"),
        class: "c".into(),
        fields,
        ..Type::default()
    };
    let field = Field { name: "status".into(), ty: text, max_length: None };
    overview.types.push(ty(900_001, "auth", "answer", vec![field]));
    overview.sort();
    let flow = |schema: &str, name: &str, result| Function {
        schema: schema.into(),
        name: name.into(),
        volatility: "v".into(),
        result,
        usage: true,
        arguments: vec![Argument {
            name: "email".into(),
            ty: text,
            has_default: true,
            variadic: false,
        }],
        ..Function::default()
    };
    overview.functions.extend([
        flow("auth", "recover", 900_001),
        flow("auth", "confirm_page", text),
        flow("auth", "oauth_token", 900_001),
        flow("public", "own", 900_001),
    ]);
    let mut hook = flow("auth", "hook", 900_001);
    hook.arguments[0].name = "raw_body".into();
    overview.functions.push(hook);
    let built_in = |method, pattern, function| Route {
        builtin: true,
        ..route(method, pattern, "auth", function, &[])
    };
    let mut facts = facts();
    facts.routes.extend([
        built_in("POST", "/auth/v1/recover", "recover"),
        built_in("GET", "/auth/v1/confirm", "confirm_page"),
        built_in("POST", "/auth/v1/oauth/token", "oauth_token"),
        built_in("POST", "/push/v1/devices", "recover"),
        built_in("POST", "/hooks/in", "hook"),
        built_in("GET", "/hooks/page", "confirm_page"),
        route("POST", "/own", "public", "own", &[]),
    ]);
    v31_of(&overview, &facts)
}

#[test]
fn what_else_is_built_in_says_how_it_answers() {
    let document = with_flows();
    no_dangling_reference(&document);
    let reference = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    let of = |path: &str, method: &str| document["paths"][path][method].clone();
    // Devices of signed-in users: errors are those of accounts, and nothing redirects.
    let push = of("/push/v1/devices", "post");
    assert_eq!(push["responses"]["4XX"], reference("AuthError"));
    assert_eq!(push["responses"]["3XX"], Value::Null);
    assert_eq!(push["tags"], json!(["howdah"]));
    let header = json!({"$ref": "#/components/parameters/supabaseApiVersion"});
    assert!(push["parameters"].as_array().unwrap().contains(&header));
    // A body that signatures are over is no argument.
    let hook = of("/hooks/in", "post");
    assert_eq!(hook["parameters"], json!([]));
    assert_eq!(hook["requestBody"]["content"]["application/json"]["schema"], json!({}));
    assert_eq!(hook["responses"]["2XX"], reference("AuthAnswer"));
    assert_eq!(hook["responses"]["4XX"], reference("Error"));
    // A page says its errors as a page, the gateway as everywhere.
    let page = of("/hooks/page", "get");
    assert!(page["responses"]["200"]["content"]["text/html"].is_object());
    assert_eq!(page["responses"]["4XX"], reference("PageError"));
    let content = &document["components"]["responses"]["PageError"]["content"];
    assert!(content["text/html"].is_object() && content["application/json"].is_object());
}

#[test]
fn accounts_answer_in_their_own_dialect() {
    let document = with_flows();
    no_dangling_reference(&document);
    let response = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    let recover = &document["paths"]["/auth/v1/recover"]["post"];
    assert_eq!(
        recover["responses"],
        json!({
            "2XX": response("AuthAnswer"), "204": {"description": "Done."}, "3XX": response("AuthRedirect"),
            "4XX": response("AuthError"), "5XX": response("AuthError"),
        })
    );
    assert_eq!(recover["tags"], json!(["auth"]));
    let body = &recover["requestBody"]["content"];
    assert_eq!(
        *body,
        json!({"application/json": {"schema": {"type": "object", "properties": {"email": {"type": "string"}}}}})
    );
    let version = json!({"$ref": "#/components/parameters/supabaseApiVersion"});
    assert!(recover["parameters"].as_array().unwrap().contains(&version));

    let forms = document["components"]["schemas"]["AuthError"]["anyOf"].as_array().unwrap().clone();
    let required: Vec<_> = forms.iter().map(|form| form["required"].clone()).collect();
    assert_eq!(required, [json!(["code", "error_code", "msg"]), json!(["code", "message"])]);
    let code = json!({"$ref": "#/components/schemas/AuthErrorCode"});
    assert_eq!(
        (&forms[0]["properties"]["error_code"], &forms[1]["properties"]["code"]),
        (&code, &code)
    );
    let slugs = document["components"]["schemas"]["AuthErrorCode"]["anyOf"].as_array().unwrap();
    assert!(slugs.iter().any(|slug| slug["const"] == "invalid_credentials"));
    let redirect = &document["components"]["responses"]["AuthRedirect"];
    assert_eq!(redirect["headers"]["Location"]["required"], json!(true));
}

#[test]
fn a_page_of_accounts_is_html_and_an_oauth_client_posts_a_form() {
    let document = with_flows();
    let page = &document["paths"]["/auth/v1/confirm"]["get"]["responses"];
    assert!(page["200"]["content"].get("text/html").is_some());
    assert!(page.get("default").is_none());
    let token = &document["paths"]["/auth/v1/oauth/token"]["post"];
    let media: Vec<_> = token["requestBody"]["content"].as_object().unwrap().keys().collect();
    assert_eq!(media, ["application/json", "application/x-www-form-urlencoded"]);
    assert_eq!(token["responses"]["4XX"], json!({"$ref": "#/components/responses/OAuthError"}));
}

#[test]
fn a_flow_of_the_dba_may_answer_anything() {
    let document = with_flows();
    let own = document["paths"]["/own"]["post"]["responses"].as_object().unwrap().clone();
    assert_eq!(own.keys().collect::<Vec<_>>(), ["204", "2XX", "default"]);
}
