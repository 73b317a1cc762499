//! Links in mails: built from `api_external_url` alone, never from what a request says of its host.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 calls unreserved stays.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where the dialect's paths begin; an `api_external_url` may have it already, as GoTrue's does.
const PREFIX: &str = "/auth/v1";

/// The link of a mail: `path` is `verify`, which takes the secret at once, or `confirm`, a page with a button.
///
/// # Examples
/// ```
/// use howdah_core::auth::link::build;
/// assert_eq!(
///     build("https://api.example.com", "verify", "0a1b", "signup", "https://app.example.com/a?b=c&d"),
///     "https://api.example.com/auth/v1/verify?token=0a1b&type=signup&redirect_to=https%3A%2F%2Fapp.example.com%2Fa%3Fb%3Dc%26d"
/// );
/// ```
#[must_use]
pub fn build(base: &str, path: &str, token: &str, kind: &str, redirect_to: &str) -> String {
    let base = base.trim_end_matches('/');
    let prefix = if base.ends_with(PREFIX) { "" } else { PREFIX };
    let value = |text| utf8_percent_encode(text, VALUE);
    let mut link = format!("{base}{prefix}/{path}?token={}&type={}", value(token), value(kind));
    if !redirect_to.is_empty() {
        link.push_str(&format!("&redirect_to={}", value(redirect_to)));
    }
    link
}

#[cfg(test)]
mod tests {
    use super::build;

    #[test]
    fn values_stay_values() {
        let link = build("https://a.example/auth/v1/", "confirm", "x&y=#z", "a b", "");
        assert_eq!(link, "https://a.example/auth/v1/confirm?token=x%26y%3D%23z&type=a%20b");
        let nasty = "https://app.example.com/?a=b&token=mine#\r\n\"'<>\u{202e}é";
        let link = build("http://localhost:8080", "verify", "t", "recovery", nasty);
        let url = url::Url::parse(&link).unwrap();
        assert_eq!((url.host_str(), url.path()), (Some("localhost"), "/auth/v1/verify"));
        let pairs: Vec<_> =
            url.query_pairs().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs[2], ("redirect_to".to_owned(), nasty.to_owned()));
        assert!(link.is_ascii() && !link.contains(['"', '<', ' ', '\'']));
    }
}
