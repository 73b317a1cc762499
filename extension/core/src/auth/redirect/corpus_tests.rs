//! The corpus of targets: what may be led to, and 150 ways that were tried elsewhere to be led away.

use super::{AllowList, check_base, check_list, check_site};

const SITE: &str = "https://app.example.com";
const LIST: &str = "https://login.example.net/auth/callback, https://docs.example.org/v*/**, https://shop.example.org/*/done,
    https://files.example.org/a/*, https://exact.example.net:8443/cb?lang=de, https://bare.example.net,
    https://xn--bcher-kva.example/cb, com.example.app://callback, com.example.app:/oauth, exp://127.0.0.1:8081/--/cb,
    http://localhost:3000/**, http://127.0.0.1:*/cb, http://[::1]:3000/cb";

const ALLOWED: &[&str] = &[
    // The site's own origin, with any path that reads in one way.
    "https://app.example.com",
    "https://app.example.com/",
    "https://app.example.com/welcome",
    "https://app.example.com/welcome/?from=mail&to=a%20b",
    "https://app.example.com?next=1",
    "https://app.example.com/a/b.c/d",
    "https://app.example.com/#/route",
    "https://app.example.com/caf%C3%A9",
    "https://app.example.com/@ada",
    "https://app.example.com/?next=https://evil.example/",
    "https://app.example.com/?type=recovery",
    // Exactly what is listed.
    "https://login.example.net/auth/callback",
    "https://login.example.net/auth/callback#/reset",
    "https://exact.example.net:8443/cb?lang=de",
    "https://bare.example.net",
    "https://bare.example.net/",
    "https://xn--bcher-kva.example/cb",
    "com.example.app://callback",
    "com.example.app:/oauth",
    "exp://127.0.0.1:8081/--/cb",
    // Globs in paths: * stays within a segment and a dot, ** does not; the query counts as part of the path.
    "https://docs.example.org/v2/a",
    "https://docs.example.org/v2/a/b/c.html?x=1",
    "https://docs.example.org/v/a",
    "https://shop.example.org/42/done",
    "https://files.example.org/a/b",
    "https://files.example.org/a/b?c=1",
    // Loopback, as listed.
    "http://localhost:3000/",
    "http://localhost:3000",
    "http://localhost:3000/auth/cb?x=1",
    "http://127.0.0.1:49152/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:3000/cb",
];

