//! Conditional requests: tags of rows and results, 304 and 412, and writes that lose no update.

use howdah_tests::api::{Api, Call, component};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};

const OBJECT: &str = "application/vnd.pgrst.object+json";
const STRIPPED: &str = "application/vnd.pgrst.array+json;nulls=stripped";

fn api() -> Api<'static> {
    Api::anon(shared(), "requests")
}

#[track_caller]
fn tag(reply: &Reply) -> String {
    let tag = reply.is_success().header("etag").unwrap_or_else(|| panic!("no ETag: {:?}", reply));
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 32, "strong: {tag}");
    tag.to_owned()
}

/// Rows of `counter` of a test's own.
fn rows(base: i32, count: i32) {
    shared().sql(&format!(
        "DELETE FROM requests.counter WHERE id / 100 = {base} / 100;
         INSERT INTO requests.counter (id, n) SELECT {base} + i, i FROM generate_series(0, {count} - 1) AS i"
    ));
}

fn value(id: i32) -> String {
    shared().value(&format!("SELECT n FROM requests.counter WHERE id = {id}"))
}

fn patch<'h>(api: &Api<'h>, path: &str, n: i32) -> Call<'h> {
    api.rest("PATCH", path).json(json!({"n": n}))
}

#[test]
fn a_read_has_a_tag_that_follows_its_bytes() {
    rows(100, 2);
    let api = api();
    let get = |path: &str| tag(&api.get(path));
    let first = get("/counter?id=eq.100");
    assert_eq!(get("/counter?id=eq.100"), first);
    assert_eq!(get("/counter?n=eq.0&id=eq.100&order=id"), first, "the same row by another way");
    assert_ne!(get("/counter?id=eq.101"), first);
    assert_ne!(get("/counter?id=eq.100&select=id"), first);
    let both = get("/counter?id=gte.100&id=lt.102&order=id");
    assert_ne!(both, get("/counter?id=gte.100&id=lt.102&order=id.desc"));
    assert_ne!(get("/counter?id=eq.199"), both, "no rows have a tag, too");
    shared().sql("UPDATE requests.counter SET n = n + 1 WHERE id = 100");
    assert_ne!(get("/counter?id=eq.100"), first);
    assert_ne!(get("/counter?id=gte.100&id=lt.102&order=id"), both);
}

#[test]
fn representations_of_one_row_differ_in_their_tags_and_match_alike() {
    rows(200, 1);
    let api = api();
    let read =
        |accept: &str| api.rest("GET", "/counter?id=eq.200&select=id,n").accept(accept).send();
    let tags = ["application/json", OBJECT, STRIPPED, "text/csv"].map(|accept| tag(&read(accept)));
    for (n, one) in tags.iter().enumerate() {
        assert!(tags.iter().skip(n + 1).all(|other| other != one), "{tags:?}");
    }
    for (n, form) in tags.iter().take(3).enumerate() {
        let n = n as i32 + 1;
        shared().sql("UPDATE requests.counter SET n = 0 WHERE id = 200");
        let reply =
            patch(&api, "/counter?id=eq.200&select=id,n", n).header("If-Match", form).send();
        reply.is(204);
        assert_eq!(value(200), n.to_string(), "{form}");
    }
}

#[test]
fn answers_304_to_who_has_it() {
    rows(300, 3);
    let api = api();
    let path = "/counter?id=gte.300&id=lt.303&order=id&select=id";
    let first = api.get(path);
    let known = tag(&first);
    for list in [known.clone(), format!("\"x\", W/{known}"), "*".to_owned()] {
        for method in ["GET", "HEAD"] {
            let again = api.rest(method, path).header("If-None-Match", &list).send();
            again.is(304).has("etag", known.as_str());
            assert!(again.body.is_empty());
            for kept in ["content-location", "vary"] {
                again.has(kept, first.header(kept));
            }
            for dropped in ["content-type", "content-range", "content-profile"] {
                again.has(dropped, None);
            }
        }
    }
    let form = "application/x-www-form-urlencoded";
    let query = api.rest("QUERY", "/counter").header("Content-Type", form);
    let query = query.bytes(path.split_once('?').expect("a query").1.as_bytes().to_vec());
    query.header("If-None-Match", &known).send().is(304);
    api.rest("GET", path)
        .header("If-None-Match", "\"x\", known")
        .send()
        .is(200)
        .has("etag", known.as_str());
    shared().sql("INSERT INTO requests.counter (id) VALUES (302) ON CONFLICT (id) DO NOTHING; DELETE FROM requests.counter WHERE id = 302");
    let changed = api.rest("GET", path).header("If-None-Match", &known).send();
    changed.is(200).equals(json!([{"id": 300}, {"id": 301}]));
}

