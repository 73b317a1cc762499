//! The names of metrics in the rules that docs/monitoring/ gives to Prometheus.

use crate::server::root;
use std::collections::BTreeSet;

/// Those that begin so, as they are in the text of `/metrics`.
pub fn metrics(prefixes: &[&str]) -> BTreeSet<String> {
    let path = root().join("docs/monitoring/alerts.yml");
    let rules = std::fs::read_to_string(path).expect("docs/monitoring/alerts.yml");
    let expressions = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let words = expressions.flat_map(|expression| {
        expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_owned)
    });
    words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix))).collect()
}
