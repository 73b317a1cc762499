use crate::fake::{Fake, coded, header, relation};
use howdah_core::rest::shape::{Count, Form, Value, Verb};
use howdah_core::rest::{Ending, TxEnd};

#[test]
fn answers_rows_with_these_headers_and_no_others() {
    let fake = Fake::default();
    let response = fake.get("/film?title=eq.A%20b&select=*");
    assert_eq!(response.status, 200);
    assert_eq!(
        response.headers,
        "Content-Range: 0-1/*\n\
         Content-Location: /film?select=%2A&title=eq.A%20b\n\
         Content-Type: application/json; charset=utf-8\n\
         Vary: Accept, Prefer, Range\n"
    );
    assert_eq!(response.body, b"[{\"id\":1}, \n {\"id\":2}]");
    let shape = fake.shape();
    assert_eq!(
        (shape.verb, shape.schema.as_str(), shape.target.as_str()),
        (Verb::Read, "public", "film")
    );
    assert_eq!(shape.form, Form::Array { strip_nulls: false });
    assert_eq!(shape.count, None);
}

#[test]
fn the_path_names_one_relation() {
    let mut fake = Fake::default();
    fake.relations.push(relation("Größe a/b", &[]));
    fake.get("/Gr%C3%B6%C3%9Fe%20a%2Fb");
    assert_eq!(fake.shape().target, "Größe a/b");
    assert_eq!(
        header(&fake.get("/Gr%C3%B6%C3%9Fe%20a%2Fb"), "Content-Location"),
        "/Gr%C3%B6%C3%9Fe%20a%2Fb"
    );
    // A plus is no space in a path.
    fake.get("/a+b");
    assert_eq!(fake.shape().target, "a+b");
    for path in ["/film/", "/film/x", "//", "//film", "/rpc/", "/rpc/a/b", "/a%00", "/%ff", "x"] {
        assert_eq!(coded(&fake.fails(&format!("GET {path}"), "", "")), (404, "PGRST125"), "{path}");
    }
    fake.settings.openapi.mode = howdah_core::openapi::Mode::Disabled;
    for path in ["/", ""] {
        assert_eq!(coded(&fake.fails(&format!("GET {path}"), "", "")), (404, "PGRST126"));
    }
}

#[test]
fn unknown_methods_are_named() {
    let fake = Fake::default();
    for (line, method) in [("TRACE /film", "TRACE"), ("get /film", "get"), ("POST /", "POST")] {
        let error = fake.fails(line, "", "");
        assert_eq!(coded(&error), (405, "PGRST117"));
        assert_eq!(error.message, format!("Unsupported HTTP method: {method}"));
    }
}

#[test]
fn a_page_is_partial_if_the_total_is_known() {
    let mut fake = Fake { counted: 15, ..Fake::default() };
    let exact = "prefer: count=exact\n";
    let response = fake.ok("GET /film?limit=2", exact, "");
    assert_eq!((response.status, header(&response, "Content-Range")), (206, "0-1/15"));
    assert_eq!(header(&response, "Preference-Applied"), "count=exact");
    assert_eq!(fake.shape().count, Some(Count::Exact));
    assert_eq!(*fake.ran.borrow(), ["main", "count"]);

    fake.counted = 2;
    let response = fake.ok("GET /film?limit=2", exact, "");
    assert_eq!((response.status, header(&response, "Content-Range")), (200, "0-1/2"));

    fake.rows = 0;
    fake.counted = 0;
    let response = fake.ok("GET /film", exact, "");
    assert_eq!((response.status, header(&response, "Content-Range")), (200, "*/0"));
    // Without count a Range request answers 200.
    let response = fake.ok("GET /film", "range-unit: items\nrange: 0-9\n", "");
    assert_eq!((response.status, header(&response, "Content-Range")), (200, "*/*"));
}

#[test]
fn an_offset_beyond_the_last_row_is_416() {
    let fake = Fake { rows: 0, counted: 3, ..Fake::default() };
    let error = fake.fails("GET /film?offset=5", "prefer: count=exact\n", "");
    assert_eq!(coded(&error), (416, "PGRST103"));
    assert_eq!(error.message, "Requested range not satisfiable");
    assert_eq!(
        error.details,
        Some("An offset of 5 was requested, but there are only 3 rows.".into())
    );
    assert_eq!(header(&error.to_response(), "Content-Range"), "*/3");
    assert_eq!(fake.ok("GET /film?offset=5", "", "").status, 200);
}

