//! Requests that are made to cost more than they are worth: nested, repeated, endless, packed. Each is whole bytes for the wire.

use crate::api::{component, encode};
use std::fmt::Write as _;

pub struct Bomb {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Which errors its answer speaks.
    pub auth: bool,
}

fn bomb(name: String, method: &str, target: &str, headers: &str, body: &[u8]) -> Bomb {
    let mut bytes =
        format!("{method} {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}");
    if !body.is_empty() {
        let _ = write!(bytes, "Content-Length: {}\r\n", body.len());
    }
    bytes.push_str("\r\n");
    let mut bytes = bytes.into_bytes();
    bytes.extend_from_slice(body);
    Bomb { name, bytes, auth: target.starts_with("/auth/") || target.starts_with("/push/") }
}

/// Where a body goes.
const BODIES: [&str; 6] = [
    "/rest/v1/book",
    "/rest/v1/rpc/echo",
    "/auth/v1/signup",
    "/auth/v1/token?grant_type=password",
    "/push/v1/devices",
    "/hooks/in/nobody",
];

fn posts(out: &mut Vec<Bomb>, media: &str, bodies: Vec<(&str, Vec<u8>)>) {
    for (name, body) in bodies {
        for target in BODIES {
            let headers = format!("Content-Type: {media}\r\n");
            out.push(bomb(format!("{name} to {target}"), "POST", target, &headers, &body));
        }
    }
}

