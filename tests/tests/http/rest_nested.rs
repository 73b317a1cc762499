//! `POST` with `Prefer: nested`. Each test uses keys of its own.

use howdah_tests::api::{Api, user_id};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};

const SHOW: &str = "nested, return=representation";
const MERGE: &str = "nested, return=representation, resolution=merge-duplicates";
const IGNORE: &str = "nested, return=representation, resolution=ignore-duplicates";

fn api() -> Api<'static> {
    Api::anon(shared(), "writing")
}

fn post(path: &str, prefer: &str, body: Value) -> Reply {
    api().rest("POST", path).prefer(prefer).json(body).send()
}

fn stands(sql: &str) -> String {
    shared().value(sql)
}

#[test]
fn writes_a_parent_with_its_children() {
    let body = json!({"code": "n1", "meta": {"lines": [1]}, "line": [{"no": 1, "qty": 2}, {"no": 2, "qty": 3}]});
    let reply = post("/order?select=code,meta,line(no,qty)&line.order=no", SHOW, body);
    reply
        .is(201)
        .equals(json!([{"code": "n1", "meta": {"lines": [1]}, "line": [{"no": 1, "qty": 2}, {"no": 2, "qty": 3}]}]))
        .has("preference-applied", "return=representation, nested")
        .has("content-range", "*/*");
    assert_eq!(
        stands(
            "SELECT string_agg(l.no || ':' || l.qty, ',' ORDER BY no) FROM writing.line l JOIN writing.\"order\" o ON o.id = l.order_id WHERE code = 'n1'"
        ),
        "1:2,2:3"
    );
    let quiet = post("/order", "nested", json!({"code": "n1b", "line": {"no": 1}}));
    quiet.is(201).has("preference-applied", "nested").has("content-length", "0");
    assert_eq!(
        stands(
            "SELECT count(*) FROM writing.line JOIN writing.\"order\" o ON o.id = order_id WHERE code = 'n1b'"
        ),
        "1"
    );
    let headers =
        post("/order", "nested, return=headers-only", json!({"code": "n1c", "line": [{"no": 1}]}));
    let id = stands("SELECT id FROM writing.\"order\" WHERE code = 'n1c'");
    headers.is(201).has("location", format!("/order?id=eq.{id}").as_str());
    // Without the preference a member is a column.
    post("/order", "return=minimal", json!({"code": "n1d", "line": []})).fails(400, "PGRST204");
    // Nothing nested in it: a plain insert.
    post("/order?select=code", SHOW, json!({"code": "n1e"}))
        .is(201)
        .equals(json!([{"code": "n1e"}]));
}

#[test]
fn writes_several_parents_each_with_its_own() {
    let rows: Vec<Value> = (0..20)
        .map(|n| json!({"code": format!("n2-{n}"), "line": (0..n % 4).map(|no| json!({"no": no, "qty": n + 1})).collect::<Vec<_>>()}))
        .collect();
    let reply = post("/order?select=code,line(no,qty)&line.order=no", SHOW, json!(rows));
    let rows: Vec<Value> =
        rows.into_iter().map(|row| json!({"code": row["code"], "line": row["line"]})).collect();
    reply.is(201).equals(json!(rows));
    assert_eq!(
        stands(
            "SELECT count(*) FROM writing.line l JOIN writing.\"order\" o ON o.id = l.order_id WHERE code LIKE 'n2-%' AND code <> 'n2-' || (qty - 1)"
        ),
        "0"
    );
    post("/order?select=code,line(no)", SHOW, json!([{"code": "n2x", "line": null}, {"code": "n2y"}, {"code": "n2z", "line": [{"no": 1}]}]))
        .is(201)
        .equals(json!([{"code": "n2x", "line": []}, {"code": "n2y", "line": []}, {"code": "n2z", "line": [{"no": 1}]}]));
}

