//! docs/asvs.md has every requirement of ASVS 5.0 of levels 1 and 2 in V6, V7, V9 and V10, and each names tests that are there.

use howdah_tests::server::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Sections and the last requirement of levels 1 and 2 in each, which are numbered first.
const SECTIONS: &[(&str, u32)] = &[
    ("6.1", 3),
    ("6.2", 11),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
];

fn read(path: &Path, into: &mut String) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder").flatten() {
            if entry.file_name() != "node_modules" {
                read(&entry.path(), into);
            }
        }
    } else if path
        .extension()
        .is_some_and(|e| ["rs", "mjs", "js", "py", "sql", "drill"].iter().any(|x| e == *x))
    {
        into.push_str(&format!(
            "\nfile {}\n",
            path.file_name().and_then(|n| n.to_str()).unwrap_or_default()
        ));
        into.push_str(&fs::read_to_string(path).unwrap_or_default());
    }
}

/// Requirement → what its last cell names between backquotes.
fn table() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("docs/asvs.md")).expect("docs/asvs.md");
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && line.contains('.')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, .., tests] = cells.as_slice() else { continue };
        if !id.chars().all(|c| c.is_ascii_digit() || c == '.') {
            continue;
        }
        let named = tests.split('`').skip(1).step_by(2).map(str::to_owned);
        rows.entry((*id).to_owned()).or_default().extend(named);
    }
    rows
}

#[test]
fn every_requirement_has_a_test_that_is_there() {
    let rows = table();
    let mut source = String::new();
    for folder in [
        "tests/tests",
        "tests/sql",
        "tests/sdk/js/suite",
        "tests/sdk/py/suite",
        "extension/core/src",
        "proxy/src",
    ] {
        read(&root().join(folder), &mut source);
    }
    let (mut without, mut missing) = (Vec::new(), BTreeSet::new());
    for (section, last) in SECTIONS {
        for n in 1..=*last {
            let id = format!("{section}.{n}");
            match rows.get(&id) {
                Some(named) if !named.is_empty() => {}
                _ => without.push(id),
            }
        }
    }
    for name in rows.values().flatten() {
        let last = name.rsplit("::").next().unwrap_or(name);
        let there = source.contains(&format!("fn {last}("))
            || source.contains(&format!("def {last}("))
            || source.contains(&format!("\nfile {last}\n"))
            // A title of the suites in JavaScript.
            || last.contains(' ') && source.contains(last);
        if !there {
            missing.insert(name.clone());
        }
    }
    assert!(missing.is_empty(), "docs/asvs.md names tests that are not there: {missing:#?}");
    assert!(without.is_empty(), "docs/asvs.md has no test for {without:?}");
}
