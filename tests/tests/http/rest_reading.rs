//! Reading in depth: computed fields and relationships, junctions, every kind of relation, and what errors tell.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
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
fn computed_fields_are_read_filtered_and_ordered_as_columns() {
    answers(&[
        ("/work?select=label&id=eq.1", json!([{"label": "Mass (110)"}])),
        (
            "/work?select=name:label,keywords&id=eq.2",
            json!([{"name": "Fugue (5)", "keywords": ["organ", "Fugue"]}]),
        ),
        ("/work?select=id&label=like.*(5)", json!([{"id": 2}])),
        (
            "/work?select=id&or=(label.eq.\"Lost (0)\",label.ilike.conc*)&order=label.desc",
            json!([{"id": 4}, {"id": 3}]),
        ),
        ("/work?select=label::varchar&id=eq.4", json!([{"label": "Lost (0)"}])),
        // of json, of an array, of a composite
        (
            "/work?select=summary->>title,summary->long&id=eq.1",
            json!([{"title": "Mass", "long": true}]),
        ),
        (
            "/work?select=id&summary->>long=eq.true&order=summary->>title",
            json!([{"id": 3}, {"id": 1}]),
        ),
        (
            "/work?select=keywords->>0,extent->label,extent->>width&id=eq.1",
            json!([{"keywords": "choir", "label": "big", "width": "10"}]),
        ),
        (
            "/work?select=extent&id=eq.2",
            json!([{"extent": {"width": 1, "depth": null, "label": null}}]),
        ),
        // full-text: over text by itself, over a tsvector as it is
        ("/work?select=id&label=fts(english).masses", json!([{"id": 1}])),
        ("/work?select=id&lexemes=fts.fug:*", json!([{"id": 2}])),
        ("/work?select=id&lexemes=plfts(english).fugues", json!([{"id": 2}])),
        // grouped
        (
            "/work?select=composer_id,label.max()&order=composer_id&composer_id=not.is.null",
            json!([{"composer_id": 1, "max": "Mass (110)"}, {"composer_id": 2, "max": "Concerto (21)"}]),
        ),
        // of embedded rows, and of a view
        (
            "/composer?select=name,work(label)&id=eq.1&work.order=label&work.label=neq.x",
            json!([{"name": "Bach", "work": [{"label": "Fugue (5)"}, {"label": "Mass (110)"}]}]),
        ),
        ("/piece?select=loud&id=eq.1&loud=eq.MASS", json!([{"loud": "MASS"}])),
        // of what a function gives
        (
            "/rpc/works_of?who=1&select=label&order=label&label=like.M*",
            json!([{"label": "Mass (110)"}]),
        ),
        ("/rpc/one_work?which=2&select=label", json!({"label": "Fugue (5)"})),
    ]);
    let whole = api().get("/work?id=eq.1").is(200).json();
    assert!(whole[0].get("label").is_none(), "a computed field must be asked for: {whole}");
}

#[test]
fn computed_fields_are_found_where_the_search_path_leads() {
    let api = api();
    // rest.extra_search_path is public
    api.get("/work?select=reading_length_of&id=eq.1&reading_length_of=eq.4")
        .is(200)
        .equals(json!([{"reading_length_of": 4}]));
    api.get("/work?select=unseen").fails(400, "42703");
    api.get("/work?select=forbidden").fails(401, "42501");
    api.get("/work?select=nothing").fails(400, "42703");
}

