//! Embedding: every direction, inner and left, conditions inside, several keys between two tables, what is refused.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "embed")
}

fn answers(cases: &[(&str, Value)]) {
    let api = api();
    each(cases, |(path, wanted)| {
        api.get(path).is(200).equals(wanted.clone());
    });
}

#[test]
fn embeds_in_every_direction() {
    answers(&[
        // to-one
        (
            "/film?select=title,studio(name)&id=eq.1",
            json!([{"title": "Alpha", "studio": {"name": "North"}}]),
        ),
        ("/film?select=title,studio(name)&id=eq.4", json!([{"title": "Delta", "studio": null}])),
        // to-many
        (
            "/studio?select=name,film(title)&id=eq.1&film.order=id",
            json!([{"name": "North", "film": [{"title": "Alpha"}, {"title": "Beta"}]}]),
        ),
        ("/studio?select=name,film(title)&id=eq.3", json!([{"name": "Closed", "film": []}])),
        // many-to-many
        (
            "/film?select=title,actor(name)&id=eq.1&actor.order=id",
            json!([{"title": "Alpha", "actor": [{"name": "Ann"}, {"name": "Bob"}]}]),
        ),
        ("/actor?select=name,film(title)&id=eq.4", json!([{"name": "Dee", "film": []}])),
        // one-to-one
        ("/film?select=id,script(pages)&id=eq.1", json!([{"id": 1, "script": {"pages": 100}}])),
        ("/film?select=id,script(pages)&id=eq.3", json!([{"id": 3, "script": null}])),
        (
            "/script?select=pages,film(title)&film_id=eq.2",
            json!([{"pages": 120, "film": {"title": "Beta"}}]),
        ),
        // two columns
        (
            "/ticket?select=id,seat(label)&order=id",
            json!([{"id": 1, "seat": {"label": "A1"}}, {"id": 2, "seat": {"label": "A2"}}, {"id": 3, "seat": null}]),
        ),
        (
            "/seat?select=label,ticket(id)&order=row",
            json!([{"label": "A1", "ticket": [{"id": 1}]}, {"label": "A2", "ticket": [{"id": 2}]}]),
        ),
        // through the junction by name
        (
            "/film?select=casting(part,actor(name))&id=eq.2",
            json!([{"casting": [{"part": "lead", "actor": {"name": "Bob"}}]}]),
        ),
    ]);
}

#[test]
fn views_carry_the_keys_of_their_tables() {
    answers(&[
        (
            "/recent_film?select=title,studio(name)&id=eq.3",
            json!([{"title": "Gamma", "studio": {"name": "South"}}]),
        ),
        (
            "/studio?select=name,recent_film(title)&id=eq.2",
            json!([{"name": "South", "recent_film": [{"title": "Gamma"}]}]),
        ),
    ]);
}

