//! `/rest/v1/rpc/…` in breadth: how arguments arrive, which overload is meant, what results look like, what a method may.

use howdah_tests::api::{Api, Call};
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::{Value, json};

fn api() -> Api<'static> {
    Api::anon(shared(), "calls")
}

fn form<'h>(api: &Api<'h>, path: &str, body: &str) -> Call<'h> {
    api.rest("POST", path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(body.as_bytes().to_vec())
}

#[test]
fn results_have_the_form_of_their_type() {
    let api = api();
    let cases: [(&str, Value); 24] = [
        ("say?name=￥", json!("Hello, ￥")),
        ("ints", json!([1, 2, 3])),
        ("numbers?n=3", json!([1, 2, 3])),
        ("a_mood?m=b\"ad", json!("b\"ad")),
        ("an_even?val=8", json!(8)),
        ("a_range?low=10&up=20", json!("[10,20)")),
        ("a_point", json!({"x": 10, "y": 5})),
        ("a_point_domain", json!({"x": 10, "y": 5})),
        ("a_record", json!({"id": 1, "name": "x"})),
        ("records", json!([{"id": 1, "name": "x"}, {"id": 2, "name": "y"}])),
        ("null_int", Value::Null),
        ("nobody", json!([])),
        ("table_of_one", json!([{"a": "A"}])),
        (
            "table_of_two?start=1&id=gt.1&order=id.desc",
            json!([{"id": 3, "twice": 6}, {"id": 2, "twice": 4}]),
        ),
        ("outs", json!({"j": {"a": 1}, "num": 3})),
        ("one_inout?num=2", json!({"num": 3})),
        ("inouts?num=1&str=two&b=false", json!({"num": 1, "str": "two", "b": false})),
        ("inouts?num=1&str=two", json!({"num": 1, "str": "two", "b": true})),
        ("test", json!([{"test": "hello", "value": 1}])),
        (
            "as_domain?select=id,client(name)&order=id",
            json!([{"id": 1, "client": {"name": "Indus"}}, {"id": 2, "client": {"name": "Nile"}}]),
        ),
        ("one_domain?select=id,name", json!({"id": 1, "name": "project 1"})),
        ("stamp", json!("2026-01-02T03:04:05+00:00")),
        ("odd%20%2Fname%3F?\"a%26b\"=1&ç=é", json!("1é")),
        (
            "quoted%20Function?user=m&fullName=M S&SSN=4-X",
            json!({"u": "m", "f": "M S", "s": "4-X"}),
        ),
    ];
    each(&cases, |(path, wanted)| {
        if path.starts_with("numbers") {
            // It counts its calls, so it is for POST.
            return;
        }
        api.get(&format!("/rpc/{path}")).is(200).equals(wanted.clone());
    });
    api.rpc("numbers", json!({"n": 3})).is(200).equals(json!([1, 2, 3]));
    api.rpc("nothing", json!({})).is(204).has("content-type", None);
    api.get("/rpc/no_secret").refused();
    api.rpc("asserts", json!({})).fails(500, "P0004");
}

