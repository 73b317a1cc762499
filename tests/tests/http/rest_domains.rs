//! Domains that are shown otherwise than they are stored, by casts from and to json and from text.

use howdah_tests::api::Api;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "media")
}

#[test]
fn shows_a_domain_by_its_cast_to_json() {
    let api = api();
    let black =
        json!({"colour": "#000000", "name": "black", "grade": 1, "stars": "***", "other_id": 1});
    let cases: [(&str, Value); 12] = [
        ("/paint?name=eq.black", json!([black])),
        (
            "/paint?select=colour,stars&order=colour",
            json!([{"colour": "#000000", "stars": "***"}, {"colour": "#0000FF", "stars": null}, {"colour": "#FF0000", "stars": "*"}]),
        ),
        ("/paint?select=c:colour&name=eq.red", json!([{"c": "#FF0000"}])),
        ("/paints?order=shade.desc&limit=1", json!([{"shade": "#FF0000", "name": "red"}])),
        (
            "/other?select=id,paint(colour)&id=eq.1&paint.order=name",
            json!([{"id": 1, "paint": [{"colour": "#000000"}, {"colour": "#FF0000"}]}]),
        ),
        (
            "/other?select=id,...paint(colour)&id=eq.1&paint.order=name",
            json!([{"id": 1, "colour": ["#000000", "#FF0000"]}]),
        ),
        ("/paint?select=colour,count()&name=eq.red", json!([{"colour": "#FF0000", "count": 1}])),
        ("/paint?select=colour.max()", json!([{"max": 16711680}])),
        ("/rpc/paint_of?c=255&select=colour,name", json!([{"colour": "#0000FF", "name": "blue"}])),
        ("/paint?select=grade&name=eq.black", json!([{"grade": 1}])),
        // A function's own value is as Postgres has it.
        ("/rpc/bare_colour", json!(255)),
        ("/paint?select=n:colour->>x&name=eq.red", json!([{"n": null}])),
    ];
    each(&cases, |(path, wanted)| {
        api.get(path).is(200).equals(wanted.clone());
    });
    let csv = api.rest("GET", "/paint?select=colour,stars&order=colour").accept("text/csv").send();
    assert_eq!(csv.is(200).text(), "colour,stars\n0,3\n255,\n16711680,1");
    let stripped = api
        .rest("GET", "/paint?name=eq.blue")
        .accept("application/vnd.pgrst.array+json;nulls=stripped")
        .send();
    stripped.is(200).equals(json!([{"colour": "#0000FF", "name": "blue"}]));
}

