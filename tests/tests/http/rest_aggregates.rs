//! Aggregates on `/rest/v1`: the dialect's five, and what goes past them.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "aggregates")
}

fn answers(cases: &[(&str, Value)]) {
    let api = api();
    each(cases, |(path, wanted)| {
        api.get(path).is(200).equals(wanted.clone());
    });
}

#[test]
fn the_five_of_the_dialect() {
    answers(&[
        ("/sale?select=count()", json!([{"count": 7}])),
        ("/sale?select=cnt:count()", json!([{"cnt": 7}])),
        ("/sale?select=count()::text", json!([{"count": "7"}])),
        ("/sale?select=amount.count()", json!([{"count": 6}])),
        (
            "/sale?select=amount.sum(),pieces.min(),m:pieces.max()",
            json!([{"sum": 102.50, "min": 1, "m": 7}]),
        ),
        ("/sale?select=pieces.avg()::int", json!([{"avg": 4}])),
        ("/sale?select=detail->tax::int.sum()::text", json!([{"sum": "17"}])),
        (
            "/sale?select=city,count()&order=city.desc",
            json!([{"city": null, "count": 1}, {"city": "Rana", "count": 1}, {"city": "Oslo", "count": 3},
                   {"city": "Bergen", "count": 2}]),
        ),
        (
            "/sale?select=town:city,amount.sum()&city=eq.Oslo",
            json!([{"town": "Oslo", "sum": 50.00}]),
        ),
        ("/rpc/volume?select=pieces.max()", json!([{"max": 7}])),
        ("/clerk?select=count", json!([{"count": 4}])),
    ]);
}

#[test]
fn the_five_with_embeds() {
    answers(&[
        (
            "/clerk?select=name,sale(amount.sum(),n:count())&order=id",
            json!([{"name": "Ada", "sale": [{"sum": 30.00, "n": 2}]}, {"name": "Bo", "sale": [{"sum": 60.00, "n": 2}]},
                   {"name": "Cy", "sale": [{"sum": 5.00, "n": 2}]}, {"name": "Di", "sale": [{"sum": null, "n": 0}]}]),
        ),
        (
            "/sale?select=amount.sum(),clerk(team)&order=clerk(team)&clerk_id=not.is.null",
            json!([{"sum": 5.00, "clerk": {"team": "blue"}}, {"sum": 90.00, "clerk": {"team": "red"}}]),
        ),
        (
            "/sale?select=amount.sum(),...clerk(team)&order=clerk(team).desc",
            json!([{"sum": 7.50, "team": null}, {"sum": 90.00, "team": "red"}, {"sum": 5.00, "team": "blue"}]),
        ),
        (
            "/sale?select=...clerk(group:team,count(),id.max())&order=clerk(group)",
            json!([{"group": "blue", "count": 2, "max": 3}, {"group": "red", "count": 4, "max": 2},
                   {"group": null, "count": 0, "max": null}]),
        ),
    ]);
    api().get("/clerk?select=name,...sale(amount.sum())").fails(400, "PGRST127");
}

#[test]
fn takes_distinct_values_values_beside_the_column_and_an_order() {
    answers(&[
        ("/sale?select=city.count(distinct)", json!([{"count": 3}])),
        ("/sale?select=amount.sum(distinct)", json!([{"sum": 82.50}])),
        (
            "/sale?select=city.string_agg(distinct,\", \")",
            json!([{"string_agg": "Bergen, Oslo, Rana"}]),
        ),
        (
            "/sale?select=s:city.string_agg(-).order(pieces.desc)&city=not.is.null&id=neq.7",
            json!([{"s": "Bergen-Bergen-Oslo-Oslo-Oslo"}]),
        ),
        (
            "/sale?select=id.array_agg().order(amount.desc.nullslast,id)",
            json!([{"array_agg": [4, 2, 3, 1, 7, 6, 5]}]),
        ),
        ("/sale?select=pieces.json_agg()&id=lt.3", json!([{"json_agg": [1, 2]}])),
        (
            "/sale?select=detail->>k.jsonb_agg()::text&id=lt.3",
            json!([{"jsonb_agg": "[\"a\", \"b\"]"}]),
        ),
        (
            "/sale?select=paid.bool_and(),o:paid.bool_or(),e:paid.every()",
            json!([{"bool_and": false, "o": true, "e": false}]),
        ),
        (
            "/sale?select=pieces.percentile_cont(0.5),d:pieces.percentile_disc(0.25)",
            json!([{"percentile_cont": 4, "d": 2}]),
        ),
        ("/sale?select=pieces.percentile_cont({0,0.5,1})", json!([{"percentile_cont": [1, 4, 7]}])),
        ("/sale?select=\"odd \\\"name\".mode()", json!([{"mode": "x"}])),
        (
            "/sale?select=pieces.stddev_pop()::int,v:pieces.variance()::int",
            json!([{"stddev_pop": 2, "v": 5}]),
        ),
    ]);
}

