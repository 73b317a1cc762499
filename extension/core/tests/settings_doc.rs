//! docs/SETTINGS.md is generated.

/// `HOWDAH_BLESS=1 cargo test -p howdah-core --test settings_doc` writes it anew.
#[test]
fn docs_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SETTINGS.md");
    let text =
        format!("{}{}", howdah_core::settings::markdown(), howdah_core::auth::settings::markdown());
    if std::env::var_os("HOWDAH_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == text, "docs/SETTINGS.md is stale: run this test with HOWDAH_BLESS=1");
}