#[test]
fn writes_what_a_row_refers_to_before_it() {
    let body = json!([
        {"code": "n3a", "customer_id": {"name": "Ada"}, "order_billed_to": {"name": "Bob"}},
        {"code": "n3b", "customer_id": null, "order_billed_to": {"name": "Cyd"}}
    ]);
    // A column is a column; the constraint, or the table with a hint, is the row.
    post("/order", SHOW, body).fails(400, "22P02");
    let body = json!([
        {"code": "n3a", "customer!customer_id": {"name": "Ada"}, "order_billed_to": {"name": "Bob"}},
        {"code": "n3b", "order_billed_to": {"name": "Cyd"}}
    ]);
    post(
        "/order?select=code,by:customer!customer_id(name),to:customer!order_billed_to(name)",
        SHOW,
        body,
    )
    .is(201)
    .equals(json!([
        {"code": "n3a", "by": {"name": "Ada"}, "to": {"name": "Bob"}},
        {"code": "n3b", "by": null, "to": {"name": "Cyd"}}
    ]));
    // Called as select calls it.
    let body = json!({"code": "n3c", "by": {"name": "Dan"}, "items": [{"no": 1, "product": {"sku": "n3-p", "title": "P"}}]});
    post("/order?select=code,by:customer!customer_id(name),items:line(no,product(title,price))", SHOW, body)
        .is(201)
        .equals(json!([{"code": "n3c", "by": {"name": "Dan"}, "items": [{"no": 1, "product": {"title": "P", "price": 1}}]}]));
    post("/order", SHOW, json!({"customer": {"name": "E"}})).fails(300, "PGRST201");
}

#[test]
fn writes_many_levels() {
    let body = json!([
        {"code": "n4a", "shipment": {"place": "X", "parcel": [{"kg": 1, "scan": [{"at": "1"}, {"at": "2"}]}, {"kg": 2}]}},
        {"code": "n4b", "shipment": {"place": "Y", "parcel": [{"kg": 3, "scan": [{"at": "3"}]}]}}
    ]);
    post("/order?select=code,shipment(place,parcel(kg,scan(at)))", SHOW, body.clone()).is(201).equals(json!([
        {"code": "n4a", "shipment": {"place": "X", "parcel": [{"kg": 1, "scan": [{"at": "1"}, {"at": "2"}]}, {"kg": 2, "scan": []}]}},
        {"code": "n4b", "shipment": {"place": "Y", "parcel": [{"kg": 3, "scan": [{"at": "3"}]}]}}
    ]));
    let tree = json!({"name": "n4 root", "node": [
        {"name": "n4 a", "node": [{"name": "n4 aa"}, {"name": "n4 ab", "node": [{"name": "n4 aba"}]}]},
        {"name": "n4 b"}
    ]});
    post("/node?select=name,node(name,node(name,node(name)))", SHOW, tree).is(201).equals(json!([{"name": "n4 root", "node": [
        {"name": "n4 a", "node": [{"name": "n4 aa", "node": []}, {"name": "n4 ab", "node": [{"name": "n4 aba"}]}]},
        {"name": "n4 b", "node": []}
    ]}]));
    let up = json!({"name": "n4 leaf", "parent_id": null});
    post("/node?select=name", SHOW, up).is(201);
    post(
        "/node?select=name,boss:parent_id(name)",
        SHOW,
        json!({"name": "n4 low", "boss": {"name": "n4 high"}}),
    )
    .is(201)
    .equals(json!([{"name": "n4 low", "boss": {"name": "n4 high"}}]));
}

