//! Queues over `/rest/v1/rpc`: a worker's life with `service_role`, and what users may and may not.

use howdah_tests::api::Api;
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn worker() -> Api<'static> {
    Api::service(shared(), "queue")
}

fn user(n: u32) -> Api<'static> {
    Api::user(shared(), "queue", n)
}

/// Makes a queue anew, as the worker's.
#[track_caller]
fn fresh(name: &str, mut more: Value) -> Api<'static> {
    let api = worker();
    api.rpc("drop", json!({"queue_name": name})).is(200);
    more["queue_name"] = name.into();
    api.rpc("create", more).is(204);
    api
}

#[track_caller]
fn send(api: &Api, mut arguments: Value, name: &str) -> i64 {
    arguments["queue_name"] = name.into();
    api.rpc("send", arguments).is(200).json().as_i64().expect("an id")
}

/// What a call gives of its messages.
#[track_caller]
fn messages(reply: &Reply) -> Vec<Value> {
    let rows = reply.is(200).json();
    rows.as_array().expect("rows").iter().map(|row| row["message"].clone()).collect()
}

#[track_caller]
fn read(api: &Api, name: &str, vt: u32, qty: u32) -> Vec<Value> {
    messages(&api.rpc("read", json!({"queue_name": name, "vt": vt, "qty": qty})))
}

#[test]
fn a_message_is_sent_read_hidden_and_deleted() {
    let api = fresh("http life", json!({"visibility": 30}));
    let id = send(&api, json!({"msg": {"n": 1}, "headers": {"trace": "t"}}), "http life");
    let reply = api.rpc("read", json!({"queue_name": "http life"}));
    let row = reply.is(200).json()[0].clone();
    assert_eq!((&row["msg_id"], &row["read_ct"]), (&json!(id), &json!(1)), "{row}");
    assert_eq!((&row["message"], &row["headers"]), (&json!({"n": 1}), &json!({"trace": "t"})));
    assert!(row["vt"].as_str() > row["last_read_at"].as_str(), "{row}");
    assert!(read(&api, "http life", 30, 5).is_empty(), "it is hidden");

    // No more time: it is there again, and counted again.
    let shown = api.rpc("set_vt", json!({"queue_name": "http life", "msg_id": id, "vt": 0}));
    assert_eq!(messages(&shown), [json!({"n": 1})]);
    let again = api.rpc("read", json!({"queue_name": "http life", "vt": 60}));
    assert_eq!(again.is(200).json()[0]["read_ct"], 2);

    let gone = json!({"queue_name": "http life", "msg_id": id});
    api.rpc("delete", gone.clone()).is(200).equals(json!(true));
    api.rpc("delete", gone).is(200).equals(json!(false));
    assert!(read(&api, "http life", 0, 5).is_empty());
}

#[test]
fn many_are_sent_popped_archived_and_counted() {
    let api = fresh("http many", json!({}));
    let ids = api.rpc("send_batch", json!({"queue_name": "http many", "msgs": [1, 2, 3, 4, 5]}));
    let ids: Vec<i64> = serde_json::from_value(ids.is(200).json()).expect("ids");
    assert_eq!(ids.len(), 5);
    let popped = api.rpc("pop", json!({"queue_name": "http many", "qty": 2}));
    assert_eq!(messages(&popped), [json!(1), json!(2)]);
    let kept = json!({"queue_name": "http many", "msg_id": ids[2]});
    api.rpc("archive", kept).is(200).equals(json!(true));
    let rest = json!({"queue_name": "http many", "msg_ids": [ids[3], 999_999]});
    api.rpc("delete", rest).is(200).equals(json!([ids[3]]));

    let standing = api.rpc("metrics", json!({"queue_name": "http many"})).is(200).json();
    let one = &standing[0];
    assert_eq!(
        (
            &one["queue_name"],
            &one["queue_length"],
            &one["queue_visible_length"],
            &one["total_messages"]
        ),
        (&json!("http many"), &json!(1), &json!(1), &json!(5)),
    );
    assert_eq!(
        shared().value(
            "SELECT string_agg(message::text, ',') FROM queue.archived a JOIN queue.queues q ON q.id = a.queue WHERE q.name = 'http many'"
        ),
        "3"
    );
    api.rpc("purge", json!({"queue_name": "http many"})).is(200).equals(json!(1));
    let listed = api.rpc("list", json!({})).is(200).json();
    let listed = listed.as_array().expect("rows").iter().any(|q| q["queue_name"] == "http many");
    assert!(listed);
    api.rpc("drop", json!({"queue_name": "http many"})).is(200).equals(json!(true));
    api.rpc("send", json!({"queue_name": "http many", "msg": 1})).fails(400, "42704");
}