#[test]
fn head_has_the_tag_of_get_or_none() {
    rows(400, 2);
    let api = api();
    for path in ["/counter?id=eq.400", "/counter?id=gte.400&id=lt.402&order=id"] {
        let known = tag(&api.get(path));
        api.rest("HEAD", path).send().is(200).has("etag", None);
        let head = api.rest("HEAD", path).header("If-None-Match", "\"x\"").send();
        head.is(200).has("etag", known.as_str());
        assert!(head.body.is_empty());
    }
}

#[test]
fn a_large_result_has_a_tag_when_asked() {
    let api = api();
    let path = "/long_read?order=id&limit=1000";
    api.get(path).is(200).has("etag", None);
    let asked = api.rest("GET", path).prefer("etag").send();
    let known = tag(&asked);
    asked.has("preference-applied", "etag");
    assert_eq!(tag(&api.rest("GET", path).header("If-None-Match", "\"x\"").send()), known);
    api.rest("GET", path).header("If-None-Match", &known).send().is(304);
    // Compressed, it is other bytes, so another tag; it comes back as a good one.
    let packed = api.rest("GET", path).prefer("etag").header("Accept-Encoding", "gzip").send();
    packed.is(200).has("content-encoding", "gzip");
    let coded = packed.header("etag").expect("a tag").to_owned();
    assert_ne!(coded, known);
    let again = api.rest("GET", path).header("Accept-Encoding", "gzip");
    again.header("If-None-Match", &coded).send().is(304).has("etag", coded.as_str());
}

#[test]
fn pages_with_the_same_bytes_differ_by_their_range() {
    shared().sql("DELETE FROM requests.counter WHERE id / 100 = 5; INSERT INTO requests.counter SELECT 500 + i, 7 FROM generate_series(0, 9) AS i");
    let api = api();
    let page = |offset: i32| {
        tag(&api.get(&format!("/counter?select=n&id=gte.500&id=lt.510&limit=2&offset={offset}")))
    };
    assert_ne!(page(0), page(2));
    assert_eq!(page(2), page(2));
}

#[test]
fn a_read_with_if_match_is_refused_when_it_changed() {
    rows(600, 1);
    let api = api();
    let known = tag(&api.get("/counter?id=eq.600"));
    let read = |list: &str| api.rest("GET", "/counter?id=eq.600").header("If-Match", list).send();
    read(&known).is(200);
    read("*").is(200);
    read(&format!("W/{known}")).fails(412, "HW412");
    read("\"x\"").fails(412, "HW412");
}

#[test]
fn sql_may_set_a_tag_of_its_own() {
    let api = api();
    api.get("/rpc/tagged").is(200).has("etag", "\"mine\"");
    let again = api.rest("GET", "/rpc/tagged").header("If-None-Match", "\"mine\"").send();
    again.is(304).has("cache-control", "max-age=60").has("etag", "\"mine\"");
}

#[test]
fn writes_only_what_is_as_it_was_read() {
    rows(700, 1);
    let api = api();
    let known = tag(&api.get("/counter?id=eq.700"));
    let reply = patch(&api, "/counter?id=eq.700", 5).header("If-Match", &known).send();
    let next = tag(reply.is(204));
    assert_eq!(next, tag(&api.get("/counter?id=eq.700")), "the tag of what was written");
    let stale = patch(&api, "/counter?id=eq.700", 6).header("If-Match", &known).send();
    let error = stale.fails(412, "HW412");
    assert!(error["hint"].is_string() && error["details"].is_string(), "{error}");
    assert_eq!(value(700), "5");
    let reply = patch(&api, "/counter?id=eq.700", 7)
        .prefer("return=representation")
        .header("If-Match", &format!("\"x\", {known}, {next}"))
        .send();
    reply.is(200).equals(json!([{"id": 700, "n": 7, "note": null}]));
    let next = tag(&reply);
    for list in ["\"x\"", "", "x", "W/\"x\"", &format!("W/{next}"), &next.replace(".a", "")] {
        patch(&api, "/counter?id=eq.700", 8).header("If-Match", list).send().fails(412, "HW412");
        api.rest("DELETE", "/counter?id=eq.700")
            .header("If-Match", list)
            .send()
            .fails(412, "HW412");
    }
    api.rest("DELETE", "/counter?id=eq.700").header("If-Match", &next).send().is(204);
    assert_eq!(shared().value("SELECT count(*) FROM requests.counter WHERE id = 700"), "0");
    let gone = patch(&api, "/counter?id=eq.700", 9).header("If-Match", &next).send();
    gone.fails(412, "HW412");
}