#[test]
fn writes_through_a_junction() {
    let body = json!([
        {"code": "n5a", "tag": [{"name": "n5 red"}, {"name": "n5 blue"}]},
        {"code": "n5b", "tag": [{"name": "n5 green"}]}
    ]);
    let select = "select=code,tag(name)&tag.order=name";
    post(&format!("/order?{select}"), SHOW, body).is(201).equals(json!([
        {"code": "n5a", "tag": [{"name": "n5 blue"}, {"name": "n5 red"}]},
        {"code": "n5b", "tag": [{"name": "n5 green"}]}
    ]));
    // Those that are there are linked, not written anew.
    let body = json!({"code": "n5c", "tag": [{"name": "n5 red"}, {"name": "n5 new"}]});
    for prefer in [IGNORE, MERGE] {
        post(
            &format!("/order?on_conflict=code&tag.on_conflict=name&{select}"),
            prefer,
            body.clone(),
        )
        .is_success()
        .equals(json!([{"code": "n5c", "tag": [{"name": "n5 new"}, {"name": "n5 red"}]}]));
    }
    assert_eq!(stands("SELECT count(*) FROM writing.tag WHERE name = 'n5 red'"), "1");
    assert_eq!(
        stands(
            "SELECT count(*) FROM writing.order_tag JOIN writing.\"order\" o ON o.id = order_id WHERE code = 'n5c'"
        ),
        "2"
    );
}

#[test]
fn merges_at_every_level() {
    let path = "/order?on_conflict=code&customer.on_conflict=email&select=code,placed,customer!customer_id(name,notes),line(no,qty)&line.order=no";
    let body = |name: &str, lines: Value| json!([{"code": "n6a", "customer": {"name": name, "email": "n6@x"}, "line": lines}, {"code": format!("n6{name}"), "customer": {"name": name, "email": format!("n6{name}@x")}, "line": []}]);
    post(path, MERGE, body("Ada", json!([{"no": 1, "qty": 1}, {"no": 2, "qty": 2}]))).is(201);
    // What was there and is not in the body stays, and is shown.
    post(path, MERGE, body("Eve", json!([{"no": 2, "qty": 5}, {"no": 3, "qty": 6}])))
        .is(201)
        .equals(json!([
            {"code": "n6a", "placed": "2024-01-01", "customer": {"name": "Eve", "notes": "new"}, "line": [{"no": 1, "qty": 1}, {"no": 2, "qty": 5}, {"no": 3, "qty": 6}]},
            {"code": "n6Eve", "placed": "2024-01-01", "customer": {"name": "Eve", "notes": "new"}, "line": []}
        ]));
    assert_eq!(stands("SELECT count(*) FROM writing.customer WHERE email = 'n6@x'"), "1");
    post(
        "/order?on_conflict=code",
        "nested, resolution=merge-duplicates",
        json!({"code": "n6a", "line": [{"no": 1, "qty": 9}]}),
    )
    .is(200);
    // Left as they are, and yet children are theirs.
    post("/order?on_conflict=code&select=code", IGNORE, json!([{"code": "n6a", "line": [{"no": 1, "qty": 7}, {"no": 4, "qty": 7}]}, {"code": "n6z", "line": [{"no": 1, "qty": 7}]}]))
        .is(201)
        .equals(json!([{"code": "n6z"}]));
    assert_eq!(
        stands(
            "SELECT string_agg(no || ':' || qty, ',' ORDER BY no) FROM writing.line JOIN writing.\"order\" o ON o.id = order_id WHERE code = 'n6a'"
        ),
        "1:9,2:5,3:6,4:7"
    );
    // A filter that spares the parent spares its children.
    post(
        "/order?on_conflict=code&placed=gt.2030-01-01&select=code",
        MERGE,
        json!({"code": "n6a", "line": [{"no": 5, "qty": 1}]}),
    )
    .is(200)
    .equals(json!([]));
    assert_eq!(
        stands(
            "SELECT count(*) FROM writing.line JOIN writing.\"order\" o ON o.id = order_id WHERE code = 'n6a'"
        ),
        "4"
    );
}