const REFUSED: &[&str] = &[
    // No absolute URL.
    "",
    "/",
    "/welcome",
    "welcome",
    "?next=/",
    "#",
    ".",
    "//app.example.com/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/\\/evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:/app.example.com",
    "https:app.example.com",
    "https:///app.example.com",
    "https:////app.example.com",
    "http:app.example.com",
    "https:\\\\app.example.com",
    "https:/\\app.example.com",
    "https://",
    "https:///",
    "://app.example.com",
    "https//app.example.com",
    // Another host, in front, behind, beside.
    "https://evil.example",
    "https://evil.example/",
    "https://evil.example/https://app.example.com/",
    "https://evil.example/app.example.com",
    "https://evil.example?https://app.example.com/",
    "https://evil.example#https://app.example.com/",
    "https://evil.example#.app.example.com/",
    "https://evil.example?.app.example.com/",
    "https://evil.example/.app.example.com/",
    "https://app.example.com.evil.example/",
    "https://app.example.comevil.example/",
    "https://app.example.com-evil.example/",
    "https://app.example.co/",
    "https://app.example.com2/",
    "https://evilapp.example.com/",
    "https://evil-app.example.com/",
    "https://evil.app.example.com/",
    "https://example.com/",
    "https://www.app.example.com/",
    "https://appXexample.com/",
    "https://app.example.com./",
    "https://app.example.com../",
    "https://.app.example.com/",
    "https://app..example.com/",
    "https://app.example.com%2eevil.example/",
    "https://app.example.com%00.evil.example/",
    "https://app.example.com%0d%0a.evil.example/",
    "https://app.example.com%2f@evil.example/",
    "https://app.example.com%20.evil.example/",
    "https://app.example.com,evil.example/",
    "https://app.example.com;evil.example/",
    "https://app.example.com!.evil.example/",
    "https://app.example.com&evil.example/",
    "https://app.example.com`.evil.example/",
    "https://app.example.com{.evil.example/",
    "https://[app.example.com]/",
    // Users and passwords.
    "https://app.example.com@evil.example/",
    "https://app.example.com:443@evil.example/",
    "https://app.example.com:pass@evil.example/",
    "https://app.example.com%40evil.example@evil.example/",
    "https://evil.example@app.example.com/",
    "https://user:pass@app.example.com/",
    "https://@app.example.com/",
    "https://:@app.example.com/",
    "https://evil.example\\@app.example.com/",
    "https://evil.example%5c@app.example.com/",
    "https://evil.example#@app.example.com/",
    "https://evil.example?@app.example.com/",
    // Backslashes.
    "https://app.example.com\\.evil.example/",
    "https://app.example.com\\evil.example/",
    "https://app.example.com/\\evil.example",
    "https://app.example.com\\@evil.example/",
    "https:\\\\evil.example\\app.example.com",
    // White space, controls, line breaks.
    " https://app.example.com/",
    "https://app.example.com/ ",
    "\thttps://app.example.com/",
    "\nhttps://app.example.com/",
    "https://app.example.com/\r\nSet-Cookie: a=b",
    "https://app.example.com/\nLocation: https://evil.example/",
    "ht\ntps://app.example.com/",
    "https:/\t/app.example.com/",
    "https://app.exa\tmple.com/",
    "https://app.example.com\t@evil.example/",
    "https://app.example.com/\u{0}",
    "https://app.example.com/\u{7f}",
    "https://app.example.com/a b",
    "https://app.example.com/\u{b}",
    "https://app.example.com/%0d%0aSet-Cookie:a=b",
    "https://app.example.com/%00",
    "https://app.example.com/%7f",
    // Other scripts: look-alikes, dots, slashes and signs that somebody maps to ASCII.
    "https://bücher.example/cb",
    "https://app.exаmple.com/",
    "https://ａｐｐ.example.com/",
    "https://app。example.com/",
    "https://app．example.com/",
    "https://app.example.com／evil.example",
    "https://app.example.com＠evil.example",
    "https://app.example.com﹫evil.example/",
    "https://app.example.com\u{2028}/",
    "https://app.example.com\u{202e}/",
    "https://app.\u{ad}example.com/",
    "https://app.exam\u{200b}ple.com/",
    "https：//app.example.com/",
    "https://app.example.ⅽom/",
    "https://app.example.com/caf\u{e9}",
    "https://xn--app-.example.com/",
    // Addresses of machines.
    "http://127.0.0.1:3000/",
    "https://127.0.0.1/cb",
    "http://127.1/cb",
    "http://127.1:3000/cb",
    "http://2130706433/cb",
    "http://0x7f000001/cb",
    "http://0x7f.1/cb",
    "http://017700000001/cb",
    "http://0177.0.0.1/cb",
    "http://0/cb",
    "http://0.0.0.0/cb",
    "http://[::ffff:127.0.0.1]:3000/cb",
    "http://[::]:3000/cb",
    "http://[0:0:0:0:0:0:0:1]:3000/cb",
    "https://192.0.2.1/",
    "https://3221225985/",
    "https://[2001:db8::1]/",
    "http://localhost/",
    "http://localhost.:3000/",
    "http://LOCALHOST:3000/",
    "http://localhost.evil.example:3000/",
    "http://localhost:3000.evil.example/",
    "http://evil.localhost:3000/",
    // Scheme and port.
    "http://app.example.com/",
    "HTTPS://app.example.com/",
    "https://APP.example.com/",
    "https://app.example.com:443/",
    "https://app.example.com:8443/",
    "https://app.example.com:/",
    "https://app.example.com:0443/",
    "https://app.example.com:80/",
    "https://app.example.com:443.evil.example/",
    "https://exact.example.net/cb?lang=de",
    "http://localhost:3001/",
    "https://localhost:3000/",
    "http://[::1]:3001/cb",
    "ftp://app.example.com/",
    "wss://app.example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "javascript://app.example.com/%0aalert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\u{1}javascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data://app.example.com/,x",
    "blob:https://app.example.com/1",
    "view-source:https://app.example.com/",
    "about:blank",
    "mailto:eve@evil.example",
    "intent://app.example.com/#Intent;scheme=https;end",
    "feed:https://app.example.com/",
    // Paths that another reader takes for others.
    "https://app.example.com/../",
    "https://app.example.com/a/../b",
    "https://app.example.com/./a",
    "https://app.example.com/..",
    "https://app.example.com/%2e%2e/",
    "https://app.example.com/.%2e/",
    "https://app.example.com/%2E",
    "https://app.example.com//evil.example",
    "https://app.example.com/a//b",
    "https://app.example.com/%2f%2fevil.example",
    "https://app.example.com/%2F",
    "https://app.example.com/%5cevil.example",
    "https://app.example.com/%255c",
    "https://app.example.com/%252e%252e/",
    "https://app.example.com/%",
    "https://app.example.com/%zz",
    "https://app.example.com/<script>",
    "https://app.example.com/\"",
    "https://app.example.com/|",
    // Parameters twice, or those that the answer adds.
    "https://app.example.com/?a=1&a=2",
    "https://app.example.com/?a=1&%61=2",
    "https://app.example.com/?code=mine",
    "https://app.example.com/?%63ode=mine",
    "https://app.example.com/?x=1&access_token=mine",
    "https://app.example.com/?error=mine",
    "https://app.example.com/?a=%ff&%ff=a",
    // Listed, but not so.
    "https://login.example.net/auth/callback/",
    "https://login.example.net/auth/callback?x=1",
    "https://login.example.net/auth/callbackx",
    "https://login.example.net/auth",
    "https://login.example.net/auth/Callback",
    "https://login.example.net/auth/callback;x",
    "https://bare.example.net/x",
    "https://bare.example.net?x=1",
    "https://exact.example.net:8443/cb",
    "https://exact.example.net:8443/cb?lang=de&x=1",
    "https://exact.example.net:8443/cb?lang=en",
    "https://docs.example.org/",
    "https://docs.example.org/v2",
    "https://docs.example.org/w2/a",
    "https://docs.example.org/v2.1/a",
    "https://docs.example.org/v2/../../w/a",
    "https://shop.example.org/a/b/done",
    "https://shop.example.org/done",
    "https://shop.example.org/a/done/x",
    "https://files.example.org/a/b/c",
    "https://files.example.org/a/b.php",
    "http://127.0.0.1:49152/cb/x",
    "http://127.0.0.1:99999/cb",
    "com.example.app://callback/x",
    "com.example.app://callback?x=1",
    "com.example.app://callback#x",
    "com.example.app://Callback",
    "COM.example.app://callback",
    "com.example.app:callback",
    "com.example.app://",
    "com.example.app2://callback",
    "com.example.app:/oauth/",
    "exp://127.0.0.1:8081/--/cb/",
];