#[test]
fn if_match_star_wants_the_row_to_be_there() {
    rows(800, 1);
    let api = api();
    patch(&api, "/counter?id=eq.800", 1).header("If-Match", "*").send().is(204);
    patch(&api, "/counter?id=eq.850", 1).header("If-Match", "*").send().fails(412, "HW412");
    api.rest("DELETE", "/counter?id=eq.850").header("If-Match", "*").send().fails(412, "HW412");
    let put = api.rest("PUT", "/counter?id=eq.850").json(json!({"id": 850, "n": 1, "note": "x"}));
    put.header("If-Match", "*").send().fails(412, "HW412");
    assert_eq!(shared().value("SELECT count(*) FROM requests.counter WHERE id = 850"), "0");
    let put = api.rest("PUT", "/counter?id=eq.800").json(json!({"id": 800, "n": 2, "note": "x"}));
    put.header("If-Match", "*").send().is(204);
    assert_eq!(value(800), "2");
}

#[test]
fn if_none_match_star_only_creates() {
    rows(900, 1);
    let api = api();
    let put = |id: i32, n: i32| {
        api.rest("PUT", &format!("/counter?id=eq.{id}"))
            .json(json!({"id": id, "n": n, "note": null}))
            .header("If-None-Match", "*")
            .send()
    };
    put(900, 9).fails(412, "HW412");
    put(901, 9).is(204);
    put(901, 10).fails(412, "HW412");
    let post = |body| api.rest("POST", "/counter").json(body).header("If-None-Match", "*").send();
    post(json!({"id": 902, "n": 1})).is(201);
    post(json!({"id": 902, "n": 2})).fails(412, "HW412");
    // One that exists, and nothing is done.
    post(json!([{"id": 903, "n": 1}, {"id": 902, "n": 2}])).fails(412, "HW412");
    post(json!([{"id": 903, "n": 1}, {"id": 904, "n": 2}])).is(201);
    assert_eq!(shared().value("SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM requests.counter WHERE id / 100 = 9"), "900:0 901:9 902:1 903:1 904:2");
    // The key of another row is the mistake that it always was.
    api.rest("PUT", "/counter?id=eq.905")
        .json(json!({"id": 906, "n": 1, "note": null}))
        .header("If-None-Match", "*")
        .send()
        .fails(400, "PGRST115");
    let both = api.rest("PATCH", "/counter?id=eq.900").json(json!({"n": 1}));
    both.header("If-None-Match", "\"x\"").send().fails(400, "HW400");
}