#[test]
fn arguments_come_by_json_query_and_form() {
    let api = api();
    let all = json!({"d": 3.1, "v": "hello", "b": true, "dt": "2019-01-01", "m": "good", "arr": ["a", "b,c", null], "i": 43, "j": {"some key": "x"}, "jb": {"k": [1, 2, "3"]}});
    api.rpc("varied", all.clone()).is(200).equals(all);
    let text = "d=3.1&v=hello&b=true&dt=20190101&m=good&arr=%7Ba,%22b,c%22%7D&i=43";
    let wanted = json!({"d": 3.1, "v": "hello", "b": true, "dt": "2019-01-01", "m": "good", "arr": ["a", "b,c"], "i": 43, "j": {}, "jb": {}});
    api.get(&format!("/rpc/varied?{text}")).is(200).equals(wanted.clone());
    form(&api, "/rpc/varied", text).send().is(200).equals(wanted);
    api.get("/rpc/varied?d=1&v=&b=f&dt=2020-01-01&m=good&arr={}&i=1&j={\"a\":[1]}&jb=[2]")
        .is(200)
        .equals(json!({"d": 1, "v": "", "b": false, "dt": "2020-01-01", "m": "good", "arr": [], "i": 1, "j": {"a": [1]}, "jb": [2]}));
    // JSON stays what it is.
    api.rpc("kind_of", json!({"arg": {"key": 3}})).equals(json!("object"));
    api.rpc("kind_of", json!({"arg": "{ \"key\": 3 }"})).equals(json!("string"));
    api.rpc("kind_of", json!({"arg": [1]})).equals(json!("array"));
    api.rpc("points", json!({"p": [{"x": 1, "y": 2}, {"y": 3, "x": null}]}))
        .equals(json!([{"x": 1, "y": 2}, {"x": null, "y": 3}]));
    api.rpc("moved", json!({"p": {"x": 1, "y": 2}, "by": 4})).equals(json!({"x": 5, "y": 2}));
    api.get("/rpc/moved?p=(1,2)&by=4").is(200).equals(json!({"x": 5, "y": 2}));
    for (query, wanted) in
        [("", json!([])), ("v=hi", json!(["hi"])), ("v=hi&v=th,ere", json!(["hi", "th,ere"]))]
    {
        api.get(&format!("/rpc/spread_out?{query}")).is(200).equals(wanted.clone());
        form(&api, "/rpc/spread_out", query).send().is(200).equals(wanted);
    }
    api.rpc("spread_out", json!({"v": ["a", "b"]})).equals(json!(["a", "b"]));
    // Of a name that comes several times the last counts, unless it is variadic.
    api.get("/rpc/say?name=ignored&name=world").equals(json!("Hello, world"));
    api.get("/rpc/say_and?name=ignored&name=n&v=1&v=2").equals(json!("n2"));
    api.get("/rpc/three?b=4").equals(json!(8));
    api.rpc("three", json!({"c": 0, "a": null})).equals(Value::Null);
    // What `columns=` does not name is not given.
    let named = api.rest("POST", "/rpc/say?columns=name");
    named
        .json(json!({"name": "John", "other": 1, "id": 13}))
        .send()
        .is(200)
        .equals(json!("Hello, John"));
    // Of several objects the first is meant.
    api.rpc("over", json!([{"a": 1, "b": 2}, {"a": 100, "b": 200}])).is(200).equals(json!(3));
    api.rest("POST", "/rpc/ints").send().is(200).equals(json!([1, 2, 3]));
    api.rest("POST", "/rpc/say?name=John").json(json!({"name": "x"})).send().fails(400, "PGRST100");
    let broken = api.rest("POST", "/rpc/say").header("Content-Type", "application/json");
    broken.bytes(b"sdfsdf".to_vec()).send().fails(400, "PGRST102");
    let unknown = api.rest("POST", "/rpc/say").header("Content-Type", "audio/mpeg3");
    unknown.bytes(b"x".to_vec()).send().fails(400, "PGRST102");
}

#[test]
fn an_unnamed_argument_takes_the_body() {
    let api = api();
    let raw = |name: &str, kind: &str, body: &[u8]| {
        api.rest("POST", &format!("/rpc/{name}"))
            .header("Content-Type", kind)
            .bytes(body.to_vec())
            .send()
    };
    for (kind, body, wanted) in [
        ("application/json", "{\"x\": 1}", "json object"),
        ("application/json", "[1, 2]", "json array"),
        ("application/json", "[{\"x\": 1}, {\"x\": 2}]", "json array"),
        ("application/json", "7", "json number"),
        ("application/json", "{\"a\": 1, \"b\": 2}", "named 3"),
        ("text/plain", "a {plain} text", "text a {plain} text"),
        ("text/xml", "<a>1</a>", "xml <a>1</a>"),
        ("application/octet-stream", "four", "bytea 4"),
    ] {
        raw("un", kind, body.as_bytes()).is(200).equals(json!(wanted));
    }
    let vague = raw("both_json", "application/json", b"{}").fails(300, "PGRST203");
    assert_eq!(
        vague["message"],
        "Could not choose the best candidate function between: calls.both_json( => json), calls.both_json( => jsonb)"
    );
    let none = raw("say", "text/plain", b"x").fails(404, "PGRST202");
    assert_eq!(
        (&none["message"], &none["details"], &none["hint"]),
        (
            &json!("Could not find the function calls.say in the schema cache"),
            &json!(
                "Searched for the function calls.say with a single unnamed text parameter, but no matches were found in the schema cache."
            ),
            &Value::Null
        )
    );
    raw("ints", "application/octet-stream", b"").fails(404, "PGRST202");
    api.get("/rpc/un").fails(404, "PGRST202");
}

#[test]
fn the_arguments_decide_the_overload() {
    let api = api();
    api.get("/rpc/over").equals(json!([1, 2, 3]));
    api.get("/rpc/over?a=1&b=2").equals(json!(3));
    api.get("/rpc/over?a=1&b=2&c=3").equals(json!("123"));
    form(&api, "/rpc/over", "a=1&b=2").send().equals(json!(3));
    let posted = |path: &str, body: Value| api.rest("POST", path).json(body).send();
    posted("/rpc/over_default?select=id,client(name)", json!({}))
        .is(200)
        .equals(json!([{"id": 1, "client": {"name": "Indus"}}]));
    posted("/rpc/over_default", json!({"must": 1})).is(200).equals(json!({"must": 1}));
    posted("/rpc/over_default?select=id", json!({"a": 4})).is(200).equals(json!([{"id": 4}]));
    let vague = api.get("/rpc/same_args?arg=v").fails(300, "PGRST203");
    assert_eq!(
        vague["message"],
        "Could not choose the best candidate function between: calls.same_args(arg => integer), calls.same_args(arg => xml), calls.same_args(arg => text, num => integer)"
    );
    assert_eq!(vague["details"], Value::Null);
    api.get("/rpc/same_args?arg=v&num=1").is(200).equals(json!("text"));
}

