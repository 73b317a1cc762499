use crate::fake::{Fake, coded, function, header};
use howdah_core::rest::shape::{CallKind, Count, Form, RawKind, ResultKind, Verb};
use howdah_core::rest::{Ending, Isolation};

fn scalar() -> Fake {
    Fake { rows: 1, body: "3", result: ResultKind::Scalar, ..Fake::default() }
}

#[test]
fn arguments_come_from_query_or_object() {
    let fake = scalar();
    let response = fake.get("/rpc/add?b=2&a=1");
    assert_eq!((response.status, response.body.as_slice()), (200, &b"3"[..]));
    assert_eq!(header(&response, "Content-Range"), "0-0/*");
    assert_eq!(header(&response, "Content-Location"), "-");
    let shape = fake.shape();
    assert_eq!((shape.verb, shape.call.kind), (Verb::Call, CallKind::Query));
    assert_eq!(shape.call.arguments, ["a", "b"]);
    assert_eq!(*fake.arguments.borrow(), [Some("1".to_owned()), Some("2".to_owned())]);

    fake.ok("POST /rpc/add?select=x&x=eq.1", "", "{\"b\":null,\"a\":\"1\"}");
    let shape = fake.shape();
    assert_eq!((shape.call.kind, shape.call.arguments.join(",")), (CallKind::Json, "a,b".into()));
    assert_eq!(shape.query.filters.len(), 1);
    assert_eq!(*fake.arguments.borrow(), [Some("1".to_owned()), None]);

    fake.ok("POST /rpc/add", "content-type: application/x-www-form-urlencoded\n", "a=1&b=2");
    assert_eq!(fake.shape().call.kind, CallKind::Query);
    fake.ok("POST /rpc/add", "content-type: application/octet-stream\n", "\u{1}");
    assert_eq!(fake.shape().call.kind, CallKind::Raw(RawKind::Bytea));
}

#[test]
fn a_parameter_like_a_filter_may_be_an_argument() {
    let fake = scalar();
    fake.get("/rpc/add?a=eq.1&b=2");
    assert_eq!(fake.shape().call.arguments, ["a", "b"]);
    assert_eq!(fake.shape().query.filters.len(), 0);
    fake.get("/rpc/add?a=1&b=2&id=eq.1");
    assert_eq!((fake.shape().call.arguments.len(), fake.shape().query.filters.len()), (2, 1));
}

#[test]
fn void_answers_204() {
    let fake = Fake { rows: 1, body: "", result: ResultKind::Void, ..Fake::default() };
    let response = fake.ok("POST /rpc/now", "", "");
    assert_eq!((response.status, response.body.len()), (204, 0));
    assert_eq!(header(&response, "Content-Type"), "-");
}

#[test]
fn scalars_can_be_raw() {
    let mut fake = Fake { planned_for_real: true, ..scalar() };
    for (accept, content_type) in [
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/xml", "text/xml; charset=utf-8"),
        ("application/octet-stream", "application/octet-stream"),
    ] {
        let response = fake.ok("POST /rpc/now", &format!("accept: {accept}\n"), "");
        assert_eq!(header(&response, "Content-Type"), content_type);
    }
    fake.functions[1].set = true;
    fake.ran.borrow_mut().clear();
    let error = fake.fails("POST /rpc/now", "accept: text/plain\n", "");
    assert_eq!(coded(&error), (406, "PGRST107"));
    assert!(fake.ran.borrow().is_empty());
}

#[test]
fn sets_page_and_count() {
    let fake = Fake { rows: 2, counted: 9, ..Fake::default() };
    let response = fake.ok("GET /rpc/now?limit=2&offset=4", "prefer: count=exact\n", "");
    assert_eq!((response.status, header(&response, "Content-Range")), (206, "4-5/9"));
    assert_eq!(fake.shape().count, Some(Count::Exact));
    let response = fake.ok("HEAD /rpc/now", "", "");
    assert_eq!((response.status, fake.shape().form), (200, Form::None));
}

#[test]
fn max_affected_needs_a_set() {
    let strict = "prefer: handling=strict, max-affected=1\n";
    let one = scalar();
    assert_eq!(coded(&one.fails("POST /rpc/now", strict, "")), (400, "PGRST128"));
    assert!(one.ran.borrow().is_empty());
    let set = Fake::default();
    assert_eq!(coded(&set.fails("POST /rpc/now", strict, "")), (400, "PGRST124"));
    let response = set.ok("POST /rpc/now", "prefer: handling=strict, max-affected=2\n", "");
    assert_eq!(header(&response, "Preference-Applied"), "handling=strict, max-affected=2");
}

#[test]
fn functions_are_called_by_get_head_and_post() {
    let mut fake = scalar();
    fake.functions.push(function("f", &[]));
    for method in ["PUT", "PATCH", "DELETE"] {
        let error = fake.fails(&format!("{method} /rpc/f"), "", "");
        assert_eq!(coded(&error), (405, "PGRST101"));
        assert_eq!(error.message, format!("Cannot use the {method} method on RPC"));
    }
}

#[test]
fn a_function_at_a_stronger_isolation_level_is_not_run_yet() {
    let set = |level: &str| Fake {
        function_settings: vec![("default_transaction_isolation".into(), level.into())],
        ..scalar()
    };
    let fake = set("serializable");
    let answer = fake.send("POST /rpc/add", "", b"{\"a\":1,\"b\":2}").unwrap();
    assert_eq!(answer.ending, Ending::Repeat(Isolation::Serializable));
    assert!(fake.ran.borrow().is_empty());
    let fake = set("read committed");
    let answer = fake.send("POST /rpc/add", "", b"{\"a\":1,\"b\":2}").unwrap();
    assert_eq!((answer.ending, fake.ran.borrow().len()), (Ending::Commit, 1));
}

#[test]
fn isolation_levels_read_as_settings_write_them() {
    let read = Isolation::from_setting;
    assert_eq!(read("SERIALIZABLE"), Some(Isolation::Serializable));
    assert_eq!(read("repeatable read"), Some(Isolation::RepeatableRead));
    assert_eq!((read("read committed"), read("read uncommitted"), read("x")), (None, None, None));
    assert!(None < Some(Isolation::RepeatableRead));
    assert!(Isolation::RepeatableRead < Isolation::Serializable);
}
