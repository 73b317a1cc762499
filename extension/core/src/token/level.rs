//! The claims of a token whose session has lost its second factor.
//!
//! Such a token stays good: the app's requests go on, as somebody at `aal1`. Refused instead, it would break every request of
//! clients that refresh by the clock and not by a 401, as auth-js does.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The payload with `aal` and `amr` as the session has them now; everything else stays as it is, to the letter. `amr` is JSON.
#[must_use]
pub fn lowered(claims_json: &str, aal: &str, amr: &str) -> Option<String> {
    let mut claims: BTreeMap<String, Box<RawValue>> = serde_json::from_str(claims_json).ok()?;
    claims.insert("aal".to_owned(), serde_json::value::to_raw_value(aal).ok()?);
    claims.insert("amr".to_owned(), serde_json::from_str(amr).ok()?);
    serde_json::to_string(&claims).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_level_of_the_session_and_all_else_as_it_was() {
        let claims = r#"{"sub":"u","n":12345678901234567890.10,"aal":"aal2","amr":[{"method":"totp"}],"o":{"aal":"aal2"}}"#;
        let amr = r#"[{"method":"password","timestamp":1}]"#;
        let expected = r#"{"aal":"aal1","amr":[{"method":"password","timestamp":1}],"n":12345678901234567890.10,"o":{"aal":"aal2"},"sub":"u"}"#;
        assert_eq!(lowered(claims, "aal1", amr).unwrap(), expected);
    }

    #[test]
    fn adds_what_was_not_there_and_takes_no_other_thing_for_claims() {
        assert_eq!(lowered("{}", "aal1", "[]").unwrap(), r#"{"aal":"aal1","amr":[]}"#);
        assert_eq!(lowered("[]", "aal1", "[]"), None);
        assert_eq!(lowered("{}", "aal1", "["), None);
    }
}