#[test]
fn takes_rows_by_a_condition_of_its_own() {
    answers(&[
        (
            "/sale?select=city,count(),open:count().filter(paid.is.false),big:amount.sum().filter(amount.gte.20,or(city.eq.Oslo,id.eq.4))&order=city",
            json!([{"city": "Bergen", "count": 2, "open": 1, "big": 40.00}, {"city": "Oslo", "count": 3, "open": 1, "big": 40.00},
                   {"city": "Rana", "count": 1, "open": 0, "big": null}, {"city": null, "count": 1, "open": 0, "big": null}]),
        ),
        (
            "/clerk?select=name,sale(count().filter(amount.gt.15)::text)&id=lt.3&order=id",
            json!([{"name": "Ada", "sale": [{"count": "1"}]}, {"name": "Bo", "sale": [{"count": "2"}]}]),
        ),
        // Of a relation spread into this one.
        (
            "/sale?select=paid,...clerk(reds:count().filter(team.eq.red),names:name.string_agg(distinct,~),w:name.array_agg().filter(team.eq.red).order(name.desc))&order=paid",
            json!([{"paid": false, "reds": 1, "names": "Bo~Cy", "w": ["Bo"]},
                   {"paid": true, "reds": 3, "names": "Ada~Bo~Cy", "w": ["Bo", "Ada", "Ada"]}]),
        ),
    ]);
}

#[test]
fn keeps_groups_by_conditions() {
    answers(&[
        (
            "/sale?select=city,amount.sum()&having=(amount.sum().gt.45)",
            json!([{"city": "Oslo", "sum": 50.00}]),
        ),
        (
            "/sale?select=city&having=(count().gte.2,amount.count().eq.1)",
            json!([{"city": "Bergen"}]),
        ),
        (
            "/sale?select=city,n:count()&having=(or(n.eq.3,city.eq.Rana),not.and(n.eq.1,city.eq.Oslo))&order=n",
            json!([{"city": "Rana", "n": 1}, {"city": "Oslo", "n": 3}]),
        ),
        (
            "/sale?select=city&having=(amount.max().not.is.null,city.in.(Oslo,Rana))&order=city",
            json!([{"city": "Oslo"}, {"city": "Rana"}]),
        ),
        ("/sale?select=city&having=(pieces.array_agg().cs.{1,2})", json!([{"city": "Oslo"}])),
        (
            "/sale?select=city&having=(city.string_agg(~).like.*~*)&order=city",
            json!([{"city": "Bergen"}, {"city": "Oslo"}]),
        ),
        ("/sale?select=count()&having=(count().gt.99)", json!([])),
        // In an embed.
        (
            "/clerk?select=name,sale(city,count())&sale.having=(count().gt.1)&order=id&id=lte.2",
            json!([{"name": "Ada", "sale": [{"city": "Oslo", "count": 2}]}, {"name": "Bo", "sale": []}]),
        ),
        // Of rows that a function gives.
        (
            "/rpc/volume?select=city,pieces.sum()&having=(count().eq.3)",
            json!([{"city": "Oslo", "sum": 6}]),
        ),
        (
            "/rpc/clerks?first_id=1&select=team,count()&having=(count().eq.2)",
            json!([{"team": "red", "count": 2}]),
        ),
    ]);
}

