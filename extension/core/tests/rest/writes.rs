use crate::fake::{Fake, coded, header, relation};
use howdah_core::rest::shape::{Form, Payload, Resolution, Returning, Verb};

const FILM: &str = "{\"title\":\"A\",\"id\":1}";
const SHOW: &str = "prefer: return=representation\n";

#[test]
fn an_insert_answers_201_and_no_body() {
    let fake = Fake { rows: 1, ..Fake::default() };
    let response = fake.ok("POST /film", "", FILM);
    assert_eq!((response.status, response.body.len()), (201, 0));
    assert_eq!(response.headers, "Content-Range: */*\nVary: Accept, Prefer, Range\n");
    let shape = fake.shape();
    assert_eq!((shape.verb, shape.write.payload), (Verb::Insert, Payload::Object));
    assert_eq!(shape.write.columns, ["id", "title"]);
    assert_eq!((shape.returning, shape.form), (Returning::Minimal, Form::None));
    assert_eq!(*fake.fields.borrow(), [Some("1".to_owned()), Some("A".to_owned())]);
}

#[test]
fn an_insert_shows_what_it_wrote() {
    let fake = Fake { rows: 1, body: "[{\"id\":1}]", ..Fake::default() };
    let prefer = "prefer: return=representation, count=exact, missing=default\n";
    let response = fake.ok("POST /film?columns=id,title,year", prefer, FILM);
    assert_eq!((response.status, response.body.as_slice()), (201, &b"[{\"id\":1}]"[..]));
    assert_eq!(header(&response, "Content-Range"), "*/1");
    assert_eq!(header(&response, "Content-Type"), "application/json; charset=utf-8");
    assert_eq!(
        header(&response, "Preference-Applied"),
        "missing=default, return=representation, count=exact"
    );
    let shape = fake.shape();
    assert_eq!(
        (shape.write.columns.join(","), shape.write.defaults.join(",")),
        ("id,title".into(), "year".into())
    );
    // Counting what was written needs no statement of its own.
    assert_eq!(*fake.ran.borrow(), ["main"]);
}

#[test]
fn location_names_the_key_of_the_row() {
    let mut fake = Fake { rows: 1, keys: vec![Some("a b&c".into())], ..Fake::default() };
    let only = "prefer: return=headers-only\n";
    let response = fake.ok("POST /film", only, FILM);
    assert_eq!(header(&response, "Location"), "/film?id=eq.a%20b%26c");
    assert_eq!((response.body.len(), header(&response, "Content-Type")), (0, "-"));
    assert_eq!(fake.shape().returning, Returning::HeadersOnly);
    assert_eq!(header(&fake.ok("POST /film", SHOW, FILM), "Location"), "-");

    fake.relations.push(relation("cast", &["film", "actor"]));
    fake.keys = vec![Some("1".into()), None];
    let response = fake.ok("POST /cast", only, "{\"film\":1}");
    assert_eq!(header(&response, "Location"), "/cast?film=eq.1&actor=is.null");
    assert_eq!(header(&fake.ok("POST /log", only, "{\"a\":1}"), "Location"), "-");
}

#[test]
fn an_upsert_that_only_merged_answers_200() {
    let mut fake = Fake { rows: 2, inserted: 0, ..Fake::default() };
    let merge = "prefer: resolution=merge-duplicates\n";
    let response = fake.ok("POST /film", merge, FILM);
    assert_eq!(
        (response.status, header(&response, "Preference-Applied")),
        (200, "resolution=merge-duplicates")
    );
    assert_eq!(fake.shape().write.resolution, Some(Resolution::MergeDuplicates));
    fake.inserted = 1;
    assert_eq!(fake.ok("POST /film", merge, FILM).status, 201);
    fake.inserted = 0;
    assert_eq!(fake.ok("POST /film", "prefer: resolution=ignore-duplicates\n", FILM).status, 201);
    // Without a key there is nothing to resolve by, unless on_conflict names it.
    assert_eq!(header(&fake.ok("POST /log", merge, FILM), "Preference-Applied"), "-");
    let response = fake.ok("POST /log?on_conflict=id", merge, FILM);
    assert_eq!(header(&response, "Preference-Applied"), "resolution=merge-duplicates");
    assert_eq!(fake.shape().query.on_conflict, ["id"]);
    fake.ok("PATCH /film", merge, FILM);
    assert_eq!(fake.shape().write.resolution, None);
}