#[test]
fn filters_by_a_cast_from_text() {
    let api = api();
    let names = |query: &str| {
        let rows = api.get(&format!("/paint?select=name&order=name&{query}")).is(200).json();
        rows.as_array()
            .expect("rows")
            .iter()
            .map(|r| r["name"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("colour=eq.%23ff0000"), ["red"]);
    assert_eq!(names("colour=neq.%23ff0000"), ["black", "blue"]);
    assert_eq!(names("colour=gt.%230000fe"), ["blue", "red"]);
    assert_eq!(names("colour=in.(%23000000,%23FF0000)"), ["black", "red"]);
    assert_eq!(names("colour=eq(any).{%23000000,%23FF0000}"), ["black", "red"]);
    assert_eq!(names("or=(colour.eq.%23000000,name.eq.blue)"), ["black", "blue"]);
    assert_eq!(names("colour=not.in.(%23000000)"), ["blue", "red"]);
    assert_eq!(names("colour=is.null"), Vec::<String>::new());
    // Without a cast, as it is stored.
    assert_eq!(names("stars=eq.3"), ["black"]);
    assert_eq!(names("grade=gte.2"), ["red"]);
    let by_other = api.get("/other?select=id,paint!inner(name)&paint.colour=eq.%23ff0000");
    by_other.is(200).equals(json!([{"id": 1, "paint": [{"name": "red"}]}]));
    api.get("/paints?shade=eq.%230000FF")
        .is(200)
        .equals(json!([{"shade": "#0000FF", "name": "blue"}]));
    api.get("/paint?colour=eq.255").fails(400, "22P02");
    // Arguments are not columns.
    api.get("/rpc/paint_of?c=%230000FF").fails(400, "22P02");
}

#[test]
fn reads_bodies_by_a_cast_from_json() {
    let api = api();
    let write = |method: &str, path: &str, body: Value| {
        let call =
            api.rest(method, path).prefer("return=representation, tx=rollback, missing=default");
        call.json(body).send()
    };
    let wanted = |colour: &str, name: &str| json!({"colour": colour, "name": name});
    let made =
        write("POST", "/paint?select=colour,name", json!({"colour": "#00ff00", "name": "green"}));
    made.is(201).equals(json!([wanted("#00FF00", "green")]));
    let two = write(
        "POST",
        "/paint?select=colour,name&columns=colour,name,grade",
        json!([{"colour": "#00ff00", "name": "green"}, {"colour": "#ffffff", "name": "white"}]),
    );
    two.is(201).equals(json!([wanted("#00FF00", "green"), wanted("#FFFFFF", "white")]));
    let changed = write(
        "PATCH",
        "/paint?select=colour,name&colour=eq.%230000ff",
        json!({"colour": "#0000FE"}),
    );
    changed.is(200).equals(json!([wanted("#0000FE", "blue")]));
    let put = write(
        "PUT",
        "/paint?select=colour,name&colour=eq.%230000ff",
        json!({"colour": "#0000ff", "name": "navy", "grade": 1, "stars": 1, "other_id": null}),
    );
    put.is(200).equals(json!([wanted("#0000FF", "navy")]));
    write(
        "PUT",
        "/paint?colour=eq.%230000ff",
        json!({"colour": "#0000fe", "name": "navy", "grade": 1, "stars": 1, "other_id": null}),
    )
    .fails(400, "PGRST115");
    let through = write("POST", "/paints", json!({"shade": "#123456", "name": "view"}));
    through.is(201).equals(json!([{"shade": "#123456", "name": "view"}]));
    // Without a cast from json, as it is stored.
    write("POST", "/paint?select=stars", json!({"colour": "#00ff00", "stars": 4}))
        .is(201)
        .equals(json!([{"stars": "****"}]));
    write("POST", "/paint", json!({"colour": 5})).fails(400, "22P02");
    write("POST", "/paint", json!({"colour": null})).refused();
    let csv = api.rest("POST", "/paint?select=colour").prefer("return=representation, tx=rollback");
    csv.csv("colour,name\n#00ff00,green\n#ffffff,white")
        .send()
        .is(201)
        .equals(json!([{"colour": "#00FF00"}, {"colour": "#FFFFFF"}]));
    let location = api
        .rest("POST", "/paint")
        .prefer("return=headers-only, tx=rollback")
        .json(json!({"colour": "#00ff00"}))
        .send();
    location.is(201).has("location", "/paint?colour=eq.65280");
}

#[test]
fn casts_come_and_go_without_a_reload() {
    let howdah = shared();
    let api = Api::anon(howdah, "late");
    let clean = "DROP TABLE IF EXISTS late.dressed; DROP DOMAIN IF EXISTS late.dress CASCADE";
    howdah.sql(clean);
    howdah.sql("CREATE DOMAIN late.dress AS int; CREATE TABLE late.dressed (d late.dress); INSERT INTO late.dressed VALUES (7); GRANT SELECT ON late.dressed TO anon");
    api.get("/dressed").is(200).equals(json!([{"d": 7}]));
    howdah.sql("CREATE FUNCTION late.show(late.dress) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT to_json('no. ' || $1) $$; GRANT EXECUTE ON FUNCTION late.show(late.dress) TO anon;
                CREATE CAST (late.dress AS json) WITH FUNCTION late.show(late.dress) AS IMPLICIT");
    api.get("/dressed").is(200).equals(json!([{"d": "no. 7"}]));
    howdah.sql("ALTER FUNCTION late.show(late.dress) RENAME TO shown");
    api.get("/dressed").is(200).equals(json!([{"d": "no. 7"}]));
    howdah.sql("DROP CAST (late.dress AS json)");
    api.get("/dressed").is(200).equals(json!([{"d": 7}]));
    howdah.sql(clean);
}