#[test]
fn orders_by_aggregates_and_by_what_select_calls_them() {
    answers(&[
        (
            "/sale?select=city&order=amount.sum().desc.nullslast,count()&limit=2",
            json!([{"city": "Oslo"}, {"city": "Bergen"}]),
        ),
        (
            "/sale?select=city,count()&order=count().desc,city&limit=1",
            json!([{"city": "Oslo", "count": 3}]),
        ),
        (
            "/sale?select=city,total:amount.sum()&order=total.desc&limit=1",
            json!([{"city": "Oslo", "total": 50.00}]),
        ),
        (
            "/sale?select=town:city,count()&order=town&limit=1",
            json!([{"town": "Bergen", "count": 2}]),
        ),
        (
            "/sale?select=city&order=amount.percentile_cont(0.5).desc.nullslast&limit=1",
            json!([{"city": "Bergen"}]),
        ),
        (
            "/clerk?select=id,sale(city,count())&sale.order=count().desc,city&sale.limit=1&id=in.(1,2)&order=id",
            json!([{"id": 1, "sale": [{"city": "Oslo", "count": 2}]}, {"id": 2, "sale": [{"city": "Bergen", "count": 1}]}]),
        ),
        // A computed field comes before an alias of its name.
        ("/clerk?select=id,total:name&order=total&limit=1", json!([{"id": 4, "total": "Di"}])),
    ]);
    // What is neither column nor output is Postgres's to refuse.
    api().get("/sale?select=city,count()&order=nothing").fails(400, "42703");
}

#[test]
fn gives_distinct_rows() {
    answers(&[
        ("/sale?select=paid&distinct=*&order=paid", json!([{"paid": false}, {"paid": true}])),
        (
            "/sale?select=city,clerk(team)&distinct=*&city=not.is.null&order=city,clerk(team).desc",
            json!([{"city": "Bergen", "clerk": {"team": "red"}}, {"city": "Bergen", "clerk": {"team": "blue"}},
                   {"city": "Oslo", "clerk": {"team": "red"}}, {"city": "Rana", "clerk": null}]),
        ),
        (
            "/sale?select=city,id&distinct=(city)&order=amount.desc.nullslast,id",
            json!([{"city": "Bergen", "id": 4}, {"city": "Oslo", "id": 2}, {"city": "Rana", "id": 7}, {"city": null, "id": 6}]),
        ),
        (
            "/sale?select=city,id&distinct=(city)&order=city.desc.nullslast,id.desc&limit=2",
            json!([{"city": "Rana", "id": 7}, {"city": "Oslo", "id": 3}]),
        ),
        (
            "/clerk?select=id,sale(city)&sale.distinct=*&id=eq.1",
            json!([{"id": 1, "sale": [{"city": "Oslo"}]}]),
        ),
        (
            "/clerk?select=id,sale(id)&sale.distinct=(city)&sale.order=id.desc&id=eq.1",
            json!([{"id": 1, "sale": [{"id": 2}]}]),
        ),
        ("/rpc/volume?select=city&distinct=(city)&order=city&limit=1", json!([{"city": "Bergen"}])),
    ]);
}

#[test]
fn counts_the_groups_that_our_own_parameters_make() {
    let counted = |path: &str| api().rest("GET", path).prefer("count=exact").send();
    counted("/sale?select=city&distinct=*&limit=1").has("content-range", "0-0/4");
    counted("/sale?select=city,id&distinct=(city)&limit=1").has("content-range", "0-0/4");
    counted("/sale?select=city&having=(count().gt.1)&limit=1").has("content-range", "0-0/2");
    counted("/sale?select=city&having=(count().gt.1)").has("content-range", "0-1/2").is(200);
    // As in the dialect, a plain aggregate counts rows.
    counted("/sale?select=count()").has("content-range", "0-0/7");
}

#[test]
fn columns_and_arguments_called_like_our_parameters_keep_their_meaning() {
    answers(&[
        ("/sale?select=id&having=eq.h&order=id", json!([{"id": 1}, {"id": 2}])),
        ("/sale?select=id&distinct=in.(f)", json!([{"id": 7}])),
        (
            "/sale?select=having&distinct=*&having=neq.j&order=having",
            json!([{"having": "h"}, {"having": "i"}]),
        ),
        ("/rpc/echo?having=(1,2)", json!("(1,2) -")),
        ("/rpc/echo?having=(count().gt.1)&distinct=*", json!("(count().gt.1) *")),
    ]);
}