#[test]
fn the_corpus_leads_nowhere_else() {
    let list = AllowList::parse(SITE, &LIST.replace("\n    ", "")).unwrap();
    let led: Vec<_> = REFUSED.iter().filter(|target| list.allows(target)).collect();
    assert!(led.is_empty(), "led away by {led:#?}");
    let lost: Vec<_> = ALLOWED.iter().filter(|target| !list.allows(target)).collect();
    assert!(lost.is_empty(), "not allowed: {lost:#?}");
    assert!(REFUSED.len() + ALLOWED.len() >= 150 && REFUSED.len() >= 150, "{}", REFUSED.len());
    let mut all: Vec<_> = REFUSED.iter().chain(ALLOWED).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), REFUSED.len() + ALLOWED.len(), "an entry is there twice");
}

/// With nothing listed nothing is allowed; and a list of its own allows exactly its own of the corpus.
#[test]
fn an_empty_list_allows_nothing() {
    let list = AllowList::parse("", "").unwrap();
    assert!(REFUSED.iter().chain(ALLOWED).all(|target| !list.allows(target)));
    let one = AllowList::parse("", "https://login.example.net/auth/callback").unwrap();
    let led: Vec<_> = REFUSED.iter().chain(ALLOWED).filter(|target| one.allows(target)).collect();
    assert_eq!(
        led,
        [
            &"https://login.example.net/auth/callback",
            &"https://login.example.net/auth/callback#/reset"
        ]
    );
}