#[test]
fn shows_what_embeds_of_the_written_can_show() {
    let body = json!({"code": "n14", "line": [
        {"no": 1, "qty": 1, "product": {"sku": "n14-b", "title": "b"}},
        {"no": 2, "qty": 2, "product": {"sku": "n14-a", "title": "a"}},
        {"no": 3, "qty": 9, "product": {"sku": "n14-c", "title": "c"}}
    ]});
    let path = "/order?select=code,line(no,total,...product(title),maker(title))&line.qty=lt.5&line.order=product(title)";
    post(path, SHOW, body).is(201).equals(json!([{"code": "n14", "line": [
        {"no": 2, "total": 21.0, "title": "a", "maker": {"title": "The maker"}},
        {"no": 1, "total": 10.5, "title": "b", "maker": {"title": "The maker"}}
    ]}]));
    let body = json!([{"code": "n14x", "line": [{"no": 1}]}, {"code": "n14y", "line": []}]);
    let merge = format!("{MERGE}, count=exact");
    post(
        "/order?on_conflict=code&select=code,n:line(count())&order=code.desc",
        &merge,
        body.clone(),
    )
    .is(201)
    .equals(json!([{"code": "n14y", "n": [{"count": 0}]}, {"code": "n14x", "n": [{"count": 1}]}]))
    .has("content-range", "*/2");
    post("/order?on_conflict=code&select=code,line(no,total,maker(title))&line.no=gt.0", &merge, body)
        .is(200)
        .equals(json!([{"code": "n14x", "line": [{"no": 1, "total": 10.5, "maker": {"title": "The maker"}}]}, {"code": "n14y", "line": []}]));
    post("/order", "nested", json!({"line": [{"no": 1, "maker": {"sku": "x"}}]}))
        .fails(400, "HW120");
    let csv = api()
        .rest("POST", "/order?select=code")
        .prefer(SHOW)
        .accept("text/csv")
        .json(json!({"code": "n14z", "line": [{"no": 1}]}))
        .send();
    assert_eq!(csv.is(201).text(), "code\nn14z");
    let object = api()
        .rest("POST", "/order?select=code,line(no)")
        .prefer(SHOW)
        .accept("application/vnd.pgrst.object+json");
    object
        .json(json!({"code": "n14o", "line": [{"no": 1}]}))
        .send()
        .is(201)
        .equals(json!({"code": "n14o", "line": [{"no": 1}]}));
}

#[test]
fn nothing_is_left_of_a_body_that_fails() {
    let bad = |body: Value, status: u16, code: &str| {
        post("/order", "nested", body).fails(status, code);
        assert_eq!(stands("SELECT count(*) FROM writing.\"order\" WHERE code LIKE 'n7%'"), "0");
    };
    bad(json!({"code": "n7", "line": [{"no": 1, "qty": 0}]}), 400, "23514");
    bad(json!({"code": "n7", "line": [{"no": 1}, {"no": 1}]}), 409, "23505");
    bad(json!({"code": "n7", "line": [{"no": 1, "sku": "none"}]}), 409, "23503");
    bad(json!([{"code": "n7", "line": [{"no": "x"}]}]), 400, "22P02");
    bad(json!({"code": "n7", "line": [{"qty": 1}]}), 400, "23502");
    bad(json!({"code": "n7", "id": 5, "line": [{"no": 1}]}), 400, "428C9");
}

#[test]
fn names_the_place_in_the_body() {
    let said = |body: Value, code: &str| post("/order", "nested", body).fails(400, code);
    let error =
        said(json!({"code": "n8", "line": [{"no": 1}, {"no": 2, "product": [1]}]}), "HW120");
    assert_eq!(error["message"], "'line[1].product' must be an object");
    let error = said(json!([{"code": "n8"}, {"code": "n8", "line": [3]}]), "HW120");
    assert_eq!(error["message"], "'[1].line[0]' must be an object");
    let error = said(json!({"code": "n8", "line": [{"no": 1, "order_id": 7}]}), "HW120");
    assert_eq!(error["message"], "'line.order_id' has its value from the nesting");
    let error = said(json!({"code": "n8", "line": [{"no": 1, "colour": "x"}]}), "PGRST204");
    assert_eq!(error["details"], "At 'line.colour' in the body");
    let error =
        said(json!({"code": "n8", "line": [{"no": 1}, {"no": 1, "lines": [{}]}]}), "PGRST200");
    assert!(
        error["details"].as_str().is_some_and(|d| d.starts_with("At 'line[1].lines': Searched")),
        "{error}"
    );
    let error = said(json!({"code": "n8", "line": [{"no": 1}, {"no": 1, "qty": 1}]}), "PGRST102");
    assert_eq!(error["details"], "'line[1]' has other columns than those before it");
    said(json!({"lines": {"order": [{"line": []}]}, "line": [{"no": 1}]}), "PGRST200");
    let deep = (0..12).fold(json!({"name": "x"}), |below, _| json!({"name": "x", "node": [below]}));
    assert_eq!(
        post("/node", "nested", deep).fails(400, "PGRST102")["message"],
        "At most 8 relations can be nested in one another"
    );
}

