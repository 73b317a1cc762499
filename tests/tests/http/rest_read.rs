//! `GET` and `HEAD /rest/v1/{relation}`: select, filters, order, ranges, counts, forms of the answer.

use howdah_tests::api::{Api, component};
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "read")
}

/// Filters on `read.item`, and the ids that pass.
fn filters(cases: &[(&str, &[i64])]) {
    let api = api();
    each(cases, |(query, ids)| {
        let got = api.ids(&format!("/item?select=id&order=id&{query}"));
        assert_eq!(&got, ids);
    });
}

#[test]
fn filters_by_comparison() {
    filters(&[
        ("id=eq.3", &[3]),
        ("id=neq.3", &[1, 2, 4, 5, 6, 7]),
        ("id=gt.5", &[6, 7]),
        ("id=gte.5", &[5, 6, 7]),
        ("id=lt.3", &[1, 2]),
        ("id=lte.3", &[1, 2, 3]),
        ("price=eq.4", &[3]),
        ("price=gt.19.49", &[1, 4]),
        ("made=gte.2021-01-01", &[6, 7]),
        ("at=lt.2020-02-01T10:00:00Z", &[1]),
        ("at=eq.2020-02-01T12:00:00%2B02:00", &[2]),
        ("id=gt.1&id=lt.4", &[2, 3]),
        ("active=eq.true", &[1, 3, 7]),
        ("note=isdistinct.heavy", &[1, 2, 3, 5, 6, 7]),
    ]);
}

#[test]
fn filters_by_is() {
    filters(&[
        ("note=is.null", &[2]),
        ("note=not.is.null", &[1, 3, 4, 5, 6, 7]),
        ("note=is.not_null", &[1, 3, 4, 5, 6, 7]),
        ("active=is.true", &[1, 3, 7]),
        ("active=is.false", &[2, 6]),
        ("active=is.unknown", &[4, 5]),
        ("active=not.is.true", &[2, 4, 5, 6]),
        ("active=is.NULL", &[4, 5]),
    ]);
}

#[test]
fn filters_by_patterns() {
    filters(&[
        ("name=like.*el*", &[2, 3]),
        ("name=like.%25el%25", &[2, 3]),
        ("name=like.d*", &[]),
        ("name=ilike.d*", &[4]),
        ("name=match.^[bc]", &[2, 3]),
        ("name=match.^d", &[]),
        ("name=imatch.^d", &[4]),
        ("name=not.like.*l*", &[5, 6, 7]),
        ("name=like(any).{a*,b*}", &[1, 2]),
        ("name=like(all).{*e*,*l*}", &[2, 3]),
        ("name=ilike(any).{d*,C*}", &[3, 4]),
        ("name=match(any).{^a,^b}", &[1, 2]),
    ]);
}

#[test]
fn filters_by_any_and_all() {
    filters(&[
        ("id=eq(any).{1,3}", &[1, 3]),
        ("id=gt(all).{1,5}", &[6, 7]),
        ("id=lt(any).{1,3}", &[1, 2]),
        ("id=gte(any).{6,7}", &[6, 7]),
        ("id=lte(all).{2,3}", &[1, 2]),
        ("id=not.eq(any).{1,2,3}", &[4, 5, 6, 7]),
    ]);
}

#[test]
fn filters_by_lists() {
    filters(&[
        ("id=in.(1,3,99)", &[1, 3]),
        ("id=not.in.(1,2,3)", &[4, 5, 6, 7]),
        ("name=in.(anvil,\"Drill\")", &[1, 4]),
        ("name=in.(\"e,m\\\"p(t)y\")", &[5]),
        ("note=in.(\"heavy, black\",rose)", &[1, 7]),
        ("id=in.()", &[]),
        ("name=in.(گل سرخ)", &[7]),
        ("note=in.(\"\")", &[5]),
    ]);
}

