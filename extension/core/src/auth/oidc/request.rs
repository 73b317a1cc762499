//! The requests that a provider gets: where the browser is sent, and what the courier carries.

use super::client_secret;
use super::id_token::hex;
use super::provider::{Provider, is_scope};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use url::Url;
use url::form_urlencoded::Serializer;

/// Parameters of the client's own that are passed on.
const PASSED: usize = 20;
/// What only we may say, and what was said to us: never passed on.
const OURS: &[&str] = &[
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "request",
    "request_uri",
    "registration",
    "claims",
    "provider",
    "scopes",
    "redirect_to",
    "invite_token",
    "skip_http_redirect",
    "apikey",
    "access_token",
    "id_token",
    "flow_type",
];
/// RFC 6749, 2.3.1: the form's encoding, before base64.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What an authorization request is about.
#[derive(Debug, Clone, Copy)]
pub struct Authorize<'a> {
    pub redirect_uri: &'a str,
    pub state: &'a str,
    pub nonce: &'a str,
    pub code_challenge: &'a str,
    /// More scopes, separated by spaces or commas.
    pub scopes: &'a str,
    /// The client's own parameters.
    pub passed: &'a Map<String, Value>,
}

/// The address that the browser is sent to.
///
/// # Errors
/// If the provider has no authorization endpoint, or a scope is none.
pub fn authorize_url(provider: &Provider, ask: &Authorize<'_>) -> Result<String, String> {
    let endpoint = provider.authorization_endpoint.as_deref().ok_or("no authorization endpoint")?;
    let mut url = Url::parse(endpoint).map_err(|_| "no authorization endpoint")?;
    let scope = scopes(provider, ask.scopes)?;
    let mut pairs: Vec<(&str, &str)> = vec![
        ("client_id", provider.client_id()),
        ("redirect_uri", ask.redirect_uri),
        ("response_type", "code"),
        ("state", ask.state),
    ];
    if !scope.is_empty() {
        pairs.push(("scope", &scope));
    }
    if provider.nonce == Some(true) {
        pairs.push(("nonce", ask.nonce));
    }
    if provider.pkce == Some(true) {
        pairs.push(("code_challenge", ask.code_challenge));
        pairs.push(("code_challenge_method", "S256"));
    }
    for (name, value) in provider.parameters.iter().flatten() {
        if let Some(value) = value.as_str() {
            pairs.push((name, value));
        }
    }
    let passed = |(name, value): &(&String, &Value)| {
        !OURS.contains(&name.to_ascii_lowercase().as_str())
            && value.is_string()
            && !pairs.iter().any(|(ours, _)| ours == name)
    };
    let theirs: Vec<(String, String)> = ask
        .passed
        .iter()
        .filter(passed)
        .take(PASSED)
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    url.query_pairs_mut().extend_pairs(&pairs).extend_pairs(&theirs);
    // A plus sign is a space to some and a plus to others (Apple shows it).
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    Ok(url.into())
}

