//! Where a claim is found in a token's payload: `$.role`, `.app_metadata.role`, `$."https://x/y"[0]`.

use serde_json::Value;

/// Steps of one path.
const STEPS: usize = 16;
/// Bytes of one path.
const LENGTH: usize = 256;

/// A parsed path. The default is `$.role`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Key(String),
    Index(usize),
}

impl Default for ClaimPath {
    fn default() -> Self {
        Self(vec![Step::Key("role".to_owned())])
    }
}

impl ClaimPath {
    /// Parses the subset of JSONPath (RFC 9535) that names one place: `$` (optional), then `.name`,
    /// `."any name"` or `[0]`, at most 16 steps and 256 bytes.
    ///
    /// # Errors
    /// What is wrong with the path, for whoever sets it.
    ///
    /// # Examples
    /// ```
    /// use howdah_core::claim_path::ClaimPath;
    /// let path = ClaimPath::parse("$.app_metadata.roles[0]").unwrap();
    /// let claims = serde_json::json!({"app_metadata": {"roles": ["editor"]}});
    /// assert_eq!(path.find(&claims).unwrap(), "editor");
    /// assert!(ClaimPath::parse("role").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LENGTH {
            return Err(format!("a claim path has at most {LENGTH} bytes"));
        }
        let mut rest = text.strip_prefix('$').unwrap_or(text);
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, tail) = step(rest).ok_or_else(|| {
                format!("cannot read the claim path at \"{rest}\": write it like $.role or $.app_metadata.role")
            })?;
            steps.push(step);
            rest = tail;
        }
        match steps.len() {
            0 => Err("the claim path names no claim: write it like $.role".to_owned()),
            n if n > STEPS => Err(format!("a claim path has at most {STEPS} steps")),
            _ => Ok(Self(steps)),
        }
    }

    /// The value at this path.
    #[must_use]
    pub fn find<'v>(&self, claims: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(claims, |value, step| match step {
            Step::Key(key) => value.as_object()?.get(key),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (digits, rest) = rest.split_once(']')?;
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        return Some((Step::Index(plain.then(|| digits.parse().ok())??), rest));
    }
    let rest = text.strip_prefix('.')?;
    if let Some(rest) = rest.strip_prefix('"') {
        let (name, rest) = rest.split_once('"')?;
        return (!name.is_empty()).then(|| (Step::Key(name.to_owned()), rest));
    }
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@')))
        .unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(end)?;
    (!name.is_empty()).then(|| (Step::Key(name.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_the_claim_in_every_spelling() {
        let claims = json!({"role": "r", "a": {"b-c": ["x", {"d e": "y"}]}, "https://h/r": "z"});
        for (path, want) in [
            ("$.role", "r"),
            (".role", "r"),
            ("$.\"role\"", "r"),
            ("$.a.b-c[0]", "x"),
            (".a.b-c[1].\"d e\"", "y"),
            ("$.\"https://h/r\"", "z"),
        ] {
            assert_eq!(ClaimPath::parse(path).unwrap().find(&claims), Some(&json!(want)), "{path}");
        }
        assert_eq!(ClaimPath::default(), ClaimPath::parse("$.role").unwrap());
        for path in ["$.none", "$.role.x", "$.a.b-c[9]", "$[0]"] {
            assert_eq!(ClaimPath::parse(path).unwrap().find(&claims), None, "{path}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_follow() {
        let long = format!("$.{}", "a".repeat(300));
        let deep = ".a".repeat(17);
        for path in [
            "",
            "$",
            "role",
            "$role",
            "$.",
            "$..a",
            "$.a[",
            "$.a[]",
            "$.a[-1]",
            "$.a[*]",
            "$.*",
            "$.a b",
            "$.\"a",
            "$.\"\"",
            "$.a[+1]",
            "$.a[99999999999999999999999]",
            &long,
            &deep,
        ] {
            assert!(ClaimPath::parse(path).is_err(), "{path}");
        }
    }
}