#[test]
fn range_header_and_query_meet() {
    let fake = Fake::default();
    let range = |line: &str, headers: &str| {
        let response = fake.ok(line, headers, "");
        let range = fake.shape().range;
        let offset = range.offset.map(|Value(n)| fake.values.borrow()[usize::from(n)].clone());
        (range.limit, offset, header(&response, "Content-Range").to_owned())
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(range("GET /film", "range: 10-19\n"), (Some(10), some("10"), "10-11/*".into()));
    assert_eq!(
        range("GET /film?offset=12&limit=4&id=eq.7", "range: 10-14\n"),
        (Some(3), some("12"), "12-13/*".into())
    );
    assert_eq!(fake.values.borrow().as_slice(), ["12", "7"]);
    assert_eq!(
        range("GET /film?id=eq.7&limit=4", "range: 3-\n"),
        (Some(1), some("3"), "3-4/*".into())
    );
    assert_eq!(fake.values.borrow().as_slice(), ["7", "3"]);
    // RFC 9110: Range is for GET alone.
    assert_eq!(range("HEAD /film", "range: 10-19\n"), (None, None, "0-1/*".into()));
    assert_eq!(range("GET /film?limit=0", "range: 10-19\n"), (Some(0), None, "0-1/*".into()));
    let error = fake.fails("GET /film", "range: 5-4\n", "");
    assert_eq!(coded(&error), (416, "PGRST103"));
}

#[test]
fn max_rows_caps_reads() {
    let mut fake = Fake::default();
    fake.settings.max_rows = Some(10);
    fake.get("/film");
    assert_eq!(fake.shape().range.limit, Some(10));
    fake.get("/film?limit=3");
    assert_eq!(fake.shape().range.limit, Some(3));
    fake.get("/film?limit=30");
    assert_eq!(fake.shape().range.limit, Some(10));
    fake.ok("PATCH /film", "", "{\"title\":\"x\"}");
    assert_eq!(fake.shape().range.limit, None);
}

#[test]
fn counts_by_planner_or_by_both() {
    let mut fake = Fake { counted: 7, planned: 1_000, ..Fake::default() };
    let range = |fake: &Fake, count: &str| {
        fake.ran.borrow_mut().clear();
        let response = fake.ok("GET /film?limit=2", &format!("prefer: count={count}\n"), "");
        (header(&response, "Content-Range").to_owned(), fake.ran.borrow().clone())
    };
    assert_eq!(range(&fake, "planned"), ("0-1/1000".into(), vec!["main", "estimate"]));
    assert_eq!(range(&fake, "estimated"), ("0-1/7".into(), vec!["main", "count"]));
    fake.settings.max_rows = Some(10);
    assert_eq!(range(&fake, "estimated"), ("0-1/7".into(), vec!["main", "count"]));
    fake.counted = 11;
    assert_eq!(range(&fake, "estimated"), ("0-1/1000".into(), vec!["main", "count", "estimate"]));
    fake.planned = 3;
    assert_eq!(range(&fake, "estimated").0, "0-1/11");
}

#[test]
fn rows_of_the_last_page_are_not_counted_again() {
    let fake = Fake { counted: 99, ..Fake::default() };
    let total = |target: &str, count: &str| {
        fake.ran.borrow_mut().clear();
        let response = fake.ok(&format!("GET {target}"), &format!("prefer: count={count}\n"), "");
        (header(&response, "Content-Range").to_owned(), fake.ran.borrow().len())
    };
    for count in ["exact", "estimated"] {
        assert_eq!(total("/film", count), ("0-1/2".into(), 1));
        assert_eq!(total("/film?limit=3", count), ("0-1/2".into(), 1));
        assert_eq!(total("/film?limit=3&offset=40", count), ("40-41/42".into(), 1));
        assert_eq!(total("/film?limit=2&offset=40", count), ("40-41/99".into(), 2));
    }
    // Beyond the last row, only counting tells how many there are.
    let beyond = Fake { rows: 0, ..Fake::default() };
    beyond.fails("GET /film?offset=40", "prefer: count=exact\n", "");
    assert_eq!(*beyond.ran.borrow(), ["main", "count"]);
    // Groups are fewer than rows.
    let mut groups = Fake { counted: 99, ..Fake::default() };
    groups.settings.aggregates_enabled = true;
    let response = groups.ok("GET /film?select=year,id.count()", "prefer: count=exact\n", "");
    assert_eq!(header(&response, "Content-Range"), "0-1/99");
}

#[test]
fn head_runs_but_encodes_nothing() {
    let fake = Fake::default();
    let response = fake.ok("HEAD /film", "prefer: count=exact\n", "");
    assert_eq!((response.status, response.body.len()), (200, 0));
    assert_eq!(header(&response, "Content-Range"), "0-1/2");
    assert_eq!(header(&response, "Content-Type"), "application/json; charset=utf-8");
    assert_eq!(fake.shape().form, Form::None);
}

#[test]
fn one_object_needs_one_row() {
    let mut fake = Fake { rows: 1, body: "{\"id\":1}", ..Fake::default() };
    let object = "accept: application/vnd.pgrst.object+json\n";
    let response = fake.ok("GET /film", object, "");
    assert_eq!(
        header(&response, "Content-Type"),
        "application/vnd.pgrst.object+json; charset=utf-8"
    );
    assert_eq!(fake.shape().form, Form::Object { strip_nulls: false });
    for rows in [0, 2, 7] {
        fake.rows = rows;
        let error = fake.fails("GET /film", object, "");
        assert_eq!(coded(&error), (406, "PGRST116"));
        assert_eq!(error.message, "Cannot coerce the result to a single JSON object");
        assert_eq!(error.details, Some(format!("The result contains {rows} rows").into()));
    }
}

#[test]
fn the_form_follows_accept() {
    let fake = Fake::default();
    let stripped = "accept: application/vnd.pgrst.array+json;nulls=stripped\n";
    let response = fake.ok("GET /film", stripped, "");
    assert_eq!(
        header(&response, "Content-Type"),
        "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
    );
    assert_eq!(fake.shape().form, Form::Array { strip_nulls: true });
    let fake = Fake { planned_for_real: true, ..fake };
    let response = fake.ok("GET /film", "accept: text/csv\n", "");
    assert_eq!(header(&response, "Content-Type"), "text/csv; charset=utf-8");
    let error = fake.fails("GET /film", "accept: text/plain\n", "");
    assert_eq!(coded(&error), (406, "PGRST107"));
    assert_eq!(error.message, "None of these media types are available: text/plain");
}

#[test]
fn profiles_choose_the_schema() {
    let mut fake = Fake::default();
    fake.settings.schemas = vec!["v1".into(), "v2".into()];
    let response = fake.get("/film");
    assert_eq!((fake.shape().schema.as_str(), header(&response, "Content-Profile")), ("v1", "v1"));
    let response = fake.ok("GET /film", "accept-profile: v2\ncontent-profile: no\n", "");
    assert_eq!((fake.shape().schema.as_str(), header(&response, "Content-Profile")), ("v2", "v2"));
    let error = fake.fails("GET /film", "accept-profile: no\n", "");
    assert_eq!(coded(&error), (406, "PGRST106"));
    assert_eq!(error.message, "Invalid schema: no");
    assert_eq!(error.hint.as_deref(), Some("Only the following schemas are exposed: v1, v2"));

    let insert = "prefer: return=representation\ncontent-profile: v2\naccept-profile: no\n";
    let response = fake.ok("POST /film", insert, "{\"id\":1}");
    assert_eq!((fake.shape().schema.as_str(), header(&response, "Content-Profile")), ("v2", "v2"));
    assert_eq!(coded(&fake.fails("DELETE /film", "content-profile: no\n", "")), (406, "PGRST106"));

    let single = Fake::default();
    let response = single.ok("GET /film", "accept-profile: public\n", "");
    assert_eq!(header(&response, "Content-Profile"), "-");
    assert_eq!(coded(&single.fails("GET /film", "accept-profile: v2\n", "")), (406, "PGRST106"));
}

#[test]
fn time_zones_must_exist() {
    let fake = Fake::default();
    let response = fake.ok("GET /film", "prefer: timezone=Europe/Berlin\n", "");
    assert_eq!(header(&response, "Preference-Applied"), "timezone=Europe/Berlin");
    let error = fake.fails("GET /film", "prefer: timezone=Jupiter/Red_Spot\n", "");
    assert_eq!(coded(&error), (400, "22023"));
    assert_eq!(error.message, "invalid value for parameter \"TimeZone\": \"Jupiter/Red_Spot\"");
    assert!(fake.ran.borrow().len() == 1);
}

#[test]
fn strict_handling_refuses_unknown_preferences() {
    let fake = Fake::default();
    assert_eq!(fake.ok("GET /film", "prefer: x=y\n", "").status, 200);
    let error = fake.fails("GET /film", "prefer: x=y, handling=strict\n", "");
    assert_eq!(coded(&error), (400, "PGRST122"));
    assert_eq!(error.details, Some("Invalid preferences: x=y".into()));
}

#[test]
fn transactions_end_as_settings_and_client_agree() {
    let mut fake = Fake::default();
    for (tx_end, prefer, rolled_back, applied) in [
        (TxEnd::Commit, "tx=rollback", false, "-"),
        (TxEnd::Rollback, "tx=commit", true, "-"),
        (TxEnd::CommitAllowOverride, "tx=rollback", true, "tx=rollback"),
        (TxEnd::CommitAllowOverride, "", false, "-"),
        (TxEnd::RollbackAllowOverride, "tx=commit", false, "tx=commit"),
        (TxEnd::RollbackAllowOverride, "", true, "-"),
    ] {
        fake.settings.tx_end = tx_end;
        let answer = fake.send("GET /film", &format!("prefer: {prefer}\n"), b"").unwrap();
        let ending = if rolled_back { Ending::Rollback } else { Ending::Commit };
        assert_eq!(answer.ending, ending, "{tx_end:?} {prefer}");
        assert_eq!(header(&answer.response, "Preference-Applied"), applied);
    }
}

#[test]
fn sql_sets_status_and_headers() {
    let mut fake = Fake {
        status: Some("203"),
        headers: Some(
            r#"[{"content-type": "text/html"}, {"Set-Cookie": "a=1"}, {"Set-Cookie": "b=2"},
                          {"Content-Length": "1"}, {"X": "a\nY: b"}]"#,
        ),
        ..Fake::default()
    };
    let response = fake.get("/film");
    assert_eq!(response.status, 203);
    assert_eq!(
        response.headers,
        "Content-Range: 0-1/*\nContent-Location: /film\nVary: Accept, Prefer, Range\n\
         content-type: text/html\nSet-Cookie: a=1\nSet-Cookie: b=2\n"
    );
    fake.headers = Some("");
    fake.status = Some("");
    assert_eq!(fake.get("/film").status, 200);
    for headers in ["x", "{}", "[1]", r#"[{"a":1}]"#, r#"[{"a":"1","b":"2"}]"#, "[{}]"] {
        fake.headers = Some(headers);
        assert_eq!(coded(&fake.fails("GET /film", "", "")), (500, "PGRST111"), "{headers}");
    }
    fake.headers = None;
    for status in ["x", "99", "600", "100", "2e2", "-200", "200 OK"] {
        fake.status = Some(status);
        assert_eq!(coded(&fake.fails("GET /film", "", "")), (500, "PGRST112"), "{status}");
    }
}

#[test]
fn embeds_may_be_named_by_their_table_as_the_setting_says() {
    let target = "/film?select=id,made:director(name)&director.name=eq.x";
    let mut fake = Fake::default();
    let told = fake.get(target);
    let warning = header(&told, "Warning");
    assert!(
        warning.starts_with("299 howdah \"") && warning.contains("`director` to `made`"),
        "{warning}"
    );
    assert_eq!(header(&fake.get(&target.replace("&director", "&made")), "Warning"), "-");
    fake.settings.legacy_target_names = false;
    let error = fake.fails(&format!("GET {target}"), "", "");
    assert_eq!(coded(&error), (400, "PGRST108"));
    assert_eq!(
        error.hint.as_deref(),
        Some("Change 'director' to 'made' in filters, orders or limits.")
    );
}