/// The provider's scopes and more, each once.
fn scopes(provider: &Provider, more: &str) -> Result<String, String> {
    let mut all: Vec<&str> = provider.scopes.iter().flatten().map(String::as_str).collect();
    for scope in more.split([' ', ',']).filter(|scope| !scope.is_empty()) {
        if !is_scope(scope) {
            return Err("scopes contains a character that no scope has".into());
        }
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    if all.len() > 100 {
        return Err("more than 100 scopes".into());
    }
    Ok(all.join(" "))
}

/// A request to the token endpoint: `grant` has grant_type and its parameters.
///
/// # Errors
/// If the provider has no token endpoint, or its secret cannot be used.
pub fn token(
    provider: &Provider,
    secret: &str,
    grant: &[(&str, &str)],
    now: i64,
) -> Result<Value, String> {
    let url = provider.token_endpoint.as_deref().ok_or("no token endpoint")?;
    let secret = client_secret::secret(secret, provider.client_id(), now)?;
    let mut headers = Map::new();
    headers.insert("Accept".into(), json!("application/json"));
    headers.insert("Content-Type".into(), json!("application/x-www-form-urlencoded"));
    let mut form = Serializer::new(String::new());
    form.extend_pairs(grant);
    match provider.client_auth() {
        "client_secret_basic" => {
            let encode = |text: &str| utf8_percent_encode(text, FORM).to_string();
            let pair = format!("{}:{}", encode(provider.client_id()), encode(&secret));
            let basic = format!("Basic {}", STANDARD.encode(pair));
            headers.insert("Authorization".into(), json!(basic));
        }
        "none" => {
            form.append_pair("client_id", provider.client_id());
        }
        _ => {
            form.append_pair("client_id", provider.client_id());
            form.append_pair("client_secret", &secret);
        }
    }
    if provider.kind == "notion" {
        headers.insert("Notion-Version".into(), json!(NOTION));
    }
    Ok(json!({"method": "POST", "url": url, "headers": headers, "body": form.finish()}))
}

const NOTION: &str = "2022-06-28";

/// A request for a document about the user.
///
/// # Errors
/// If `url` is none.
pub fn userinfo(
    provider: &Provider,
    url: &str,
    access_token: &str,
    secret: &str,
) -> Result<Value, String> {
    let mut url = Url::parse(url).map_err(|_| "no userinfo endpoint")?;
    if access_token.is_empty() || !access_token.bytes().all(|b| (0x21..0x7f).contains(&b)) {
        return Err("no access token".into());
    }
    let mut headers = Map::new();
    headers.insert("Accept".into(), json!("application/json"));
    headers.insert("Authorization".into(), json!(format!("Bearer {access_token}")));
    // GitHub answers none without.
    headers.insert("User-Agent".into(), json!("howdah"));
    match provider.kind.as_str() {
        "notion" => {
            headers.insert("Notion-Version".into(), json!(NOTION));
        }
        // Proof that who asks also has the app's secret: a token stolen from a client is of no use to us.
        "facebook" => {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
                .map_err(|error| error.to_string())?;
            mac.update(access_token.as_bytes());
            let proof = hex(&mac.finalize().into_bytes());
            url.query_pairs_mut().append_pair("appsecret_proof", &proof);
        }
        _ => {}
    }
    Ok(json!({"method": "GET", "url": url.as_str(), "headers": headers}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(kind: &str) -> Provider {
        let given = Provider {
            name: "p".into(),
            kind: kind.into(),
            client_ids: vec!["client&1".into()],
            base_url: (kind == "keycloak").then(|| "https://kc.example/realms/r/".into()),
            issuer: (kind == "oidc").then(|| "https://id.example".into()),
            ..Provider::default()
        };
        given.complete().unwrap()
    }

    fn url_of(provider: &Provider, scopes: &str, passed: Value) -> Url {
        let ask = Authorize {
            redirect_uri: "https://api.example/auth/v1/callback",
            state: "STATE",
            nonce: "NONCE",
            code_challenge: "CHALLENGE",
            scopes,
            passed: passed.as_object().unwrap(),
        };
        Url::parse(&authorize_url(provider, &ask).unwrap()).unwrap()
    }

    fn pairs(url: &Url, name: &str) -> Vec<String> {
        url.query_pairs().filter(|(n, _)| n == name).map(|(_, v)| v.into_owned()).collect()
    }

    #[test]
    fn asks_with_state_nonce_and_challenge() {
        let url = url_of(
            &provider("google"),
            "https://www.googleapis.com/auth/drive,email",
            json!({"prompt": "consent", "hd": "a b"}),
        );
        assert_eq!(url.host_str(), Some("accounts.google.com"));
        for (name, value) in [
            ("client_id", "client&1"),
            ("redirect_uri", "https://api.example/auth/v1/callback"),
            ("response_type", "code"),
            ("state", "STATE"),
            ("nonce", "NONCE"),
            ("code_challenge", "CHALLENGE"),
            ("code_challenge_method", "S256"),
            ("scope", "openid email profile https://www.googleapis.com/auth/drive"),
            ("prompt", "consent"),
            ("hd", "a b"),
        ] {
            assert_eq!(pairs(&url, name), [value], "{name}");
        }
        assert!(!url.as_str().contains('+'));
    }

    #[test]
    fn what_only_we_may_say_is_not_taken_from_the_client() {
        let all: Map<String, Value> =
            OURS.iter().map(|name| ((*name).to_owned(), json!("evil"))).collect();
        for kind in ["google", "apple", "github", "x", "twitch"] {
            let url = url_of(&provider(kind), "", Value::Object(all.clone()));
            assert!(!url.as_str().contains("evil"), "{url}");
        }
        let url = url_of(&provider("google"), "", json!({"STATE": "evil", "Redirect_Uri": "evil"}));
        assert!(!url.as_str().contains("evil"), "{url}");
        let many: Map<String, Value> = (0..50).map(|n| (format!("p{n}"), json!("v"))).collect();
        let url = url_of(&provider("google"), "", Value::Object(many));
        assert_eq!(url.query_pairs().filter(|(n, _)| n.starts_with('p')).count(), PASSED);
    }

    #[test]
    fn a_scope_has_no_quotes_or_line_breaks() {
        for wrong in ["a\"b", "a\\b", "a\nb", "\u{e9}"] {
            assert!(scopes(&provider("github"), wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn each_kind_is_asked_in_its_own_way() {
        assert_eq!(
            pairs(&url_of(&provider("apple"), "", json!({})), "response_mode"),
            ["form_post"]
        );
        assert!(
            pairs(&url_of(&provider("linkedin_oidc"), "", json!({})), "code_challenge").is_empty()
        );
        assert!(pairs(&url_of(&provider("github"), "", json!({})), "nonce").is_empty());
        assert_eq!(pairs(&url_of(&provider("notion"), "", json!({})), "owner"), ["user"]);
        let keycloak = url_of(&provider("keycloak"), "", json!({}));
        assert!(
            keycloak
                .as_str()
                .starts_with("https://kc.example/realms/r/protocol/openid-connect/auth?")
        );
    }

    #[test]
    fn the_secret_goes_where_the_provider_wants_it() {
        let grant = [("grant_type", "authorization_code"), ("code", "a&b=c")];
        let post = token(&provider("google"), "s&cret", &grant, 0).unwrap();
        assert_eq!(
            post["body"],
            "grant_type=authorization_code&code=a%26b%3Dc&client_id=client%261&client_secret=s%26cret"
        );
        assert!(post["headers"].get("Authorization").is_none());
        let basic = token(&provider("x"), "s:cret", &grant, 0).unwrap();
        assert_eq!(basic["body"], "grant_type=authorization_code&code=a%26b%3Dc");
        let expected = format!("Basic {}", STANDARD.encode("client%261:s%3Acret"));
        assert_eq!(basic["headers"]["Authorization"], expected);
    }

    #[test]
    fn documents_are_asked_for_with_the_token() {
        let github = provider("github");
        let ask =
            userinfo(&github, github.emails_endpoint.as_deref().unwrap(), "tok", "s").unwrap();
        assert_eq!(ask["url"], "https://api.github.com/user/emails");
        assert_eq!(ask["headers"]["Authorization"], "Bearer tok");
        assert!(userinfo(&github, "https://api.github.com/user", "a\r\nX: y", "s").is_err());
        let facebook = provider("facebook");
        let ask = userinfo(&facebook, facebook.userinfo_endpoint.as_deref().unwrap(), "tok", "s")
            .unwrap();
        assert!(ask["url"].as_str().unwrap().contains("appsecret_proof="));
    }
}
