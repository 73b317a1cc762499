//! Rules about the source tree (STYLE: rules are tests). They need no server.
#![forbid(unsafe_code)]

mod asvs;
mod conformance;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    howdah_tests::server::root()
}

/// Files below `folder` that git would take, by extension; all of them for an empty list.
fn files(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    collect(&root().join(folder), extensions, &mut out);
    assert!(!out.is_empty(), "{folder} has no such files: the rule would prove nothing");
    out
}

fn collect(folder: &Path, extensions: &[&str], out: &mut Vec<(String, String)>) {
    const MADE: [&str; 8] = [
        "target",
        ".git",
        "node_modules",
        ".venv",
        "__pycache__",
        ".howdah",
        "results",
        ".pytest_cache",
    ];
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if MADE.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, extensions, out);
        } else if extensions.is_empty()
            || path.extension().is_some_and(|e| extensions.contains(&e.to_string_lossy().as_ref()))
        {
            let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            if let Ok(text) = fs::read_to_string(&path) {
                out.push((shown, text));
            }
        }
    }
}

/// Code without comments, one line each with its number.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().filter_map(|(n, line)| {
        let line = line.split("//").next().unwrap_or_default();
        (!line.trim().is_empty()).then_some((n + 1, line))
    })
}

/// Whether `line` has `word` with no letter, digit or underscore on either side.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

#[track_caller]
fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn unsafe_stands_only_under_pg() {
    let mut found = Vec::new();
    for folder in ["extension", "proxy", "tests", "sql"] {
        for (path, text) in files(folder, &["rs"]) {
            if path.starts_with("extension/src/pg/") || path.starts_with("tests/tests/guard/") {
                continue;
            }
            for (n, line) in code(&text) {
                if ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait"]
                    .iter()
                    .any(|u| line.contains(u))
                {
                    found.push(format!("{path}:{n}: {}", line.trim()));
                }
            }
        }
    }
    none("unsafe outside extension/src/pg/", found);
}

#[test]
fn every_unsafe_block_says_why() {
    let mut found = Vec::new();
    for (path, text) in files("extension/src/pg", &["rs"]) {
        let lines: Vec<&str> = text.lines().collect();
        for (n, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if has_word(code, "unsafe") && code.contains("unsafe {") {
                let from = n.saturating_sub(12);
                let told =
                    lines[from..=n].iter().any(|l| l.to_ascii_uppercase().contains("SAFETY"));
                if !told {
                    found.push(format!("{path}:{}: {}", n + 1, line.trim()));
                }
            }
        }
    }
    none("unsafe blocks without a SAFETY comment near", found);
}

#[test]
fn core_tests_and_proxy_forbid_unsafe() {
    let forbids = |path: &str| {
        fs::read_to_string(root().join(path)).is_ok_and(|t| t.contains("forbid(unsafe_code)"))
    };
    for path in ["extension/core/src/lib.rs", "proxy/src/main.rs", "tests/src/lib.rs"] {
        let in_manifest = Path::new(path).ancestors().nth(2).is_some_and(|krate| {
            fs::read_to_string(root().join(krate).join("Cargo.toml"))
                .is_ok_and(|t| t.contains("unsafe_code = \"forbid\""))
        });
        assert!(forbids(path) || in_manifest, "{path} does not forbid unsafe code");
    }
}

#[test]
fn the_proxy_speaks_no_sql_outside_its_database_modules() {
    const SPEAKS: [&str; 6] = [
        "proxy/src/serve/db.rs",
        "proxy/src/serve/pg.rs",
        "proxy/src/serve/gateway.rs",
        "proxy/src/serve/config.rs",
        "proxy/src/courier/desk.rs",
        "proxy/src/courier/jobs/desk.rs",
    ];
    const WORDS: [&str; 8] = [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE FROM",
        "CREATE ",
        "ALTER ",
        "BEGIN ISOLATION",
        "LISTEN ",
    ];
    let mut found = Vec::new();
    for (path, text) in files("proxy/src", &["rs"]) {
        // `up` and `doctor` are the DBA's tools: they make roles and look the database over.
        if SPEAKS.contains(&path.as_str())
            || path.starts_with("proxy/src/up/")
            || path.starts_with("proxy/src/doctor")
        {
            continue;
        }
        for (n, line) in code(&text) {
            for word in WORDS {
                if line.contains(word) {
                    found.push(format!("{path}:{n}: {}", line.trim()));
                }
            }
        }
    }
    none("SQL in the proxy outside its database modules", found);
}

#[test]
fn the_serving_proxy_calls_the_gateway_and_nothing_else() {
    let mut found = Vec::new();
    for (path, text) in files("proxy/src/serve", &["rs"]) {
        for (n, line) in code(&text) {
            for word in
                ["INSERT INTO", "UPDATE ", "DELETE FROM", "SET ROLE", "CREATE ", "pg_catalog"]
            {
                if line.contains(&format!("\"{word}")) {
                    found.push(format!("{path}:{n}: {}", line.trim()));
                }
            }
            if line.contains("SELECT ")
                && line.contains('"')
                && !["howdah.serve", "howdah.proxy_config"].iter().any(|f| text.contains(f))
            {
                found.push(format!("{path}:{n}: {}", line.trim()));
            }
        }
    }
    none("statements of serve that are not the gateway's", found);
}

