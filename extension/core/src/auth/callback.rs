//! The address that a browser is sent back to: what happened, in its query or its fragment.
//!
//! The address itself was allowed before (the redirect allow-list); it is left as its owner wrote it, byte for byte, apart
//! from what is put in. So an app's own scheme (`com.example.app://back`) stays one.

use url::form_urlencoded::{Serializer, parse};

/// Puts `query` into the address's query, in the place of members of the same name, and `fragment` in the place of its
/// fragment. Without members a part stays as it is.
#[must_use]
pub fn callback<N, V>(target: &str, query: &[(N, V)], fragment: &[(N, V)]) -> String
where
    N: AsRef<str>,
    V: AsRef<str>,
{
    let (rest, old_fragment) = split(target, '#');
    let (base, old_query) = split(rest, '?');
    let mut out = base.to_owned();
    if query.is_empty() {
        if let Some(old) = old_query {
            out.push('?');
            out.push_str(old);
        }
    } else {
        let mut pairs = Serializer::new(String::new());
        for (name, value) in parse(old_query.unwrap_or_default().as_bytes()) {
            if !query.iter().any(|(new, _)| new.as_ref() == name) {
                pairs.append_pair(&name, &value);
            }
        }
        pairs.extend_pairs(query.iter().map(|(n, v)| (n.as_ref(), v.as_ref())));
        out.push('?');
        out.push_str(&pairs.finish());
    }
    if fragment.is_empty() {
        if let Some(old) = old_fragment {
            out.push('#');
            out.push_str(old);
        }
    } else {
        out.push('#');
        let pairs = fragment.iter().map(|(n, v)| (n.as_ref(), v.as_ref()));
        out.push_str(&Serializer::new(String::new()).extend_pairs(pairs).finish());
    }
    out
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [(&str, &str); 0] = [];

    #[test]
    fn puts_tokens_into_the_fragment_and_codes_into_the_query() {
        assert_eq!(
            callback("https://a.example/in", &NONE, &[("access_token", "x.y"), ("sb", "")]),
            "https://a.example/in#access_token=x.y&sb="
        );
        assert_eq!(
            callback("https://a.example/in?a=1&code=old#top", &[("code", "c d")], &NONE),
            "https://a.example/in?a=1&code=c+d#top"
        );
        assert_eq!(
            callback("https://a.example?a=%20#f", &NONE, &NONE),
            "https://a.example?a=%20#f"
        );
    }

    #[test]
    fn keeps_an_apps_own_scheme() {
        assert_eq!(callback("com.app://back", &[("code", "1")], &NONE), "com.app://back?code=1");
        assert_eq!(callback("com.app:/", &NONE, &[("error", "e")]), "com.app:/#error=e");
    }

    #[test]
    fn lets_no_value_out_of_its_member() {
        let hostile = "x&access_token=evil#y\r\nSet-Cookie: a=b";
        let made = callback("https://a.example/", &[("message", hostile)], &[("message", hostile)]);
        assert!(!made.contains(['\r', '\n', ' ']));
        assert_eq!(made.matches('#').count(), 1);
        assert_eq!(made.matches("&access_token").count(), 0);
    }
}
