//! Names in the document: OpenAPI allows `A-Z a-z 0-9 . - _` in names of components, Postgres everything.

/// Components of the document's own.
const OWN: [&str; 9] = [
    "Error",
    "Filter",
    "Any",
    "PageError",
    "AuthError",
    "AuthErrorCode",
    "OAuthError",
    "AuthAnswer",
    "AuthRedirect",
];

/// The name as it may stand; other characters as `-HEX-`. Different names stay different: `-` and `.` are never themselves.
pub fn safe(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let reserved = OWN.contains(&name);
    for (at, c) in name.chars().enumerate() {
        if (c.is_ascii_alphanumeric() || c == '_') && !(reserved && at == 0) {
            out.push(c);
        } else {
            out.push_str(&format!("-{:X}-", u32::from(c)));
        }
    }
    out
}

/// The component of a type or relation: bare in the document's own schema.
pub fn component(own: &str, schema: &str, name: &str) -> String {
    if own == schema { safe(name) } else { format!("{}.{}", safe(schema), safe(name)) }
}

pub fn schema(component: &str) -> String {
    format!("#/components/schemas/{component}")
}

pub fn parameter(component: &str) -> String {
    format!("#/components/parameters/{component}")
}

pub fn response(component: &str) -> String {
    format!("#/components/responses/{component}")
}

pub fn header(component: &str) -> String {
    format!("#/components/headers/{component}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_allowed_and_stay_apart() {
        let names = ["film", "a b", "a-20-b", "a.b", "Error", "تست", "a/b{c}", "_", "-", "--"];
        let mut all: Vec<_> =
            names.iter().map(|name| component("public", "public", name)).collect();
        all.push(component("public", "a", "b"));
        for name in &all {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(name.chars().all(fits), "{name}");
        }
        assert_eq!(&all[..2], ["film", "a-20-b"]);
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
