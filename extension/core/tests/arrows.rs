//! The dependency arrows of docs/ARCHITECTURE.md, read from the sources: who may import whom inside core.
//!
//! error, limits → ident → catalog → rest; the other domains take the base only; inside rest, `query` knows no catalog,
//! `plan` no SQL text, `build` no HTTP.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What every domain may import: leaves, or nearly (error takes limits and http, json takes http).
const BASE: &[&str] = &["error", "limits", "ident", "http", "claim_path", "json", "outside"];

/// A module and all that its files import, as paths from the crate's root: `rest::query::Reader`.
struct Module {
    name: String,
    imports: BTreeSet<(String, PathBuf)>,
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            rust_files(&entry.unwrap().path(), out);
        }
    } else if path.extension().is_some_and(|e| e == "rs") {
        out.push(path.to_owned());
    }
}

/// The files of `name` below `dir`: `name.rs` and everything in `name/`, tests left out.
fn module(dir: &Path, name: &str) -> Module {
    let mut files = Vec::new();
    for path in [dir.join(format!("{name}.rs")), dir.join(name)] {
        if path.exists() {
            rust_files(&path, &mut files);
        }
    }
    assert!(!files.is_empty(), "no module {name} in {}", dir.display());
    let mut imports = BTreeSet::new();
    for file in files {
        let test = file.file_stem().unwrap().to_str().unwrap();
        if test.ends_with("tests") || test == "fixture" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        // Unit tests at the end of a file may look further.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for import in imported_paths(code, &path_of(&file)) {
            imports.insert((import, file.clone()));
        }
    }
    Module { name: name.to_owned(), imports }
}

/// `src/rest/query/mod.rs` → `rest::query`, as segments.
fn path_of(file: &Path) -> Vec<String> {
    let inner = file.strip_prefix(source()).unwrap().with_extension("");
    let mut path: Vec<String> = inner.iter().map(|s| s.to_str().unwrap().to_owned()).collect();
    path.pop_if(|last| last == "mod");
    path
}

/// Every path after `crate::` and `super::` in the code of module `at`, from the crate's root, groups taken apart.
fn imported_paths(code: &str, at: &[String]) -> Vec<String> {
    let lines: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap()).collect();
    let code = lines.join("\n");
    let mut paths = Vec::new();
    for (start, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let before = &code[..start];
        if before.ends_with("::") || before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let mut rest = &code[start..];
        let mut base = at.to_vec();
        if let Some(after) = rest.strip_prefix("crate::") {
            (rest, base) = (after, Vec::new());
        }
        while let Some(after) = rest.strip_prefix("super::") {
            rest = after;
            base.pop();
        }
        for item in items(rest) {
            paths.push(base.iter().cloned().chain([item]).collect::<Vec<_>>().join("::"));
        }
    }
    paths
}

/// The paths that `text` begins with, groups taken apart: of `auth::{dialect, error::Code}; …` two.
fn items(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let (path, rest) = text.split_at(end.unwrap_or(text.len()));
    let Some(group) = rest.strip_prefix('{') else {
        let path = path.trim_end_matches(':');
        return if path.is_empty() { Vec::new() } else { vec![path.to_owned()] };
    };
    let mut members = vec![String::new()];
    let mut depth = 1;
    for c in group.chars().filter(|c| !c.is_whitespace()) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match (depth, c) {
            (0, _) => break,
            (1, ',') => members.push(String::new()),
            _ => members.last_mut().unwrap().push(c),
        }
    }
    members.iter().flat_map(|member| items(member)).map(|item| format!("{path}{item}")).collect()
}

impl Module {
    /// Fails if it imports a top-level module other than itself and `allowed`.
    fn imports_only(&self, allowed: &[&str]) {
        for (import, file) in &self.imports {
            let top = import.split("::").next().unwrap();
            assert!(
                top == self.name || allowed.contains(&top),
                "{} may not import {import}: {}",
                self.name,
                file.display()
            );
        }
    }

    fn imports_none_of(&self, forbidden: &[&str]) {
        for (import, file) in &self.imports {
            let hit =
                forbidden.iter().any(|f| import == f || import.starts_with(&format!("{f}::")));
            assert!(!hit, "{} may not import {import}: {}", self.name, file.display());
        }
    }
}

/// All top-level modules that lib.rs declares.
fn declared() -> Vec<String> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    lib.lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_base_imports_only_what_is_below_it() {
    let src = source();
    module(&src, "limits").imports_only(&[]);
    module(&src, "ident").imports_only(&[]);
    module(&src, "http").imports_only(&[]);
    module(&src, "claim_path").imports_only(&[]);
    module(&src, "json").imports_only(&["http"]);
    module(&src, "error").imports_only(&["limits", "http"]);
    module(&src, "catalog").imports_only(&["error", "limits", "ident"]);
}