/// Whatever is allowed, a URL parser finds the host that was listed.
#[test]
fn what_is_allowed_has_a_listed_host() {
    let list = AllowList::parse(SITE, &LIST.replace("\n    ", "")).unwrap();
    let hosts = [
        "app.example.com",
        "login.example.net",
        "docs.example.org",
        "shop.example.org",
        "files.example.org",
        "exact.example.net",
        "bare.example.net",
        "xn--bcher-kva.example",
        "localhost",
        "127.0.0.1",
        "[::1]",
    ];
    let paths = ["", "/", "/cb", "/a/b", "/v1/x", "/x/done", "/auth/callback"];
    let tricks = [
        "",
        "\\",
        "@",
        "%40",
        "#",
        "?",
        ".",
        "..",
        "//",
        "%2f",
        ":",
        ":443",
        "\t",
        " ",
        "%00",
        ";",
        ",",
        "&",
        "*",
        "[",
        "]",
        "evil.example",
        ".evil.example",
        "@evil.example",
        "\\@evil.example",
        "#@evil.example/",
        "?@evil.example",
    ];
    let mut tried = 0;
    for host in hosts {
        for path in paths {
            for one in tricks {
                for two in tricks {
                    for wanted in [
                        format!("https://{one}{two}{host}{path}"),
                        format!("https://{host}{one}{two}{path}"),
                        format!("https://{host}{path}{one}{two}"),
                        format!("http://{host}{one}:3000{two}{path}"),
                        format!("https:{one}/{two}/{host}{path}"),
                    ] {
                        tried += 1;
                        if list.allows(&wanted) {
                            let url = url::Url::parse(&wanted).unwrap();
                            assert!(hosts.contains(&url.host_str().unwrap()), "{wanted:?}");
                            assert!(
                                url.username().is_empty() && url.password().is_none(),
                                "{wanted:?}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 250_000, "{tried}");
}

#[test]
fn globs_take_time_by_length_and_not_by_their_stars() {
    let list =
        AllowList::parse("", &format!("https://a.example/{}x", "*/**a".repeat(200))).unwrap();
    let wanted = format!("https://a.example/{}", "a".repeat(2000));
    let before = std::time::Instant::now();
    assert!(!list.allows(&wanted));
    assert!(before.elapsed().as_millis() < 500, "{:?}", before.elapsed());
}

#[test]
fn a_list_is_refused_with_the_entry_and_what_would_be_right() {
    for (list, says) in [
        ("app.example.com/cb", "no absolute URL"),
        ("/cb", "no absolute URL"),
        ("https://*.example.com/cb", "wildcard in its host"),
        ("https://*/cb", "wildcard in its host"),
        ("https://app-*.example.com/**", "wildcard in its host"),
        ("https://app.example.com**", "wildcard in its host"),
        ("**", "no absolute URL"),
        ("https://**", "wildcard in its host"),
        ("https://app.example.com:*/cb", "wildcard for the port"),
        ("http://app.example.com/cb", "only localhost"),
        ("http://app.example.com/**", "only https addresses"),
        ("com.example.app://**", "only https addresses"),
        ("com.example.app:*", "only https addresses"),
        ("https://App.example.com/cb", "as a URL parser writes it"),
        ("https://app.example.com:443/**", "as a URL parser writes it"),
        ("https://192.0.2.1/cb", "as a URL parser writes it"),
        ("https://u@app.example.com/cb", "as a URL parser writes it"),
        ("https://app.example.com/a/../b", "as a URL parser writes it"),
        ("https://app.example.com/#/cb", "fragment"),
        ("https://bücher.example/cb", "xn--"),
        ("https://app.example.com/a b", "xn--"),
        ("javascript://app.example.com/**", "no app may be opened by"),
        ("JavaScript:alert(1)", "no app may be opened by"),
        ("data:text/html", "no app may be opened by"),
        ("my_app://cb", "as a URL parser writes it"),
    ] {
        let message = check_list(&format!("https://ok.example.com/cb, {list}")).expect_err(list);
        assert!(message.contains(says), "{list}: {message}");
        assert!(message.starts_with('"'), "{message}");
    }
    assert_eq!(
        check_list(" https://a.example/* ,, com.a:/b ").as_deref(),
        Ok("https://a.example/*,com.a:/b")
    );
    assert_eq!(check_list("").as_deref(), Ok(""));
    let many = vec!["https://a.example/x"; 257].join(",");
    assert!(check_list(&many).unwrap_err().contains("256"));
}

#[test]
fn addresses_of_site_and_api_are_checked() {
    for (text, kept) in [
        ("https://app.example.com", "https://app.example.com"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com/app/", "https://app.example.com/app"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://192.168.1.5:3000/", "http://192.168.1.5:3000"),
        ("http://web:3000", "http://web:3000"),
    ] {
        assert_eq!(check_base(text).as_deref(), Ok(kept));
        assert_eq!(check_site(text).as_deref(), Ok(kept));
    }
    assert_eq!(check_site("com.example.app://home").as_deref(), Ok("com.example.app://home"));
    assert!(check_base("com.example.app://home").is_err());
    for text in [
        "",
        "app.example.com",
        "//app.example.com",
        "javascript:alert(1)",
        "https://a b",
        "https://a.example/?x",
        "https://a.example/#x",
        "https://u@a.example",
        "https://A.example",
        "https://a.example:443",
        "https://bücher.example",
        "https://a.example\r\n",
        "https://*.example",
        "ftp://a.example",
        "https://a.example/../b",
        "https://",
        "https:\\\\a.example",
        "mailto:a@b",
    ] {
        assert!(check_base(text).is_err(), "{text:?}");
        assert!(check_site(text).is_err(), "{text:?}");
    }
    // A site at an IP address is where links lead by default, but no redirect can ask for it.
    assert!(
        !AllowList::parse("http://192.168.1.5:3000", "")
            .unwrap()
            .allows("http://192.168.1.5:3000/x")
    );
}