#[test]
fn views_of_views_carry_keys_under_their_own_names() {
    answers(&[
        (
            "/latest?select=title,studio(name)&order=number",
            json!([{"title": "GAMMA", "studio": {"name": "South"}}, {"title": "DELTA", "studio": null}]),
        ),
        (
            "/latest?select=number,maker(name),film_studio(id)&number=eq.3",
            json!([{"number": 3, "maker": {"name": "South"}, "film_studio": {"id": 2}}]),
        ),
        ("/studio?select=id,latest!inner(number)", json!([{"id": 2, "latest": [{"number": 3}]}])),
        // By a junction, from a view and to one.
        (
            "/latest?select=number,actor(id)&number=eq.3&actor.order=id",
            json!([{"number": 3, "actor": [{"id": 1}, {"id": 3}]}]),
        ),
        ("/actor?select=id,latest(number)&id=eq.3", json!([{"id": 3, "latest": [{"number": 3}]}])),
        // Of several tables, each one's keys.
        (
            "/billed?select=name,film(title)&film_id=eq.3&order=name",
            json!([{"name": "Ann", "film": {"title": "Gamma"}}, {"name": "Cid", "film": {"title": "Gamma"}}]),
        ),
        // Between views; and to oneself.
        (
            "/latest?select=number,makers(title)&number=eq.3",
            json!([{"number": 3, "makers": {"title": "Gamma"}}]),
        ),
        (
            "/employee?select=id,employee(id)&id=eq.2&employee.order=id",
            json!([{"id": 2, "employee": [{"id": 3}, {"id": 4}]}]),
        ),
        ("/employee?select=id,chief(name)&id=eq.2", json!([{"id": 2, "chief": {"name": "Root"}}])),
        (
            "/archive?select=id,studio(name)&id=eq.3",
            json!([{"id": 3, "studio": {"name": "South"}}]),
        ),
    ]);
    // A view that shows a studio once for each film: a film still has one, or none.
    let rows = api().get("/film?select=id,makers(id)&order=id").is(200).json();
    assert_eq!(
        rows,
        json!([{"id": 1, "makers": {"id": 1}}, {"id": 2, "makers": {"id": 1}}, {"id": 3, "makers": {"id": 2}}, {"id": 4, "makers": null}])
    );
    // What a view computes is no key.
    api().get("/makers?select=id,casting(part)").fails(400, "PGRST200");
}

#[test]
fn embeds_a_table_in_itself_by_hint() {
    answers(&[
        // The key as hint looks from the parent; as target, from the child.
        (
            "/worker?select=name,reports:worker!boss_id(name)&id=eq.2&reports.order=id",
            json!([{"name": "Mid", "reports": [{"name": "Leaf"}, {"name": "Leaf2"}]}]),
        ),
    ]);
}

#[test]
fn embeds_by_the_name_of_a_key_column() {
    answers(&[
        (
            "/worker?select=name,boss:boss_id(name)&id=eq.3",
            json!([{"name": "Leaf", "boss": {"name": "Mid"}}]),
        ),
        (
            "/worker?select=name,boss_id(name,boss_id(name))&id=eq.3",
            json!([{"name": "Leaf", "boss_id": {"name": "Mid", "boss_id": {"name": "Root"}}}]),
        ),
        (
            "/shipment?select=id,from_place(town),to_place(town)&id=eq.1",
            json!([{"id": 1, "from_place": {"town": "Here"}, "to_place": {"town": "There"}}]),
        ),
        (
            "/shipment?select=id,a:place!from_place(town),b:place!shipment_to(town)&id=eq.2",
            json!([{"id": 2, "a": {"town": "There"}, "b": {"town": "Here"}}]),
        ),
        ("/shipment?select=id,shipment_to(town)&id=eq.3", json!([{"id": 3, "shipment_to": null}])),
        (
            "/place?select=town,shipment!shipment_from(id)&order=id&shipment.order=id",
            json!([{"town": "Here", "shipment": [{"id": 1}, {"id": 3}]}, {"town": "There", "shipment": [{"id": 2}]}]),
        ),
    ]);
}

#[test]
fn renames_and_nests() {
    answers(&[
        (
            "/film?select=name:title,maker:studio(called:name)&id=eq.1",
            json!([{"name": "Alpha", "maker": {"called": "North"}}]),
        ),
        (
            "/studio?select=name,film(title,actor(name,film(id)))&id=eq.2&film.actor.order=id&film.actor.film.order=id",
            json!([{"name": "South", "film": [{"title": "Gamma", "actor": [{"name": "Ann", "film": [{"id": 1}, {"id": 3}]}, {"name": "Cid", "film": [{"id": 3}]}]}]}]),
        ),
        ("/film?select=studio(*)&id=eq.1", json!([{"studio": {"id": 1, "name": "North"}}])),
        ("/film?select=id,studio()&id=eq.1", json!([{"id": 1}])),
    ]);
}

