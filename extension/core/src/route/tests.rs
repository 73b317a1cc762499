use super::*;
use crate::http::RAW_BODY;

fn route(method: &str, pattern: &str, function: &str) -> Route {
    Route {
        id: 0,
        method: method.to_owned(),
        pattern: Pattern::compile(pattern).unwrap(),
        function: function.to_owned(),
        lane: Lane::Fast,
        max_body: None,
        timeout_ms: None,
        builtin: false,
    }
}

fn builtin(method: &str, pattern: &str, function: &str) -> Route {
    Route { builtin: true, ..route(method, pattern, function) }
}

/// `function(name=value,…)`, `405 …`, `404` or `400`.
fn show(router: &Router, method: &str, path: &str) -> String {
    match router.match_path(method, path) {
        Match::Found { route, parameters } => {
            let values: Vec<_> = parameters.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("{}({})", route.function, values.join(","))
        }
        Match::Method { allow } => format!("405 {}", allow.join(",")),
        Match::Nothing => "404".to_owned(),
        Match::BadPath => "400".to_owned(),
    }
}

fn router() -> Router {
    let router = Router::new(vec![
        route("GET", "/", "root"),
        route("GET", "/hello/{name}", "hello"),
        route("GET", "/hello/world", "world"),
        route("POST", "/hello/{who}", "greet"),
        route("GET", "/hello/{name}/x", "x"),
        route("DELETE", "/hello/world", "end"),
        route("GET", "/files/{path...}", "files"),
        route("GET", "/files/{a}/meta", "meta"),
        route("PUT", "/a/{b}/c/{d...}", "put"),
        route("GET", "/slash/", "slash"),
        route("GET", "/{any...}", "any"),
        builtin("GET", "/rest/v1/{relation...}", "rest"),
        builtin("POST", "/auth/v1/token", "token"),
    ]);
    assert_eq!(router.problems, Vec::<String>::new());
    router
}

#[test]
fn prefers_literals_then_parameters_then_the_rest() {
    let router = router();
    for (method, path, want) in [
        ("GET", "/", "root()"),
        ("GET", "/hello/world", "world()"),
        ("GET", "/hello/you", "hello(name=you)"),
        ("POST", "/hello/world", "greet(who=world)"),
        ("POST", "/hello/you", "greet(who=you)"),
        ("GET", "/hello/world/x", "x(name=world)"),
        ("GET", "/hello/you/y", "any(any=hello/you/y)"),
        ("GET", "/files/a/meta", "meta(a=a)"),
        ("GET", "/files/a/b/c", "files(path=a/b/c)"),
        ("GET", "/files/", "files(path=)"),
        ("GET", "/files", "any(any=files)"),
        ("PUT", "/a/1/c/2/3", "put(b=1,d=2/3)"),
        ("PUT", "/a//c/2", "405 GET,HEAD"),
        ("GET", "/slash/", "slash()"),
        ("GET", "/slash", "any(any=slash)"),
        ("HEAD", "/hello/you", "hello(name=you)"),
        ("HEAD", "/rest/v1/film", "rest(relation=film)"),
    ] {
        assert_eq!(show(&router, method, path), want, "{method} {path}");
    }
}

#[test]
fn tells_a_wrong_method_from_a_wrong_path() {
    let router = Router::new(vec![
        route("GET", "/a/{x}", "f"),
        route("PATCH", "/a/{x}", "f"),
        route("DELETE", "/a/b", "g"),
    ]);
    assert_eq!(show(&router, "POST", "/a/b"), "405 DELETE,GET,HEAD,PATCH");
    assert_eq!(show(&router, "POST", "/a/c"), "405 GET,HEAD,PATCH");
    assert_eq!(show(&router, "HEAD", "/a/b"), "f(x=b)");
    assert_eq!(show(&router, "OPTIONS", "/a/c"), "405 GET,HEAD,PATCH");
    for path in ["/", "", "a/b", "/a", "/a/", "/a/b/", "/A/b", "//a/b", "*", "/a/b/c"] {
        assert_eq!(show(&router, "GET", path), "404", "{path}");
    }
}

#[test]
fn decodes_after_splitting() {
    let router = router();
    assert_eq!(show(&router, "GET", "/hello/a%2Fb"), "hello(name=a/b)");
    assert_eq!(show(&router, "GET", "/hello/%77orld"), "world()");
    assert_eq!(show(&router, "GET", "/hello/%D8%AA"), "hello(name=ت)");
    assert_eq!(show(&router, "GET", "/hello/.."), "hello(name=..)");
    assert_eq!(show(&router, "GET", "/hello/a+b"), "hello(name=a+b)");
    assert_eq!(show(&router, "GET", "/hello/%zz"), "hello(name=%zz)");
    for path in ["/hello/%ff", "/hello/%00", "/hello/\0"] {
        assert_eq!(show(&router, "GET", path), "400", "{path}");
    }
}