#[test]
fn a_group_is_read_one_at_a_time_and_in_order() {
    let api = fresh("http groups", json!({}));
    let first = send(&api, json!({"msg": "a1", "group_key": "a"}), "http groups");
    send(&api, json!({"msg": "a2", "headers": {"x-pgmq-group": "a"}}), "http groups");
    send(&api, json!({"msg": "b1", "group_key": "b"}), "http groups");
    assert_eq!(read(&api, "http groups", 60, 10), [json!("a1"), json!("b1")]);
    assert!(read(&api, "http groups", 60, 10).is_empty(), "a2 waits for a1");
    api.rpc("delete", json!({"queue_name": "http groups", "msg_id": first})).is(200);
    assert_eq!(read(&api, "http groups", 60, 10), [json!("a2")]);
}

#[test]
fn the_same_again_is_the_same_message() {
    let api = fresh("http dedup", json!({}));
    let first = send(&api, json!({"msg": 1, "dedup_key": "order-7"}), "http dedup");
    assert_eq!(send(&api, json!({"msg": 2, "dedup_key": "order-7"}), "http dedup"), first);
    assert_ne!(send(&api, json!({"msg": 3, "dedup_key": "order-8"}), "http dedup"), first);
    assert_eq!(read(&api, "http dedup", 60, 10), [json!(1), json!(3)]);
}

#[test]
fn higher_priorities_come_first_and_what_is_delayed_later() {
    let api = fresh("http order", json!({}));
    send(&api, json!({"msg": "low", "priority": -1}), "http order");
    send(&api, json!({"msg": "plain"}), "http order");
    send(&api, json!({"msg": "high", "priority": 5}), "http order");
    send(&api, json!({"msg": "later", "delay": 3600}), "http order");
    for wanted in ["high", "plain", "low"] {
        assert_eq!(read(&api, "http order", 60, 1), [json!(wanted)]);
    }
    assert!(read(&api, "http order", 60, 1).is_empty());
    let picky = json!({"queue_name": "http order", "conditional": {"kind": "b"}});
    send(&api, json!({"msg": {"kind": "a"}}), "http order");
    send(&api, json!({"msg": {"kind": "b"}}), "http order");
    assert_eq!(messages(&api.rpc("read", picky)), [json!({"kind": "b"})]);
}

#[test]
fn what_is_read_too_often_goes_to_the_dead_letters() {
    fresh("http dead", json!({}));
    let api =
        fresh("http risky", json!({"visibility": 0, "max_reads": 2, "dead_letter": "http dead"}));
    let id = send(&api, json!({"msg": {"poison": true}}), "http risky");
    for count in 1..=2 {
        let rows = api.rpc("read", json!({"queue_name": "http risky"})).is(200).json();
        assert_eq!(rows[0]["read_ct"], count);
    }
    api.rpc("read", json!({"queue_name": "http risky"})).is(200).equals(json!([]));
    let rows = api.rpc("read", json!({"queue_name": "http dead"})).is(200).json();
    assert_eq!(rows[0]["message"], json!({"poison": true}));
    let from = &rows[0]["headers"]["dead_letter"];
    assert_eq!((&from["queue"], &from["msg_id"]), (&json!("http risky"), &json!(id)), "{from}");
}