#[test]
fn domains_import_the_base_and_not_each_other() {
    let above = |name: &String| ["catalog", "openapi", "rest"].contains(&name.as_str());
    let mut domains = declared();
    domains.retain(|name| !above(name) && !BASE.contains(&name.as_str()));
    assert!(domains.len() >= 2, "{domains:?}");
    for domain in domains {
        let more: &[&str] = match domain.as_str() {
            // Tokens of others are read as strictly as our own, by the same reader.
            "auth" => &["token", "template"],
            // What an address is, is said once.
            "mail" => &["auth", "template"],
            "settings" => &["mail"],
            _ => &[],
        };
        module(&source(), &domain).imports_only(&[BASE, more].concat());
    }
}

#[test]
fn rest_imports_the_base_the_catalog_and_descriptions() {
    // The codes of accounts, which the document lists, and where their dialect is spoken; nothing else of theirs.
    let openapi = module(&source(), "openapi");
    openapi.imports_only(&[BASE, &["catalog", "auth"]].concat());
    for (import, file) in &openapi.imports {
        let allowed = |path: &str| import == path || import.starts_with(&format!("{path}::"));
        assert!(
            !import.starts_with("auth") || allowed("auth::dialect") || allowed("auth::error"),
            "openapi may not import {import}: {}",
            file.display()
        );
    }
    module(&source(), "rest").imports_only(&[BASE, &["catalog", "openapi"]].concat());
}

#[test]
fn parse_knows_no_catalog_plan_no_sql_and_build_no_http() {
    let rest = source().join("rest");
    module(&rest, "query").imports_none_of(&["catalog", "ident", "rest::plan", "rest::build"]);
    module(&rest, "plan").imports_none_of(&["ident", "http", "rest::build"]);
    module(&rest, "build").imports_none_of(&[
        "http",
        "rest::request",
        "rest::response",
        "rest::media",
        "rest::accept",
    ]);
    for stage in ["accept", "media", "payload", "prefer", "range"] {
        module(&rest, stage).imports_none_of(&["catalog", "ident", "rest::plan", "rest::build"]);
    }
}

#[test]
fn sql_text_is_written_in_one_place() {
    let rest = source().join("rest");
    for stage in
        ["query", "plan", "request", "response", "payload", "prefer", "accept", "media", "handle"]
    {
        let mut files = Vec::new();
        rust_files(&rest, &mut files);
        let of_stage = |path: &PathBuf| {
            let inner = path.strip_prefix(&rest).unwrap();
            let first = inner.iter().next().unwrap().to_str().unwrap();
            first == stage || first == format!("{stage}.rs")
        };
        for file in files.into_iter().filter(of_stage) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for keyword in ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", " FROM ", " WHERE "] {
                let test = file.file_stem().unwrap().to_str().unwrap().ends_with("tests");
                let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                let found = code.into_iter().any(|line| line.contains(keyword));
                assert!(test || !found, "{keyword:?} in {}", file.display());
            }
        }
    }
}

#[test]
fn reads_paths_out_of_code() {
    let code = "use crate::error::ApiError;\nuse crate::{limits, http::{self, Request}};\n\
                // crate::catalog\nlet x = crate::json::push(1);\nuse super::super::{plan, build::Sql};";
    let at = ["rest".to_owned(), "query".to_owned(), "lexer".to_owned()];
    assert_eq!(
        imported_paths(code, &at),
        [
            "error::ApiError",
            "limits",
            "http::self",
            "http::Request",
            "json::push",
            "rest::plan",
            "rest::build::Sql"
        ]
    );
    assert_eq!(path_of(&source().join("rest/query/mod.rs")), ["rest", "query"]);
    assert_eq!(path_of(&source().join("rest/shape.rs")), ["rest", "shape"]);
}

/// RUSTSEC-2023-0071 is about operations with private keys; the `rsa` crate verifies, and signs or decrypts nothing.
#[test]
fn rsa_verifies_and_does_nothing_else() {
    let mut files = Vec::new();
    rust_files(&source(), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if name == "sample" || name.ends_with("tests") || !text.contains("rsa::") {
            continue;
        }
        // Keys of DKIM are made and read by it; `ring` signs with them.
        let words: &[&str] = match name {
            "dkim_key" => &["decrypt", "SigningKey", "sign(", "Pkcs1v15Sign"],
            _ => &["RsaPrivateKey", "decrypt", "SigningKey", "sign("],
        };
        for word in words {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
    }
}