#[test]
fn functions_are_relationships() {
    answers(&[
        // to one
        (
            "/work?select=id,author(name)&order=id",
            json!([{"id": 1, "author": {"name": "Bach"}}, {"id": 2, "author": {"name": "Bach"}}, {"id": 3, "author": {"name": "Clara"}}, {"id": 4, "author": null}]),
        ),
        (
            "/work?select=id,by:author!inner(name)&by.born=gt.1800",
            json!([{"id": 3, "by": {"name": "Clara"}}]),
        ),
        (
            "/work?select=id,...author(name)&order=author(name).desc,id&id=lt.4",
            json!([{"id": 3, "name": "Clara"}, {"id": 1, "name": "Bach"}, {"id": 2, "name": "Bach"}]),
        ),
        ("/work?select=id,author()&author=is.null", json!([{"id": 4}])),
        (
            "/work?select=id,author()&author=not.is.null&order=id",
            json!([{"id": 1}, {"id": 2}, {"id": 3}]),
        ),
        (
            "/work?select=id,author(name)&order=author(born).nullslast,id.desc&limit=2",
            json!([{"id": 2, "author": {"name": "Bach"}}, {"id": 1, "author": {"name": "Bach"}}]),
        ),
        // to many
        (
            "/composer?select=name,works(id)&works.order=id.desc&works.limit=1&order=id",
            json!([{"name": "Bach", "works": [{"id": 2}]}, {"name": "Clara", "works": [{"id": 3}]}, {"name": "Nobody", "works": []}]),
        ),
        (
            "/composer?select=name,works!inner(id)&works.minutes=gt.100",
            json!([{"name": "Bach", "works": [{"id": 1}]}]),
        ),
        (
            "/composer?select=name,...works(ids:id)&works.order=id&id=eq.1",
            json!([{"name": "Bach", "ids": [1, 2]}]),
        ),
        (
            "/composer?select=name,works(label,author(name))&id=eq.2",
            json!([{"name": "Clara", "works": [{"label": "Concerto (21)", "author": {"name": "Clara"}}]}]),
        ),
        (
            "/composer?select=id,peers(id,peers(id))&id=eq.3&peers.id=eq.1&peers.peers.id=eq.2",
            json!([{"id": 3, "peers": [{"id": 1, "peers": [{"id": 2}]}]}]),
        ),
        // the same twice, apart
        (
            "/composer?select=id,short:works(id),long:works(id)&id=eq.1&short.minutes=lt.10&long.minutes=gt.10",
            json!([{"id": 1, "short": [{"id": 2}], "long": [{"id": 1}]}]),
        ),
        // a row that is no set is always there
        (
            "/composer?select=id,shortest(title)&order=id",
            json!([{"id": 1, "shortest": {"title": "Fugue"}}, {"id": 2, "shortest": {"title": "Concerto"}}, {"id": 3, "shortest": {"title": null}}]),
        ),
        // from there on by foreign key, and from a function's rows
        (
            "/composer?select=id,works(id,movement!movement_work_id_fkey(id))&id=eq.2",
            json!([{"id": 2, "works": [{"id": 3, "movement": [{"id": 3}]}]}]),
        ),
        (
            "/rpc/works_of?who=2&select=id,author(name)",
            json!([{"id": 3, "author": {"name": "Clara"}}]),
        ),
        ("/rpc/works_of?who=1&select=id,author!inner(name)&author.name=eq.Clara", json!([])),
        (
            "/rpc/one_work?which=1&select=author(works(id))&author.works.order=id",
            json!({"author": {"works": [{"id": 1}, {"id": 2}]}}),
        ),
        // aggregates over them
        (
            "/composer?select=name,works(count(),minutes.sum())&id=eq.1",
            json!([{"name": "Bach", "works": [{"count": 2, "sum": 115}]}]),
        ),
    ]);
}

#[test]
fn a_function_takes_the_place_of_the_foreign_key_of_its_name() {
    answers(&[
        // by function: pages above 1 only; by its key's name, the key
        (
            "/work?select=id,sketch(id)&order=id&id=lt.3",
            json!([{"id": 1, "sketch": [{"id": 2}]}, {"id": 2, "sketch": [{"id": 3}]}]),
        ),
        (
            "/work?select=id,all:sketch_work(id)&all.order=id&id=eq.1",
            json!([{"id": 1, "all": [{"id": 1}, {"id": 2}]}]),
        ),
        // a function over another type's rows does not matter
        ("/sketch?select=id,work(id)&id=eq.1", json!([{"id": 1, "work": {"id": 1}}])),
    ]);
}