fn json() -> Vec<(&'static str, Vec<u8>)> {
    let keys = |n: usize, name: fn(usize) -> String| {
        let keys: Vec<_> = (0..n).map(|i| format!("\"{}\":{i}", name(i))).collect();
        format!("{{{}}}", keys.join(","))
    };
    let text: Vec<(&'static str, String)> = vec![
        ("a million open brackets", "[".repeat(1_000_000)),
        ("a hundred thousand open objects", "{\"a\":".repeat(100_000)),
        ("whole and 100,000 deep", "[".repeat(100_000) + &"]".repeat(100_000)),
        ("65 deep in a value", format!("{{\"meta\":{}1{}}}", "[".repeat(65), "]".repeat(65))),
        ("100,000 keys", keys(60_000, |i| format!("k{i}"))),
        ("20,000 times the same key", keys(20_000, |_| "title".to_owned())),
        ("1e999999", "{\"id\":1e999999}".to_owned()),
        ("1e-999999", "{\"id\":1e-999999}".to_owned()),
        ("a number of 10^6 digits", format!("{{\"id\":{}}}", "9".repeat(1_000_000))),
        ("a fraction of 65 digits", format!("{{\"id\":0.{}}}", "1".repeat(65))),
        ("a lone surrogate", "{\"title\":\"\\ud800\",\"email\":\"\\udfff@x.org\"}".to_owned()),
        ("surrogates the wrong way", "{\"title\":\"\\udc00\\ud800\"}".to_owned()),
        (
            "\\u0000",
            "{\"title\":\"a\\u0000b\",\"email\":\"a\\u0000@example.com\",\"password\":\"\\u0000\"}"
                .to_owned(),
        ),
        ("200,000 escapes", format!("{{\"title\":\"{}\"}}", "\\u0041".repeat(150_000))),
        ("a string of 2 MB", format!("{{\"title\":\"{}\"}}", "x".repeat(2 << 20))),
        ("100,000 rows of one key", format!("[{}]", vec!["{\"id\":1}"; 100_000].join(","))),
        ("100,000 empty rows", format!("[{}]", vec!["{}"; 100_000].join(","))),
        ("spaces", " ".repeat(1_000_000)),
        ("words after the end", "{} {}".to_owned()),
        ("no number", "{\"id\":NaN}".to_owned()),
    ];
    let mut all: Vec<_> = text.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    all.push(("NUL bytes", vec![0; 100_000]));
    all.push(("no UTF-8", b"{\"title\":\"\xff\xfe\xc0\x80\",\"email\":\"\xed\xa0\x80\"}".to_vec()));
    all.push(("UTF-16", "{\"id\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect()));
    all
}

fn queries(out: &mut Vec<Bomb>) {
    let nest =
        |open: &str, leaf: &str, close: &str, n: usize| open.repeat(n) + leaf + &close.repeat(n);
    let list = |n: usize, of: fn(usize) -> String| (0..n).map(of).collect::<Vec<_>>().join(",");
    let all: Vec<(&str, String)> = vec![
        ("select of 8,000 columns", format!("select={}", vec!["id"; 8_000].join(","))),
        ("select of 2,000 aliases", format!("select={}", list(2_000, |i| format!("a{i}:id")))),
        ("embeds 31 deep", format!("select={}", nest("book(", "id", ")", 31))),
        ("embeds 500 deep", format!("select={}", nest("book(", "id", ")", 500))),
        ("embeds 4,000 deep, left open", format!("select={}", "book(".repeat(4_000))),
        (
            "1,000 embeds side by side",
            format!("select=id,{}", list(1_000, |i| format!("e{i}:book(id)"))),
        ),
        ("spreads 200 deep", format!("select={}", nest("...book(", "id", ")", 200))),
        (
            "aggregates by thousands",
            format!("select={}", list(1_500, |i| format!("c{i}:id.sum()"))),
        ),
        ("4,000 arrows", format!("select=meta{}", "->a".repeat(4_000))),
        ("4,000 arrows in a filter", format!("meta{}=eq.1", "->a".repeat(4_000))),
        ("casts in a row", format!("select=id{}", "::text".repeat(2_000))),
        ("2,000 filters", (0..2_000).map(|i| format!("id=gt.{i}")).collect::<Vec<_>>().join("&")),
        ("and 31 deep", format!("and={}", nest("(and", "(id.eq.1)", ")", 31))),
        ("and 1,000 deep", format!("and=({})", nest("and(", "id.eq.1", ")", 1_000))),
        ("or 5,000 deep, left open", format!("or={}", "(or".repeat(5_000))),
        ("a wide or", format!("or=({})", list(2_500, |i| format!("id.eq.{i}")))),
        ("not 5,000 times", format!("or=({}id.eq.1)", "not.".repeat(5_000))),
        ("6,000 values in a list", format!("id=in.({})", list(6_000, |i| (i % 97).to_string()))),
        ("an open list", format!("id=in.({}", "1,".repeat(10_000))),
        ("quotes that never end", format!("title=in.(\"{}", "\\\"".repeat(9_000))),
        ("order by 5,000", format!("order={}", vec!["id.desc.nullslast"; 1_500].join(","))),
        ("an endless order", format!("order={}", "id.".repeat(9_000))),
        ("an array 5,000 deep", format!("meta=cs.{}", "[".repeat(5_000))),
        ("an array literal 5,000 deep", format!("title=cs.{}", "{".repeat(5_000))),
        ("a range of nonsense", format!("title=ov.[{},", "1".repeat(9_000))),
        ("any of 5,000", format!("id=eq(any).{{{}}}", list(5_000, |i| i.to_string()))),
        (
            "a full text query 5,000 deep",
            format!("title=fts.{}a{}", "(".repeat(5_000), ")".repeat(5_000)),
        ),
        ("websearch of 5,000 words", format!("title=wfts.{}", "a or ".repeat(5_000))),
        ("phrases by thousands", format!("title=fts.{}a", "a<->".repeat(4_000))),
        ("an offset of 10^30", "offset=1000000000000000000000000000000".to_owned()),
        ("an offset of 2^63", "offset=9223372036854775808".to_owned()),
        ("a negative limit", "limit=-1".to_owned()),
        ("a limit of 10^30", "limit=1000000000000000000000000000000".to_owned()),
        ("a column of 30 KB", format!("{}=eq.1", "c".repeat(30_000))),
        ("a value of 30 KB for a number", format!("id=eq.{}", "1".repeat(30_000))),
        ("NUL in a value", "title=eq.a%00b".to_owned()),
        ("no UTF-8 in a value", "title=eq.%C0%80%FF".to_owned()),
        ("half an escape", "title=eq.%".to_owned()),
        ("10,000 ampersands", "&".repeat(10_000)),
        ("10,000 equals signs", "=".repeat(10_000)),
        (
            "having by hundreds",
            (0..500).map(|i| format!("having=id.count().gt.{i}")).collect::<Vec<_>>().join("&"),
        ),
    ];
    for (name, query) in all {
        let target = encode(&format!("/rest/v1/book?{query}"));
        out.push(bomb(name.to_owned(), "GET", &target, "", b""));
    }
    for (name, value) in [
        ("percent signs", "%25".repeat(5_000)),
        ("percents and underscores", "%25_".repeat(4_000)),
        ("stars and letters", "*a".repeat(7_000)),
        ("backslashes", "%5C".repeat(9_999)),
        ("a star each side of 200", format!("*{}*", "a*".repeat(200))),
    ] {
        for operator in ["like", "ilike"] {
            let target = format!("/rest/v1/long?select=id&value={operator}.{value}");
            out.push(bomb(format!("{operator} of {name}"), "GET", &target, "", b""));
        }
    }
}

/// Forty patterns: what takes long to compile, what takes long to match, what hides the one or the other.
#[rustfmt::skip]
const PATTERNS: [&str; 40] = [
    "(a{0,100}){0,100}b", "^(.{1,50}){1,50}b$", "(((a{0,20}){0,20}){0,20})b", "(a+)+$", "(a*)*b", "(a|a)*b", "(a|aa)+$", "(.*)*b", "(.*a){20}",
    "(.*a){12}b", "^(a?){20}a{20}$", "(x+x+)+y", "((a+)+)+$", "([a-z]+)*[0-9]", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a{1,20}){1,20}", "a{0,255}b{0,255}",
    "a{20}{20}{20}", "(a{20})*{20}", "((a{2}){3}){4}b", "(?=a)*b", "(?:a{0,20}){0,20}", "(?x)(a {0,100}){0,100}", "(?#c)(a{0,100}){0,100}", "***:(a{0,100}){0,100}b",
    "***=a", r"(a)\1{20}", r"(.*)\1$", r"(.*)(.*)(.*)\3\2\1b", r"([a-z]*)\1\1\1b", "[[:alpha:]]{20}[[:alpha:]]{20}b", "[[.a.]]{1,256}", "(((((((((((((((((a)))))))))))))))))*b",
    "(^|b)(a|b|ab)*c$", ".*.*.*.*.*.*.*.*b", ".*a.*a.*a.*a.*a.*b", "a?a?a?a?a?a?a?a?aaaaaaaa$", "(a|b|c|d|e|f|g|h)*z", "[", "(((",
];

fn patterns(out: &mut Vec<Bomb>) {
    for pattern in PATTERNS {
        for operator in ["match", "imatch"] {
            let target = format!("/rest/v1/long?select=id&value={operator}.{}", component(pattern));
            out.push(bomb(format!("{operator} of {pattern}"), "GET", &target, "", b""));
        }
    }
}

fn headers(out: &mut Vec<Bomb>) {
    let line = |name: &str, value: String| format!("{name}: {value}\r\n");
    let many = |n: usize| (0..n).map(|i| format!("X-{i}: y\r\n")).collect::<String>();
    let all: Vec<(&str, String)> = vec![
        ("a header of 60 KB", line("X-A", "a".repeat(60_000))),
        ("a header of 70 KB", line("X-A", "a".repeat(70_000))),
        ("a header of 400 KB", line("X-A", "a".repeat(400_000))),
        ("a name of 60 KB", line(&"x".repeat(60_000), "a".to_owned())),
        ("90 headers", many(90)),
        ("1,000 headers", many(1_000)),
        ("20,000 headers", many(20_000)),
        ("10,000 preferences", line("Prefer", "return=minimal,".repeat(4_000))),
        ("a preference of 60 KB", line("Prefer", format!("timezone={}", "A/".repeat(30_000)))),
        ("a preference that is no end of quotes", line("Prefer", "\"".repeat(30_000))),
        (
            "max-affected beyond all",
            line("Prefer", format!("handling=strict,max-affected={}", "9".repeat(5_000))),
        ),
        ("5,000 media types", line("Accept", "a/b;q=0.1,".repeat(5_000))),
        (
            "a media type of 20,000 parameters",
            line("Accept", format!("application/json{}", ";a=b".repeat(14_000))),
        ),
        ("5,000 wild cards", line("Accept", "*/*,".repeat(10_000))),
        ("5,000 languages", line("Accept-Language", "de-AT-x;q=0.1,".repeat(4_000))),
        ("10,000 codings", line("Accept-Encoding", "gzip;q=0.001,".repeat(4_500))),
        ("a range of 5,000 digits", line("Range", format!("0-{}", "9".repeat(5_000)))),
        ("10,000 ranges", line("Range", "0-1,".repeat(10_000))),
        ("5,000 tags", line("If-None-Match", "\"abc\",".repeat(9_000))),
        ("an open tag", line("If-Match", "\"".repeat(20_001))),
        ("a token of 20 KB", line("Authorization", format!("Bearer {}", "a".repeat(20_000)))),
        ("a token of 30,000 dots", line("Authorization", format!("Bearer {}", ".".repeat(30_000)))),
        (
            "a token 10,000 deep",
            line("Authorization", format!("Bearer {}.e30.e30", "W1tbW1tb".repeat(1_200))),
        ),
        ("a token of none", line("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.".to_owned())),
        ("a scheme of 60 KB", line("Authorization", format!("{} x", "B".repeat(60_000)))),
        ("a key of 60 KB", line("apikey", "k".repeat(60_000))),
        ("a cookie of 60 KB", line("Cookie", "a=b; ".repeat(12_000))),
        ("10,000 addresses", line("X-Forwarded-For", "10.0.0.1, ".repeat(6_000))),
        ("10,000 hops", line("Forwarded", "for=10.0.0.1;by=1,".repeat(3_500))),
        ("a profile of 60 KB", line("Accept-Profile", "p".repeat(60_000))),
        ("a profile of quotes", line("Accept-Profile", "\"".repeat(10_000))),
        ("an id of 60 KB", line("X-Request-Id", "i".repeat(60_000))),
        ("an origin of 60 KB", line("Origin", format!("https://{}", "o.".repeat(30_000)))),
        ("a version of nonsense", line("X-Supabase-Api-Version", "9".repeat(5_000))),
        ("a method in the place of another", line("X-HTTP-Method-Override", "D".repeat(60_000))),
    ];
    for (name, headers) in all {
        for target in ["/rest/v1/book?select=id", "/auth/v1/user"] {
            out.push(bomb(format!("{name} at {target}"), "GET", target, &headers, b""));
        }
    }
}

fn paths(out: &mut Vec<Bomb>) {
    for (name, path) in [
        ("10,000 segments", "/a".repeat(10_000)),
        ("60 KB", format!("/{}", "a".repeat(60_000))),
        ("200 KB", format!("/{}", "a".repeat(200_000))),
        ("slashes", "/".repeat(10_000)),
        ("parents", format!("/rest/v1{}/etc/passwd", "/..".repeat(5_000))),
        ("parents in escapes", format!("/rest/v1{}/etc/passwd", "/%2e%2e".repeat(2_000))),
        ("NUL", "/rest/v1/book%00".to_owned()),
        ("no UTF-8", "/rest/v1/%FF%FE%C0%80".to_owned()),
        ("an escape of an escape", format!("/rest/v1/%{}41", "25".repeat(5_000))),
        ("a table of 30 KB", format!("/rest/v1/{}", "t".repeat(30_000))),
        ("a function of 30 KB", format!("/rest/v1/rpc/{}", "f".repeat(30_000))),
        ("a flow of 30 KB", format!("/auth/v1/{}", "f".repeat(30_000))),
        ("a hook of 30 KB", format!("/hooks/in/{}", "h".repeat(30_000))),
        ("quotes", format!("/rest/v1/{}", "%22".repeat(5_000))),
        ("semicolons", format!("/rest/v1/book{}", ";a=b".repeat(5_000))),
    ] {
        for method in ["GET", "POST"] {
            out.push(bomb(
                format!("{method} of a path of {name}"),
                method,
                &path,
                "Content-Type: application/json\r\n",
                b"",
            ));
        }
    }
    for method in ["TRACE", "PROPFIND", "PURGE", "get", &"M".repeat(10_000)] {
        let name = format!("the method {}", &method[..method.len().min(12)]);
        out.push(bomb(name, method, "/rest/v1/book", "", b""));
    }
}

fn packed(out: &mut Vec<Bomb>) {
    // Beginnings of what unpacks to very much: nothing may look further than the header.
    let zeros = vec![0; 200_000];
    for coding in [
        "gzip",
        "deflate",
        "br",
        "zstd",
        "x-gzip",
        "compress",
        "gzip, gzip",
        "gzip, br, zstd, deflate",
        "identity, gzip",
        "*",
    ] {
        for target in ["/rest/v1/book", "/auth/v1/signup", "/hooks/in/nobody"] {
            let headers =
                format!("Content-Type: application/json\r\nContent-Encoding: {coding}\r\n");
            let body = [&b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..], &zeros].concat();
            out.push(bomb(format!("{coding} to {target}"), "POST", target, &headers, &body));
        }
    }
}

fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let pairs = |n: usize| (0..n).map(|i| format!("k{i}=v&")).collect::<String>();
    vec![
        ("a form of 50,000 keys", pairs(50_000).into_bytes()),
        ("a form of one key 100,000 times", "n=1&".repeat(100_000).into_bytes()),
        ("a form of ampersands", "&".repeat(900_000).into_bytes()),
        ("a form of equals signs", "=".repeat(900_000).into_bytes()),
        ("a form with NUL", b"title=%00&email=%00".to_vec()),
    ]
}

fn parts() -> Vec<(&'static str, Vec<u8>)> {
    let part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n";
    vec![
        ("10,000 parts", (part.repeat(10_000) + "--b--").into_bytes()),
        (
            "a part with 10,000 headers",
            format!("--b\r\n{}\r\nx\r\n--b--", "X: y\r\n".repeat(10_000)).into_bytes(),
        ),
        ("parts that never begin", "--".repeat(100_000).into_bytes()),
    ]
}

fn tables() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("CSV of 100,000 columns", "a,".repeat(100_000).into_bytes()),
        ("CSV of quotes", "\"".repeat(500_001).into_bytes()),
        (
            "CSV of 100,000 ragged lines",
            format!("id,title\n{}", "1\n".repeat(100_000)).into_bytes(),
        ),
    ]
}

/// All of them, more than four hundred; always the same.
pub fn all() -> Vec<Bomb> {
    let mut out = Vec::new();
    posts(&mut out, "application/json", json());
    queries(&mut out);
    patterns(&mut out);
    headers(&mut out);
    paths(&mut out);
    packed(&mut out);
    posts(&mut out, "application/x-www-form-urlencoded", forms());
    posts(&mut out, "multipart/form-data; boundary=b", parts());
    posts(&mut out, "text/csv", tables());
    out
}