#[test]
fn filters_by_containment_and_ranges() {
    filters(&[
        ("tags=cs.{iron}", &[1, 3, 6]),
        ("tags=cs.{iron,tool}", &[1, 6]),
        ("tags=cd.{iron,tool,x}", &[1, 3, 4, 6]),
        ("tags=ov.{leather,گل}", &[2, 7]),
        ("tags=cs.{\"a,b\"}", &[5]),
        ("tags=eq.{iron,tool}", &[1]),
        ("meta=cs.{\"size\":{\"w\":2}}", &[2]),
        ("span=cs.[12,13]", &[3, 6]),
        ("span=ov.[4,6)", &[1, 2, 6]),
        ("span=sl.[5,10)", &[1, 7]),
        ("span=sr.[5,10)", &[3]),
        ("span=nxr.[5,20)", &[1, 2, 3, 7]),
        ("span=nxl.[5,20)", &[2, 3]),
        ("span=adj.[5,10)", &[1, 3]),
    ]);
}

#[test]
fn filters_by_full_text() {
    filters(&[
        ("words=fts(english).anvil", &[1]),
        ("words=fts(english).drilled", &[4]),
        ("words=plfts(english).heavy rings", &[1]),
        ("words=phfts(english).heavy anvil", &[1]),
        ("words=phfts(english).anvil heavy", &[]),
        ("words=wfts(english).anvil or bellows", &[1, 2]),
        ("words=not.fts(english).anvil", &[2, 3, 4, 6, 7]),
        ("words=fts(simple).rose", &[7]),
        ("name=fts(english).chisels", &[3]),
    ]);
}

#[test]
fn filters_by_json_paths() {
    filters(&[
        ("meta->>colour=eq.black", &[1]),
        ("meta->size->>w=eq.2", &[2]),
        ("meta->size->w=eq.10", &[1]),
        ("meta->size->w=gt.1", &[1, 2]),
        // A JSON null sorts below every number.
        ("meta->rank=lt.3", &[2, 3, 7]),
        ("meta->parts->0->>n=eq.horn", &[1]),
        ("meta->parts->-1->>n=eq.face", &[1]),
        ("meta->0=eq.1", &[6]),
        ("meta->>colour=is.null", &[4, 5, 6]),
        ("meta->>colour=in.(grey,سرخ)", &[3, 7]),
        ("doc->>k=eq.2", &[2]),
    ]);
}

#[test]
fn filters_by_logic_trees() {
    filters(&[
        ("or=(id.eq.1,id.eq.3)", &[1, 3]),
        ("and=(id.gt.1,id.lt.4)", &[2, 3]),
        ("not.or=(id.lt.3,id.gt.5)", &[3, 4, 5]),
        ("not.and=(id.gte.2,id.lte.6)", &[1, 7]),
        ("or=(id.eq.1,and(id.gt.2,id.lt.5))", &[1, 3, 4]),
        ("or=(id.eq.1,not.and(id.gt.2,id.lt.7))", &[1, 2, 7]),
        ("or=(id.eq.1,id.not.lt.6)", &[1, 6, 7]),
        ("or=(name.eq.\"e,m\\\"p(t)y\",id.eq.1)", &[1, 5]),
        ("or=(id.in.(1,2),note.is.null)", &[1, 2]),
        ("or=(tags.cs.{iron,tool},id.eq.7)", &[1, 6, 7]),
        ("or=(meta->>colour.eq.black,meta->size->w.eq.2)", &[1, 2]),
        ("or=(name.like(any).{a*,b*},id.eq.7)", &[1, 2, 7]),
        ("or=(words.fts(english).anvil,id.eq.7)", &[1, 7]),
        ("or=(id.eq.1,id.eq.2)&or=(id.eq.2,id.eq.3)", &[2]),
        ("and=(or(id.eq.1,id.eq.2),or(id.eq.2,id.eq.3))", &[2]),
        ("or=(id.eq.1, id.eq.3)", &[1, 3]),
        ("or=(not.and(not.or(id.eq.1)))", &[1]),
    ]);
}

#[test]
fn takes_values_as_values_and_never_as_syntax() {
    let api = api();
    let hostile = [
        "'",
        "\"",
        "';DROP TABLE read.item;--",
        "1 OR 1=1",
        "\\",
        "$1",
        "?",
        "%",
        "null",
        "NULL",
        "{}",
        "()",
        "a,b",
        "not.eq.1",
        "گل",
        "\u{1F339}",
        "a=b&c",
        "+",
    ];
    each(&hostile, |value| {
        let got = api.get(&format!("/item?select=id&name=eq.{}", component(value)));
        got.is(200).equals(json!([]));
    });
    assert_eq!(api.ids(&format!("/item?select=id&name=eq.{}", component("f%_*\\"))), [6]);
    assert_eq!(api.ids(&format!("/item?select=id&name=eq.{}", component("e,m\"p(t)y"))), [5]);
    assert_eq!(api.ids("/item?select=id&name=eq.گل+سرخ"), [7], "+ is a space in a query");
    assert_eq!(shared().value("SELECT count(*) FROM read.item"), "7");
}