#[test]
fn functions_are_relationships_of_written_rows() {
    let api = api();
    let made = api
        .rest("POST", "/work?select=id,label,author(name),sketch(id)")
        .prefer("return=representation, tx=rollback")
        .json(json!({"id": 50, "title": "New", "composer_id": 2}))
        .send();
    made.is(201)
        .equals(json!([{"id": 50, "label": "New (0)", "author": {"name": "Clara"}, "sketch": []}]));
    let changed = api
        .rest("PATCH", "/work?id=in.(1,3)&select=title,...author(name)&order=id")
        .prefer("return=representation, tx=rollback")
        .json(json!({"composer_id": 3}))
        .send();
    changed.is(200).equals(
        json!([{"title": "Mass", "name": "Nobody"}, {"title": "Concerto", "name": "Nobody"}]),
    );
    let merged = api
        .rest("POST", "/work?select=label,author(name)")
        .prefer("return=representation, tx=rollback, resolution=merge-duplicates")
        .json(json!([{"id": 1, "title": "Mess", "composer_id": 2}, {"id": 51, "title": "Also", "composer_id": 1}]))
        .send();
    merged.is(201).equals(json!([{"label": "Mess (110)", "author": {"name": "Clara"}}, {"label": "Also (0)", "author": {"name": "Bach"}}]));
    let chosen = api
        .rest("PATCH", "/work?author=is.null&select=id,author()")
        .prefer("return=representation, tx=rollback")
        .json(json!({"minutes": 1}))
        .send();
    chosen.is(200).equals(json!([{"id": 4}]));
    let gone = api
        .rest("DELETE", "/sketch?id=eq.1&select=page")
        .prefer("return=representation, tx=rollback")
        .send();
    gone.is(200).equals(json!([{"page": 1}]));
}

#[test]
fn new_functions_are_seen_at_once() {
    let howdah = shared();
    let api = api();
    howdah.sql("DROP FUNCTION IF EXISTS reading.brand_new(reading.composer); DROP FUNCTION IF EXISTS reading.place_of(reading.composer)");
    let (field, embed) =
        ("/composer?select=brand_new&id=eq.1", "/composer?select=place_of(name)&id=eq.1");
    for _ in 0..3 {
        api.get(field).fails(400, "42703");
        api.get(embed).fails(400, "PGRST200");
    }
    howdah.sql(
        "CREATE FUNCTION reading.brand_new(reading.composer) RETURNS int LANGUAGE sql STABLE AS 'SELECT 7';
         CREATE FUNCTION reading.place_of(reading.composer) RETURNS SETOF reading.place LANGUAGE sql STABLE AS 'SELECT * FROM reading.place WHERE id = 3'",
    );
    for _ in 0..8 {
        api.get(field).is(200).equals(json!([{"brand_new": 7}]));
        api.get(embed).is(200).equals(json!([{"place_of": [{"name": "Leipzig"}]}]));
    }
    howdah.sql("ALTER FUNCTION reading.place_of(reading.composer) ROWS 1");
    for _ in 0..8 {
        api.get(embed).is(200).equals(json!([{"place_of": {"name": "Leipzig"}}]));
    }
    howdah.sql(
        "DROP FUNCTION reading.brand_new(reading.composer);
         CREATE FUNCTION reading.brand_new(reading.composer) RETURNS json LANGUAGE sql STABLE AS $$ SELECT '{\"a\":1}'::json $$;
         DROP FUNCTION reading.place_of(reading.composer)",
    );
    for _ in 0..8 {
        api.get(field).is(200).equals(json!([{"brand_new": {"a": 1}}]));
        api.get(embed).fails(400, "PGRST200");
    }
    howdah.sql("DROP FUNCTION reading.brand_new(reading.composer)");
    api.get(field).fails(400, "42703");
}

