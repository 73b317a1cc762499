//! Descriptions of the API: PostgREST's own document (OpenAPI 2.0) at the root of `/rest/v1`, and one of the whole service
//! (3.1) at `/openapi.json`.
//!
//! Pure: from an [`Overview`] of one schema, the routes and the settings to JSON text. What the overview leaves out (since
//! the caller may not use it) is in no document.

mod comment;
mod json;
mod swagger;
mod v31;

pub use swagger::document as swagger;
pub use v31::document as v31;

use crate::catalog::Catalog;
use crate::catalog::overview::Overview;

/// What a document says beyond the schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// Where `/rest/v1` is to be found: `rest.openapi_server_proxy_uri`. Without it nobody knows: the proxy passes no Host
    /// on, since a client may claim any; documents are relative to where they were found, then.
    pub server: Option<Server>,
    /// `rest.openapi_security_active`.
    pub security: bool,
    /// All exposed schemas; the first is the default.
    pub schemas: Vec<String>,
    /// `rest.extra_search_path`: types of these are named without their schema in arguments.
    pub search_path: Vec<String>,
    /// Requests without a token are served.
    pub anonymous: bool,
    /// `rest.error_verbosity` is minimal.
    pub terse: bool,
    /// Routes in the order of the document; empty for the 2.0 document.
    pub routes: Vec<Route>,
}

/// A scheme, an authority and the path of the REST root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Server {
    pub https: bool,
    /// `host:port`.
    pub authority: String,
    pub path: String,
}

/// A row of `howdah.routes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Route {
    pub method: String,
    pub pattern: String,
    /// Names of the pattern's parameters; the last one may take the rest of the path.
    pub parameters: Vec<String>,
    pub schema: String,
    pub function: String,
    pub builtin: bool,
}

impl Server {
    /// From `rest.openapi_server_proxy_uri`: scheme, authority with its port, and path.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        let https = scheme == "https";
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
        let port = if https { 443 } else { 80 };
        let authority = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
        let path = if path.is_empty() { "/" } else { path };
        Some(Self { https, authority, path: path.to_owned() })
    }
}

/// `rest.openapi_*` and what else the root is made by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    pub mode: Mode,
    /// `rest.openapi_server_proxy_uri`.
    pub server: Option<Server>,
    /// `rest.openapi_security_active`.
    pub security: bool,
    /// `rest.root_spec`: a function that answers the root in the document's place.
    pub root: Option<String>,
    pub search_path: Vec<String>,
    pub anonymous: bool,
    pub terse: bool,
}

/// `rest.openapi_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    FollowPrivileges,
    IgnorePrivileges,
    Disabled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// OpenAPI 2.0, PostgREST's own.
    Swagger,
    V31,
}

/// A document that somebody asks for; equal ones of one role have equal text while the catalog stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    pub version: Version,
    pub schema: String,
    /// Whatever the caller's privileges.
    pub everything: bool,
    /// Without routes: those are the shell's.
    pub facts: Facts,
}

impl Wanted {
    /// Reads the schema and writes the document.
    pub fn write(&self, catalog: &dyn Catalog, routes: Vec<Route>) -> Vec<u8> {
        let named = |route: &Route| (route.schema.clone(), route.function.clone());
        let functions: Vec<_> = routes.iter().map(named).collect();
        let overview = catalog.overview(&self.schema, self.everything, &functions);
        let facts = Facts { routes, ..self.facts.clone() };
        match self.version {
            Version::Swagger => swagger(&overview, &facts),
            Version::V31 => v31(&overview, &facts),
        }
    }
}

const REST: &str = "/rest/v1";

/// The relation's or function's name as a path has it.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    crate::http::push_percent_encoded(&mut out, name);
    out
}