#[test]
fn says_which_function_was_meant() {
    let api = api();
    let cases: [(&str, &str, &str, Value); 6] = [
        (
            "all_project",
            "calls.all_project without parameters",
            "calls.all_project without parameters",
            json!("Perhaps you meant to call the function calls.all_projects"),
        ),
        (
            "say?nam=P",
            "calls.say(nam)",
            "calls.say with parameter nam",
            json!("Perhaps you meant to call the function calls.say(name)"),
        ),
        (
            "over?wrong_arg=v",
            "calls.over(wrong_arg)",
            "calls.over with parameter wrong_arg",
            Value::Null,
        ),
        (
            "over?a=1&b=2&wrong_arg=v",
            "calls.over(a, b, wrong_arg)",
            "calls.over with parameters a, b, wrong_arg",
            json!("Perhaps you meant to call the function calls.over(a, b, c)"),
        ),
        (
            "moved?by=1&x=2",
            "calls.moved(by, x)",
            "calls.moved with parameters by, x",
            json!("Perhaps you meant to call the function calls.moved(by, p)"),
        ),
        (
            "hidden_by_gran?a=1",
            "calls.hidden_by_gran(a)",
            "calls.hidden_by_gran with parameter a",
            Value::Null,
        ),
    ];
    each(&cases, |(path, what, searched, hint)| {
        let body = api.get(&format!("/rpc/{path}")).fails(404, "PGRST202");
        assert_eq!(
            body["message"],
            format!("Could not find the function {what} in the schema cache")
        );
        assert_eq!(
            body["details"],
            format!(
                "Searched for the function {searched}, but no matches were found in the schema cache."
            )
        );
        assert_eq!(&body["hint"], hint);
    });
    let posted = api.rpc("say", json!({"nam": "x"})).fails(404, "PGRST202");
    assert_eq!(
        posted["details"],
        "Searched for the function calls.say with parameter nam or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache."
    );
}

#[test]
fn sets_are_read_like_relations() {
    let api = api();
    for method in ["GET", "POST"] {
        let ids = |path: &str| {
            let call = api.rest(method, path);
            let call = if method == "POST" { call.json(json!({})) } else { call };
            call.send().ids()
        };
        assert_eq!(
            ids("/rpc/all_projects?id=gt.1&id=lt.5&select=id&order=id.desc&limit=2&offset=1"),
            [3, 2]
        );
        assert_eq!(
            ids("/rpc/all_projects?select=id,client!inner(name)&client.name=eq.Nile&order=id"),
            [2, 4]
        );
        assert_eq!(ids("/rpc/all_projects?or=(id.eq.1,name.like.*5)&order=id"), [1, 5]);
    }
    // A filter may be called like the argument.
    assert_eq!(api.ids("/rpc/below?id=5&id=gt.2&select=id&order=id"), [3, 4]);
    assert_eq!(api.ids("/rpc/below?id=5&id=not.in.(1,3)&select=id&order=id"), [2, 4]);
    api.get("/rpc/all_projects?select=id,project_words&id=eq.1")
        .is(200)
        .equals(json!([{"id": 1, "project_words": "project 1!"}]));
    api.get("/rpc/all_projects?select=client_id,count()&order=client_id")
        .is(200)
        .equals(json!([{"client_id": 1, "count": 2}, {"client_id": 2, "count": 3}]));
    let csv = api.rest("GET", "/rpc/below?id=3&order=id").accept("text/csv").send();
    assert_eq!(csv.is(200).text(), "id,name,client_id\n1,\"project 1\",2\n2,\"project 2\",1");
    let one = api
        .rest("POST", "/rpc/below")
        .accept("application/vnd.pgrst.object+json")
        .json(json!({"id": 2}));
    one.send().is(200).equals(json!({"id": 1, "name": "project 1", "client_id": 2}));
    // Nobody knows the columns of records.
    for query in ["select=id", "id=eq.1", "or=(id.eq.1,id.eq.2)", "order=id"] {
        api.get(&format!("/rpc/records?{query}")).fails(400, "42703");
        api.get(&format!("/rpc/a_record?{query}")).fails(400, "42703");
    }
}