#[test]
fn embeds_named_by_their_table_although_they_have_an_alias_are_warned_of() {
    let api = api();
    let warning = |reply: &howdah_tests::reply::Reply| reply.header("warning").map(str::to_owned);
    let path = "/composer?select=id,pieces:work(id)&id=eq.1&";
    let told = api.get(&format!("{path}work.minutes=lt.10"));
    told.is(200).equals(json!([{"id": 1, "pieces": [{"id": 2}]}]));
    assert_eq!(
        warning(&told).unwrap(),
        "299 howdah \"Embedded resource was referenced by relation name even though it has an alias. This is deprecated \
         and will stop working in a future release. Update `work` to `pieces` in query string filters, orders or limits.\""
    );
    for query in ["work.order=id", "work.limit=1", "work.offset=1", "work.or=(id.eq.1)"] {
        assert!(warning(api.get(&format!("{path}{query}")).is(200)).is_some(), "{query}");
    }
    for query in ["pieces.order=id", "pieces.minutes=lt.10", ""] {
        assert_eq!(warning(api.get(&format!("{path}{query}")).is(200)), None, "{query}");
    }
    // The embed that has the name itself is meant before one that has it no longer.
    let both =
        api.get("/composer?select=pieces:work(id),work(id)&id=eq.1&work.id=eq.2&pieces.id=eq.1");
    both.is(200).equals(json!([{"pieces": [{"id": 1}], "work": [{"id": 2}]}]));
    assert_eq!(warning(&both), None);
    // Whether there is a row is asked under the alias only, and so is the order by a related row.
    api.get("/movement?select=id,of:work(id)&work=is.null").fails(400, "42703");
    let order =
        api.get("/work?select=id,by:author(name)&order=author(name)").fails(400, "PGRST108");
    assert_eq!(order["hint"], "Verify that 'author' is included in the 'select' query parameter.");
}

#[test]
fn every_kind_of_relation_is_embedded() {
    answers(&[
        // partitioned, from either side, its partitions out of the way
        (
            "/work?select=id,concert(id,year)&concert.order=year&id=eq.1",
            json!([{"id": 1, "concert": [{"id": 1, "year": 1950}, {"id": 2, "year": 2020}]}]),
        ),
        (
            "/ticket?select=id,concert(year,work(title))&id=eq.2",
            json!([{"id": 2, "concert": {"year": 2020, "work": {"title": "Mass"}}}]),
        ),
        (
            "/concert?select=year,ticket(count())&order=year&limit=2",
            json!([{"year": 1950, "ticket": [{"count": 1}]}, {"year": 2020, "ticket": [{"count": 2}]}]),
        ),
        // views, plain and materialized
        (
            "/piece?select=title,composer(name)&id=eq.3",
            json!([{"title": "Concerto", "composer": {"name": "Clara"}}]),
        ),
        (
            "/composer?select=name,piece(title)&piece.order=id&id=eq.1",
            json!([{"name": "Bach", "piece": [{"title": "Mass"}, {"title": "Fugue"}]}]),
        ),
        (
            "/long_work?select=title,composer(name)&order=id",
            json!([{"title": "Mass", "composer": {"name": "Bach"}}, {"title": "Concerto", "composer": {"name": "Clara"}}]),
        ),
        (
            "/composer?select=name,long_work!inner(id)&order=id",
            json!([{"name": "Bach", "long_work": [{"id": 1}]}, {"name": "Clara", "long_work": [{"id": 3}]}]),
        ),
        // chains
        (
            "/composer?select=name,work(concert(ticket(id)))&id=eq.1&work.id=eq.1&work.concert.year=eq.2020&work.concert.ticket.order=id.desc",
            json!([{"name": "Bach", "work": [{"concert": [{"ticket": [{"id": 3}, {"id": 2}]}]}]}]),
        ),
        // to itself
        (
            "/place?select=name,place(name)&id=eq.1&place.order=name",
            json!([{"name": "World", "place": [{"name": "Asia"}, {"name": "Europe"}]}]),
        ),
        (
            "/place?select=name,up:within(name,up:within(name))&id=eq.3",
            json!([{"name": "Leipzig", "up": {"name": "Europe", "up": {"name": "World"}}}]),
        ),
        (
            "/place?select=name,parts:place!within(name,parts:place!place_within(name))&id=eq.1&parts.id=eq.2",
            json!([{"name": "World", "parts": [{"name": "Europe", "parts": [{"name": "Leipzig"}]}]}]),
        ),
        ("/place?select=id,within(id)&within=is.null", json!([{"id": 1, "within": null}])),
        // rows without and with a related row
        ("/composer?select=id,work()&work=is.null", json!([{"id": 3}])),
        ("/composer?select=id,work(author(),sketch())&id=eq.1", json!([{"id": 1}])),
        ("/composer?select=id,...work(author())&id=eq.1", json!([{"id": 1}])),
        (
            "/composer?select=id,work(id,sketch!inner())&work.order=id&id=eq.1",
            json!([{"id": 1, "work": [{"id": 1}, {"id": 2}]}]),
        ),
        (
            "/composer?select=id,work(id)&work.minutes=gt.50&work=not.is.null",
            json!([{"id": 1, "work": [{"id": 1}]}]),
        ),
        ("/composer?select=id,work(),peers()&or=(work.is.null,peers.is.null)", json!([{"id": 3}])),
        (
            "/work?select=id,sketch_work!inner()&sketch_work.page=gte.2&order=id",
            json!([{"id": 1}, {"id": 2}]),
        ),
        // to-many spread, in order
        (
            "/composer?select=name,...work(titles:title,minutes)&work.order=minutes.desc&id=eq.1",
            json!([{"name": "Bach", "titles": ["Mass", "Fugue"], "minutes": [110, 5]}]),
        ),
        (
            "/composer?select=name,...work(titles:title)&work.order=minutes&work.limit=1&id=eq.1",
            json!([{"name": "Bach", "titles": ["Fugue"]}]),
        ),
        ("/composer?select=name,...work(title)&id=eq.3", json!([{"name": "Nobody", "title": []}])),
        (
            "/work?select=id,...performer(names:name)&performer.order=name.desc&id=eq.1",
            json!([{"id": 1, "names": ["Bo", "Ann"]}]),
        ),
    ]);
}