#[test]
fn selects_renames_and_casts() {
    let api = api();
    let cases: [(&str, Value); 13] = [
        ("select=id,name", json!({"id": 1, "name": "anvil"})),
        ("select=name,id", json!({"id": 1, "name": "anvil"})),
        ("select=key:id", json!({"key": 1})),
        ("select=id::text", json!({"id": "1"})),
        ("select=key:id::text", json!({"key": "1"})),
        ("select=price::text", json!({"price": "19.50"})),
        ("select=price", json!({"price": 19.50})),
        ("select=meta->>colour", json!({"colour": "black"})),
        ("select=meta->size->w", json!({"w": 10})),
        ("select=wide:meta->size->w", json!({"wide": 10})),
        ("select=meta->size->>w", json!({"w": "10"})),
        ("select=meta->parts->0->>n", json!({"n": "horn"})),
        ("select=w:meta->size->>w::int", json!({"w": 10})),
    ];
    each(&cases, |(query, wanted)| {
        api.get(&format!("/item?{query}&id=eq.1")).is(200).equals(json!([wanted]));
    });
    let all = api.get("/item?id=eq.1").json();
    assert_eq!(all[0].as_object().map(serde_json::Map::len), Some(13));
    assert_eq!(api.get("/item?select=*&id=eq.1").json(), all);
    assert_eq!(api.get("/item?select=*,twin:id&id=eq.1").json()[0]["twin"], 1);
}

#[test]
fn prints_rows_as_postgres_does() {
    let howdah = shared();
    let api = api();
    let cases = [
        ("read.every", "/every?order=id", "SELECT * FROM read.every ORDER BY id"),
        ("read.item", "/item?order=id", "SELECT * FROM read.item ORDER BY id"),
        ("read.empty", "/empty", "SELECT * FROM read.empty"),
        (
            "renamed",
            "/item?select=b:id,a:name&order=id",
            "SELECT id AS b, name AS a FROM read.item ORDER BY id",
        ),
        (
            "json path",
            "/item?select=id,meta->size&order=id",
            "SELECT id, meta->'size' AS size FROM read.item ORDER BY id",
        ),
    ];
    each(&cases, |(_, path, sql)| {
        let reply = api.get(path);
        let wanted = howdah
            .value(&format!("SELECT coalesce(json_agg(whole.*), '[]') FROM ({sql}) AS whole"));
        assert_eq!(reply.is(200).text(), wanted);
        reply.has("content-type", "application/json; charset=utf-8");
    });
    // Column by column: the first that differs is named.
    let columns = howdah.value("SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'read.every'::regclass AND attnum > 1");
    let columns: Vec<_> = columns.split(',').collect();
    each(&columns, |column| {
        let reply =
            api.get(&format!("/every?select={}&order=id", component(&column.replace('"', ""))));
        let wanted = howdah.value(&format!(
            "SELECT json_agg(whole.*) FROM (SELECT {column} FROM read.every ORDER BY id) AS whole"
        ));
        assert_eq!(reply.is(200).text(), wanted);
    });
}

#[test]
fn prints_embedded_rows_as_postgres_does() {
    let howdah = shared();
    let api = api();
    let cases = [
        (
            "/hub_every?select=every_id,every(*)&order=every_id",
            "SELECT every_id, row_to_json(e.*) AS every FROM read.hub_every JOIN read.every e ON e.id = every_id ORDER BY every_id",
        ),
        (
            "/hub?select=id,every(*)&order=id&every.order=id",
            "SELECT h.id, coalesce((SELECT json_agg(e.* ORDER BY e.id) FROM read.every e JOIN read.hub_every ON every_id = e.id WHERE hub_id = h.id), '[]') AS every FROM read.hub h ORDER BY h.id",
        ),
    ];
    each(&cases, |(path, sql)| {
        let wanted = howdah.value(&format!("SELECT json_agg(whole.*) FROM ({sql}) AS whole"));
        assert_eq!(api.get(path).is(200).text(), wanted);
    });
}

