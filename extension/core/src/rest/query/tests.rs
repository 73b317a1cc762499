use super::*;
use crate::rest::shape::*;

fn read(query: &str) -> ParsedQuery {
    parse(query, Verb::Read, false).unwrap()
}

fn code(query: &str) -> String {
    parse(query, Verb::Read, false).unwrap_err().code
}

fn field(name: &str) -> Field {
    Field { name: name.to_owned(), path: Vec::new() }
}

fn json_key(key: &str) -> JsonKey {
    key.parse().map_or_else(|_| JsonKey::Name(key.to_owned()), JsonKey::Index)
}

fn plain(name: &str) -> SelectItem {
    SelectItem::Column(SelectColumn {
        field: Some(field(name)),
        alias: None,
        cast: None,
        aggregate: None,
    })
}

fn test(name: &str, test: Test) -> Filter {
    Filter::Test { field: field(name), negated: false, test }
}

fn compare(op: CompareOp, value: u16) -> Test {
    Test::Compare { op, quantifier: None, value: Value(value) }
}

fn embed(query: &ParsedQuery, at: usize) -> &Embed {
    match &query.query.select[at] {
        SelectItem::Embed(embed) => embed,
        other => panic!("no embed: {other:?}"),
    }
}

#[test]
fn reads_columns_with_alias_path_and_cast() {
    let query = read("select=*,id,t:title::text,meta->a->>\"b.c\",n:meta->0");
    let column = |alias: Option<&str>, name: &str, path: &[(bool, &str)], cast: Option<&str>| {
        let path =
            path.iter().map(|(text, key)| JsonStep { text: *text, key: json_key(key) }).collect();
        SelectItem::Column(SelectColumn {
            field: Some(Field { name: name.to_owned(), path }),
            alias: alias.map(str::to_owned),
            cast: cast.map(str::to_owned),
            aggregate: None,
        })
    };
    assert_eq!(
        query.query.select,
        [
            SelectItem::All,
            plain("id"),
            column(Some("t"), "title", &[], Some("text")),
            column(None, "meta", &[(false, "a"), (true, "b.c")], None),
            column(Some("n"), "meta", &[(false, "0")], None),
        ]
    );
}

fn called(query: &ParsedQuery, at: usize) -> &AggregateCall {
    match &query.query.select[at] {
        SelectItem::Column(SelectColumn { aggregate: Some(call), .. }) => call,
        other => panic!("no aggregate: {other:?}"),
    }
}

#[test]
fn reads_aggregates() {
    let query = read("select=count(),n:amount.sum()::text,amount::numeric.avg()");
    let aggregates = query.query.select.iter().map(|item| match item {
        SelectItem::Column(c) => {
            let call = c.aggregate.as_ref().unwrap();
            (c.alias.as_deref(), c.cast.as_deref(), call.name.as_str(), call.cast.as_deref())
        }
        other => panic!("{other:?}"),
    });
    let aggregates = aggregates.collect::<Vec<_>>();
    assert_eq!(
        aggregates,
        [
            (None, None, "count", None),
            (Some("n"), None, "sum", Some("text")),
            (None, Some("numeric"), "avg", None),
        ]
    );
}

#[test]
fn reads_what_aggregates_take() {
    let query = read(
        "select=a.count(distinct),a.string_agg(distinct,\", \"),a.string_agg(\"distinct\"),a.percentile_cont({0.1,0.9})\
         ,a.string_agg(;).order(b.desc.nullslast,c->>k).filter(d.eq.\"x,y\",or(e.gt.1,f.is.null))::text,\
         count().filter(g.eq.2)::int,a.\"Odd (one\"(1,2)",
    );
    let values = &query.values;
    assert_eq!(*values, [", ", "distinct", "{0.1,0.9}", ";", "x,y", "1", "2", "1", "2"]);
    let flags = |at: usize| (called(&query, at).distinct, called(&query, at).arguments.len());
    assert_eq!([0, 1, 2, 3].map(flags), [(true, 0), (true, 1), (false, 1), (false, 1)]);
    assert!(called(&query, 3).arguments[0].array);
    let full = called(&query, 4);
    assert_eq!((full.order.len(), full.filter.len()), (2, 2));
    assert!(full.order[0].descending && full.order[0].nulls_first == Some(false));
    assert_eq!(full.cast.as_deref(), Some("text"));
    let count = called(&query, 5);
    assert_eq!(
        (count.name.as_str(), count.filter.len(), count.cast.as_deref()),
        ("count", 1, Some("int"))
    );
    assert_eq!(called(&query, 6).name, "Odd (one");
}