#[test]
fn views_of_a_junction_join_where_tables_do_not() {
    answers(&[
        // the tables are in no exposed schema, and nobody may touch them
        (
            "/player?select=name,instrument(name)&instrument.order=id&nr=eq.1",
            json!([{"name": "Al", "instrument": [{"name": "Oboe"}, {"name": "Drum"}]}]),
        ),
        (
            "/instrument?select=name,player!inner(name)&player.order=nr&player.name=neq.Al",
            json!([{"name": "Drum", "player": [{"name": "Bea"}]}]),
        ),
        (
            "/player?select=name,in:band!membership(name),home:band!home_id(name)&in.order=id&nr=eq.1",
            json!([{"name": "Al", "in": [{"name": "Reds"}, {"name": "Blues"}], "home": {"name": "Reds"}}]),
        ),
        ("/player?select=name,home_id&home_id=is.null", json!([{"name": "Bea", "home_id": null}])),
        // the table is the way, unless the view is asked for
        (
            "/work?select=id,performer(name)&performer.order=id&id=eq.1",
            json!([{"id": 1, "performer": [{"name": "Ann"}, {"name": "Bo"}]}]),
        ),
        (
            "/work?select=id,performer!performed(name)&id=eq.1",
            json!([{"id": 1, "performer": [{"name": "Bo"}]}]),
        ),
        (
            "/performer?select=id,work!performed(id)&work.order=id&id=eq.2",
            json!([{"id": 2, "work": [{"id": 1}, {"id": 2}]}]),
        ),
    ]);
    let both = api().get("/player?select=band(name)").fails(300, "PGRST201");
    assert_eq!(
        both["details"],
        json!([
            {"cardinality": "many-to-many", "embedding": "player with band",
             "relationship": "membership using membership_player_id_fkey(p) and membership_band_id_fkey(b)"},
            {"cardinality": "many-to-one", "embedding": "player with band",
             "relationship": "player_home_id_fkey using player(home_id) and band(id)"},
        ])
    );
}