#[test]
fn prints_many_rows_of_types_that_remember() {
    let howdah = shared();
    let api = api();
    let csv = api.rest("GET", "/kept?order=id").accept("text/csv").send();
    let wanted = howdah.value(
        "SELECT 'id,r,ra,ta' || string_agg(E'\\n' || substr(k::text, 2, length(k::text) - 2), '' ORDER BY id) FROM read.kept k",
    );
    assert_eq!(csv.is(200).text(), wanted);
    let wanted = howdah.value("SELECT json_agg(k.* ORDER BY id) FROM read.kept k");
    assert_eq!(api.get("/kept?order=id").is(200).text(), wanted);
}

#[test]
fn orders() {
    let api = api();
    let cases: [(&str, &[i64]); 11] = [
        ("order=id.desc", &[7, 6, 5, 4, 3, 2, 1]),
        ("order=id", &[1, 2, 3, 4, 5, 6, 7]),
        ("order=id.asc", &[1, 2, 3, 4, 5, 6, 7]),
        ("order=price.desc.nullslast,id", &[4, 1, 2, 3, 7, 6, 5]),
        ("order=price.asc.nullsfirst", &[5, 6, 7, 3, 2, 1, 4]),
        ("order=price.nullsfirst", &[5, 6, 7, 3, 2, 1, 4]),
        ("order=price.desc", &[5, 4, 1, 2, 3, 7, 6]),
        ("order=active.asc.nullslast,id.desc", &[6, 2, 7, 3, 1, 5, 4]),
        ("order=meta->rank.desc.nullslast,id&meta->rank=gt.0", &[1, 3, 2]),
        ("order=meta->>colour.asc.nullslast,id&id=lt.4", &[1, 2, 3]),
        ("order=qty.desc,id&id=in.(1,3,6)", &[3, 6, 1]),
    ];
    each(&cases, |(query, ids)| assert_eq!(&api.ids(&format!("/item?select=id&{query}")), ids));
}

#[test]
fn pages_by_limit_and_offset() {
    let api = api();
    let cases: [(&str, u16, &[i64], &str); 8] = [
        ("limit=2", 200, &[1, 2], "0-1/*"),
        ("limit=2&offset=5", 200, &[6, 7], "5-6/*"),
        ("offset=5", 200, &[6, 7], "5-6/*"),
        ("limit=0", 200, &[], "*/*"),
        ("offset=100", 200, &[], "*/*"),
        ("id=eq.99", 200, &[], "*/*"),
        ("", 200, &[1, 2, 3, 4, 5, 6, 7], "0-6/*"),
        ("limit=100", 200, &[1, 2, 3, 4, 5, 6, 7], "0-6/*"),
    ];
    each(&cases, |(query, status, ids, range)| {
        let reply = api.get(&format!("/item?select=id&order=id&{query}"));
        assert_eq!(&reply.is(*status).ids(), ids);
        reply.has("content-range", *range).has("range-unit", None);
    });
    let body = api.get("/item?limit=-1").fails(416, "PGRST103");
    assert_eq!(body["details"], "Limit should be greater than or equal to zero.");
}

#[test]
fn pages_by_the_range_header() {
    let api = api();
    let get = |range: &str, prefer: &str| {
        let call = api
            .rest("GET", "/item?select=id&order=id")
            .header("Range-Unit", "items")
            .header("Range", range);
        if prefer.is_empty() { call.send() } else { call.prefer(prefer).send() }
    };
    assert_eq!(get("0-1", "").is(200).has("content-range", "0-1/*").ids(), [1, 2]);
    assert_eq!(get("5-", "").is(200).has("content-range", "5-6/*").ids(), [6, 7]);
    assert_eq!(get("0-1", "count=exact").is(206).has("content-range", "0-1/7").ids(), [1, 2]);
    assert_eq!(get("0-99", "count=exact").is(200).has("content-range", "0-6/7").ids().len(), 7);
    get("10-20", "count=exact").has("content-range", "*/7").fails(416, "PGRST103");
    get("5-2", "").fails(416, "PGRST103");
    get("10-20", "").is(200).has("content-range", "*/*").equals(json!([]));
}