#[test]
fn an_upsert_replaces_only_what_is_as_it_was_read() {
    rows(1000, 2);
    let api = api();
    let tags = [1000, 1001].map(|id| tag(&api.get(&format!("/counter?id=eq.{id}"))));
    let list = tags.join(", ");
    let upsert = |body, list: &str| {
        api.rest("POST", "/counter")
            .prefer("resolution=merge-duplicates")
            .json(body)
            .header("If-Match", list)
            .send()
    };
    upsert(json!({"id": 1000, "n": 5, "note": null}), &tags[1]).fails(412, "HW412");
    upsert(json!({"id": 1050, "n": 5, "note": null}), &list).fails(412, "HW412");
    upsert(json!([{"id": 1000, "n": 5}, {"id": 1050, "n": 5}]), &list).fails(412, "HW412");
    upsert(json!([{"id": 1000, "n": 5}, {"id": 1001, "n": 5}]), &tags[0]).fails(412, "HW412");
    assert_eq!(shared().value("SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM requests.counter WHERE id / 100 = 10"), "1000:0 1001:1");
    upsert(json!([{"id": 1000, "n": 5}, {"id": 1001, "n": 6}]), &list).is_success();
    let known = tag(&api.get("/counter?id=eq.1000"));
    let put = |list: &str| {
        api.rest("PUT", "/counter?id=eq.1000")
            .json(json!({"id": 1000, "n": 7, "note": null}))
            .header("If-Match", list)
            .send()
    };
    put(&tags[0]).fails(412, "HW412");
    put(&known).is(204);
    assert_eq!(value(1000), "7");
    // Nothing to compare with.
    let insert = api.rest("POST", "/counter").json(json!({"id": 1060}));
    insert.header("If-Match", &known).send().fails(412, "HW412");
}

#[test]
fn of_several_rows_each_must_match() {
    rows(1100, 3);
    let api = api();
    let tags = [1100, 1101, 1102].map(|id| tag(&api.get(&format!("/counter?id=eq.{id}"))));
    let path = "/counter?id=gte.1100&id=lt.1103";
    let sum = || shared().value("SELECT sum(n) FROM requests.counter WHERE id / 100 = 11");
    let two = tags[..2].join(", ");
    patch(&api, path, 9).header("If-Match", &two).send().fails(412, "HW412");
    api.rest("DELETE", path).header("If-Match", &two).send().fails(412, "HW412");
    assert_eq!(sum(), "3");
    // The tag of the whole list is no row's.
    let list = tag(&api.get(&format!("{path}&order=id")));
    patch(&api, path, 9).header("If-Match", &list).send().fails(412, "HW412");
    // In the order asked for, which takes the rows through another part of the statement.
    let ordered = format!("{path}&order=id.desc&select=id,n");
    patch(&api, &ordered, 9)
        .prefer("return=representation")
        .header("If-Match", &two)
        .send()
        .fails(412, "HW412");
    for returning in ["return=minimal", "return=representation"] {
        let tags = [1100, 1101, 1102].map(|id| tag(&api.get(&format!("/counter?id=eq.{id}"))));
        patch(&api, &format!("{path}&order=id.desc"), 9)
            .prefer(returning)
            .header("If-Match", &tags.join(","))
            .send()
            .is_success();
        assert_eq!(sum(), "27");
    }
}

#[test]
fn of_a_bulk_update_each_row_must_match() {
    rows(1700, 2);
    let api = api();
    let tags = [1700, 1701].map(|id| tag(&api.get(&format!("/counter?id=eq.{id}"))));
    let update = |body, list: &str, returning: &str| {
        api.rest("PATCH", "/counter").prefer(returning).json(body).header("If-Match", list).send()
    };
    let both = json!([{"id": 1700, "n": 5}, {"id": 1701, "n": 6}]);
    for returning in ["return=minimal", "return=representation"] {
        update(both.clone(), &tags[0], returning).fails(412, "HW412");
        let missing = json!([{"id": 1700, "n": 5}, {"id": 1750, "n": 6}]);
        update(missing, &tags.join(","), returning).fails(412, "HW412");
        assert_eq!((value(1700), value(1701)), ("0".to_owned(), "1".to_owned()));
    }
    update(both, &tags.join(","), "return=representation").is(200);
    assert_eq!((value(1700), value(1701)), ("5".to_owned(), "6".to_owned()));
    let limited = patch(&api, "/counter?id=gte.1700&order=id&limit=1", 1);
    limited.header("If-Match", &tags[0]).send().fails(400, "HW400");
}

#[test]
fn the_hash_in_sql_is_that_of_the_body() {
    let api = api();
    let table = component("row of, every \"kind\"");
    for (id, select) in [
        (1, ""),
        (2, ""),
        (1, "&select=id,n:näme,docb->b,at::date,ids,odd:\"odd \\\"col\\\\umn\\\"\""),
    ] {
        let path = format!("/{table}?id=eq.{id}{select}");
        for (accept, timezone) in [("application/json", "UTC"), (OBJECT, "Asia/Kathmandu")] {
            let zone = format!("timezone={timezone}");
            let read = api.rest("GET", &path).accept(accept).prefer(&zone).send();
            let known = tag(&read);
            let write = api.rest("PATCH", &path).json(json!({"nothing": null})).prefer(&zone);
            let reply = write.header("If-Match", &known).send();
            let again = tag(reply.is(204));
            let same = api.rest("GET", &path).prefer(&zone).send();
            assert_eq!(tag(&same), again, "{path} {accept}\n{}", same.text());
        }
    }
}