#[test]
fn errors_of_embeds_list_what_the_caller_may_see() {
    let api = api();
    // rehearsal is a second junction, but not for anybody: with a grant it makes the embed ambiguous
    api.get("/work?select=performer(id)&id=eq.2")
        .is(200)
        .equals(json!([{"performer": [{"id": 2}]}]));
    let all =
        Api::service(shared(), "reading").get("/work?select=performer(id)").fails(300, "PGRST201");
    assert_eq!(
        all["details"],
        json!([
            {"cardinality": "many-to-many", "embedding": "work with performer",
             "relationship": "performance using performance_work(work_id) and performance_performer(performer_id)"},
            {"cardinality": "many-to-many", "embedding": "work with performer",
             "relationship": "rehearsal using rehearsal_work_id_fkey(work_id) and rehearsal_performer_id_fkey(performer_id)"},
        ])
    );
    assert_eq!(
        all["hint"],
        "Try changing 'performer' to one of the following: 'performer!performance', 'performer!rehearsal'. Find the \
         desired relationship in the 'details' key."
    );
    let none = api.get("/work?select=composr(id)").fails(400, "PGRST200");
    assert_eq!(
        none["message"],
        "Could not find a relationship between 'work' and 'composr' in the schema cache"
    );
    assert_eq!(
        none["details"],
        "Searched for a foreign key relationship between 'work' and 'composr' in the schema 'reading', but no matches were found."
    );
    assert_eq!(none["hint"], "Perhaps you meant 'composer' instead of 'composr'.");
    let wrong = api.get("/work?select=composer!nope(id)").fails(400, "PGRST200");
    assert_eq!(
        wrong["details"],
        "Searched for a foreign key relationship between 'work' and 'composer' using the hint 'nope' in the schema 'reading', but no matches were found."
    );
    assert_eq!(wrong["hint"], Value::Null);
    // Neither a table without privileges nor its name: to nobody but the one who has them.
    for path in ["/work?select=private_draf(id)", "/private_draf", "/work?select=rehearsa(id)"] {
        let body = api.get(path).refused();
        assert_eq!(body["hint"], Value::Null, "{path} {body}");
    }
    let column = api.get("/column_onl").fails(404, "PGRST205");
    assert_eq!(column["hint"], "Perhaps you meant the table 'reading.column_only'");
    let partition = api.get("/concert_ne").fails(404, "PGRST205");
    assert_eq!(partition["hint"], Value::Null, "{partition}");
    // A grant counts from the next request on, and so does its end.
    let user = Api::user(shared(), "reading", 1);
    let path = "/work?select=performer(id)&id=eq.2";
    for _ in 0..4 {
        user.get(path).is(200);
    }
    shared().sql("GRANT SELECT ON reading.rehearsal TO authenticated");
    for _ in 0..4 {
        user.get(path).fails(300, "PGRST201");
    }
    shared().sql("REVOKE SELECT ON reading.rehearsal FROM authenticated");
    for _ in 0..4 {
        user.get(path).is(200);
    }
}

#[test]
fn foreign_tables_are_read_and_related_by_functions() {
    let howdah = shared();
    let there = "SELECT count(*) FROM pg_available_extensions WHERE name = 'file_fdw'";
    if howdah.value(there) == "0" {
        return eprintln!("this server has no file_fdw");
    }
    howdah.sql(
        "CREATE EXTENSION IF NOT EXISTS file_fdw;
         CREATE SERVER IF NOT EXISTS reading_files FOREIGN DATA WRAPPER file_fdw;
         DROP FOREIGN TABLE IF EXISTS reading.city CASCADE;
         CREATE FOREIGN TABLE reading.city (id int, name text) SERVER reading_files
           OPTIONS (program 'echo 1,Eisenach; echo 2,Leipzig', format 'csv');
         GRANT SELECT ON reading.city TO anon;
         CREATE OR REPLACE FUNCTION reading.born_in(reading.composer) RETURNS SETOF reading.city ROWS 1 STABLE LANGUAGE sql
           AS 'SELECT * FROM reading.city WHERE id = $1.id';
         CREATE FUNCTION reading.natives(reading.city) RETURNS SETOF reading.composer STABLE LANGUAGE sql
           AS 'SELECT * FROM reading.composer WHERE id = $1.id'",
    );
    answers(&[
        ("/city?name=like.L*", json!([{"id": 2, "name": "Leipzig"}])),
        (
            "/composer?select=name,born_in(name)&order=id",
            json!([{"name": "Bach", "born_in": {"name": "Eisenach"}}, {"name": "Clara", "born_in": {"name": "Leipzig"}}, {"name": "Nobody", "born_in": null}]),
        ),
        (
            "/city?select=name,natives!inner(name)&natives.born=gt.1800",
            json!([{"name": "Leipzig", "natives": [{"name": "Clara"}]}]),
        ),
    ]);
}