#[test]
fn counts() {
    let api = api();
    let get =
        |path: &str, count: &str| api.rest("GET", path).prefer(&format!("count={count}")).send();
    let reply = get("/many?select=id&limit=10", "exact");
    reply.is(206).has("content-range", "0-9/100").has("preference-applied", "count=exact");
    get("/many?select=id", "exact").is(200).has("content-range", "0-99/100");
    get("/many?id=gt.1000", "exact").is(200).has("content-range", "*/0").equals(json!([]));
    get("/many?limit=0", "exact").is(206).has("content-range", "*/100");
    get("/many?bucket=eq.3&limit=2", "exact").is(206).has("content-range", "0-1/10");
    let planned = get("/many?limit=10", "planned");
    let total =
        planned.header("content-range").and_then(|r| r.split_once('/')).map(|(_, t)| t.to_owned());
    assert_eq!(total.as_deref(), Some("100"), "an analyzed table of 100 rows");
    planned.has("preference-applied", "count=planned");
    let estimated = get("/many?limit=10", "estimated");
    assert!(estimated.header("content-range").is_some_and(|r| r.starts_with("0-9/")));
    let head = api.rest("HEAD", "/many?limit=10").prefer("count=exact").send();
    head.is(206).has("content-range", "0-9/100").has("content-length", None);
    assert!(head.body.is_empty());
    get("/many?offset=200", "exact").has("content-range", "*/100").fails(416, "PGRST103");
}

#[test]
fn answers_head_without_a_body() {
    let api = api();
    let reply = api.rest("HEAD", "/item").send();
    reply
        .is(200)
        .has("content-range", "0-6/*")
        .has("content-type", "application/json; charset=utf-8");
    assert!(reply.body.is_empty());
    api.rest("HEAD", "/nothing_here").send().is(404);
}

#[test]
fn answers_a_single_object() {
    let api = api();
    let object = "application/vnd.pgrst.object+json";
    let get = |path: &str| api.rest("GET", path).accept(object).send();
    get("/item?select=id,name&id=eq.1")
        .is(200)
        .equals(json!({"id": 1, "name": "anvil"}))
        .has("content-type", "application/vnd.pgrst.object+json; charset=utf-8");
    let none = get("/item?id=eq.99").fails(406, "PGRST116");
    assert_eq!(none["details"], "The result contains 0 rows");
    assert_eq!(none["message"], "Cannot coerce the result to a single JSON object");
    let many = get("/item").fails(406, "PGRST116");
    assert_eq!(many["details"], "The result contains 7 rows");
}

#[test]
fn answers_csv() {
    let api = api();
    let reply =
        api.rest("GET", "/item?select=id,name&order=id&id=in.(1,5)").accept("text/csv").send();
    reply.is(200).has("content-type", "text/csv; charset=utf-8");
    assert_eq!(reply.text(), "id,name\n1,anvil\n5,\"e,m\"\"p(t)y\"");
}

#[test]
fn strips_nulls_when_asked() {
    let api = api();
    let reply = api
        .rest("GET", "/item?select=id,note&id=in.(1,2)&order=id")
        .accept("application/vnd.pgrst.array+json;nulls=stripped")
        .send();
    reply.is(200).equals(json!([{"id": 1, "note": "heavy, black"}, {"id": 2}]));
    reply.has("content-type", "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8");
    let object = api
        .rest("GET", "/item?select=id,note&id=eq.2")
        .accept("application/vnd.pgrst.object+json;nulls=stripped")
        .send();
    object.is(200).equals(json!({"id": 2}));
}

#[test]
fn chooses_among_accepted_types() {
    let api = api();
    let get = |accept: &str| api.rest("GET", "/item?select=id&id=eq.1").accept(accept).send();
    for accept in [
        "*/*",
        "application/json",
        "text/html, application/json;q=0.9",
        "application/*",
        "text/html,application/xml;q=0.9,*/*;q=0.8",
    ] {
        get(accept).is(200).has("content-type", "application/json; charset=utf-8");
    }
    get("text/csv;q=0.5, application/json")
        .is(200)
        .has("content-type", "application/json; charset=utf-8");
    get("image/png").fails(406, "PGRST107");
    get("application/unknown").fails(406, "PGRST107");
}