#[test]
fn reads_conditions_on_groups() {
    let query = read(
        "select=id,film(count())&having=(amount.sum().gt.10,or(count().not.lte.2,not.and(a::int.max().is.null,b.eq.1)),\
         a.like(any).{x})&film.having=(count().filter(c.eq.1).eq.3)",
    );
    assert_eq!(query.values, ["10", "2", "1", "{x}", "1", "3"]);
    assert_eq!(query.query.having.len(), 3);
    let Having::Test { subject, negated: false, .. } = &query.query.having[0] else { panic!() };
    assert_eq!(subject.aggregate.as_ref().unwrap().name, "sum");
    let Having::Tree { or: true, parts, .. } = &query.query.having[1] else { panic!() };
    assert!(
        matches!(&parts[0], Having::Test { negated: true, subject, .. } if subject.field.is_none())
    );
    assert!(
        matches!(&parts[1], Having::Tree { negated: true, or: false, parts } if parts.len() == 2)
    );
    let Having::Test { subject, .. } = &query.query.having[2] else { panic!() };
    assert!(subject.aggregate.is_none());
    assert_eq!(embed(&query, 1).query.having.len(), 1);
}

#[test]
fn reads_distinct_and_orders_by_aggregates() {
    assert_eq!(read("distinct=*").query.distinct, Some(Distinct::Rows));
    let on = Distinct::On(vec![field("a"), field("b c")]);
    assert_eq!(read("distinct=(a,b c)").query.distinct, Some(on));
    let query = read("order=amount.sum().desc.nullslast,count(),a::int.max().asc,b.filter(x)");
    assert_eq!(query.query.order.len(), 4);
    let named = |at: usize| {
        let subject = query.query.order[at].aggregate.as_ref().unwrap();
        subject.aggregate.as_ref().unwrap().name.as_str()
    };
    assert_eq!([0, 1, 2, 3].map(named), ["sum", "count", "max", "filter"]);
    assert!(query.query.order[0].descending);
}

#[test]
fn columns_called_like_our_parameters_are_filtered() {
    let query = read("having=eq.1&distinct=is.null&having=not.in.(1,2)&having=in.(3)");
    assert_eq!((query.query.filters.len(), query.query.having.len()), (4, 0));
    assert_eq!(query.query.distinct, None);
    let query = read("select=film(id)&film.having=gt.1&film.distinct=eq.2");
    assert_eq!(embed(&query, 0).query.filters.len(), 2);
}

#[test]
fn reads_embeds_with_hint_join_and_spread() {
    let query = read("select=a:address!billing_fkey!inner(*),...director(name),film()");
    let first = embed(&query, 0);
    assert_eq!(first.alias.as_deref(), Some("a"));
    assert_eq!((first.target.as_str(), first.hint.as_deref()), ("address", Some("billing_fkey")));
    assert_eq!(first.join, Join::Inner);
    assert!(embed(&query, 1).spread);
    assert_eq!(embed(&query, 2).query.select, []);
}

