use super::ClaimPath;
use serde_json::{Value, json};

fn find(claims: &Value, path: &str) -> Option<Value> {
    ClaimPath::parse(path).unwrap_or_else(|e| panic!("{path}: {e}")).find(claims).cloned()
}

#[test]
fn finds_the_claim_in_every_spelling() {
    let claims =
        json!({"role": "r", "a": {"b-c": ["x", {"d e": "y"}]}, "https://h/r": "z", "it's": "i"});
    for (path, want) in [
        ("$.role", "r"),
        (".role", "r"),
        ("$.\"role\"", "r"),
        ("$['role']", "r"),
        ("$[\"role\"]", "r"),
        ("$ .role ", "r"),
        ("$.a.b-c[0]", "x"),
        ("$.a['b-c'] [ 0 ]", "x"),
        ("$.a['b-c'][-2]", "x"),
        (".a.b-c[1].\"d e\"", "y"),
        ("$.\"https://h/r\"", "z"),
        ("$['https://h/r']", "z"),
        ("$['it\\'s']", "i"),
        ("$[\"it's\"]", "i"),
        ("$[\"\\u0072ole\"]", "r"),
    ] {
        assert_eq!(find(&claims, path), Some(json!(want)), "{path}");
    }
    assert_eq!(ClaimPath::default(), ClaimPath::parse("$.role").unwrap());
    for path in [
        "$.none",
        "$.role.x",
        "$.a.b-c[9]",
        "$[0]",
        "$.a['b-c'][-3]",
        "$.role[*]",
        "$.role[?@ == 'r']",
    ] {
        assert_eq!(find(&claims, path), None, "{path}");
    }
}

#[test]
fn selects_among_items_and_members() {
    let claims = json!({
        "roles": ["one", "two", "twenty"],
        "deep": {"x": {"role": "far"}},
        "apps": [{"id": 1, "role": "a", "on": false}, {"id": 2, "role": "b", "on": true}, {"id": 3, "role": "c"}],
        "mixed": [1, null, {"k": "v"}, "text"],
        "wanted": "two"
    });
    for (path, want) in [
        ("$.roles[*]", json!("one")),
        ("$.roles.*", json!("one")),
        ("$.roles[1:]", json!("two")),
        ("$.roles[-1:]", json!("twenty")),
        ("$.roles[::-1]", json!("twenty")),
        ("$.roles[5,1]", json!("two")),
        ("$..role", json!("a")),
        ("$.deep..role", json!("far")),
        ("$..['role','id']", json!("a")),
        ("$.roles[?(@ == \"two\")]", json!("two")),
        ("$.roles[?@ != 'one']", json!("two")),
        ("$.roles[?@ > 'one' && @ < 'two']", json!("twenty")),
        ("$.roles[?@ == 'x' || @ == 'two']", json!("two")),
        ("$.roles[?!(@ == 'one' || @ == 'two')]", json!("twenty")),
        ("$.roles[?search(@, \"^tw\")]", json!("two")),
        ("$.roles[?search(@, 'enty$')]", json!("twenty")),
        ("$.roles[?match(@, 't.*y')]", json!("twenty")),
        ("$.roles[?match(@, 'tw')]", json!(null)),
        ("$.roles[?@ == $.wanted]", json!("two")),
        ("$.apps[?@.id >= 2].role", json!("b")),
        ("$.apps[?@.on].role", json!("a")),
        ("$.apps[?@.on == true].role", json!("b")),
        ("$.apps[?!@.on].role", json!("c")),
        ("$.apps[?@['id'] == 3.0].role", json!("c")),
        ("$.mixed[?search(@, 'e')]", json!("text")),
        ("$.mixed[?@ == null]", json!(null)),
        ("$.mixed[?@.k]", json!({"k": "v"})),
    ] {
        assert_eq!(find(&claims, path).unwrap_or_default(), want, "{path}");
    }
}

#[test]
fn reads_the_older_filters() {
    let claims = json!({"a": {"roles": [{"o": 1}, "other", "test_author"]}, "text": "other"});
    for (path, want) in [
        (".a.roles[?(@ == \"other\")]", Some("other")),
        (".a.roles[?(@==\"other\")]", Some("other")),
        (".a.roles[?(@ != \"other\")]", Some("test_author")),
        (".a.roles[?(@ ^== \"test_\")]", Some("test_author")),
        (".a.roles[?(@ ==^ \"author\")]", Some("test_author")),
        (".a.roles[?(@ *== \"t_a\")]", Some("test_author")),
        (".a.roles[?(@ == \"none\")]", None),
        (".a.roles[2]", Some("test_author")),
        (".text[?(@ == \"other\")]", None),
    ] {
        assert_eq!(find(&claims, path), want.map(Value::from), "{path}");
    }
}

#[test]
fn refuses_what_it_cannot_follow() {
    let long = format!("$.{}", "a".repeat(300));
    let deep = format!("${}", ".a".repeat(17));
    let nested = format!("$.a[?{}@{}]", "(".repeat(9), ")".repeat(9));
    let filters = format!("$.a{}", "[?@.a".repeat(9));
    for path in [
        "",
        "$",
        ".",
        "role",
        "$role",
        "$.",
        "$..",
        "$.a[",
        "$.a[]",
        "$.a[b]",
        "$.a]",
        "$.a b",
        "$.\"a",
        "$.\"\"",
        "$['']",
        "$.a[+1]",
        "$.a[01]",
        "$.a[-0]",
        "$.a[-]",
        "$.a[99999999999999999999999]",
        "$.a[1,]",
        "$.a[?]",
        "$.a[?@ ==]",
        "$.a[?'x']",
        "$.a[?@ = 'x']",
        "$.a[?(@ == 'x']",
        "$.a[?@ ^== 'x']",
        "$.a[?length(@) > 1]",
        "$.a[?search(@, '(')]",
        "$.a[?search(@, @)]",
        "$.a[?search(@, 'a{1000}{1000}{1000}')]",
        "$.a['\\x']",
        ".a[-1]",
        ".a[*]",
        ".a['x']",
        ".a[?(@ == \"a\")].b",
        ".a[?(@ < \"a\")]",
        ".a[?(@ == 'a')]",
        ".a[?@ == \"a\"]",
        "@@.role.other",
        &long,
        &deep,
        &nested,
        &filters,
    ] {
        assert!(ClaimPath::parse(path).is_err(), "{path}");
    }
}