#[test]
fn what_lacks_is_a_default_or_null() {
    let body = json!([
        {"code": "n9a", "placed": "2020-02-02", "line": [{"no": 1, "qty": 4}, {"no": 2}]},
        {"code": "n9b", "line": [{"no": 1, "sku": null}]}
    ]);
    post(
        "/order?select=code,placed,line(no,qty)",
        &format!("{SHOW}, missing=default"),
        body.clone(),
    )
    .is(201)
    .equals(json!([
        {"code": "n9a", "placed": "2020-02-02", "line": [{"no": 1, "qty": 4}, {"no": 2, "qty": 1}]},
        {"code": "n9b", "placed": "2024-01-01", "line": [{"no": 1, "qty": 1}]}
    ]))
    .has("preference-applied", "missing=default, return=representation, nested");
    post(
        "/order",
        &format!("{SHOW}, missing=null"),
        json!({"code": "n9d", "line": [{"no": 1, "qty": 1}, {"no": 2}]}),
    )
    .fails(400, "23502");
    post(
        "/order?columns=code&select=code,placed,line(no)",
        SHOW,
        json!([{"code": "n9c", "placed": "2020-02-02", "line": [{"no": 1}]}]),
    )
    .is(201)
    .equals(json!([{"code": "n9c", "placed": "2024-01-01", "line": [{"no": 1}]}]));
}

#[test]
fn keys_that_triggers_make_are_tied_or_refused() {
    // One row needs no tie.
    post(
        "/made?select=id,made_part(v)",
        SHOW,
        json!({"name": "n10", "made_part": [{"v": 1}, {"v": 2}]}),
    )
    .is(201)
    .equals(json!([{"id": "made n10", "made_part": [{"v": 1}, {"v": 2}]}]));
    let error =
        post("/made", SHOW, json!([{"name": "n10b", "made_part": [{"v": 1}]}, {"name": "n10c"}]))
            .fails(400, "HW121");
    assert_eq!(error["message"], "The rows of the body cannot be told apart once they are written");
    let two = |a: &str, b: &str| json!([{"name": a, "swapped_part": [{"v": 1}]}, {"name": b, "swapped_part": [{"v": 2}]}]);
    post("/swapped?select=name,swapped_part(v)", SHOW, two("n10 x", "n10 y"))
        .is(201)
        .equals(json!([{"name": "n10 x", "swapped_part": [{"v": 1}]}, {"name": "n10 y", "swapped_part": [{"v": 2}]}]));
    for second in ["swap n10", "left out"] {
        let error = post("/swapped", "nested", two("n10 z", second)).fails(400, "HW121");
        assert!(error["details"].as_str().is_some_and(|d| d.contains("trigger")), "{error}");
    }
    assert_eq!(stands("SELECT count(*) FROM writing.swapped WHERE name = 'n10 z'"), "0");
    post(
        "/swapped?select=name,swapped_part(v)",
        SHOW,
        json!({"name": "swap n10", "swapped_part": [{"v": 3}]}),
    )
    .is(201)
    .equals(json!([{"name": "swap n10", "swapped_part": [{"v": 3}]}]));
}