#[test]
fn policies_decide_which_rows_there_are() {
    let (one, two) = (Api::user(shared(), "requests", 1), Api::user(shared(), "requests", 2));
    shared().sql("UPDATE requests.owned SET n = 1");
    let of_two = tag(&two.get("/owned?id=eq.2"));
    patch(&one, "/owned?id=eq.2", 9).header("If-Match", &of_two).send().fails(412, "HW412");
    patch(&one, "/owned?id=eq.2", 9).header("If-Match", "*").send().fails(412, "HW412");
    api()
        .rest("PATCH", "/owned?id=eq.2")
        .json(json!({"n": 9}))
        .header("If-Match", "*")
        .send()
        .fails(401, "42501");
    // All that one sees, which is one row.
    let of_one = tag(&one.get("/owned"));
    patch(&one, "/owned?n=eq.1", 5).header("If-Match", &of_one).send().is(204);
    assert_eq!(
        shared().value("SELECT string_agg(n::text, ' ' ORDER BY id) FROM requests.owned"),
        "5 1"
    );
}

#[test]
fn who_may_not_read_a_row_cannot_match_it() {
    let api = api();
    let tagged = format!("\"{}.a\"", "A".repeat(32));
    patch(&api, "/blind?id=eq.1", 2).header("If-Match", &tagged).send().fails(401, "42501");
    api.rest("DELETE", "/blind?id=eq.1").header("If-Match", &tagged).send().fails(401, "42501");
    // With the columns that one may read it goes, though it may not return the others.
    let known = tag(&api.get("/blind?id=eq.1&select=id"));
    patch(&api, "/blind?id=eq.1&select=id", 3).header("If-Match", &known).send().is(204);
    assert_eq!(shared().value("SELECT n FROM requests.blind"), "3");
}

#[test]
fn views_and_partitions_match_where_rows_can_be_locked() {
    rows(1200, 1);
    shared().sql("DELETE FROM requests.parted; INSERT INTO requests.parted VALUES (1, 1)");
    let api = api();
    for path in ["/counter_view?id=eq.1200", "/parted?id=eq.1"] {
        let known = tag(&api.get(path));
        patch(&api, path, 5).header("If-Match", &known).send().is(204);
        patch(&api, path, 6).header("If-Match", &known).send().fails(412, "HW412");
    }
    let known = tag(&api.get("/counter_sum?odd=eq.0"));
    let reply = patch(&api, "/counter_sum?odd=eq.0", 1).header("If-Match", &known).send();
    reply.fails(400, "HW400");
    let put = api.rest("PUT", "/parted?id=eq.1").json(json!({"id": 1, "n": 1}));
    put.header("If-Match", &known).send().fails(400, "HW400");
    let limited = api.rest("POST", "/rpc/add_row").json(json!({"id": 1}));
    limited.header("If-Match", &known).send().fails(400, "HW400");
}

#[test]
fn one_row_written_has_its_tag_several_have_none() {
    rows(1300, 2);
    let api = api();
    let full = |call: Call<'static>| call.prefer("return=representation").send();
    let inserted = full(api.rest("POST", "/counter").json(json!({"id": 1310})));
    assert_eq!(tag(inserted.is(201)), tag(&api.get("/counter?id=eq.1310")));
    full(patch(&api, "/counter?id=gte.1300&id=lt.1302", 1)).is(200).has("etag", None);
    patch(&api, "/counter?id=eq.1300", 1).send().is(204).has("etag", None);
    let undone = api
        .rest("PATCH", "/counter?id=eq.1300")
        .json(json!({"n": 77}))
        .prefer("return=representation, tx=rollback")
        .send();
    undone.is(200).has("etag", None);
}

