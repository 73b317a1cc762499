//! Several exposed schemas, chosen by header, under names that break careless code: full of quotes, or not ASCII.

use howdah_tests::api::{Api, component};
use howdah_tests::server::shared;
use serde_json::json;

const SPECIAL: &str = r#"SPECIAL "@/\#~_-"#;
const PERSIAN: &str = "تست";

fn persian() -> Api<'static> {
    Api::anon(shared(), PERSIAN)
}

fn special() -> Api<'static> {
    Api::anon(shared(), SPECIAL)
}

/// `/name`, percent-encoded.
fn path(name: &str) -> String {
    format!("/{}", component(name))
}

#[test]
fn reads_from_the_schema_asked_for() {
    for (api, schema, table, key) in
        [(special(), SPECIAL, "تست", "شناسه"), (persian(), PERSIAN, "موارد", "شناسه")]
    {
        let at = path(table);
        let reply = api.get(&format!("{at}?select={key}&order={key}"));
        reply.is(200).equals(json!([{(key): 1}, {(key): 2}])).has("content-profile", schema);
        let filtered = api.get(&format!("{at}?select={key}&{key}=eq.2"));
        filtered.is(200).equals(json!([{(key): 2}]));
        let head = api.rest("HEAD", &at).prefer("count=exact").send();
        head.is(200).has("content-range", "0-1/2").has("content-profile", schema);
        api.rest("GET", &at).accept("text/csv").send().is(200).has("content-profile", schema);
        // The name is another's in another schema.
        Api::anon(shared(), "proof").get(&at).fails(404, "PGRST205");
    }
}

