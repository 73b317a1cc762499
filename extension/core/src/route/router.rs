//! Which route answers a method and path.

use super::pattern::{Pattern, Segment, reserved};
use crate::limits;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Methods that a route may have. HEAD is answered by GET's route, OPTIONS by the proxy.
pub const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Which of the proxy's pools to Postgres a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lane {
    #[default]
    Fast,
    /// Long CPU work, such as hashing a password.
    Heavy,
}

impl Lane {
    /// From its name in `howdah.routes.lane`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "fast" => Some(Self::Fast),
            "heavy" => Some(Self::Heavy),
            _ => None,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Heavy => "heavy",
        }
    }
}

/// A row of `howdah.routes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub id: i64,
    /// One of [`METHODS`].
    pub method: String,
    pub pattern: Pattern,
    /// What answers: a function as the row names it.
    pub function: String,
    pub lane: Lane,
    /// Bytes; `None`: the setting's.
    pub max_body: Option<u64>,
    /// Milliseconds; `None`: the setting's.
    pub timeout_ms: Option<u64>,
    /// Howdah's own: only these answer under its prefixes.
    pub builtin: bool,
}

/// All routes, ready to match.
#[derive(Debug, Default)]
pub struct Router {
    routes: Vec<Route>,
    root: Node,
    /// Routes that were left out, each with its reason; for the log, once a load.
    pub problems: Vec<String>,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    /// Indices into `routes`, ending here; one a method.
    here: Vec<usize>,
    /// The same, with all that follows as parameter.
    rest: Vec<usize>,
}

/// What a method and path lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Match<'r> {
    Found {
        route: &'r Route,
        /// Names of the pattern's parameters with their decoded values, in order.
        parameters: Vec<(&'r str, String)>,
    },
    /// The path exists, not with this method (405); for `Allow`, sorted, HEAD beside GET.
    Method { allow: Vec<&'r str> },
    /// 404.
    Nothing,
    /// The path is no UTF-8 after decoding, or has a NUL (400).
    BadPath,
}

impl Router {
    /// Builds the tree. Of two routes with equal method and shape, the built-in one stands, else the first.
    #[must_use]
    pub fn new(mut routes: Vec<Route>) -> Self {
        routes.sort_by_key(|route| !route.builtin);
        let mut router = Self::default();
        for route in routes {
            if let Err(problem) = router.add(route) {
                router.problems.push(problem);
            }
        }
        router
    }

    fn add(&mut self, route: Route) -> Result<(), String> {
        let name = format!("route {} {}", route.method, route.pattern.shape());
        if self.routes.len() >= limits::ROUTES {
            return Err(format!("{name}: more than {} routes", limits::ROUTES));
        }
        if !METHODS.contains(&route.method.as_str()) {
            return Err(format!("{name}: no such method"));
        }
        if route.pattern.is_reserved() && !route.builtin {
            return Err(format!("{name}: the path is reserved"));
        }
        let mut node = &mut self.root;
        let mut rest = false;
        for segment in route.pattern.segments() {
            match segment {
                Segment::Literal(text) => node = node.literals.entry(text.clone()).or_default(),
                Segment::Parameter(_) => node = node.parameter.get_or_insert_default(),
                Segment::Rest(_) => rest = true,
            }
        }
        let ends = if rest { &mut node.rest } else { &mut node.here };
        let taken = |at: &usize| self.routes.get(*at).is_some_and(|r| r.method == route.method);
        if ends.iter().any(taken) {
            return Err(format!("{name}: another route has this method and pattern"));
        }
        ends.push(self.routes.len());
        self.routes.push(route);
        Ok(())
    }

    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Finds the route of a path as sent (without query, percent-encoded). A literal segment wins over a parameter, a
    /// parameter over a rest, from left to right; a route that has the path but not the method loses to one that has both.
    /// The path is split before it is decoded: `%2F` is part of a segment, never a border.
    #[must_use]
    pub fn match_path(&self, method: &str, path: &str) -> Match<'_> {
        let Some(inner) = path.strip_prefix('/') else {
            return Match::Nothing;
        };
        if path.len() > limits::TARGET {
            return Match::Nothing;
        }
        let mut segments = Vec::new();
        // One more than any pattern has: what is beyond belongs to the rest.
        for part in inner.splitn(limits::SEGMENTS + 1, '/') {
            match percent_decode_str(part).decode_utf8() {
                Ok(part) if !part.contains('\0') => segments.push(part.into_owned()),
                _ => return Match::BadPath,
            }
        }
        let own = reserved(segments.iter().map(String::as_str));
        let mut search = Search {
            router: self,
            method: if method == "HEAD" { "GET" } else { method },
            builtin_only: own,
            values: Vec::new(),
            allow: Vec::new(),
        };
        if let Some(route) = search.descend(&self.root, &segments) {
            let parameters = route.pattern.parameters().zip(search.values).collect();
            return Match::Found { route, parameters };
        }
        let mut allow = search.allow;
        if allow.is_empty() {
            return Match::Nothing;
        }
        if allow.contains(&"GET") {
            allow.push("HEAD");
        }
        allow.sort_unstable();
        allow.dedup();
        Match::Method { allow }
    }
}

struct Search<'r, 'm> {
    router: &'r Router,
    method: &'m str,
    builtin_only: bool,
    values: Vec<String>,
    allow: Vec<&'r str>,
}

impl<'r> Search<'r, '_> {
    /// Depth is bounded by the patterns' segments, and no node is visited twice: a node has one depth and one parent.
    fn descend(&mut self, node: &'r Node, segments: &[String]) -> Option<&'r Route> {
        let Some((first, others)) = segments.split_first() else {
            return self.choose(&node.here);
        };
        if let Some(route) = node.literals.get(first).and_then(|child| self.descend(child, others))
        {
            return Some(route);
        }
        if let Some(child) = node.parameter.as_deref().filter(|_| !first.is_empty()) {
            self.values.push(first.clone());
            if let Some(route) = self.descend(child, others) {
                return Some(route);
            }
            self.values.pop();
        }
        let route = self.choose(&node.rest)?;
        self.values.push(segments.join("/"));
        Some(route)
    }

    fn choose(&mut self, ends: &[usize]) -> Option<&'r Route> {
        for route in ends.iter().filter_map(|at| self.router.routes.get(*at)) {
            if self.builtin_only && !route.builtin {
                continue;
            }
            if route.method == self.method {
                return Some(route);
            }
            self.allow.push(&route.method);
        }
        None
    }
}