/// Lines of code: no comments, no blank lines, no unit tests.
fn size(text: &str) -> usize {
    let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
    code(shipped).count()
}

#[test]
fn the_proxy_stays_small() {
    // What stands between the network and Postgres; `up` and `doctor` are tools beside it.
    let mut parts = files("proxy/src/serve", &["rs"]);
    parts.extend(
        files("proxy/src", &["rs"])
            .into_iter()
            .filter(|(path, _)| path.ends_with("courier.rs") || path.ends_with("main.rs")),
    );
    let lines: usize = parts.iter().map(|(_, text)| size(text)).sum();
    assert!(lines <= 3_000, "the proxy has {lines} lines of Rust; the bound is 3,000");
}

#[test]
fn secrets_come_from_the_operating_system() {
    let mut found = Vec::new();
    for folder in ["extension", "proxy"] {
        for (path, text) in files(folder, &["rs"]) {
            for (n, line) in code(&text) {
                for word in
                    ["rand::rng", "thread_rng", "rand::random", "fastrand", "SmallRng", "StdRng"]
                {
                    if line.contains(word) {
                        found.push(format!("{path}:{n}: {}", line.trim()));
                    }
                }
            }
        }
    }
    none("randomness of a per-process generator", found);
}

#[test]
fn nothing_names_this_machine_or_a_registry() {
    let needles = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/."].concat(),
        ["/tmp/", "target-"].concat(),
        ["static.", "crates.io"].concat(),
        ["registry.", "npmjs"].concat(),
        ["files.", "pythonhosted"].concat(),
        ["pypi", ".org"].concat(),
        ["deb.", "debian.org"].concat(),
    ];
    let mut found = Vec::new();
    for (path, text) in files("", &[]) {
        // cargo writes its registry's index address into the lock file; it is cargo's name for crates.io.
        if path == "Cargo.lock" || path.ends_with("/Cargo.lock") {
            continue;
        }
        for (n, line) in text.lines().enumerate() {
            if needles.iter().any(|needle| line.contains(needle.as_str())) {
                found.push(format!("{path}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    none("machine paths or registry hosts", found);
}

#[test]
fn nobody_stops_a_backend() {
    let mut found = Vec::new();
    for (path, text) in files("extension", &["rs"]) {
        for (n, line) in code(&text) {
            for word in ["process::exit", "process::abort", "std::thread::spawn", "thread::Builder"]
            {
                if line.contains(word) && !path.contains("test") && !path.contains("bin/") {
                    found.push(format!("{path}:{n}: {}", line.trim()));
                }
            }
        }
    }
    none("exit, abort or threads inside Postgres", found);
}

#[test]
fn the_arrows_of_core_hold() {
    // error, limits → ident → sql → catalog → rest, graphql; parse knows no catalog, plan no SQL, build no HTTP.
    let forbidden: [(&str, &[&str]); 8] = [
        (
            "extension/core/src/error",
            &["crate::catalog", "crate::rest", "crate::token", "crate::ident"],
        ),
        ("extension/core/src/limits", &["crate::catalog", "crate::rest", "crate::error"]),
        ("extension/core/src/ident", &["crate::catalog", "crate::rest"]),
        ("extension/core/src/catalog", &["crate::rest", "crate::token"]),
        ("extension/core/src/token", &["crate::rest", "crate::catalog"]),
        ("extension/core/src/rest/query", &["crate::catalog", "rest::build", "rest::plan"]),
        ("extension/core/src/rest/plan", &["rest::build", "super::build", "crate::http"]),
        ("extension/core/src/rest/build", &["crate::http", "rest::response"]),
    ];
    let mut found = Vec::new();
    for (path, text) in files("extension/core/src", &["rs"]) {
        for (from, to) in forbidden {
            if !path.starts_with(from) {
                continue;
            }
            for (n, line) in code(&text) {
                if line.trim_start().starts_with("use ")
                    && to.iter().any(|t| line.contains(t))
                    && !path.contains("test")
                {
                    found.push(format!("{path}:{n}: {}", line.trim()));
                }
            }
        }
    }
    none("arrows that core forbids", found);
}

#[test]
fn core_knows_no_postgres_and_the_tests_only_what_a_user_sees() {
    let manifest =
        fs::read_to_string(root().join("extension/core/Cargo.toml")).expect("core's manifest");
    assert!(
        !manifest.contains("pgrx") && !manifest.contains("postgres"),
        "core depends on Postgres"
    );
    let tests = fs::read_to_string(root().join("tests/Cargo.toml")).expect("the tests' manifest");
    assert!(
        !tests.contains("howdah-core") && !tests.contains("howdah-proxy"),
        "the tests look inside"
    );
}

#[test]
fn files_stay_readable() {
    let mut found = Vec::new();
    for folder in ["extension", "proxy", "tests", "sql"] {
        for (path, text) in files(folder, &["rs", "sql"]) {
            let lines = text.lines().count();
            // Above 600 lines a file says at its top why it is one.
            let told =
                text.lines().take(20).any(|l| l.to_ascii_lowercase().contains("one file because"));
            // Tests are lists: they may be long.
            let listed = ["generated", "sql/releases/"].iter().any(|part| path.contains(part))
                || path.ends_with("/tests.rs");
            if lines > 600 && !told && !listed {
                found.push(format!("{path}: {lines} lines"));
            }
        }
    }
    none("files over 600 lines that do not say why", found);
}
