//! docs/ERRORS.md is generated.

use howdah_core::error::markdown;

/// `HOWDAH_BLESS=1 cargo test -p howdah-core --test errors_doc` writes it anew.
#[test]
fn docs_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ERRORS.md");
    if std::env::var_os("HOWDAH_BLESS").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == markdown(),
        "docs/ERRORS.md is stale: run this test with HOWDAH_BLESS=1"
    );
}