#[test]
fn thirty_two_writers_lose_no_update() {
    rows(1400, 1);
    let (writers, each) = (32, 5);
    let refused = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..writers {
            scope.spawn(|| {
                let api = api();
                for _ in 0..each {
                    loop {
                        let read = api.rest("GET", "/counter?id=eq.1400").accept(OBJECT).send();
                        let n = read.json()["n"].as_i64().expect("a number") as i32;
                        let reply = patch(&api, "/counter?id=eq.1400", n + 1)
                            .header("If-Match", &tag(&read))
                            .send();
                        if reply.status == 204 {
                            break;
                        }
                        reply.fails(412, "HW412");
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!(value(1400), (writers * each).to_string());
    assert!(refused.into_inner() > 0, "they never met: this proves nothing");
}

#[test]
fn a_row_that_changes_while_its_writer_waits_is_not_written() {
    rows(1500, 3);
    let api = api();
    let tags = [1500, 1501, 1502].map(|id| tag(&api.get(&format!("/counter?id=eq.{id}"))));
    let waits = |call: Call<'static>, statement: &str| {
        let mut dba = shared().dba();
        dba.batch_execute("BEGIN").expect("a transaction");
        dba.batch_execute(statement).expect("a change");
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| call.send());
            std::thread::sleep(std::time::Duration::from_millis(300));
            dba.batch_execute("COMMIT").expect("a commit");
            asked.join().expect("no panic")
        })
    };
    let one = patch(&api, "/counter?id=eq.1500", 100).header("If-Match", &tags[0]);
    waits(one, "UPDATE requests.counter SET n = 50 WHERE id = 1500").fails(412, "HW412");
    assert_eq!(value(1500), "50");
    // One of two: the other is not written either.
    let both =
        patch(&api, "/counter?id=in.(1501,1502)", 100).header("If-Match", &tags[1..].join(","));
    waits(both, "UPDATE requests.counter SET n = 51 WHERE id = 1502").fails(412, "HW412");
    assert_eq!((value(1501), value(1502)), ("1".to_owned(), "51".to_owned()));
    let delete = api.rest("DELETE", "/counter?id=eq.1501").header("If-Match", &tags[1]);
    waits(delete, "UPDATE requests.counter SET n = 51 WHERE id = 1501").fails(412, "HW412");
    let known = tag(&api.get("/counter?id=eq.1501"));
    let put =
        api.rest("PUT", "/counter?id=eq.1501").json(json!({"id": 1501, "n": 9, "note": null}));
    waits(put.header("If-Match", &known), "UPDATE requests.counter SET n = 52 WHERE id = 1501")
        .fails(412, "HW412");
    assert_eq!(value(1501), "52");
    // A change to the same is none.
    let known = tag(&api.get("/counter?id=eq.1501"));
    let same = patch(&api, "/counter?id=eq.1501", 60).header("If-Match", &known);
    waits(same, "UPDATE requests.counter SET n = n WHERE id = 1501").is(204);
}

#[test]
fn answers_the_same_in_psql() {
    rows(1600, 1);
    let known = tag(&api().get("/counter?id=eq.1600"));
    let headers = json!({"Content-Profile": "requests", "If-Match": known});
    let write = |n: i32| {
        let body = json!({"n": n}).to_string();
        shared().request_in_sql(
            "PATCH",
            "/rest/v1/counter?id=eq.1600",
            &headers,
            Some(&body),
            Some(&shared().mint("anon", &json!({}), "1 hour")),
        )
    };
    write(1).is(204);
    assert_eq!(write(2).status, 412);
    assert_eq!(value(1600), "1");
}

#[test]
fn browsers_may_send_and_read_them() {
    let reply =
        api().rest("GET", "/counter?id=eq.1").header("Origin", "https://app.example").send();
    let exposed = reply.header("access-control-expose-headers").unwrap_or_default().to_owned();
    assert!(exposed.contains("ETag"), "{exposed}");
    let preflight = api()
        .call("OPTIONS", "/rest/v1/counter")
        .header("Origin", "https://app.example")
        .header("Access-Control-Request-Method", "PATCH")
        .send();
    let allowed = preflight.header("access-control-allow-headers").unwrap_or_default().to_owned();
    for name in ["If-Match", "If-None-Match"] {
        assert!(allowed.contains(name), "{allowed}");
    }
}