#[test]
fn embeds_within_the_schema_asked_for() {
    let reply = persian().get(&format!(
        "{}?select=نام,برگ(متن),والد(نام)&order=شناسه&برگ.order=id.desc",
        path("موارد")
    ));
    reply.is(200).equals(json!([
        {"نام": "یک", "برگ": [{"متن": "ب"}, {"متن": "الف"}], "والد": null},
        {"نام": "دو", "برگ": [{"متن": "پ"}], "والد": {"نام": "یک"}},
    ]));
    let child = component(r##"فرزند "#1""##);
    let quoted = component(r##""فرزند \"#1\"""##);
    let reply = special().get(&format!("/{child}?select=id,p:تست(شناسه)&order=id"));
    reply.is(200).equals(json!([
        {"id": 10, "p": {"شناسه": 1}}, {"id": 11, "p": {"شناسه": 1}}, {"id": 12, "p": {"شناسه": 2}},
    ]));
    let by_key = component(r#""fk; DROP TABLE x; --""#);
    let reply = special()
        .get(&format!("{}?select=شناسه,kids:{quoted}!{by_key}(id)&شناسه=eq.2", path("تست")));
    reply.is(200).equals(json!([{"شناسه": 2, "kids": [{"id": 12}]}]));
}

#[test]
fn writes_with_every_verb() {
    let api = persian();
    let at = path("موارد");
    let one = format!("{at}?شناسه=eq.900");
    api.rest("DELETE", &format!("{at}?شناسه=gte.900")).send().is(204);
    let told =
        |method: &str, target: &str| api.rest(method, target).prefer("return=representation");
    told("POST", &at)
        .json(json!({"شناسه": 900, "نام": "نو"}))
        .send()
        .is(201)
        .equals(json!([{"شناسه": 900, "نام": "نو", "والد": null}]))
        .has("content-profile", PERSIAN);
    let placed = api
        .rest("POST", &at)
        .prefer("return=headers-only")
        .json(json!({"شناسه": 901, "نام": "نو ۲"}))
        .send();
    let location = placed.is(201).header("location").unwrap_or_default().to_owned();
    assert_eq!(location, format!("{at}?{}=eq.901", component("شناسه")));
    assert_eq!(api.get(&location).json()[0]["نام"], "نو ۲");
    told("PATCH", &one)
        .json(json!({"نام": "دیگر"}))
        .send()
        .is(200)
        .equals(json!([{"شناسه": 900, "نام": "دیگر", "والد": null}]));
    told("PUT", &one)
        .json(json!({"شناسه": 900, "نام": "جا", "والد": 1}))
        .send()
        .is(200)
        .equals(json!([{"شناسه": 900, "نام": "جا", "والد": 1}]));
    let merged = api
        .rest("POST", &format!("{at}?on_conflict=نام&select=شناسه,والد"))
        .prefer("return=representation, resolution=merge-duplicates")
        .json(json!([{"شناسه": 902, "نام": "جا", "والد": 2}]))
        .send();
    merged.is(200).equals(json!([{"شناسه": 902, "والد": 2}]));
    let csv = api.rest("POST", &at).csv("شناسه,نام\n903,از فایل\n").send();
    csv.is(201);
    let gone = told("DELETE", &format!("{at}?شناسه=gte.900&select=شناسه&order=شناسه")).send();
    assert_eq!(gone.is(200).column("شناسه").len(), 3);

    let api = special();
    let at = path("تست");
    api.rest("DELETE", &format!("{at}?شناسه=eq.900")).send().is(204);
    let row = json!({"شناسه": 900, "with space": "a", "comma,paren(dot.)": "b", "quote\"d": "c", "back\\slash": {"k": 1}, "*": "d", "a->b": "e"});
    api.post(&at, row).is(201);
    let quoted = component(r#""quote\"d","back\\slash"->k,"a->b","comma,paren(dot.)""#);
    let reply = api.get(&format!("{at}?select={quoted}&شناسه=eq.900"));
    reply.is(200).equals(json!([{"quote\"d": "c", "k": 1, "a->b": "e", "comma,paren(dot.)": "b"}]));
    let patch = api
        .rest("PATCH", &format!("{at}?{}=eq.b&شناسه=eq.900", component(r#""comma,paren(dot.)""#)))
        .prefer("return=representation, count=exact")
        .json(json!({"UPPER": 9}))
        .send();
    assert_eq!(patch.is(200).json()[0]["UPPER"], 9);
    api.rest("DELETE", &format!("{at}?شناسه=eq.900")).send().is(204);
}

#[test]
fn calls_functions_of_the_schema_asked_for() {
    let api = persian();
    let add = path("rpc/جمع").replace("%2F", "/");
    api.get(&format!("{add}?اول=1&دوم=2")).is(200).equals(json!(3));
    api.rest("POST", &add).json(json!({"اول": 5})).send().is(200).equals(json!(6));
    let all = path("rpc/همه").replace("%2F", "/");
    api.get(&format!("{all}?select=نام&شناسه=eq.2")).is(200).equals(json!([{"نام": "دو"}]));
    api.rest("HEAD", &all).prefer("count=exact").send().is(200).has("content-range", "0-1/2");
    let ugly = format!("/rpc/{}", component("تابع; --"));
    let reply =
        special().get(&format!("{ugly}?{}=x&{}=7", component("آرگ 1"), component(r#""b\"c""#)));
    reply.is(200).equals(json!("x7"));
    let reply = special().rest("POST", &ugly).json(json!({"آرگ 1": "x"})).send();
    reply.is(200).equals(json!("x2"));
    // Names of a schema are found inside it first, and hints stay within it.
    let body = api.get("/rpc/جم").fails(404, "PGRST202");
    assert!(!body.to_string().contains("proof."), "{body}");
}

#[test]
fn answers_options_for_the_schema_asked_for() {
    for (api, target, allow) in [
        (persian(), path("موارد"), "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        (special(), path("تست"), "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        (persian(), path("rpc/جمع").replace("%2F", "/"), "OPTIONS,GET,HEAD,POST"),
        (special(), format!("/rpc/{}", component("تابع; --")), "OPTIONS,POST"),
    ] {
        api.rest("OPTIONS", &target).send().is(200).has("allow", allow);
    }
    persian().rest("OPTIONS", "/ship").send().fails(404, "PGRST205");
}

#[test]
fn refuses_a_schema_that_is_not_exposed() {
    for schema in ["howdah", "pg_catalog", "", "تس", "SPECIAL", "proof,read"] {
        let body = Api::anon(shared(), schema).get("/x").fails(406, "PGRST106");
        assert_eq!(body["message"], format!("Invalid schema: {}", schema), "{schema:?}");
        let hint = body["hint"].as_str().unwrap_or_default();
        assert!(hint.contains(SPECIAL) && hint.contains(PERSIAN), "{hint}");
    }
    // The header that goes with the method counts, the other one does not.
    let get = persian().rest("GET", "/x").header("Content-Profile", "read").send();
    get.fails(404, "PGRST205");
    let call = Api { schema: None, ..persian() }
        .rest("POST", "/item")
        .header("Accept-Profile", "read")
        .json(json!({}))
        .send();
    assert_eq!(
        call.fails(404, "PGRST205")["message"],
        "Could not find the table 'public.item' in the schema cache"
    );
}

#[test]
fn takes_the_first_schema_when_none_is_asked_for() {
    let api = Api { schema: None, ..persian() };
    api.get("/book?limit=1").is(200).has("content-profile", "public");
}