#[test]
fn joins_inner() {
    answers(&[
        (
            "/film?select=id,studio!inner(name)&order=id",
            json!([{"id": 1, "studio": {"name": "North"}}, {"id": 2, "studio": {"name": "North"}}, {"id": 3, "studio": {"name": "South"}}]),
        ),
        (
            "/film?select=id,studio!inner(name)&studio.name=eq.South",
            json!([{"id": 3, "studio": {"name": "South"}}]),
        ),
        (
            "/film?select=id,studio(name)&studio.name=eq.South&order=id&id=lte.3",
            json!([{"id": 1, "studio": null}, {"id": 2, "studio": null}, {"id": 3, "studio": {"name": "South"}}]),
        ),
        (
            "/studio?select=id,film!inner(id)&film.year=gt.2005",
            json!([{"id": 2, "film": [{"id": 3}]}]),
        ),
        (
            "/film?select=id,actor!inner(name)&actor.name=eq.Cid",
            json!([{"id": 3, "actor": [{"name": "Cid"}]}]),
        ),
        (
            "/actor?select=id,film!inner(id,studio!inner(id))&film.studio.name=eq.South&order=id",
            json!([{"id": 1, "film": [{"id": 3, "studio": {"id": 2}}]}, {"id": 3, "film": [{"id": 3, "studio": {"id": 2}}]}]),
        ),
        ("/film?select=id,studio!left(name)&id=eq.4", json!([{"id": 4, "studio": null}])),
        ("/film?select=id,casting!inner()&order=id", json!([{"id": 1}, {"id": 2}, {"id": 3}])),
    ]);
}

#[test]
fn filters_orders_and_limits_inside() {
    answers(&[
        (
            "/studio?select=id,film(id)&id=eq.1&film.year=gt.2000",
            json!([{"id": 1, "film": [{"id": 2}]}]),
        ),
        (
            "/studio?select=id,film(id)&id=eq.1&film.order=year.desc",
            json!([{"id": 1, "film": [{"id": 2}, {"id": 1}]}]),
        ),
        (
            "/studio?select=id,film(id)&id=eq.1&film.order=id&film.limit=1",
            json!([{"id": 1, "film": [{"id": 1}]}]),
        ),
        (
            "/studio?select=id,film(id)&id=eq.1&film.order=id&film.limit=1&film.offset=1",
            json!([{"id": 1, "film": [{"id": 2}]}]),
        ),
        (
            "/studio?select=id,film(id)&id=eq.1&film.or=(id.eq.1,id.eq.9)",
            json!([{"id": 1, "film": [{"id": 1}]}]),
        ),
        ("/studio?select=id,f:film(id)&id=eq.1&f.id=eq.2", json!([{"id": 1, "f": [{"id": 2}]}])),
        (
            "/film?select=id,actor(id)&id=eq.1&actor.order=name.desc&actor.limit=1",
            json!([{"id": 1, "actor": [{"id": 2}]}]),
        ),
        (
            "/studio?select=id,film(id,actor(id))&id=eq.1&film.order=id&film.actor.born=lt.1955",
            json!([{"id": 1, "film": [{"id": 1, "actor": [{"id": 1}]}, {"id": 2, "actor": []}]}]),
        ),
    ]);
}

#[test]
fn filters_on_whether_the_embedded_is_null() {
    let api = api();
    assert_eq!(api.ids("/film?select=id,studio()&studio=is.null"), [4]);
    assert_eq!(api.ids("/film?select=id,studio()&studio=not.is.null&order=id"), [1, 2, 3]);
    assert_eq!(api.ids("/actor?select=id,film()&film=is.null"), [4]);
    assert_eq!(
        api.ids(
            "/film?select=id,studio(),script()&or=(studio.is.null,script.not.is.null)&order=id"
        ),
        [1, 2, 4]
    );
}

#[test]
fn orders_by_a_related_column() {
    let api = api();
    assert_eq!(
        api.ids("/film?select=id,studio(name)&order=studio(name).desc.nullslast,id"),
        [3, 1, 2, 4]
    );
    assert_eq!(
        api.ids("/film?select=id,studio()&order=studio(name).asc.nullsfirst,id.desc"),
        [4, 2, 1, 3]
    );
    api.get("/studio?select=id,film(id)&order=film(id)").fails(400, "PGRST118");
    api.get("/film?select=id&order=studio(name)").fails(400, "PGRST108");
}

