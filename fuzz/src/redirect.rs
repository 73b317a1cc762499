//! What anybody may send for an address: targets of redirects, e-mail addresses. Whatever is let through must be what it seems.

use howdah_core::auth::redirect::AllowList;
use howdah_core::auth::{email, phone};
use std::sync::LazyLock;
use url::Url;

const HOSTS: [&str; 4] = ["app.example.com", "docs.example.org", "localhost", "127.0.0.1"];

static LIST: LazyLock<AllowList> = LazyLock::new(|| {
    AllowList::parse(
        "https://app.example.com",
        "https://docs.example.org/v*/**,http://localhost:3000/**,http://127.0.0.1:*/cb,com.example.app://callback",
    )
    .expect("the list is one")
});

/// Panics if something is let through that is not what was listed.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if LIST.allows(text) {
        let url = Url::parse(text).expect("what is allowed is a URL");
        assert!(text.bytes().all(|b| b.is_ascii_graphic()), "{text:?}");
        assert!(url.username().is_empty() && url.password().is_none(), "{text:?}");
        if url.scheme() == "com.example.app" {
            assert_eq!(text, "com.example.app://callback");
        } else {
            assert!(HOSTS.contains(&url.host_str().unwrap_or_default()), "{text:?}");
            assert!(
                url.scheme() == "https"
                    || text.starts_with("http://localhost:3000")
                    || text.starts_with("http://127.0.0.1"),
                "{text:?}"
            );
            // What a parser writes of it is what was compared.
            let written = url.as_str();
            assert!(
                written == text || written.replacen('/', "", 3) == text.replacen('/', "", 2),
                "{text:?} {written:?}"
            );
            assert!(
                !url.path().contains("//") && url.path().split('/').all(|s| s != ".."),
                "{text:?}"
            );
        }
    }
    if let Some(normal) = email::normalize(text) {
        assert!(
            normal.is_ascii() && normal.len() <= email::LONGEST && normal.matches('@').count() == 1,
            "{text:?}"
        );
        assert!(
            normal.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_uppercase()),
            "{text:?}"
        );
        assert_eq!(email::normalize(&normal).as_deref(), Some(normal.as_str()), "{text:?}");
    }
    if let Some(digits) = phone::normalize(text) {
        assert!(
            (2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()),
            "{text:?}"
        );
    }
}