#[test]
fn ranges_and_counts_are_those_of_relations() {
    let api = api();
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let call = api.rest(method, path);
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        if method == "POST" { call.json(json!({})).send() } else { call.send() }
    };
    let range = ("Range", "1-1");
    let exact = ("Prefer", "count=exact");
    ask("GET", "/rpc/below?id=3", &[range]).is(200).has("content-range", "1-1/*");
    ask("GET", "/rpc/below?id=3", &[range, exact]).is(206).has("content-range", "1-1/2");
    ask("HEAD", "/rpc/below?id=3&limit=1&offset=1", &[exact]).is(206).has("content-range", "1-1/2");
    ask("HEAD", "/rpc/all_projects?select=*,client!inner(*)&client.id=eq.1", &[exact])
        .is(200)
        .has("content-range", "0-1/2");
    // The header is for GET alone.
    ask("HEAD", "/rpc/below?id=3", &[range, exact]).is(200).has("content-range", "0-1/2");
    ask("POST", "/rpc/all_projects?limit=2&offset=1", &[("Range", "0-0"), exact])
        .is(206)
        .has("content-range", "1-2/5");
    ask("GET", "/rpc/below?id=3&offset=9", &[exact]).fails(416, "PGRST103");
    // A single value is one row.
    for path in
        ["/rpc/three", "/rpc/an_even?val=8", "/rpc/a_point", "/rpc/null_int", "/rpc/a_record"]
    {
        for count in ["exact", "planned", "estimated"] {
            let prefer = format!("count={count}");
            let reply = ask("GET", path, &[("Prefer", &prefer)]);
            reply.is(200).has("content-range", "0-0/1").has("preference-applied", prefer.as_str());
        }
    }
    // What is volatile is called once, counted or not.
    let before: i64 =
        shared().value("SELECT last_value FROM calls.called").parse().expect("a number");
    ask("POST", "/rpc/touched?limit=2&order=id&id=gt.1&select=id,project_words", &[exact])
        .is(206)
        .has("content-range", "0-1/4")
        .equals(json!([{"id": 2, "project_words": "project 2!"}, {"id": 3, "project_words": "project 3!"}]));
    ask("POST", "/rpc/touched?limit=1&select=id,client!inner(name)&client.name=eq.Nile", &[exact])
        .is(206)
        .has("content-range", "0-0/2");
    ask("POST", "/rpc/numbers?limit=2&offset=1", &[exact])
        .is(206)
        .has("content-range", "1-2/5")
        .equals(json!([2, 3]));
    ask("POST", "/rpc/numbers", &[exact]).is(200).has("content-range", "0-4/5");
    let after: i64 =
        shared().value("SELECT last_value FROM calls.called").parse().expect("a number");
    assert!(after - before <= 4 + 1, "called {} times", after - before);
}

#[test]
fn a_method_may_what_the_function_says() {
    let api = api();
    let logged = |what: &str| {
        shared().value(&format!("SELECT count(*) FROM calls.log WHERE what = '{what}'"))
    };
    api.get("/rpc/logs?what=get").fails(405, "25006");
    api.rest("HEAD", "/rpc/logs?what=head").send().is(405);
    api.rpc("logs", json!({"what": "post"})).is(200);
    // One that says it only reads must not write, whichever way it is called.
    api.get("/rpc/lies?what=lie").fails(405, "25006");
    api.rpc("lies", json!({"what": "lie"})).fails(405, "25006");
    assert_eq!(
        (logged("get"), logged("head"), logged("lie")),
        ("0".into(), "0".into(), "0".into())
    );
    assert_ne!(logged("post"), "0");
    let first = api.rpc("counter", json!({})).is(200).json();
    let second = api.rpc("counter", json!({})).is(200).json();
    assert!(second.as_i64() > first.as_i64());
    for (path, allow) in [("/rpc/logs", "OPTIONS,POST"), ("/rpc/say", "OPTIONS,GET,HEAD,POST")] {
        api.rest("OPTIONS", path).send().is(200).has("allow", allow);
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        let body = api.rest(method, "/rpc/say").send().fails(405, "PGRST101");
        assert_eq!(body["message"], format!("Cannot use the {method} method on RPC"));
    }
    api.get("/rpc/settings_of?name=transaction_isolation").is(200).equals(json!("repeatable read"));
    api.get("/rpc/settings_of?name=work_mem").is(200).equals(json!("7MB"));
    // params=single-object is gone: it is a preference like any that is not known.
    let gone = api.rest("POST", "/rpc/three").prefer("params=single-object").json(json!({"a": 1}));
    gone.send().is(200).has("preference-applied", None);
    let strict = api.rest("POST", "/rpc/three").prefer("params=single-object, handling=strict");
    strict.json(json!({"a": 1})).send().fails(400, "PGRST122");
}