#[test]
fn policies_hold_at_each_level() {
    let howdah = shared();
    let one = Api::user(howdah, "writing", 1);
    let write = |body: Value| {
        one.rest("POST", "/note?select=title,note_line(body)").prefer(SHOW).json(body).send()
    };
    write(json!([{"title": "n11", "note_line": [{"body": "a"}, {"body": "b"}]}, {"title": "n11b", "note_line": [{"body": "c"}]}]))
        .is(201)
        .equals(json!([{"title": "n11", "note_line": [{"body": "a"}, {"body": "b"}]}, {"title": "n11b", "note_line": [{"body": "c"}]}]));
    assert_eq!(
        stands(
            "SELECT DISTINCT l.owner FROM writing.note_line l JOIN writing.note n ON n.id = note_id WHERE title LIKE 'n11%'"
        ),
        user_id(1)
    );
    write(json!({"title": "n11c", "note_line": [{"body": "forbidden"}]})).fails(403, "42501");
    write(json!({"title": "n11c", "owner": user_id(2), "note_line": [{"body": "x"}]}))
        .fails(403, "42501");
    assert_eq!(stands("SELECT count(*) FROM writing.note WHERE title = 'n11c'"), "0");
    // A row of another's: neither merged nor given children.
    let id: i64 = stands("SELECT id FROM writing.note WHERE title = 'n11'").parse().expect("an id");
    let two = Api::user(howdah, "writing", 2);
    let body = json!([{"id": id, "title": "stolen", "note_line": [{"body": "x"}]}, {"id": id + 1_000_000, "title": "own", "note_line": []}]);
    two.rest("POST", "/note").prefer(MERGE).json(body.clone()).send().fails(403, "42501");
    two.rest("POST", "/note").prefer(IGNORE).json(body).send().fails(400, "HW121");
    assert_eq!(
        stands(&format!("SELECT count(*) FROM writing.note_line WHERE note_id = {id}")),
        "2"
    );
}

#[test]
fn keeps_to_odd_names() {
    let body = json!([
        {"a b": "n12", "c.d": 1, "json": [{"v": 1}], "ชิ้นส่วน": [{"v": "'; --"}, {"v": "\""}]},
        {"a b": "n12", "c.d": 2, "json": {"v": 2}, "ชิ้นส่วน": []}
    ]);
    let reply = post("/big \"one\"?select=\"c.d\",json,ชิ้นส่วน(v)", MERGE, body.clone());
    reply.is(201).equals(json!([
        {"c.d": 1, "json": [{"v": 1}], "ชิ้นส่วน": [{"v": "'; --"}, {"v": "\""}]},
        {"c.d": 2, "json": {"v": 2}, "ชิ้นส่วน": []}
    ]));
    post("/big \"one\"", MERGE, body).is(200);
    stands("DELETE FROM writing.\"ชิ้นส่วน\"; DELETE FROM writing.\"big \"\"one\"\"\"; SELECT 1");
}

#[test]
fn answers_the_same_in_psql() {
    let body = json!({"name": "n13 root", "node": [{"name": "n13 leaf"}]}).to_string();
    let headers = json!({"Prefer": SHOW, "Content-Profile": "writing"});
    let reply = shared().request_in_sql(
        "POST",
        "/rest/v1/node?select=name,node(name)",
        &headers,
        Some(&body),
        None,
    );
    reply.is(201).equals(json!([{"name": "n13 root", "node": [{"name": "n13 leaf"}]}]));
}

