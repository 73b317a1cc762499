use super::*;

fn scan(text: &str) -> Result<Item<'_>, Fault> {
    let mut scanner = Scanner::new(text);
    let item = scanner.value(0)?;
    if scanner.at_end() { Ok(item) } else { Err(Fault::Syntax) }
}

#[test]
fn finds_the_borders_of_a_value() {
    for (text, kind) in [
        ("null", Kind::Null),
        ("true", Kind::Bool),
        ("false", Kind::Bool),
        ("0", Kind::Number),
        ("-0.5e+10", Kind::Number),
        ("\"a\\\"b\"", Kind::String),
        ("[]", Kind::Array),
        ("[1, [], {\"a\" : [ ]}]", Kind::Array),
        ("{}", Kind::Object),
        ("{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":\"\"}", Kind::Object),
    ] {
        let padded = format!(" \n{text}\t\r");
        assert_eq!(scan(&padded), Ok(Item { kind, text }), "{text}");
    }
}

#[test]
fn refuses_what_is_no_json() {
    for text in [
        "",
        " ",
        "nul",
        "nullx",
        "True",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\u{1}\"",
        "'a'",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1]",
        "{,}",
        "[{]}",
        "1 1",
        "\u{feff}1",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud83d\\ud83d\"",
        "\"\\uD83Dx\"",
        "\u{a0}1",
    ] {
        assert_eq!(scan(text), Err(Fault::Syntax), "{text:?}");
    }
}

#[test]
fn holds_its_limits() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(scan(&deep(limits::JSON_DEPTH)).is_ok());
    assert_eq!(scan(&deep(limits::JSON_DEPTH + 1)), Err(Fault::Depth));
    assert_eq!(scan(&"[".repeat(1_000_000)), Err(Fault::Depth));
    assert_eq!(scan(&"{\"a\":".repeat(1_000_000)), Err(Fault::Depth));
    assert_eq!(Scanner::new("[]").value(limits::JSON_DEPTH), Err(Fault::Depth));

    let keys = |n: usize| {
        let members: Vec<_> = (0..n).map(|i| format!("\"k{i}\":0")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert!(scan(&keys(limits::JSON_KEYS)).is_ok());
    assert_eq!(scan(&keys(limits::JSON_KEYS + 1)), Err(Fault::Keys));

    assert!(scan(&"1".repeat(limits::JSON_DIGITS)).is_ok());
    assert_eq!(scan(&"1".repeat(limits::JSON_DIGITS + 1)), Err(Fault::Digits));
    assert_eq!(scan(&"1".repeat(1_000_000)), Err(Fault::Digits));
    assert!(scan("1e999999").is_ok());
    assert_eq!(scan("\"a\\u0000\""), Err(Fault::Nul));
    assert_eq!(Fault::Nul.error().code, "22P05");
}

#[test]
fn strings_are_unquoted_like_any_parser_would() {
    for text in [
        r#""""#,
        r#""plain""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""a\u00e9z""#,
        r#""\ud83d\ude00!""#,
        r#""\uFFFFé\u0041""#,
        r#""x\\u0041""#,
        r#""é\né""#,
    ] {
        let expected: String = serde_json::from_str(text).unwrap();
        assert_eq!(scan(text).unwrap().as_text(), Some(expected), "{text}");
    }
}

#[test]
fn agrees_with_serde_json_on_mutated_documents() {
    let seeds = [
        r#"{"a":[1,2.5e-3,{"b":"\u00e9\ud83d\ude00"}],"c":null,"d":true,"e":"x\n"}"#,
        r#"[{"id":1,"t":"é"},{"id":-2,"t":""}]"#,
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize
    };
    let alphabet = br#"{}[]",:\u0d8e1-+.tfn x"#;
    let mut accepted = 0;
    for _ in 0..40_000 {
        let mut bytes = seeds[next() % seeds.len()].as_bytes().to_vec();
        for _ in 0..=next() % 3 {
            let at = next() % bytes.len();
            match next() % 3 {
                0 => bytes[at] = alphabet[next() % alphabet.len()],
                1 => bytes.insert(at, alphabet[next() % alphabet.len()]),
                _ => drop(bytes.remove(at)),
            }
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        match scan(text) {
            // Out of range for an f64 is no fault of the text.
            Ok(_) => assert!(theirs.is_ok() || text.contains(['e', 'E']), "{text}"),
            Err(Fault::Syntax) => assert!(theirs.is_err(), "{text}"),
            Err(_) => {}
        }
        accepted += usize::from(theirs.is_ok());
    }
    assert!(accepted > 2_000, "{accepted}");
}

#[test]
fn passes_rows_that_are_alike() {
    for (row, alike) in [
        (r#"{"a":1,"b":[{"c":2}]}"#, true),
        (r#" { "a" : "x\"" , "b" : null } "#, true),
        (r#"{"b":1,"a":1}"#, false),
        (r#"{"a":1}"#, false),
        (r#"{"a":1,"b":1,"c":1}"#, false),
        (r#"{"\u0061":1,"b":1}"#, false),
        ("{}", false),
        ("[1]", false),
    ] {
        let mut scanner = Scanner::new(row);
        assert_eq!(scanner.row_like(&["a", "b"], 1), Ok(alike), "{row}");
        let at_end = scanner.at_end();
        assert_eq!(at_end, alike, "{row}");
        if !alike {
            assert!(scanner.value(0).is_ok(), "nothing is passed: {row}");
        }
    }
    for row in [r#"{"a":1,"b":tru}"#, r#"{"a":1 "b":2}"#, r#"{"a":"\u0000","b":2}"#] {
        let mut scanner = Scanner::new(row);
        let passed = scanner.row_like(&["a", "b"], 1);
        assert!(passed != Ok(true), "{row}");
    }
}

#[test]
fn finds_the_end_of_plain_text_wherever_it_is() {
    for special in [b'"', b'\\', 0x1F, 0, b'\n'] {
        for at in 0..20 {
            for fill in [b'a', 0xC3, 0xFF, 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x80, 0xA2, 0xDC] {
                let mut bytes = vec![fill; 24];
                bytes[at] = special;
                assert_eq!(plain(&bytes), Some(at), "{special} in {fill}");
                assert_eq!(plain(&bytes[..at]), None, "{special} in {fill}");
            }
        }
    }
}