#[test]
fn own_routes_never_answer_under_reserved_paths() {
    let router = router();
    assert_eq!(show(&router, "GET", "/auth/v1/token"), "405 POST");
    assert_eq!(show(&router, "GET", "/auth/v1/other"), "404");
    assert_eq!(show(&router, "GET", "/%61uth/v1/other"), "404");
    assert_eq!(show(&router, "GET", "/metrics"), "404");
    assert_eq!(show(&router, "GET", "/auth/v2"), "any(any=auth/v2)");
    let refused = Router::new(vec![route("GET", "/rest/v1/mine", "f")]);
    assert!(refused.routes().is_empty() && refused.problems[0].contains("reserved"));
}

#[test]
fn of_equal_routes_the_built_in_one_stands() {
    let router = Router::new(vec![
        route("GET", "/x/{a}", "own"),
        builtin("GET", "/x/{b}", "ours"),
        route("POST", "/x/{a}", "post"),
    ]);
    assert_eq!(show(&router, "GET", "/x/1"), "ours(b=1)");
    assert_eq!(show(&router, "POST", "/x/1"), "post(a=1)");
    assert_eq!(router.problems.len(), 1);
}

#[test]
fn stays_fast_on_hostile_paths_and_many_routes() {
    let mut routes: Vec<_> =
        (0..limits_routes()).map(|n| route("GET", &format!("/r{n}/{{a}}"), "f")).collect();
    // Every level offers a literal, a parameter and a rest.
    let deep = "/a".repeat(20);
    routes.truncate(limits_routes() - 3);
    routes.push(route("GET", &deep, "f"));
    routes.push(route("GET", "/{x}", "f"));
    routes.push(route("GET", "/{x}/{y...}", "rest"));
    let router = Router::new(routes);
    assert_eq!(router.problems, Vec::<String>::new());
    let start = std::time::Instant::now();
    for _ in 0..100 {
        let path = "/a".repeat(30_000);
        assert!(show(&router, "GET", &path).starts_with("rest(x=a,y=a/a/"));
    }
    assert!(start.elapsed().as_secs() < 2);
    let mut more: Vec<_> =
        (0..=limits_routes()).map(|n| route("GET", &format!("/m{n}"), "f")).collect();
    more.push(route("GET", "/last", "f"));
    assert_eq!(Router::new(more).problems.len(), 2);
}

fn limits_routes() -> usize {
    crate::limits::ROUTES
}

#[test]
fn refuses_bad_patterns_and_says_what_is_right() {
    for (pattern, says) in [
        ("", "starts with /"),
        ("hello", "starts with /"),
        ("/a//b", "doubled /"),
        ("/a b", "segment"),
        ("/a%20b", "segment"),
        ("/a?b", "segment"),
        ("/../a", "segment"),
        ("/a{b}", "segment"),
        ("/{a}b", "segment"),
        ("/{}", "parameter"),
        ("/{...}", "parameter"),
        ("/{1a}", "parameter"),
        ("/{a-b}", "parameter"),
        ("/{a...}/b", "last segment"),
        ("/{a}/{a}", "twice"),
        ("/{a}/{a...}", "twice"),
        ("/rest/v1/film", "/api/rest/v1/film"),
        ("/live", "serves itself"),
        ("/hooks/in/{name}", "serves itself"),
        ("/_/x", "serves itself"),
    ] {
        let message = check("GET", pattern).expect_err(pattern);
        assert!(message.contains(says), "{pattern}: {message}");
    }
    assert!(check("GET", &format!("/{}", "a".repeat(512))).is_err());
    assert!(check("GET", &"/a".repeat(33)).is_err());
    assert!(check("HEAD", "/a").unwrap_err().contains("GET route"));
    for method in ["get", "OPTIONS", "", "TRACE"] {
        assert!(check(method, "/a").unwrap_err().contains("upper case"), "{method}");
    }
    assert_eq!(check("GET", "/hello/{name}/{ta...}").as_deref(), Ok("/hello/{}/{...}"));
    assert_eq!(check("POST", "/functions/v1/hello").as_deref(), Ok("/functions/v1/hello"));
}

fn arguments(path: &[(&str, &str)], query: &str, media: Option<&str>, body: &str) -> String {
    let path = path.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    match merge(path, query, media, body.as_bytes()) {
        Ok(arguments) => {
            let shown: Vec<_> =
                arguments.iter().map(|a| format!("{}={:?}", a.name, a.value)).collect();
            shown.join(" ")
        }
        Err(error) => format!("{} {} {}", error.status, error.code, error.message),
    }
}