#[test]
fn a_poll_ends_with_a_message_and_never_holds_a_connection_for_long() {
    let api = fresh("http poll", json!({}));
    let ask = json!({"queue_name": "http poll", "max_poll_seconds": 60, "poll_interval_ms": 20});
    let most: u64 = shared().value("SELECT howdah.get('queue.poll_ms')").parse().expect("ms");
    let begun = Instant::now();
    api.rpc("read_with_poll", ask.clone()).is(200).equals(json!([]));
    let took = begun.elapsed();
    let (least, most) = (Duration::from_millis(most / 2), Duration::from_millis(most + 5000));
    assert!(least <= took && took < most, "{took:?}");
    send(&api, json!({"msg": 1}), "http poll");
    let begun = Instant::now();
    assert_eq!(messages(&api.rpc("read_with_poll", ask)), [json!(1)]);
    assert!(begun.elapsed() < took, "what is there is not waited for");
}

#[test]
fn what_is_not_granted_is_refused() {
    let api = fresh("http granted", json!({}));
    fresh("http other", json!({}));
    send(&api, json!({"msg": "first"}), "http granted");
    let grant = |right: &str| {
        shared().sql(&format!("SELECT queue.grant('http granted', 'authenticated', '{right}')"));
    };
    grant("send");
    let ada = user(1);
    send(&ada, json!({"msg": "from ada"}), "http granted");
    // To send is not to read; one queue is not another; and whether there is one is not told.
    for (name, arguments) in [
        ("read", json!({"queue_name": "http granted"})),
        ("pop", json!({"queue_name": "http granted"})),
        ("delete", json!({"queue_name": "http granted", "msg_id": 1})),
        ("archive", json!({"queue_name": "http granted", "msg_id": 1})),
        ("set_vt", json!({"queue_name": "http granted", "msg_id": 1, "vt": 0})),
        ("metrics", json!({"queue_name": "http granted"})),
        ("send", json!({"queue_name": "http other", "msg": 1})),
        ("send", json!({"queue_name": "http no such queue", "msg": 1})),
        ("send_batch", json!({"queue_name": "http other", "msgs": [1]})),
        ("create", json!({"queue_name": "http ada's"})),
        ("purge", json!({"queue_name": "http granted"})),
        ("drop", json!({"queue_name": "http granted"})),
        ("grant", json!({"queue_name": "http granted", "role": "anon", "right": "read"})),
        ("revoke", json!({"queue_name": "http granted", "role": "authenticated", "right": "send"})),
    ] {
        ada.rpc(name, arguments).fails(403, "42501");
    }
    let anon = Api::anon(shared(), "queue");
    anon.rpc("send", json!({"queue_name": "http granted", "msg": 1})).fails(401, "42501");
    anon.rpc("list", json!({})).fails(401, "42501");

    grant("read");
    assert_eq!(read(&ada, "http granted", 60, 10), [json!("first"), json!("from ada")]);
    shared().sql("SELECT queue.revoke('http granted', 'authenticated', 'read')");
    ada.rpc("read", json!({"queue_name": "http granted"})).fails(403, "42501");
}

#[test]
fn nobody_says_who_he_is_and_no_table_is_open() {
    fresh("http mine", json!({}));
    let named = json!({"queue_name": "http mine", "msg": 1, "caller": "service_role"});
    user(1).rpc("send", named).fails(404, "PGRST202");
    // There is no such argument, as far as anybody is told.
    let mistaken = json!({"queue_name": "http mine", "msg_id": 1, "vtt": 1});
    let refused = worker().rpc("set_vt", mistaken).is(404).json();
    let meant = "Perhaps you meant to call the function queue.set_vt(msg_id, queue_name, vt)";
    assert_eq!(refused["hint"], meant, "{refused}");
    for table in ["messages", "messages_shared", "queues", "grants", "archived"] {
        user(1).get(&format!("/{table}")).refused();
    }
    for (name, arguments) in [
        ("read", json!({"queue_name": "http mine", "qty": 0})),
        ("read", json!({"queue_name": "http mine", "vt": -1})),
        ("read", json!({"queue_name": "http mine", "qty": 10_001})),
        ("send", json!({"queue_name": "http mine", "msg": 1, "delay": -1})),
        ("send", json!({"queue_name": "http mine", "msg": 1, "priority": 10})),
        ("create", json!({"queue_name": "a\nb"})),
    ] {
        worker().rpc(name, arguments).fails(400, "22023");
    }
}