#[test]
fn nothing_to_write_runs_no_write() {
    let fake = Fake { rows: 0, body: "[]", ..Fake::default() };
    for (line, body, status) in [
        ("POST /film?columns=id&on_conflict=id", "[]", 201),
        ("PATCH /film", "{}", 204),
        ("PATCH /film", "[]", 204),
        ("PATCH /film", "[{}]", 204),
    ] {
        fake.ran.borrow_mut().clear();
        let response = fake.ok(line, "", body);
        assert_eq!((response.status, response.body.len()), (status, 0), "{line} {body}");
        assert_eq!(header(&response, "Content-Range"), "*/*");
        assert!(fake.ran.borrow().is_empty());
        // The names are still checked, by a statement that reads nothing.
        let shape = fake.shape();
        assert_eq!(
            (shape.verb, shape.range.limit, shape.write.payload),
            (Verb::Read, Some(0), Payload::None)
        );
        assert_eq!((shape.query.columns, shape.query.on_conflict), (None, vec![]));
    }
    let response = fake.ok("POST /film", SHOW, "[]");
    assert_eq!((response.status, response.body.as_slice()), (201, &b"[]"[..]));
    let response = fake.ok("PATCH /film", SHOW, "{}");
    assert_eq!((response.status, response.body.as_slice()), (200, &b"[]"[..]));
    // One row of defaults is something.
    fake.ok("POST /film", "", "{}");
    assert_eq!((fake.shape().verb, fake.shape().write.payload), (Verb::Insert, Payload::Empty));
    let missing = "prefer: missing=default\n";
    fake.ok("PATCH /film?columns=year", missing, "{}");
    assert_eq!(
        (fake.shape().verb, fake.shape().write.defaults),
        (Verb::Update, vec!["year".to_owned()])
    );
}

