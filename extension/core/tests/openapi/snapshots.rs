//! The documents of the demo, kept in git: a reviewer sees what a change does to them.

use super::*;
use std::fs;
use std::path::Path;

/// `HOWDAH_BLESS=1 cargo test -p howdah-core --test openapi` writes them anew.
#[track_caller]
fn is_kept(name: &str, document: &[u8]) {
    // As text, so that the order of members is kept, too.
    let mut text = indented(std::str::from_utf8(document).unwrap());
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi").join(name);
    if std::env::var_os("HOWDAH_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{name} is stale: run this test with HOWDAH_BLESS=1 and look at the diff"
    );
}

/// A line break and an indent at each bracket and comma outside strings; short ends stay together.
fn indented(json: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in json.chars() {
        let structural = !quoted;
        if structural && matches!(c, '}' | ']') {
            depth -= 1;
        }
        out.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if structural => depth += 1,
            ',' if structural && depth <= 5 => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', depth));
            }
            _ => {}
        }
    }
    out
}

#[test]
fn the_demo_in_the_dialects_own_document() {
    is_kept("library.swagger.json", &write_swagger(&library(), &facts()));
}

#[test]
fn the_demo_in_the_document_of_the_whole_service() {
    is_kept("library.v31.json", &write_v31(&library(), &facts()));
}

#[test]
fn odd_names_and_types_in_both() {
    is_kept("odd.swagger.json", &write_swagger(&odd(), &odd_facts()));
    is_kept("odd.v31.json", &write_v31(&odd(), &odd_facts()));
}
