//! docs/CONFORMANCE.md names tests that are there, and leaves out no file of them.

use howdah_tests::server::root;
use std::collections::BTreeSet;
use std::fs;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The marked-up words of the table's cells: `` `rest_read::orders` ``.
fn named(document: &str) -> Vec<&str> {
    document.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_conformance_table_names_tests_that_exist() {
    let document = read("docs/CONFORMANCE.md");
    let table = document.split_once("\n## ").map_or("", |(_, table)| table);
    let (mut missing, mut found, mut files) = (Vec::new(), 0, BTreeSet::new());
    for name in named(table) {
        let there = if let Some(title) = name.strip_prefix("js: ") {
            let suite = read("tests/sdk/js/suite/postgrest.test.mjs");
            suite.contains(&format!("test('{title}'"))
        } else if let Some(test) = name.strip_prefix("py::") {
            read("tests/sdk/py/suite/test_postgrest.py").contains(&format!("\ndef {test}("))
        } else if let Some((file, test)) = name.split_once("::") {
            files.insert(file.to_owned());
            let file = match file.split_once('/') {
                Some((folder, file)) => format!("tests/tests/{folder}/{file}.rs"),
                None => format!("tests/tests/http/{file}.rs"),
            };
            fs::read_to_string(root().join(file))
                .is_ok_and(|text| text.contains(&format!("#[test]\nfn {test}()")))
        } else {
            continue;
        };
        found += 1;
        if !there {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "no such test: {missing:#?}");
    assert!(found > 100, "only {found} tests named: the table was not read");
    let all = fs::read_dir(root().join("tests/tests/http")).expect("the folder");
    let unnamed: Vec<_> = all
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned))
        .filter(|file| file.starts_with("rest_") || file == "openapi")
        .filter(|file| !files.contains(file))
        .collect();
    assert!(unnamed.is_empty(), "docs/CONFORMANCE.md names no test of {unnamed:?}");
}

/// The pages of the dialect's reference on its API, by their titles there.
const PAGES: [&str; 24] = [
    "tables and views",
    "functions",
    "aggregate",
    "computed fields",
    "domain",
    "resource embedding",
    "representation",
    "media type",
    "pagination",
    "Counting",
    "OPTIONS",
    "CORS",
    "OpenAPI",
    "Preferences",
    "Schemas",
    "URL grammar",
    "transactions",
    "Authentication",
    "errors",
    "observability",
    "Health check",
    "Schema cache",
    "Metrics",
    "Execution plan",
];

#[test]
fn the_conformance_table_covers_the_pages_of_the_reference() {
    let document = read("docs/CONFORMANCE.md").to_lowercase();
    for page in PAGES {
        assert!(document.contains(&page.to_lowercase()), "nothing on {page}");
    }
}

#[test]
fn every_parameter_of_the_table_is_a_setting() {
    let settings = read("docs/SETTINGS.md");
    let api = read("docs/API.md");
    let (_, table) = api.split_once("## PostgREST's parameters").expect("the section");
    let table = table.split("\n## ").next().unwrap_or_default();
    let prefixes = ["rest.", "cors.", "jwt.", "app.", "howdah.error"];
    let mut seen = 0;
    for name in named(table).iter().filter(|n| prefixes.iter().any(|p| n.starts_with(p))) {
        seen += 1;
        assert!(settings.contains(&format!("| `{name}` |")), "{name} is no setting");
    }
    assert!(seen >= 20, "only {seen} settings in the table");
}