#[test]
fn the_path_wins_over_the_query_and_the_query_over_the_body() {
    assert_eq!(
        arguments(&[("id", "1")], "id=2&x=3", None, r#"{"id":4,"x":5,"y":6}"#),
        r#"id=Text("1") x=Text("3") y=Text("6")"#
    );
    assert_eq!(arguments(&[], "", None, ""), "");
}

#[test]
fn a_raw_body_is_what_came_whatever_the_query_says() {
    let path = vec![("name", "a".to_owned())];
    let body = br#"{"name": "b", "name": "c"#;
    let arguments = merge_raw(path, "raw_body=x&name=d&e=1&raw_body=y", body).unwrap();
    let names: Vec<_> = arguments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["name", "e", RAW_BODY]);
    assert_eq!(arguments[0].value, Value::Text("a".into()));
    assert_eq!(arguments[2].value, Value::Bytes(body.to_vec()));
}

#[test]
fn reads_queries_and_forms() {
    assert_eq!(
        arguments(&[], "a=1+2%26&b&c=&&a=x", None, ""),
        r#"a=Many(["1 2&", "x"]) b=Text("") c=Text("")"#
    );
    let form = Some("application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!(arguments(&[], "a=1", form, "a=2&b=3"), r#"a=Text("1") b=Text("3")"#);
    assert_eq!(arguments(&[], "a=%ff", None, ""), "400 PGRST100 A parameter is no UTF-8 text");
    assert_eq!(arguments(&[], "a=%00", None, ""), "400 PGRST100 A parameter is no UTF-8 text");
    let many = "a=1&".repeat(1001);
    assert_eq!(arguments(&[], &many, None, ""), "400 PGRST100 More than 1000 parameters");
    assert_eq!(arguments(&[], "", form, &many), "400 PGRST102 More than 1000 parameters");
}

#[test]
fn reads_json_without_losing_anything() {
    assert_eq!(
        arguments(
            &[],
            "",
            Some("application/json"),
            r#" {"n":12345678901234567890.10,"s":"a\"\u00e9","b":true,"z":null,"o":{"k": [1, 2]},"l":[1]} "#
        ),
        r#"n=Text("12345678901234567890.10") s=Text("a\"é") b=Text("true") z=Null o=Json("{\"k\": [1, 2]}") l=Json("[1]")"#
    );
    assert_eq!(arguments(&[], "", None, "[1]"), r#"body=Json("[1]")"#);
    assert_eq!(arguments(&[], "", None, "\"x\""), r#"body=Text("x")"#);
    assert_eq!(arguments(&[], "body=q", None, "[1]"), r#"body=Text("q")"#);
    assert_eq!(arguments(&[], "", Some("text/plain"), "x"), r#"body=Text("x")"#);
    assert_eq!(arguments(&[], "", Some("image/png"), "x"), "body=Bytes([120])");
}

#[test]
fn refuses_bodies_that_cannot_be_read() {
    for (body, says) in [
        ("{", "Empty or invalid json"),
        ("{}x", "Empty or invalid json"),
        ("nope", "Empty or invalid json"),
        (" ", "Empty or invalid json"),
        (r#"{"a":1,"a":2}"#, "a name is given twice"),
        (r#"{"a":1,"\u0061":2}"#, "a name is given twice"),
        (r#"{"a":"\u0000"}"#, "which text cannot hold"),
        (r#"{"a":"\ud800"}"#, "json"),
        ("{\"a\":\"\0\"}", "no UTF-8 text"),
    ] {
        let shown = arguments(&[], "", None, body);
        assert!(shown.starts_with("400 PGRST102") && shown.contains(says), "{body}: {shown}");
    }
    let start = std::time::Instant::now();
    for deep in ["[".repeat(1_000_000), format!("{{\"a\":{}", "[".repeat(1_000_000))] {
        assert!(arguments(&[], "", None, &deep).contains("nested deeper than 64"));
    }
    let wide: Vec<_> = (0..100_000).map(|n| format!("\"k{n}\":1")).collect();
    let shown = arguments(&[], "", None, &format!("{{{}}}", wide.join(",")));
    assert!(shown.contains("too many members"), "{shown}");
    assert_eq!(arguments(&[], "", None, r#"{"a":"[[\"[["}"#), r#"a=Text("[[\"[[")"#);
    assert!(merge(Vec::new(), "", None, b"{\"a\":\"\xff\"}").is_err());
    assert!(start.elapsed().as_secs() < 5);
}
