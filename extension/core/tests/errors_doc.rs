//! docs/ERRORS.md is generated, and complete.

use howdah_core::error::markdown;
use std::collections::BTreeSet;
use std::path::Path;

/// `HOWDAH_BLESS=1 cargo test -p howdah-core --test errors_doc` writes it anew.
#[test]
fn docs_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ERRORS.md");
    if std::env::var_os("HOWDAH_BLESS").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == markdown(), "docs/ERRORS.md is stale: run this test with HOWDAH_BLESS=1");
}

/// Every `HWnnn` that a folder's sources write out. HW000–HW002 are no codes but SQLSTATEs between the two.
fn own_codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            own_codes(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("\"HW") {
                let code = text[at + 1..].split('"').next().unwrap();
                if code.len() == 5 && !code.starts_with("HW0") {
                    found.insert(code.to_owned());
                }
            }
        }
    }
}

#[test]
fn codes_are_written_in_the_table_only() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut found = BTreeSet::new();
    own_codes(&root.join("extension/core/src/error"), &mut found);
    assert!(found.len() >= 5, "{found:?}");
    found.clear();
    own_codes(&root.join("extension/src"), &mut found);
    own_codes(&root.join("proxy/src"), &mut found);
    assert!(found.is_empty(), "{found:?}: these are for extension/core/src/error/codes.rs");
}