#[test]
fn spreads_a_to_one_relation() {
    answers(&[(
        "/film?select=id,...studio(studio_name:name)&order=id&id=gte.3",
        json!([{"id": 3, "studio_name": "South"}, {"id": 4, "studio_name": null}]),
    )]);
}

#[test]
fn applies_policies_to_embedded_rows() {
    let howdah = shared();
    let path = "/film?select=id,review(stars)&id=eq.1";
    Api::anon(howdah, "embed").get(path).is(200).equals(json!([{"id": 1, "review": []}]));
    Api::user(howdah, "embed", 1)
        .get(path)
        .is(200)
        .equals(json!([{"id": 1, "review": [{"stars": 5}]}]));
    Api::user(howdah, "embed", 2)
        .get(path)
        .is(200)
        .equals(json!([{"id": 1, "review": [{"stars": 1}]}]));
    assert_eq!(
        Api::user(howdah, "embed", 2).ids("/film?select=id,review!inner(stars)&order=id"),
        [1, 2]
    );
    assert_eq!(
        Api::anon(howdah, "embed").ids("/film?select=id,review!inner(stars)"),
        [] as [i64; 0]
    );
    api().get("/film?select=id,audit(id)").fails(401, "42501");
    Api::user(howdah, "embed", 1).get("/film?select=id,audit!inner(id)").fails(403, "42501");
}

#[test]
fn counts_parents_of_inner_joins() {
    let reply = api()
        .rest("GET", "/film?select=id,studio!inner(id)&limit=1&order=id")
        .prefer("count=exact")
        .send();
    reply.is(206).has("content-range", "0-0/3");
}

#[test]
fn says_which_keys_there_are() {
    let body = api().get("/shipment?select=id,place(town)").fails(300, "PGRST201");
    assert_eq!(
        body["message"],
        "Could not embed because more than one relationship was found for 'shipment' and 'place'"
    );
    let hint = body["hint"].as_str().unwrap_or_default();
    assert!(hint.starts_with("Try changing 'place' to one of the following: "), "{hint}");
    for way in ["'place!shipment_from'", "'place!shipment_to'"] {
        assert!(hint.contains(way), "{hint}");
    }
    assert!(hint.ends_with("Find the desired relationship in the 'details' key."), "{hint}");
    let details = body["details"].as_array().expect("details is an array");
    assert_eq!(details.len(), 2);
    for way in details {
        assert_eq!(way["cardinality"], "many-to-one");
        assert_eq!(way["embedding"], "shipment with place");
        let via = way["relationship"].as_str().unwrap_or_default();
        assert!(
            via == "shipment_from using shipment(from_place) and place(id)"
                || via == "shipment_to using shipment(to_place) and place(id)",
            "{via}"
        );
    }
}

#[test]
fn refuses_what_is_not_related() {
    let api = api();
    let body = api.get("/film?select=id,lonely(id)").fails(400, "PGRST200");
    assert_eq!(
        body["message"],
        "Could not find a relationship between 'film' and 'lonely' in the schema cache"
    );
    assert_eq!(
        body["details"],
        "Searched for a foreign key relationship between 'film' and 'lonely' in the schema 'embed', but no matches were found."
    );
    let close = api.get("/film?select=id,studioo(id)").fails(400, "PGRST200");
    assert_eq!(close["hint"], "Perhaps you meant 'studio' instead of 'studioo'.");
    api.get("/film?select=id,place!nothing(id)").fails(400, "PGRST200");
    api.get("/film?select=id,studio(nothing)").fails(400, "42703");
    api.get("/film?select=id&studio.name=eq.North").fails(400, "PGRST108");
    api.get("/film?select=id&nothing.id=eq.1").fails(400, "PGRST108");
}
