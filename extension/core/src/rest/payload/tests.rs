use super::*;
use crate::rest::shape::{CallKind, RawKind};

fn insert(body: &str) -> Result<Rows<'_>, String> {
    rows(body.as_bytes(), BodyKind::Json, Verb::Insert, None, false).map_err(|e| {
        assert_eq!(e.status, 400);
        e.message
    })
}

fn texts(fields: &[Option<String>]) -> Vec<Option<&str>> {
    fields.iter().map(Option::as_deref).collect()
}

fn jsons<'a>(fields: &'a [Option<Cow<'_, str>>]) -> Vec<Option<&'a str>> {
    fields.iter().map(Option::as_deref).collect()
}

#[test]
fn splits_an_object_into_sorted_fields() {
    let body = r#" { "t":"a\"é\n" , "n":-1.50, "b":true,"z":null,"j":{"k": [1, "x"]},"a":[ 1 ] } "#;
    let read = insert(body).unwrap();
    assert_eq!(read.payload, Payload::Object);
    assert_eq!(read.columns, ["a", "b", "j", "n", "t", "z"]);
    assert_eq!(
        texts(&read.fields),
        [
            Some("[ 1 ]"),
            Some("true"),
            Some(r#"{"k": [1, "x"]}"#),
            Some("-1.50"),
            Some("a\"é\n"),
            None
        ]
    );
    assert_eq!(
        jsons(&read.fields_json),
        [
            Some("[ 1 ]"),
            Some("true"),
            Some(r#"{"k": [1, "x"]}"#),
            Some("-1.50"),
            Some(r#""a\"é\n""#),
            None
        ]
    );
    // Nothing of the JSON form is copied.
    assert!(read.fields_json.iter().flatten().all(|f| matches!(f, Cow::Borrowed(_))));
    assert_eq!(insert("[{\"a\":1}]"), insert("{\"a\":1}"));
}

#[test]
fn the_last_of_equal_keys_wins() {
    let read = insert(r#"{"a":1,"b":2,"\u0061":3,"a":4}"#).unwrap();
    assert_eq!(read.columns, ["a", "b"]);
    assert_eq!(texts(&read.fields), [Some("4"), Some("2")]);
}

#[test]
fn rows_stay_one_text() {
    let body = r#" [{"b":1,"a":2}, {"a":3,"b":4}, {"a":3,"b":4,"a":5}] "#;
    let read = insert(body).unwrap();
    assert_eq!(read.payload, Payload::Array);
    assert_eq!(read.columns, ["a", "b"]);
    assert!(matches!(read.body, Cow::Borrowed(b) if b == body.as_bytes()));
    assert_eq!((read.fields.len(), read.fields_json.len()), (0, 0));
}

#[test]
fn rows_need_the_same_keys_unless_columns_are_given() {
    for body in [
        r#"[{"a":1},{"b":1}]"#,
        r#"[{"a":1},{"a":1,"b":1}]"#,
        r#"[{"a":1,"b":2},{"a":1}]"#,
        r#"[{"a":1},{}]"#,
        r#"[{"a":1},null]"#,
        "[1]",
        r#"[[{"a":1}]]"#,
        r#"[{"a":1},[]]"#,
    ] {
        assert_eq!(insert(body), Err("All object keys must match".to_owned()), "{body}");
    }
    let columns = ["b".to_owned(), "a".to_owned(), "b".to_owned()];
    let body = br#"[{"a":1},{"b":1,"c":1}]"#;
    let read = rows(body, BodyKind::Json, Verb::Insert, Some(&columns), true).unwrap();
    assert_eq!(
        (read.payload, read.columns),
        (Payload::Array, vec!["b".to_owned(), "a".to_owned()])
    );
}

#[test]
fn columns_choose_what_of_an_object_is_written() {
    let columns = ["c".to_owned(), "a".to_owned(), "d".to_owned()];
    let body = br#"{"a":1,"b":2,"c":null,"a":3}"#;
    let read = rows(body, BodyKind::Json, Verb::Insert, Some(&columns), false).unwrap();
    assert_eq!(read.columns, columns);
    assert_eq!(texts(&read.fields), [None, Some("3"), None]);
    assert_eq!(read.defaults, Vec::<String>::new());

    let read = rows(body, BodyKind::Json, Verb::Insert, Some(&columns), true).unwrap();
    assert_eq!((read.columns, read.defaults), (vec!["c".into(), "a".into()], vec!["d".to_owned()]));

    let absent = ["x".to_owned()];
    let read = rows(body, BodyKind::Json, Verb::Insert, Some(&absent), true).unwrap();
    assert_eq!((read.payload, read.defaults), (Payload::Empty, vec!["x".to_owned()]));
}

#[test]
fn nothing_and_defaults_are_told_apart() {
    for body in ["{}", "[{}]", " [ { } ] ", "[{},{}]"] {
        assert_eq!(insert(body).unwrap().payload, Payload::Empty, "{body}");
    }
    for body in ["[]", " [ ] "] {
        assert_eq!(insert(body).unwrap().payload, Payload::None, "{body}");
    }
    for body in ["null", "1", "\"x\"", " true "] {
        let message = "The body must be an object or an array of objects";
        assert_eq!(insert(body), Err(message.to_owned()), "{body}");
    }
}

#[test]
fn an_update_takes_the_first_row_and_a_put_exactly_one() {
    let body = br#"[{"a":1},{"b":2}]"#;
    let read = rows(body, BodyKind::Json, Verb::Update, None, false).unwrap();
    assert_eq!((read.payload, texts(&read.fields)), (Payload::Object, vec![Some("1")]));
    for body in ["[{\"a\":1},{\"a\":2}]", "[]", "{}"] {
        let error = rows(body.as_bytes(), BodyKind::Json, Verb::Put, None, false).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST115"), "{body}");
    }
    assert!(rows(b"[{\"a\":1}]", BodyKind::Json, Verb::Put, None, false).is_ok());
}

#[test]
fn refuses_what_is_no_json() {
    for body in
        ["", "{", "[", "[{}", "[{},]", "{\"a\":1}x", "[]]", "{\"a\"}", "{\"a\":1 \"b\":2}", "nul"]
    {
        assert_eq!(insert(body), Err("Empty or invalid json".to_owned()), "{body}");
    }
    let error = rows(b"{\"a\":\"\xff\"}", BodyKind::Json, Verb::Insert, None, false).unwrap_err();
    assert_eq!((error.status, error.message.as_str()), (400, "Empty or invalid json"));
    let error = rows(br#"{"a":"\u0000"}"#, BodyKind::Json, Verb::Insert, None, false).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "22P05"));
    for body in [format!("[{}", "[".repeat(1_000_000)), format!("{{\"a\":{}", "[".repeat(64))] {
        assert_eq!(insert(&body), Err("JSON beyond the limits".to_owned()));
    }
    let keys: Vec<_> = (0..100_000).map(|i| format!("\"{i}\":1")).collect();
    assert_eq!(
        insert(&format!("{{{}}}", keys.join(","))),
        Err("JSON beyond the limits".to_owned())
    );
}

#[test]
fn many_rows_do_not_add_up_to_the_key_limit() {
    let row = r#"{"a":1,"b":2}"#;
    let body = format!("[{}]", vec![row; crate::limits::JSON_KEYS].join(","));
    assert_eq!(insert(&body).unwrap().payload, Payload::Array);
}

#[test]
fn no_more_columns_are_written_than_a_table_has() {
    let keys = |n: usize| (0..n).map(|i| format!("\"{i}\":1")).collect::<Vec<_>>().join(",");
    let most = limits::COLUMNS;
    assert_eq!(insert(&format!("{{{}}}", keys(most))).unwrap().columns.len(), most);
    let refused = Err("At most 1600 columns can be written".to_owned());
    let row = format!("{{{}}}", keys(most + 1));
    assert_eq!(insert(&row).map(|_| ()), refused);
    assert_eq!(insert(&format!("[{row},{row}]")).map(|_| ()), refused);
}

#[test]
fn csv_becomes_fields_or_an_array() {
    let read = |body: &'static str| rows(body.as_bytes(), BodyKind::Csv, Verb::Insert, None, false);
    let one = read("b,a\nx\"\",NULL\n");
    assert!(one.is_err());
    let one = read("b,a\n\"x\"\"y\",NULL\n").unwrap();
    assert_eq!((one.payload, one.columns), (Payload::Object, vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(texts(&one.fields), [None, Some("x\"y")]);
    assert_eq!(jsons(&one.fields_json), [None, Some(r#""x\"y""#)]);

    let many = read("b,a\n1,NULL\né,\n").unwrap();
    assert_eq!(
        (many.payload, many.columns),
        (Payload::Array, vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(many.body.as_ref(), r#"[{"b":"1","a":null},{"b":"é","a":""}]"#.as_bytes());

    assert_eq!(read("a,b\n").unwrap().payload, Payload::None);
    for body in ["a,b\n1\n", "a,b\n1,2,3\n", "a,b\n1,2\n3\n"] {
        let error = read(body).unwrap_err();
        assert_eq!(error.message, "All lines must have same number of fields", "{body}");
        assert_eq!(error.code, "PGRST102");
    }
    assert_eq!(read("").unwrap_err().message, "Empty or invalid csv");
}

#[test]
fn forms_are_objects_of_text() {
    let body = b"b=1+2%2B&a=%C3%A9&c&b=3&&=x";
    let read = rows(body, BodyKind::Form, Verb::Insert, None, false).unwrap();
    assert_eq!(read.columns, ["", "a", "b", "c"]);
    assert_eq!(texts(&read.fields), [Some("x"), Some("é"), Some("3"), Some("")]);
    for body in [&b"a=%ff"[..], b"a=%00", b"\xff=1"] {
        let error = rows(body, BodyKind::Form, Verb::Insert, None, false).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST102"));
    }
}

#[test]
fn tables_take_no_raw_bodies() {
    let error = rows(b"x", BodyKind::Text, Verb::Insert, None, false).unwrap_err();
    assert_eq!(error.message, "Content-Type not acceptable: text/plain");
}

#[test]
fn calls_take_an_object_a_form_or_a_raw_body() {
    let read = arguments(br#"{"b":"x","a":{"k":1},"b":"y"}"#, BodyKind::Json, None).unwrap();
    assert_eq!((read.kind, read.names), (CallKind::Json, vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(texts(&read.values), [Some("{\"k\":1}"), Some("y")]);
    assert_eq!(jsons(&read.values_json), [Some("{\"k\":1}"), Some("\"y\"")]);
    assert_eq!(read.body.as_ref(), br#"{"b":"x","a":{"k":1},"b":"y"}"#);

    let empty = arguments(b"", BodyKind::Json, None).unwrap();
    assert_eq!((empty.kind, empty.body.as_ref()), (CallKind::Json, &b"{}"[..]));

    let first = br#"[{"b": 1, "a": 2}, {"a": 3}]"#;
    let first = arguments(first, BodyKind::Json, None).unwrap();
    assert_eq!(
        (first.kind, first.names.as_slice()),
        (CallKind::Json, ["a".to_owned(), "b".to_owned()].as_slice())
    );
    assert_eq!(first.values, [Some("2".to_owned()), Some("1".to_owned())]);
    let some = ["b".to_owned(), "c".to_owned()];
    let some = arguments(br#"{"a": 1, "b": 2}"#, BodyKind::Json, Some(&some)).unwrap();
    assert_eq!((some.names.as_slice(), some.values.len()), (["b".to_owned()].as_slice(), 1));
    for broken in ["[{}", "[{},]", "[1 2]", "[{\"a\":1},x]"] {
        assert!(arguments(broken.as_bytes(), BodyKind::Json, None).is_err(), "{broken}");
    }
    let array = arguments(b"[1, 2]", BodyKind::Json, None).unwrap();
    assert_eq!((array.kind, array.body.as_ref()), (CallKind::Raw(RawKind::Json), &b"[1, 2]"[..]));

    let form = arguments(b"v=2&a=1&v=1", BodyKind::Form, None).unwrap();
    assert_eq!(
        (form.kind, form.names),
        (CallKind::Query, vec!["a".into(), "v".into(), "v".into()])
    );
    assert_eq!(texts(&form.values), [Some("1"), Some("2"), Some("1")]);

    let octets = arguments(b"\x00\xffa", BodyKind::Octets, None).unwrap();
    assert_eq!(
        (octets.kind, octets.body.as_ref()),
        (CallKind::Raw(RawKind::Bytea), &b"\\x00ff61"[..])
    );
    let text = arguments("é".as_bytes(), BodyKind::Text, None).unwrap();
    assert_eq!((text.kind, text.body.as_ref()), (CallKind::Raw(RawKind::Text), "é".as_bytes()));
    assert_eq!(arguments(b"<a/>", BodyKind::Xml, None).unwrap().kind, CallKind::Raw(RawKind::Xml));

    for (body, kind) in [
        (&b"{"[..], BodyKind::Json),
        (b"{} {}", BodyKind::Json),
        (b"\xff", BodyKind::Text),
        (b"a\0", BodyKind::Xml),
        (b"a\n1\n2\n", BodyKind::Csv),
    ] {
        assert_eq!(arguments(body, kind, None).unwrap_err().code, "PGRST102", "{kind:?}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut state = 7_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let seeds: [&[u8]; 4] = [
        br#"[{"a":"\ud83d\ude00","b":[1,{}]},{"b":null,"a":-0.1e5}]"#,
        b"a,\"b\"\r\n1,\"x\"\"y\"\n",
        b"a=%C3%A9&b=+%2",
        "{\"é\":\"\\u00e9\"}".as_bytes(),
    ];
    let kinds = [BodyKind::Json, BodyKind::Csv, BodyKind::Form, BodyKind::Text, BodyKind::Octets];
    for round in 0..30_000 {
        let mut body = seeds[round % seeds.len()].to_vec();
        for _ in 0..next() % 6 {
            let at = next() as usize % body.len();
            body[at] = next() as u8;
        }
        body.truncate(next() as usize % (body.len() + 1));
        for kind in kinds {
            for verb in [Verb::Insert, Verb::Update, Verb::Put] {
                if let Err(error) = rows(&body, kind, verb, None, true) {
                    assert_eq!(error.status, 400);
                }
            }
            if let Err(error) = arguments(&body, kind, None) {
                assert_eq!(error.status, 400);
            }
        }
    }
}