#[test]
fn asks_for_no_more_rights_than_the_rows_need() {
    let body = json!([{"name": "n15 a", "narrow_part": [{"v": 1}]}, {"name": "n15 b", "narrow_part": [{"v": 2}, {"v": 3}]}]);
    post("/narrow", "nested", body.clone()).is(201);
    assert_eq!(
        stands(
            "SELECT string_agg(name || v || secret, ',' ORDER BY v) FROM writing.narrow JOIN writing.narrow_part ON narrow_id = id WHERE name LIKE 'n15%'"
        ),
        "n15 a1server,n15 b2server,n15 b3server"
    );
    post("/narrow?select=name", SHOW, json!({"name": "n15 c", "narrow_part": {"v": 4}}))
        .is(201)
        .equals(json!([{"name": "n15 c"}]));
    // What is shown must be readable, and what is written writable.
    post("/narrow?select=name,narrow_part(v)", SHOW, body.clone()).fails(401, "42501");
    post("/narrow?select=name,secret", SHOW, body).fails(401, "42501");
    post(
        "/narrow",
        "nested",
        json!({"name": "n15 d", "secret": "forged", "narrow_part": [{"v": 5}]}),
    )
    .fails(401, "42501");
    assert_eq!(stands("SELECT count(*) FROM writing.narrow WHERE name LIKE 'n15%'"), "3");
}

#[test]
fn goes_from_either_end() {
    // From the side that holds the key, one to one; and with a row of the junction between.
    post("/shipment?select=place,order(code)", SHOW, json!([{"place": "n16 A", "order": {"code": "n16a"}}, {"place": "n16 B", "order": {"code": "n16b"}}]))
        .is(201)
        .equals(json!([{"place": "n16 A", "order": {"code": "n16a"}}, {"place": "n16 B", "order": {"code": "n16b"}}]));
    post("/order_tag?select=order(code),tag(name)", SHOW, json!([{"order": {"code": "n16c"}, "tag": {"name": "n16 x"}}, {"order": {"code": "n16d"}, "tag": {"name": "n16 y"}}]))
        .is(201)
        .equals(json!([{"order": {"code": "n16c"}, "tag": {"name": "n16 x"}}, {"order": {"code": "n16d"}, "tag": {"name": "n16 y"}}]));
    // Through a view, of which Postgres tells the key only after the row is written.
    post("/order_view?select=label,line(no)", SHOW, json!({"label": "n16e", "line": [{"no": 1}]}))
        .is(201)
        .equals(json!([{"label": "n16e", "line": [{"no": 1}]}]));
    post(
        "/order_view",
        SHOW,
        json!([{"label": "n16f", "line": [{"no": 1}]}, {"label": "n16g", "line": []}]),
    )
    .fails(400, "HW121");
}

#[test]
fn keeps_order_and_ties_over_many_rows() {
    let rows: Vec<Value> = (0..400)
        .map(|n| json!({"code": format!("n17-{n}"), "line": [{"no": n, "qty": n + 1}, {"no": n + 1000, "qty": n + 1}]}))
        .collect();
    let reply = post("/order?select=code,line(no)&line.order=no", SHOW, json!(rows)).is(201).json();
    for (n, row) in reply.as_array().expect("rows").iter().enumerate() {
        assert_eq!(
            *row,
            json!({"code": format!("n17-{n}"), "line": [{"no": n}, {"no": n + 1000}]})
        );
    }
    assert_eq!(
        stands(
            "SELECT count(*) FROM writing.line l JOIN writing.\"order\" o ON o.id = l.order_id WHERE code = 'n17-' || (qty - 1)"
        ),
        "800"
    );
}

#[test]
fn rows_of_all_levels_count_for_the_role_s_limit() {
    let api = Api::holder(shared(), "requests", "limited touch", json!({}));
    let tree = |below: i64| json!({"id": 9000, "light": (1..=below).map(|n| json!({"id": 9000 + n})).collect::<Vec<_>>()});
    let write = |below: i64| api.rest("POST", "/light").prefer("nested").json(tree(below)).send();
    write(3).fails(413, "HWL03");
    assert_eq!(stands("SELECT count(*) FROM requests.light WHERE id / 1000 = 9"), "0");
    write(2).is(201);
    assert_eq!(stands("SELECT count(*) FROM requests.light WHERE parent = 9000"), "2");
    stands("DELETE FROM requests.light WHERE id / 1000 = 9; SELECT 1");
}
