//! What a provider tells later of a text message that it took: whether it is the provider who tells, and what became of it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

/// Seconds that a signed time may be off.
const TOLERANCE: i64 = 300;

/// A request as it came.
pub struct Callback<'a> {
    /// By names in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// As the provider was given it, with its query.
    pub url: &'a str,
    pub body: &'a [u8],
    /// Seconds since 1970.
    pub now: i64,
}

/// What became of the message for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Delivered,
    /// A word, and the provider's code.
    Failed(String),
}

/// Whether the provider has signed it, of those that sign: Twilio with the account's token, MessageBird with its signing key.
/// Without a key for it, and of the others, the address alone tells.
#[must_use]
pub fn is_genuine(driver: &str, key: Option<&str>, callback: &Callback<'_>) -> bool {
    match (driver, key.filter(|key| !key.is_empty())) {
        ("twilio", key) => key.and_then(|key| twilio(key, callback)).unwrap_or(false),
        ("messagebird", Some(key)) => messagebird(key, callback).unwrap_or(false),
        _ => true,
    }
}

/// HMAC-SHA-1 over the URL and the form's fields in order of their names, name and value one after the other.
/// Source: <https://www.twilio.com/docs/usage/security>
fn twilio(key: &str, callback: &Callback<'_>) -> Option<bool> {
    let given = STANDARD.decode((callback.header)("x-twilio-signature")?).ok()?;
    let mut fields: Vec<_> = form_urlencoded::parse(callback.body).collect();
    fields.sort();
    fields.dedup();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(callback.url.as_bytes());
    for (name, value) in &fields {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    Some(mac.verify_slice(&given).is_ok())
}

/// A JWT (HS256) with the hashes of URL and body.
/// Source: <https://developers.messagebird.com/api/#verifying-http-requests>
fn messagebird(key: &str, callback: &Callback<'_>) -> Option<bool> {
    let token = (callback.header)("messagebird-signature-jwt")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let read = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    if read(head)?.get("alg")? != "HS256" {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if mac.verify_slice(&given).is_err() {
        return Some(false);
    }
    let claims = read(claims)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let in_time = time("nbf").is_none_or(|from| from <= callback.now + TOLERANCE)
        && time("exp")? >= callback.now - TOLERANCE;
    let of_body = callback.body.is_empty() || text("payload_hash") == hash(callback.body);
    Some(in_time && of_body && text("url_hash") == hash(callback.url.as_bytes()))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// What it says, in the query or in the body; nothing while the message is still on its way.
#[must_use]
pub fn told(callback: &Callback<'_>) -> Option<Told> {
    let query = callback.url.split_once('?').map_or("", |(_, query)| query);
    let mut fields: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    match serde_json::from_slice::<Value>(callback.body) {
        Ok(Value::Object(members)) => {
            fields.extend(members.into_iter().filter_map(|(name, value)| match value {
                Value::String(text) => Some((name, text)),
                Value::Number(number) => Some((name, number.to_string())),
                _ => None,
            }));
        }
        _ => fields.extend(form_urlencoded::parse(callback.body).into_owned()),
    }
    let of = |names: &[&str]| {
        let found = fields.iter().find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value.as_str())
    };
    let word = of(&["MessageStatus", "SmsStatus", "status"])?.to_ascii_lowercase();
    match word.as_str() {
        "delivered" | "read" => Some(Told::Delivered),
        "failed" | "undelivered" | "delivery_failed" | "undeliverable" | "rejected" | "expired"
        | "deleted" => {
            let code = of(&["ErrorCode", "statusErrorCode", "err-code", "error"]);
            let plain = |c: &char| c.is_ascii_alphanumeric() || "_-".contains(*c);
            let code: String = code.unwrap_or_default().chars().filter(plain).take(60).collect();
            let named = !code.is_empty() && code != "0";
            Some(Told::Failed(if named { format!("{word}_{code}") } else { word }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_795_000_000;
    const URL: &str = "https://api.shop.example/hooks/sms/tw?id=7&token=ab";

    fn genuine(driver: &str, key: Option<&str>, url: &str, body: &str, header: &str) -> bool {
        let name =
            if driver == "twilio" { "x-twilio-signature" } else { "messagebird-signature-jwt" };
        let callback = Callback {
            header: &|asked| (asked == name).then_some(header),
            url,
            body: body.as_bytes(),
            now: NOW,
        };
        is_genuine(driver, key, &callback)
    }

    /// The example of Twilio's documentation, its parameters in another order.
    #[test]
    fn twilio_signs_the_address_and_the_fields() {
        let url = "https://example.com/myapp.php?foo=1&bar=2";
        let body = "From=%2B14158675310&Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212\
                    &Caller=%2B14158675310";
        let signature = "L/OH5YylLD5NRKLltdqwSvS0BnU=";
        assert!(genuine("twilio", Some("12345"), url, body, signature));
        assert!(!genuine("twilio", Some("12346"), url, body, signature));
        assert!(!genuine("twilio", Some("12345"), URL, body, signature));
        assert!(!genuine("twilio", Some("12345"), url, &body.replace("1234&", "1235&"), signature));
        assert!(!genuine("twilio", Some("12345"), url, body, "AAAA"));
        assert!(!genuine("twilio", Some("12345"), url, body, ""));
        assert!(!genuine("twilio", None, url, body, signature), "no key verifies nothing");
        assert!(!genuine("twilio", Some(""), url, body, signature));
    }

    fn jwt(head: &Value, claims: &Value, key: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(head), part(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn messagebird_signs_hashes_of_address_and_body() {
        let head = json!({"alg": "HS256", "typ": "JWT"});
        let claims = |change: &dyn Fn(&mut Value)| {
            let mut claims = json!({"iss": "MessageBird", "nbf": NOW, "exp": NOW + 60, "jti": "1", "url_hash": hash(URL.as_bytes())});
            change(&mut claims);
            claims
        };
        let of = |claims: &Value, body: &str| {
            genuine("messagebird", Some("key"), URL, body, &jwt(&head, claims, "key"))
        };
        assert!(of(&claims(&|_| ()), ""));
        assert!(of(&claims(&|c| c["payload_hash"] = hash(b"x=1").into()), "x=1"));
        assert!(!of(&claims(&|_| ()), "x=1"), "a body that is not signed");
        assert!(!of(&claims(&|c| c["payload_hash"] = hash(b"x=1").into()), "x=2"));
        assert!(!of(&claims(&|c| c["url_hash"] = hash(b"https://other.example/").into()), ""));
        assert!(!of(&claims(&|c| c["exp"] = (NOW - 301).into()), ""));
        assert!(!of(&claims(&|c| c["nbf"] = (NOW + 301).into()), ""));
        assert!(!of(&claims(&|c| drop(c.as_object_mut().unwrap().remove("exp"))), ""));
        let good = claims(&|_| ());
        assert!(!genuine("messagebird", Some("key"), URL, "", &jwt(&head, &good, "other")));
        let none = json!({"alg": "none"});
        assert!(!genuine("messagebird", Some("key"), URL, "", &jwt(&none, &good, "key")));
        for nonsense in ["", ".", "..", "a.b.c"] {
            assert!(!genuine("messagebird", Some("key"), URL, "", nonsense), "{nonsense}");
        }
        assert!(genuine("messagebird", None, URL, "", ""), "known by its address");
    }

    #[test]
    fn what_became_of_it_is_told_in_query_form_or_json() {
        let told = |query: &str, body: &str| {
            let url = format!("https://a.example/hooks/sms/x?{query}");
            told(&Callback { header: &|_| None, url: &url, body: body.as_bytes(), now: NOW })
        };
        let failed = |word: &str| Some(Told::Failed(word.to_owned()));
        assert_eq!(told("", "MessageSid=SM1&MessageStatus=delivered"), Some(Told::Delivered));
        assert_eq!(
            told("", "MessageStatus=undelivered&ErrorCode=30003"),
            failed("undelivered_30003")
        );
        assert_eq!(told("id=1&status=delivered&statusDatetime=x", ""), Some(Told::Delivered));
        assert_eq!(
            told("status=delivery_failed&statusErrorCode=7", ""),
            failed("delivery_failed_7")
        );
        assert_eq!(told("", r#"{"status": "rejected", "err-code": 0}"#), failed("rejected"));
        assert_eq!(
            told("status=failed&error=a%0ab%20c;'", ""),
            failed("failed_abc"),
            "a word and no text"
        );
        for on_its_way in ["sent", "queued", "buffered", "accepted", "", "DROP"] {
            assert_eq!(told(&format!("status={on_its_way}"), ""), None, "{on_its_way}");
        }
        for nonsense in ["", "[]", "7", "%%%", "{\"status\": [1]}"] {
            assert_eq!(told("", nonsense), None, "{nonsense}");
        }
    }
}