#[test]
fn many_rows_stay_together() {
    let fake = Fake { rows: 2, ..Fake::default() };
    let body = r#"[{"id":1,"title":null},{"title":"B","id":2}]"#;
    assert_eq!(fake.ok("POST /film", "prefer: missing=default\n", body).status, 201);
    let write = fake.shape().write;
    assert_eq!(
        (write.payload, write.columns.join(","), write.missing_default),
        (Payload::Array, "id,title".into(), true)
    );
    let csv = fake.ok("POST /film", "content-type: text/csv\n", "id,title\n1,NULL\n2,B\n");
    assert_eq!(csv.status, 201);
    assert_eq!(fake.shape().write.payload, Payload::Array);
    let error = fake.fails("POST /film", "", r#"[{"id":1},{"title":"B"}]"#);
    assert_eq!(
        (coded(&error), error.message.as_str()),
        ((400, "PGRST102"), "All object keys must match")
    );
}

#[test]
fn an_update_counts_its_rows() {
    let mut fake = Fake { rows: 3, ..Fake::default() };
    let response = fake.ok("PATCH /film?id=gt.1", "", "{\"title\":\"B\"}");
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(response.headers, "Content-Range: 0-2/*\nVary: Accept, Prefer, Range\n");
    let response = fake.ok("PATCH /film", "prefer: return=representation, count=exact\n", FILM);
    assert_eq!((response.status, header(&response, "Content-Range")), (200, "0-2/3"));
    let response = fake.ok("PATCH /film", "prefer: return=headers-only\n", FILM);
    assert_eq!(
        (response.status, header(&response, "Preference-Applied")),
        (204, "return=headers-only")
    );
    fake.rows = 0;
    let response = fake.ok("PATCH /film", "prefer: count=exact\n", FILM);
    assert_eq!((response.status, header(&response, "Content-Range")), (204, "*/0"));
}

#[test]
fn a_delete_needs_no_body() {
    let fake = Fake { rows: 3, ..Fake::default() };
    let response = fake.ok("DELETE /film?id=eq.1", "content-type: image/png\n", "x");
    assert_eq!((response.status, header(&response, "Content-Range")), (204, "*/*"));
    let response = fake.ok("DELETE /film", "prefer: return=representation, count=exact\n", "");
    assert_eq!((response.status, header(&response, "Content-Range")), (200, "*/3"));
    assert_eq!(fake.shape().verb, Verb::Delete);
}

#[test]
fn a_put_writes_the_row_that_it_names() {
    let mut fake = Fake { rows: 1, inserted: 1, ..Fake::default() };
    let response = fake.ok("PUT /film?id=eq.1", "", FILM);
    assert_eq!(
        (response.status, response.headers.as_str()),
        (204, "Vary: Accept, Prefer, Range\n")
    );
    assert_eq!(fake.ok("PUT /film?id=eq.1", SHOW, FILM).status, 201);
    fake.inserted = 0;
    assert_eq!(fake.ok("PUT /film?id=eq.1", SHOW, FILM).status, 200);
    assert_eq!(coded(&fake.fails("PUT /film?id=eq.1&limit=1", "", FILM)), (400, "PGRST114"));
    assert_eq!(coded(&fake.fails("PUT /film?id=eq.1&offset=1", "", FILM)), (400, "PGRST114"));
    assert_eq!(coded(&fake.fails("PUT /film?id=eq.1", "", "[]")), (400, "PGRST115"));
    fake.rows = 0;
    assert_eq!(coded(&fake.fails("PUT /film?id=eq.2", "", FILM)), (400, "PGRST115"));
}

#[test]
fn one_object_is_asked_of_writes_too() {
    let mut fake = Fake { rows: 2, ..Fake::default() };
    let object = "accept: application/vnd.pgrst.object+json\n";
    for line in ["POST /film", "PATCH /film", "DELETE /film"] {
        let error = fake.fails(line, object, FILM);
        assert_eq!(coded(&error), (406, "PGRST116"), "{line}");
    }
    fake.rows = 1;
    let both = format!("{object}{SHOW}");
    let response = fake.ok("POST /film", &both, FILM);
    assert_eq!(
        header(&response, "Content-Type"),
        "application/vnd.pgrst.object+json; charset=utf-8"
    );
    assert_eq!(fake.shape().form, Form::Object { strip_nulls: false });
}

#[test]
fn max_affected_bounds_strict_writes() {
    let fake = Fake { rows: 3, ..Fake::default() };
    let strict = "prefer: handling=strict, max-affected=2\n";
    for line in ["PATCH /film", "DELETE /film"] {
        let error = fake.fails(line, strict, FILM);
        assert_eq!(coded(&error), (400, "PGRST124"));
        assert_eq!(error.message, "Query result exceeds max-affected preference constraint");
        assert_eq!(error.details, Some("The query affects 3 rows".into()));
        assert!(fake.shape().write.max_affected);
        assert_eq!(fake.ok(line, "prefer: max-affected=2\n", FILM).status, 204);
        let enough = fake.ok(line, "prefer: handling=strict, max-affected=3\n", FILM);
        assert_eq!(header(&enough, "Preference-Applied"), "handling=strict, max-affected=3");
    }
    assert_eq!(fake.ok("POST /film", strict, FILM).status, 201);
}

#[test]
fn bodies_must_be_what_they_say() {
    let fake = Fake::default();
    for (headers, body, message) in [
        ("", "", "Empty or invalid json"),
        ("", "{", "Empty or invalid json"),
        ("content-type: text/plain\n", "x", "Content-Type not acceptable: text/plain"),
        ("content-type: application/xml\n", "x", "Content-Type not acceptable: application/xml"),
        ("content-type: text/csv\n", "a\n1,2\n", "All lines must have same number of fields"),
    ] {
        let error = fake.fails("POST /film", headers, body);
        assert_eq!((coded(&error), error.message.as_str()), ((400, "PGRST102"), message));
    }
    assert!(fake.shapes.borrow().is_empty());
}