#[test]
fn lets_column_grants_decide() {
    let api = api();
    let user = Api::user(shared(), "read", 1);
    api.get("/secretive?select=id,open&order=id")
        .is(200)
        .equals(json!([{"id": 1, "open": "a"}, {"id": 2, "open": "b"}]));
    each(
        &[
            "/secretive",
            "/secretive?select=hidden",
            "/secretive?select=id&hidden=eq.x",
            "/secretive?select=id&hidden=not.is.null",
            "/secretive?select=id&hidden=in.(x)",
            "/secretive?select=id&or=(hidden.eq.x,id.eq.1)",
            "/secretive?select=id&order=hidden",
            "/secretive?select=id,h:hidden::text",
            "/closed",
        ],
        |path| {
            let body = api.get(path).has("www-authenticate", "Bearer").fails(401, "42501");
            assert_eq!(body["details"], Value::Null);
            user.get(path).fails(403, "42501");
        },
    );
}

#[test]
fn lets_policies_decide() {
    let howdah = shared();
    assert_eq!(Api::anon(howdah, "read").ids("/owned?select=id"), [] as [i64; 0]);
    assert_eq!(Api::user(howdah, "read", 1).ids("/owned?select=id&order=id"), [3, 6, 9]);
    assert_eq!(Api::user(howdah, "read", 2).ids("/owned?select=id&order=id"), [1, 4, 7]);
    assert_eq!(Api::user(howdah, "read", 9).ids("/owned?select=id&order=id"), [] as [i64; 0]);
    let count =
        Api::user(howdah, "read", 1).rest("GET", "/owned?limit=1").prefer("count=exact").send();
    count.is(206).has("content-range", "0-0/3");
    assert_eq!(Api::service(howdah, "read").ids("/owned?select=id").len(), 9);
}

#[test]
fn reads_views() {
    assert_eq!(api().ids("/few?select=id&order=id"), [1, 2, 3, 4, 5]);
}

#[test]
fn chooses_the_schema_by_profile() {
    let howdah = shared();
    Api::anon(howdah, "embed").get("/item").refused();
    let body = Api::anon(howdah, "pg_catalog").get("/pg_class").fails(406, "PGRST106");
    assert!(body["message"].as_str().is_some_and(|m| m.contains("pg_catalog")));
    Api::anon(howdah, "howdah").get("/keys").fails(406, "PGRST106");
    api().get("/empty").is(200).has("content-profile", "read");
}

#[test]
fn tells_the_canonical_query() {
    let reply = api().get("/item?id=eq.1&select=*");
    reply.is(200).has("content-location", "/item?id=eq.1&select=%2A");
}

#[test]
fn copes_with_hostile_names() {
    let api = Api::anon(shared(), r#"SPECIAL "@/\#~_-"#);
    let table = "/تست";
    api.get(&format!("{table}?select=شناسه&order=شناسه"))
        .is(200)
        .equals(json!([{"شناسه": 1}, {"شناسه": 2}]));
    let columns = [
        "with space",
        "comma,paren(dot.)",
        "quote\"d",
        "back\\slash",
        ":colon::cast",
        "select",
        "UPPER",
        "*",
        "a->b",
    ];
    each(&columns, |column| {
        let quoted =
            component(&format!("\"{}\"", column.replace('\\', "\\\\").replace('"', "\\\"")));
        let reply = api.get(&format!("{table}?select={quoted}&order={quoted}&limit=1"));
        let row = reply.is(200).json();
        assert!(
            row[0].as_object().is_some_and(|o| o.len() == 1 && o.contains_key(*column)),
            "{row}"
        );
    });
    api.get(&format!("{table}?select={}&UPPER=eq.7", component("\"with space\"")))
        .is(200)
        .equals(json!([{"with space": "a"}]));
    let child = component("فرزند \"#1\"");
    api.get(&format!("/{child}?select=id,تست(شناسه)&order=id&limit=1"))
        .is(200)
        .equals(json!([{"id": 10, "تست": {"شناسه": 1}}]));
    api.get(&format!(
        "/{child}?select=id,{}(شناسه)&id=eq.12",
        component("\"fk; DROP TABLE x; --\"")
    ))
    .is_success();
    let call = format!("/rpc/{}?{}=x", component("تابع; --"), component("آرگ 1"));
    api.get(&call).is(200).equals(json!("x2"));
    api.get(&format!("/{}", component("no\"such; table"))).fails(404, "PGRST205");
}