#[test]
fn gives_parameters_to_the_embeds_they_name() {
    let query = read(
        "actor.part.name=eq.x&select=id,actor(part(name)),d:director(name)&actor.limit=3&actor.offset=2\
         &actor.order=name.desc&d.or=(a.eq.1,b.is.null)&director.name=eq.y",
    );
    let actor = embed(&query, 1);
    assert_eq!(actor.range, Range { limit: Some(3), offset: Some(Value(1)) });
    assert!(actor.query.order[0].descending);
    let SelectItem::Embed(part) = &actor.query.select[0] else { panic!() };
    assert_eq!(part.query.filters, [test("name", compare(CompareOp::Eq, 0))]);
    let director = embed(&query, 2);
    assert_eq!(
        director.query.filters,
        [
            Filter::Tree {
                negated: false,
                or: true,
                parts: vec![test("a", compare(CompareOp::Eq, 2)), test("b", Test::Is(Is::Null))],
            },
            test("name", compare(CompareOp::Eq, 3)),
        ]
    );
    assert_eq!(query.values, ["x", "2", "1", "y"]);
}

#[test]
fn reads_every_operator() {
    use CompareOp::*;
    for (word, op) in [
        ("eq", Eq),
        ("neq", Neq),
        ("gt", Gt),
        ("gte", Gte),
        ("lt", Lt),
        ("lte", Lte),
        ("like", Like),
        ("ilike", Ilike),
        ("match", Match),
        ("imatch", Imatch),
        ("isdistinct", IsDistinct),
        ("cs", Contains),
        ("cd", Contained),
        ("ov", Overlaps),
        ("sl", StrictlyLeft),
        ("sr", StrictlyRight),
        ("nxr", NotExtendRight),
        ("nxl", NotExtendLeft),
        ("adj", Adjacent),
    ] {
        let query = read(&format!("a={word}.x"));
        assert_eq!(query.query.filters, [test("a", compare(op, 0))], "{word}");
        let negated = read(&format!("a=not.{word}.x"));
        assert!(
            matches!(negated.query.filters[..], [Filter::Test { negated: true, .. }]),
            "{word}"
        );
    }
}

#[test]
fn reads_values_to_their_end() {
    assert_eq!(read("a=eq.x.y(z),\"q\"").values, ["x.y(z),\"q\""]);
    assert_eq!(read("a=eq.").values, [""]);
    assert_eq!(read("a=eq.%26+%2B%C3%A9%").values, ["& +é%"]);
    assert_eq!(read("a=like.*b*c").values, ["%b%c"]);
    assert_eq!(read("a=eq.*").values, ["*"]);
}

