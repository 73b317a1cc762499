//! OpenID Connect Discovery 1.0: where an issuer's endpoints are.

use super::document;
use super::provider::check_url;
use serde_json::{Map, Value, json};

/// Where the document of an issuer is.
#[must_use]
pub fn location(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Reads a discovery document and keeps what is used of it.
///
/// # Errors
/// Says what is wrong. The issuer must be the one that was asked for, to the letter (4.3): else one issuer could send us to
/// another's keys.
pub fn read(text: &str, issuer: &str) -> Result<Value, String> {
    let given = document(text)?;
    let member = |name: &str| given.get(name).and_then(Value::as_str);
    if member("issuer") != Some(issuer) {
        return Err("the document is of another issuer".into());
    }
    let mut kept = Map::new();
    kept.insert("issuer".into(), json!(issuer));
    for (name, needed) in [
        ("authorization_endpoint", true),
        ("token_endpoint", true),
        ("jwks_uri", true),
        ("userinfo_endpoint", false),
    ] {
        match member(name) {
            Some(url) => {
                check_url(url).map_err(|reason| format!("{name}: {reason}"))?;
                kept.insert(name.into(), json!(url));
            }
            None if needed => return Err(format!("{name} is missing")),
            None => {}
        }
    }
    // RFC 9207: then an answer without `iss` is not this issuer's.
    let iss = given.get("authorization_response_iss_parameter_supported");
    kept.insert("iss_parameter".into(), json!(iss == Some(&Value::Bool(true))));
    Ok(Value::Object(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example";

    fn with(change: &[(&str, Value)]) -> String {
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example/auth",
            "token_endpoint": "https://id.example/token",
            "userinfo_endpoint": "https://id.example/me",
            "jwks_uri": "https://keys.example/jwks",
            "authorization_response_iss_parameter_supported": true,
        });
        for (name, value) in change {
            document[name] = value.clone();
        }
        document.to_string()
    }

    #[test]
    fn keeps_the_endpoints() {
        let read = read(&with(&[]), ISSUER).unwrap();
        assert_eq!(read["jwks_uri"], "https://keys.example/jwks");
        assert_eq!(read["iss_parameter"], true);
        assert_eq!(
            location("https://a.example/"),
            "https://a.example/.well-known/openid-configuration"
        );
    }

    #[test]
    fn refuses_another_issuer_and_addresses_that_nobody_should_be_sent_to() {
        for (name, value) in [
            ("issuer", json!("https://id.example/")),
            ("issuer", json!("https://other.example")),
            ("issuer", json!(null)),
            ("token_endpoint", json!("http://id.example/token")),
            ("token_endpoint", json!("file:///etc/passwd")),
            ("token_endpoint", json!("https://user:pass@id.example/token")),
            ("jwks_uri", json!("http://169.254.169.254/latest")),
            ("jwks_uri", json!(null)),
            ("jwks_uri", json!(["https://id.example/jwks"])),
            ("authorization_endpoint", json!("javascript:alert(1)")),
            ("authorization_endpoint", json!("https://id.example/#x")),
            ("userinfo_endpoint", json!("gopher://id.example/")),
        ] {
            assert!(read(&with(&[(name, value.clone())]), ISSUER).is_err(), "{name} {value}");
        }
        assert!(read("[]", ISSUER).is_err());
        assert!(read(&with(&[("x", json!("x".repeat(70_000)))]), ISSUER).is_err());
        let twice =
            with(&[]).replace("\"issuer\"", "\"issuer\":\"https://evil.example\",\"issuer\"");
        assert!(read(&twice, ISSUER).is_err());
    }
}
