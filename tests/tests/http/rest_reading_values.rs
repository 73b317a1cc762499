//! Reading in depth: JSON paths, operators, names, sets of scalars, and what is left out or refused.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use howdah_tests::wire::Connection;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "reading")
}

fn answers(cases: &[(&str, Value)]) {
    let api = api();
    each(cases, |(path, wanted)| {
        api.get(path).is(200).equals(wanted.clone());
    });
}

#[test]
fn stripped_nulls_are_stripped_at_every_depth() {
    let api = api();
    let stripped = |path: &str| {
        api.rest("GET", path).accept("application/vnd.pgrst.array+json;nulls=stripped").send()
    };
    let paths = [
        "work?select=id,data,facts,wrapped,tags,grid,size,sizes,period,words,work",
        "work?select=id,author(*),movement!movement_work_id_fkey(*),label,summary",
        "composer?select=*,work(id,size,data)",
    ];
    each(&paths, |path| {
        // What Postgres makes of the same rows.
        let whole = api.get(&format!("/{path}&order=id")).is(200).text();
        let wanted = shared().value(&format!(
            "SELECT json_strip_nulls({}::json)::text",
            howdah_tests::database::literal(&whole)
        ));
        let reply = stripped(&format!("/{path}&order=id"));
        reply.is(200);
        assert_eq!(reply.text(), wanted);
        assert!(!whole.is_empty() && wanted.len() < whole.len());
    });
    assert_eq!(stripped("/work?id=eq.0").is(200).text(), "[]");
    assert_eq!(stripped("/rpc/documents").is(200).text(), r#"[{"a":1},[null],null]"#);
    assert_eq!(stripped("/rpc/document").is(200).text(), r#"{"a":{"c":[null]},"d":"é"}"#);
    let one = api
        .rest("GET", "/work?select=id,size,author(born)&id=eq.2")
        .accept("application/vnd.pgrst.object+json;nulls=stripped")
        .send();
    assert_eq!(one.is(200).text(), r#"{"id":2,"size":{"width":1},"author":{"born":1685}}"#);
}

#[test]
fn json_paths_lead_into_json_arrays_and_composites() {
    answers(&[
        ("/work?select=data->>key,opus:facts->opus&id=eq.1", json!([{"key": "b", "opus": 232}])),
        (
            "/work?select=data->parts->0->>n,facts->who->>first&id=eq.1",
            json!([{"n": "Kyrie", "first": "J"}]),
        ),
        ("/work?select=data->parts->-1&id=eq.1", json!([{"parts": {"n": "Gloria"}}])),
        ("/work?select=data->0,last:data->>-1&id=eq.2", json!([{"data": "x", "last": "y"}])),
        ("/work?select=facts->1->a->1&id=eq.2", json!([{"a": 2}])),
        ("/work?select=facts->1->a->0&id=eq.2", json!([{"a": null}])),
        ("/work?select=facts->nothing->>more&id=eq.1", json!([{"more": null}])),
        // quoted, digits are a key
        ("/work?select=facts->>\"1\"&id=eq.1", json!([{"1": "one"}])),
        (
            "/work?select=id,wrapped->>w&order=wrapped->w.nullslast,id&limit=2",
            json!([{"id": 1, "w": "1"}, {"id": 2, "w": "2"}]),
        ),
        // casts and aggregates
        (
            "/work?select=n:facts->>opus::int,t:facts->opus::text&id=eq.1",
            json!([{"n": 232, "t": "232"}]),
        ),
        (
            "/work?select=key:data->>key,count()&data->>key=not.is.null&order=data->>key",
            json!([{"key": "b", "count": 1}, {"key": "c", "count": 1}]),
        ),
        // arrays
        (
            "/work?select=tags->0,second:tags->>1&id=eq.1",
            json!([{"tags": "choir", "second": "latin"}]),
        ),
        ("/work?select=grid->1->0&id=eq.1", json!([{"grid": 3}])),
        (
            "/work?select=sizes->0->>label,sizes->1->depth&id=eq.1",
            json!([{"label": "x", "depth": 4}]),
        ),
        ("/work?select=id&tags->>0=eq.organ", json!([{"id": 2}])),
        ("/work?select=id&order=tags->>0.desc.nullslast&limit=1", json!([{"id": 2}])),
        // composites
        ("/work?select=size->width,size->>label&id=eq.1", json!([{"width": 10, "label": "big"}])),
        ("/work?select=id&size->width=gt.1", json!([{"id": 1}])),
        ("/work?select=id&size->>label=is.null&size->width=not.is.null", json!([{"id": 2}])),
        ("/work?select=id&order=size->width.nullslast&limit=1", json!([{"id": 2}])),
        // in embeds, related orders and trees
        (
            "/composer?select=id,work(data->>key)&work.data->>key=eq.b&id=eq.1",
            json!([{"id": 1, "work": [{"key": "b"}]}]),
        ),
        (
            "/composer?select=id,work!inner(id)&work.or=(size->width.eq.10,data->>key.eq.z)",
            json!([{"id": 1, "work": [{"id": 1}]}]),
        ),
        (
            "/sketch?select=id,work(id)&order=work(size->width).desc,id&limit=1",
            json!([{"id": 1, "work": {"id": 1}}]),
        ),
        // of a function's columns
        ("/rpc/counted?select=n,place->label&place->>label=eq.b", json!([{"n": 2, "label": "b"}])),
        (
            "/rpc/counted?select=n&order=place->width.desc.nullsfirst",
            json!([{"n": 3}, {"n": 2}, {"n": 1}]),
        ),
    ]);
    let api = api();
    api.get("/work?select=title->a").is(200);
    api.get("/work?select=nothing->a").fails(400, "42703");
    api.get("/work?select=data->").fails(400, "PGRST100");
    api.get("/work?select=data->>key->a&data=not.is.null").refused();
    api.get("/work?select=data->>key::int&id=eq.1").fails(400, "22P02");
}

#[test]
fn full_text_makes_a_tsvector_of_what_is_none() {
    answers(&[
        ("/work?select=id&words=fts.mass", json!([{"id": 1}])),
        ("/work?select=id&words=fts(english).fugue&order=id", json!([{"id": 2}])),
        ("/work?select=id&title=fts(english).concertos", json!([{"id": 3}])),
        ("/work?select=id&title=fts(simple).concertos", json!([])),
        ("/work?select=id&data=fts(english).kyrie", json!([{"id": 1}])),
        ("/work?select=id&data->parts=plfts(english).gloria", json!([{"id": 1}])),
        ("/work?select=id&data->>key=fts(simple).c", json!([{"id": 4}])),
        ("/work?select=id&facts=wfts(simple).j", json!([{"id": 1}])),
        ("/work?select=id&words=phfts(english).great mass", json!([{"id": 1}])),
        ("/work?select=id&words=phfts(english).mass great", json!([])),
        ("/work?select=id&words=wfts(english).mass -great", json!([])),
        ("/work?select=id&words=not.fts.mass&order=id", json!([{"id": 2}])),
        (
            "/work?select=id&or=(words.fts(english).mass,title.plfts(english).lost)&order=id",
            json!([{"id": 1}, {"id": 4}]),
        ),
        (
            "/composer?select=id,work(id)&work.title=fts(english).mass&id=eq.1",
            json!([{"id": 1, "work": [{"id": 1}]}]),
        ),
    ]);
    let api = api();
    api.get("/work?title=fts(klingon).x").refused();
    api.get("/work?title=fts().x").fails(400, "PGRST100");
    api.get("/work?words=fts.a b").fails(400, "42601");
    api.get("/work?tags=fts.a").fails(404, "42883");
}

#[test]
fn operators_of_ranges_arrays_and_null() {
    answers(&[
        ("/work?select=id&period=sl.[1800,1900)&order=id", json!([{"id": 1}, {"id": 2}])),
        ("/work?select=id&period=sr.[1600,1735)&order=id", json!([{"id": 2}])),
        ("/work?select=id&period=nxr.[1700,1750)&order=id", json!([{"id": 1}])),
        ("/work?select=id&period=nxl.[1740,1800)&order=id", json!([{"id": 2}])),
        ("/work?select=id&period=adj.[1750,1760)", json!([{"id": 1}])),
        ("/work?select=id&period=cs.[1735,1736)", json!([{"id": 1}])),
        (
            "/work?select=id&period=cd.[1700,1800)&period=neq.empty&order=id",
            json!([{"id": 1}, {"id": 2}]),
        ),
        ("/work?select=id&period=ov.[1750,1760)", json!([{"id": 2}])),
        ("/work?select=id&tags=cs.{choir}", json!([{"id": 1}])),
        (
            "/work?select=id&tags=cd.{organ,choir,latin}&order=id",
            json!([{"id": 1}, {"id": 2}, {"id": 4}]),
        ),
        ("/work?select=id&tags=ov.{organ,latin}&order=id", json!([{"id": 1}, {"id": 2}])),
        (
            "/work?select=id&or=(tags.cs.{choir,latin},minutes.eq.5)&order=id",
            json!([{"id": 1}, {"id": 2}]),
        ),
        ("/work?select=id&grid=eq.{{1,2},{3,4}}", json!([{"id": 1}])),
        (
            "/work?select=id&or=(grid.eq.{{1,2},{3,4}},id.eq.3)&order=id",
            json!([{"id": 1}, {"id": 3}]),
        ),
        ("/work?select=id&facts=cs.{\"opus\":1}", json!([{"id": 4}])),
        ("/work?select=id&facts=cd.{\"opus\":1,\"x\":2}", json!([{"id": 4}])),
        ("/work?select=id&size=eq.(10,2,big)", json!([{"id": 1}])),
        ("/work?select=id&or=(size.lt.\"(2,,)\",id.eq.4)&order=id", json!([{"id": 2}, {"id": 4}])),
        ("/work?select=id&minutes=isdistinct.5&order=id", json!([{"id": 1}, {"id": 3}, {"id": 4}])),
        ("/work?select=id&minutes=not.isdistinct.5", json!([{"id": 2}])),
        ("/work?select=id&minutes=is.null", json!([{"id": 4}])),
        ("/work?select=id&minutes=is.NOT_NULL&order=id", json!([{"id": 1}, {"id": 2}, {"id": 3}])),
        ("/work?select=id&minutes=not.is.not_null", json!([{"id": 4}])),
        ("/work?select=id&minutes=gt(any).{100,10}&order=id", json!([{"id": 1}, {"id": 3}])),
        ("/work?select=id&minutes=gt(all).{100,10}", json!([{"id": 1}])),
        ("/work?select=id&title=like(any).{M*,L*}&order=id", json!([{"id": 1}, {"id": 4}])),
        ("/work?select=id&title=ilike(all).{*o*,C*}", json!([{"id": 3}])),
        ("/work?select=id&title=match(any).{^M,t$}&order=id", json!([{"id": 1}, {"id": 4}])),
        ("/work?select=id&title=not.eq(any).{Mass,Lost}&order=id", json!([{"id": 2}, {"id": 3}])),
    ]);
}

#[test]
fn white_space_and_quotes_are_read_as_in_the_dialect() {
    answers(&[
        (
            "/work?select=id , title , author ( name )&id=eq.1",
            json!([{"id": 1, "title": "Mass", "author": {"name": "Bach"}}]),
        ),
        (
            "/composer?select= * , work( id ,label )&id=eq.2",
            json!([{"id": 2, "name": "Clara", "born": 1819, "work": [{"id": 3, "label": "Concerto (21)"}]}]),
        ),
        ("/work?select=id&order=minutes.desc.nullslast , id&limit=1", json!([{"id": 1}])),
        ("/work?select=id&id=in.( 1,2 )&order=id", json!([{"id": 1}, {"id": 2}])),
        (
            "/work?select=id&and=( id.gt.1 , or( id.eq.2, title.eq.Lost) )&order=id",
            json!([{"id": 2}, {"id": 4}]),
        ),
        (
            "/work?select=id&title=in.(\"Mass\",\"Lo\"st,Lost)&order=id",
            json!([{"id": 1}, {"id": 4}]),
        ),
        ("/work?select=id&or=(title.eq.\"Mass\"x,title.eq.{Mass,id.eq.4)", json!([{"id": 4}])),
        ("/work?select=id&title=in.()", json!([])),
        ("/work?select=id&not.or=(id.lt.3,title.eq.\"Lost\")", json!([{"id": 3}])),
        ("/work?select=id&and=(not.and(id.gte.1,id.lte.2),not.or(id.eq.4))", json!([{"id": 3}])),
    ]);
}

#[test]
fn names_that_only_quotes_can_write() {
    let table = "/odd%2C%20(name)";
    let api = api();
    let get = |query: &str| api.get(&format!("{table}?{query}"));
    each(
        &[
            (
                r#"select="a.b","c:d","e f","g\"h","(i)","*","limit","or","и-и","back\\slash"&id=eq.1"#,
                json!([{"a.b": "dot", "c:d": "colon", "e f": "space", "g\"h": "quote", "(i)": "paren", "*": "star", "limit": 7, "or": "or", "и-и": "ии", "back\\slash": "back"}]),
            ),
            (r#"select=id&"a.b"=eq.dot"#, json!([{"id": 1}])),
            (
                r#"select=id&"(i)"=in.("paren","x")&order="g\"h".desc"#,
                json!([{"id": 2}, {"id": 1}]),
            ),
            (r#"select=id&"limit"=gt.7"#, json!([{"id": 2}])),
            (r#"select=id&or=("c:d".eq.colon,"e f".eq.none,и-и.eq.none)"#, json!([{"id": 1}])),
            (r#"select=x:"j->k"->"a.b"->"c,d"&id=eq.1"#, json!([{"x": 1}])),
            (r#"select="j->k"->>"e\"f"&id=eq.1"#, json!([{"e\"f": "2"}])),
            (r#"select=z:"j->k"->"0"&id=eq.1"#, json!([{"z": "zero"}])),
            (r#"select="j->k"->1&id=eq.2"#, json!([{"j->k": 20}])),
            (r#"select="calc. \"it\""&"calc. \"it\""=eq.20"#, json!([{"calc. \"it\"": 20}])),
            (
                r#"select=id,"ü p":up("a.b")&id=eq.2&"ü p"."a.b"=eq.dot"#,
                json!([{"id": 2, "ü p": {"a.b": "dot"}}]),
            ),
            (
                r#"select=id,"odd, (name)"(id)&id=eq.1&"odd, (name)".order=id"#,
                json!([{"id": 1, "odd, (name)": [{"id": 2}]}]),
            ),
            (r#"select=id,up!inner(id)&order=up("a.b").desc"#, json!([{"id": 2, "up": {"id": 1}}])),
        ],
        |(query, wanted): &(&str, Value)| {
            get(query).is(200).equals(wanted.clone());
        },
    );
    get(r#"select="a.b"#).fails(400, "PGRST100");
    let persian = Api::anon(shared(), "تست");
    persian
        .get("/جدول?select=شناسه,عنوان,بالا:والد(نام)&عنوان=eq.برگ!")
        .is(200)
        .equals(json!([{"شناسه": 2, "عنوان": "برگ!", "بالا": {"نام": "ریشه"}}]));
    persian
        .get("/جدول?select=نام,جدول(نام)&جدول=not.is.null")
        .is(200)
        .equals(json!([{"نام": "ریشه", "جدول": [{"نام": "برگ"}]}]));
    assert_eq!(
        persian.get("/جدو").fails(404, "PGRST205")["hint"],
        "Perhaps you meant the table 'تست.جدول'"
    );
}

#[test]
fn sets_of_scalars_are_filtered_ordered_and_counted() {
    let api = api();
    answers(&[
        ("/rpc/numbers?pgrst_scalar=gt.8", json!([9, 10])),
        ("/rpc/numbers?order=pgrst_scalar.desc&limit=2&offset=1", json!([9, 8])),
        ("/rpc/numbers?or=(pgrst_scalar.eq.1,pgrst_scalar.eq.10)", json!([1, 10])),
        ("/rpc/numbers?pgrst_scalar=in.(2,3,99)", json!([2, 3])),
        ("/rpc/texts?order=pgrst_scalar.nullsfirst", json!([null, "a", "b", "c"])),
        ("/rpc/texts?pgrst_scalar=is.null", json!([null])),
        ("/rpc/documents?pgrst_scalar->>a=eq.1", json!([{"a": 1, "b": null}])),
        ("/rpc/counted?n=gte.2&order=word.nullslast&select=n", json!([{"n": 2}, {"n": 3}])),
    ]);
    let counted = api
        .rest("GET", "/rpc/numbers?pgrst_scalar=gt.4&limit=2&offset=2")
        .prefer("count=exact")
        .send();
    counted.is(206).equals(json!([7, 8])).has("content-range", "2-3/6");
    let range =
        api.rest("GET", "/rpc/numbers").header("Range", "2-3").prefer("count=planned").send();
    range.is(206).equals(json!([3, 4]));
    assert!(range.header("content-range").is_some_and(|r| r.starts_with("2-3/")), "{range:?}");
    let posted = api.rest("POST", "/rpc/numbers?pgrst_scalar=lt.3").json(json!({})).send();
    posted.is(200).equals(json!([1, 2]));
    api.get("/rpc/numbers?nothing=eq.1").fails(400, "42703");
    api.get("/rpc/numbers?order=nothing").fails(400, "42703");
}

#[test]
fn results_too_wide_for_postgres_are_refused_as_the_requests_fault() {
    let api = api();
    api.get("/wide?select=*,*,*").is(200).equals(json!([]));
    let stars = ["*"; 5].join(",");
    for path in [
        format!("/wide?select={stars}"),
        format!("/work?select=id,wide:author({})", vec!["*"; 600].join(",")),
        format!("/wide?select={},count()", ["*"; 3].join(",")),
    ] {
        let body = api.get(&path).fails(400, "PGRST100");
        assert_eq!(body["message"], "A result has at most 1600 columns", "{path}");
    }
}

#[test]
fn addresses_written_by_hand_are_taken_as_they_are() {
    let mut connection = Connection::open(shared().address()).expect("a connection");
    // As curl sends what it is given; and the same connection again, with quotes in its headers.
    for (target, wanted) in [
        (
            "/work?select=data->>key&title=in.(\"Mass\",\"Lost\")&order=id",
            json!([{"key": "b"}, {"key": "c"}]),
        ),
        ("/work?select=id&minutes=gt.100&title=neq.<>", json!([{"id": 1}])),
        ("/work?select=id&or=(title.eq.\"Fugue\")", json!([{"id": 2}])),
    ] {
        let request = format!(
            "GET /rest/v1{target} HTTP/1.1\r\nHost: x\r\nAccept-Profile: reading\r\nX-Any: \"<>\"\r\n\r\n"
        );
        connection.exchange(request.as_bytes()).expect(target).is(200).equals(wanted);
    }
}