#[test]
fn a_users_own_aggregates_work_where_they_are_granted() {
    answers(&[
        ("/sale?select=pieces.product()&id=lte.4", json!([{"product": 24}])),
        ("/sale?select=w:pieces.\"Weigh \\\"it\"(0.5)&id=lte.4", json!([{"w": 5.0}])),
    ]);
    let user = Api::user(shared(), "aggregates", 1);
    user.get("/sale?select=pieces.secret_product()&id=lte.3")
        .is(200)
        .equals(json!([{"secret_product": 6}]));
    let withheld = api().get("/sale?select=pieces.secret_product()");
    let nothing = api().get("/sale?select=pieces.secret-product()");
    withheld.fails(400, "PGRST100");
    assert_eq!(
        withheld.text().replace("secret_product", "secret-product"),
        nothing.text(),
        "one that is not granted must look like none"
    );
    // Of another schema.
    Api::anon(shared(), "read").get("/item?select=qty.product()").fails(400, "PGRST100");
}

#[test]
fn follows_grants_and_definitions_at_once() {
    let howdah = shared();
    let user = Api::user(howdah, "aggregates", 1);
    let path = "/sale?select=pieces.fresh()&id=lte.3";
    howdah.sql("DROP AGGREGATE IF EXISTS aggregates.fresh(numeric)");
    user.get(path).fails(400, "PGRST100");
    howdah.sql(
        "CREATE AGGREGATE aggregates.fresh(numeric) (SFUNC = aggregates.product_step, STYPE = numeric, INITCOND = '1')",
    );
    user.get(path).is(200).equals(json!([{"fresh": 6}]));
    howdah.sql("REVOKE EXECUTE ON FUNCTION aggregates.fresh(numeric) FROM PUBLIC");
    user.get(path).fails(400, "PGRST100");
    howdah.sql("GRANT EXECUTE ON FUNCTION aggregates.fresh(numeric) TO authenticated");
    user.get(path).is(200);
    howdah.sql("DROP AGGREGATE aggregates.fresh(numeric)");
    user.get(path).fails(400, "PGRST100");
}

#[test]
fn says_what_is_wrong() {
    let hint = |path: &str| {
        let reply = api().get(path);
        reply.fails(400, "PGRST100");
        reply.json()["hint"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(hint("/sale?select=amount.summ()"), "Perhaps you meant 'sum()'");
    assert_eq!(hint("/sale?select=amount.prodct()"), "Perhaps you meant 'product()'");
    assert_eq!(hint("/sale?select=city.string_agg()"), "Call it as 'string_agg(text)'");
    assert_eq!(hint("/sale?select=amount.sum(3)"), "Call it as 'sum()'");
    for path in [
        // Hypothetical sets, and what Postgres keeps for itself.
        "/sale?select=pieces.rank(3)",
        "/sale?select=pieces.pg_sleep(3)",
        "/sale?select=pieces.abs()",
        "/sale?select=pieces.row_number()",
        "/sale?select=amount.percentile_cont(distinct,0.5)",
        "/sale?select=\"amount.sum(\"",
    ] {
        let reply = api().get(path);
        reply.is(400).refused();
    }
    // A value that is none of its type, and columns that are not granted.
    api().get("/sale?select=pieces.percentile_cont(half)").fails(400, "22P02");
    for path in [
        "/sale?select=hidden.array_agg()",
        "/sale?select=count().filter(hidden.gt.0)",
        "/sale?select=city.array_agg().order(hidden)",
        "/sale?select=city&having=(hidden.sum().gt.1)",
        "/sale?select=city&order=hidden.max()",
        "/sale?select=city&distinct=(hidden)",
    ] {
        api().get(path).fails(401, "42501");
    }
}

#[test]
fn returns_aggregates_of_what_was_written() {
    let user = Api::user(shared(), "aggregates", 1);
    let reply = user
        .rest(
            "PATCH",
            "/sale?id=lte.4&select=city,n:count(),p:pieces.sum()&having=(amount.sum().gt.45)",
        )
        .prefer("return=representation, tx=rollback")
        .json(json!({"pieces": 10}))
        .send();
    reply.is(200).equals(json!([{"city": "Oslo", "n": 3, "p": 30}]));
}

#[test]
fn psql_answers_the_same() {
    let howdah = shared();
    let target =
        "/rest/v1/sale?select=city,n:city.string_agg(~)&having=(count().gt.1)&order=count().desc";
    let reply =
        howdah.request_in_sql("GET", target, &json!({"Accept-Profile": "aggregates"}), None, None);
    reply.is(200).equals(
        json!([{"city": "Oslo", "n": "Oslo~Oslo~Oslo"}, {"city": "Bergen", "n": "Bergen~Bergen"}]),
    );
}