#[test]
fn reads_in_as_one_array() {
    assert_eq!(read("a=in.(1,2)").values, [r#"{"1","2"}"#]);
    assert_eq!(read("a=in.()").values, ["{}"]);
    assert_eq!(
        read(r#"a=in.("x,y","q\"r\\",null,b c)"#).values,
        [r#"{"x,y","q\"r\\","null","b c"}"#]
    );
    assert_eq!(read("or=(a.in.(1,2),b.eq.3)").values, [r#"{"1","2"}"#, "3"]);
}

#[test]
fn reads_quantifiers_and_full_text() {
    let query = read("a=like(any).{x*,y}&b=gt(all).{1,2}&c=fts(english).cat&d=wfts.dog");
    assert_eq!(query.values, ["{x%,y}", "{1,2}", "english", "cat", "dog"]);
    let all = |value| Test::Compare { op: CompareOp::Gt, quantifier: Some(Quantifier::All), value };
    assert_eq!(query.query.filters[1], test("b", all(Value(1))));
    let fts = Test::FullText { op: FullText::Raw, config: Some(Value(2)), value: Value(3) };
    assert_eq!(query.query.filters[2], test("c", fts));
}

#[test]
fn reads_is() {
    for (word, is) in [
        ("null", Is::Null),
        ("NOT_NULL", Is::NotNull),
        ("True", Is::True),
        ("false", Is::False),
        ("unknown", Is::Unknown),
    ] {
        assert_eq!(read(&format!("a=is.{word}")).query.filters, [test("a", Test::Is(is))]);
    }
    assert_eq!(code("a=is.nil"), "PGRST100");
}

#[test]
fn reads_trees() {
    let query = read(r#"not.or=(a.eq."x,y)",not.and(b->>k.not.lt.2,c.cs.{1,"}"}),d.in.(1))"#);
    let Filter::Tree { negated: true, or: true, parts } = &query.query.filters[0] else { panic!() };
    assert_eq!(parts.len(), 3);
    assert_eq!(query.values, ["x,y)", "2", r#"{1,"}"}"#, r#"{"1"}"#]);
    let Filter::Tree { negated: true, or: false, parts } = &parts[1] else { panic!() };
    let Filter::Test { field, negated: true, .. } = &parts[0] else { panic!() };
    assert_eq!(field.path, [JsonStep { text: true, key: json_key("k") }]);
}

#[test]
fn reads_order() {
    let query = read("order=a,b.desc,c.asc.nullslast,d.nullsfirst,m->>k.desc,director(name).desc");
    let order: Vec<_> = query
        .query
        .order
        .iter()
        .map(|o| (o.relation.as_deref(), o.field.name.as_str(), o.descending, o.nulls_first))
        .collect();
    assert_eq!(
        order,
        [
            (None, "a", false, None),
            (None, "b", true, None),
            (None, "c", false, Some(false)),
            (None, "d", false, Some(true)),
            (None, "m", true, None),
            (Some("director"), "name", true, None),
        ]
    );
}

#[test]
fn reads_quoted_and_foreign_names() {
    let query = read(
        "select=\"a.b\",نام,col umn&\"a.b\"=eq.1&\"x\\\"y\"=eq.2&columns=a,\"b,c\"&on_conflict=id,k",
    );
    assert_eq!(query.query.select, [plain("a.b"), plain("نام"), plain("col umn")]);
    assert_eq!(
        query.query.filters,
        [test("a.b", compare(CompareOp::Eq, 0)), test("x\"y", compare(CompareOp::Eq, 1))]
    );
    assert_eq!(query.query.columns.unwrap(), ["a", "b,c"]);
    assert_eq!(query.query.on_conflict, ["id", "k"]);
}

#[test]
fn limits_and_offsets_are_numbers() {
    let query = read("limit=5&offset=10");
    assert_eq!(query.range, Range { limit: Some(5), offset: Some(Value(0)) });
    assert_eq!(query.values, ["10"]);
    assert_eq!(read("limit=x&offset=0").range, Range::default());
    assert_eq!(code("limit=-1"), "PGRST103");
    assert_eq!(read("limit=99999999999999999999").range.limit, None);
    assert_eq!(read("limit=18446744073709551615").range.limit, Some(i64::MAX.unsigned_abs()));
}

#[test]
fn tells_arguments_from_filters() {
    let query = parse("a=1&b=x.y&id=eq.3&select=id&a=2", Verb::Call, true).unwrap();
    let pairs: Vec<_> = query.arguments.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(pairs, [("a", "1"), ("b", "x.y"), ("a", "2")]);
    assert_eq!(query.query.filters.len(), 1);
    assert_eq!(query.undecided[0].name, "id");
    let (names, values) = arguments(query.arguments);
    assert_eq!(names, ["a", "a", "b"]);
    assert_eq!(values, [Some("1".to_owned()), Some("2".to_owned()), Some("x.y".to_owned())]);
    assert_eq!(parse("a=1", Verb::Call, false).unwrap_err().code, "PGRST100");
}

#[test]
fn refuses_what_does_not_parse() {
    for query in [
        "id=1",
        "id=equals.1",
        "id=eq",
        "id=not.1",
        "id=in.1",
        "id=in.(1",
        "id=in.(1)x",
        "id=fts(english.x",
        "select=a,,b",
        "select=a,",
        "select=a(",
        "select=a(b))",
        "select=a.median",
        "select=a.median(",
        "select=a.sum(1",
        "select=a.sum().filter()",
        "select=a.sum().order()",
        "select=a.sum().filter(a.eq.1).filter(a.eq.1)",
        "select=a.sum(1,2,3,4,5,6,7,8,9)",
        "having=(count())",
        "having=(count().gt)",
        "having=()",
        "having=(count().gt.1",
        "having=(count().gt.1)x",
        "distinct=()",
        "distinct=(a",
        "distinct=*a",
        "order=a.sum(.desc",
        "select=a::text;drop",
        "select=a::double trouble",
        "select=a::text collate x",
        "select=\"a",
        "select=->a",
        "order=a.up",
        "order=a.desc.asc",
        "order=a(b",
        "or=a.eq.1",
        "or=()",
        "or=(a.eq.1",
        "or=(a.eq.1)x",
        "a->=eq.1",
        ".a=eq.1",
        "columns=a,",
    ] {
        assert_eq!(code(query), "PGRST100", "{query}");
    }
    assert_eq!(code("director.name=eq.x"), "PGRST108");
    assert_eq!(code("select=film(a)&film.director.name=eq.x"), "PGRST108");
    assert_eq!(code("a=eq.%00"), "HW400");
    assert_eq!(code("a=eq.%ff"), "HW400");
}

#[test]
fn words_failures_as_the_dialect_does() {
    let error = parse("id=foo.1", Verb::Read, false).unwrap_err();
    assert_eq!(error.status, 400);
    assert_eq!(error.message, "\"failed to parse filter (foo.1)\" (line 1, column 1)");
    assert_eq!(
        error.details.unwrap(),
        "unexpected \"f\" expecting \"not\" or operator (eq, gt, ...)"
    );
}

#[test]
fn keeps_its_limits() {
    let many = |n: usize| vec!["a=eq.1"; n].join("&");
    assert_eq!(read(&many(limits::PARAMS)).values.len(), limits::PARAMS);
    assert_eq!(code(&many(limits::PARAMS + 1)), "PGRST100");

    let nested = |n: usize| format!("select={}id{}", "a(".repeat(n), ")".repeat(n));
    read(&nested(limits::DEPTH));
    assert_eq!(code(&nested(limits::DEPTH + 1)), "PGRST100");
    assert_eq!(code(&nested(100_000)), "PGRST100");

    let tree = |n: usize| format!("and={}a.eq.1{}", "(and".repeat(n) + "(", ")".repeat(n + 1));
    read(&tree(limits::DEPTH - 1));
    assert_eq!(code(&tree(limits::DEPTH)), "PGRST100");
    assert_eq!(code(&tree(100_000)), "PGRST100");

    let wide = |n: usize| format!("select={}", vec!["a(b)"; n].join(","));
    read(&wide(limits::EMBEDS));
    assert_eq!(code(&wide(limits::EMBEDS + 1)), "PGRST100");

    let columns = |n: usize| format!("select=a,b({})", vec!["a"; n - 2].join(","));
    read(&columns(limits::SELECT));
    let error = parse(&columns(limits::SELECT + 1), Verb::Read, false).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "PGRST100"));
    assert_eq!(error.message, "At most 1000 items of select are allowed");
    let terms = |n: usize| format!("select=a,b(a)&order=a&b.order={}", vec!["a"; n - 1].join(","));
    read(&terms(limits::ORDER));
    assert_eq!(code(&terms(limits::ORDER + 1)), "PGRST100");
    let groups = |n: usize| format!("having=({})", vec!["count().gt.1"; n].join(","));
    read(&groups(limits::HAVING));
    assert_eq!(code(&groups(limits::HAVING + 1)), "PGRST100");
    let inner = |n: usize| format!("select=a.array_agg().order({})", vec!["a"; n].join(","));
    read(&inner(limits::ORDER));
    assert_eq!(code(&inner(limits::ORDER + 1)), "PGRST100");
    let deep =
        |n: usize| format!("having={}count().eq.1{}", "(and".repeat(n) + "(", ")".repeat(n + 1));
    read(&deep(limits::DEPTH - 1));
    assert_eq!(code(&deep(limits::DEPTH)), "PGRST100");
    assert_eq!(code(&deep(10_000)), "PGRST100");
    let named = |n: usize| format!("columns={}", vec!["a"; n].join(","));
    read(&named(limits::COLUMNS));
    assert_eq!(code(&named(limits::COLUMNS + 1)), "PGRST100");

    let values = format!("or=({})", vec!["a.eq.1"; 70_000].join(","));
    assert_eq!(code(&values), "PGRST100");
}

#[test]
fn bounds_regular_expressions() {
    for fine in [
        "^a.*b$",
        "(a+)+b",
        "[0-9]{3}-[0-9]{4}",
        "(a{2}|b)c{20}",
        "((ab)*c){2}",
        "a{,b",
        "[{(]{2}",
        "\\(a{3}\\){3}",
        "(?i)abc",
        "(?:ab){2}",
        "[[:alpha:]]{2}",
        "(a{2})?",
        "[^]a]{2}",
    ] {
        assert!(regex::is_bounded(fine), "{fine}");
        assert!(parse(&format!("a=match.{}", fine.replace('+', "%2B")), Verb::Read, false).is_ok());
    }
    for bad in [
        "(a{0,100}){0,100}b",
        "^(.{1,50}){1,50}b$",
        "(((a{0,20}){0,20}){0,20})b",
        "(a{2}){2}",
        "((a{2})b){2}",
        "(a{2})?{2}",
        "(a{2})+{2}",
        "a{2}{2}",
        "a{21}",
        "a{1,21}",
        "a{99999999999999999999}",
        "a{2",
        "a)(",
        "(a",
        "(?x)(#)\na{20}#(\n){20}",
        "(?#()",
        "***=a",
        "(?q)",
    ] {
        assert!(!regex::is_bounded(bad), "{bad}");
    }
    for back in [r"(a)\1", r"(.*)\1$", r"(a)(b)\2*", r"(?i)(a)\9"] {
        assert!(!regex::is_bounded(back), "{back}");
    }
    assert!(regex::is_bounded(r"\d\0\\1[\1]"));
    assert!(!regex::is_bounded(&"a".repeat(101)));
    assert_eq!(code("a=match.(a{2}){2}"), "PGRST100");
    assert_eq!(code("a=imatch(any).{\"(a{2}){2}\"}"), "PGRST100");
    assert_eq!(code("a=match(any).x"), "PGRST100");
    assert!(parse("a=match(any).{^a,\"b{2}\"}", Verb::Read, false).is_ok());
}

#[test]
fn never_panics() {
    // Every prefix and every single-byte change of a query that uses all of the grammar.
    let full = "select=*,a:b->c->>1::text.sum()::int,...r!h!inner(\"x\\\"y\",count())&a.b=not.in.(\"q\",2)&or=(a.eq.{1},\
                not.and(b.fts(e).x,c.is.null))&order=a.desc.nullslast,r(b)&limit=1&offset=2&columns=a&r.x=like(any).{a}\
                &having=(a.sum(distinct,{1}).order(b).filter(c.eq.1).gt.2,or(count().is.null))&distinct=(a,b)&m=match.(a{2}|[b])&%C3%A9=eq.%";
    for cut in 0..full.len() {
        let _ = parse(&full[..cut], Verb::Read, false);
        for b in *b"\"\\(){}.,:!->&=%x" {
            let mut bytes = full.as_bytes().to_vec();
            bytes[cut] = b;
            if let Ok(text) = std::str::from_utf8(&bytes) {
                let _ = parse(text, Verb::Read, false);
                let _ = parse(text, Verb::Call, true);
            }
        }
    }
}
