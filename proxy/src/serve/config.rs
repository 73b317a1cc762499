//! What the database tells the proxy: limits and lanes of routes, and origins of browsers.

use std::time::Duration;

use http::{HeaderValue, Method};
use serde_json::Value;

/// Which connections a request travels on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lane {
    #[default]
    Fast,
    /// What may write, unless its route is heavy.
    Write,
    Heavy,
    /// Of heavy requests, when too many wait: no request is of this lane by itself.
    Aside,
}

impl Lane {
    /// That requests are of.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Fast, "fast"), (Self::Write, "write"), (Self::Heavy, "heavy")];
}

/// What holds for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub lane: Lane,
    /// Bytes.
    pub max_body: usize,
    pub timeout: Duration,
}

/// Browsers of which origins may read answers.
#[derive(Debug, PartialEq, Eq)]
pub enum Origins {
    Any,
    Listed(Vec<HeaderValue>),
}

#[derive(Debug)]
pub struct Config {
    pub version: String,
    pub generation: String,
    pub origins: Origins,
    defaults: Rules,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    /// None is any method.
    method: Option<Method>,
    /// The part before the first parameter: tells most routes apart at once.
    literal: String,
    segments: Vec<Segment>,
    rules: Rules,
    /// Queries (`grant_type=refresh_token`) with which a request need not travel on the heavy lane.
    light: Vec<String>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    One,
    Rest,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: String::new(),
            generation: String::new(),
            origins: Origins::Any,
            defaults: Rules {
                lane: Lane::Fast,
                max_body: 1 << 20,
                timeout: Duration::from_secs(30),
            },
            routes: Vec::new(),
        }
    }
}

impl Config {
    /// Reads the document of `howdah.proxy_config()`.
    ///
    /// # Errors
    /// If it is not that document. A lane of another name, which a newer extension may have, is the
    /// fast one.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Value = serde_json::from_slice(text)?;
        let list = |key: &str| document[key].as_array().map(Vec::as_slice);
        let defaults = Self::default().defaults.with(&document["defaults"]);
        let named = |origin: &Value| HeaderValue::from_str(origin.as_str()?).ok();
        let origins = match list("cors_origins") {
            None => Origins::Any,
            Some(list) if list.iter().any(|origin| origin == "*") => Origins::Any,
            Some(list) => Origins::Listed(list.iter().filter_map(named).collect()),
        };
        let routes = list("routes").unwrap_or_default();
        Ok(Self {
            version: document["version"].as_str().unwrap_or_default().to_owned(),
            generation: document["generation"].as_str().unwrap_or_default().to_owned(),
            origins,
            defaults,
            routes: routes.iter().map(|route| Route::new(route, defaults)).collect(),
        })
    }

    /// The rules for a request. An encoded path is decoded first: `/auth/v1/%74oken` must not leave
    /// the heavy lane. By its query a request leaves it only if that says so beyond doubt.
    pub fn rules(&self, method: &Method, path: &str, query: &str) -> Rules {
        let decoded;
        let path = match path.contains('%') {
            true => {
                decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
                &*decoded
            }
            false => path,
        };
        let found = self.routes.iter().find(|route| route.matches(method, path));
        found.map_or(self.defaults, |route| match route.is_light(query) {
            true => Rules { lane: Lane::Fast, ..route.rules },
            false => route.rules,
        })
    }
}

impl Rules {
    /// These, but for what `document` says otherwise.
    fn with(self, document: &Value) -> Self {
        let number = |key: &str| document[key].as_u64();
        Self {
            lane: if document["lane"] == "heavy" { Lane::Heavy } else { self.lane },
            max_body: number("max_body").map_or(self.max_body, |bytes| bytes as usize),
            timeout: number("timeout_ms").map_or(self.timeout, Duration::from_millis),
        }
    }
}

impl Route {
    fn new(route: &Value, defaults: Rules) -> Self {
        let text = |key: &str| route[key].as_str().unwrap_or_default();
        let pattern = text("pattern").trim_end_matches('/');
        let segments = pattern.split('/').skip(1).map(|segment| match segment {
            _ if segment.ends_with("...}") => Segment::Rest,
            _ if segment.starts_with('{') && segment.ends_with('}') => Segment::One,
            _ => Segment::Literal(segment.to_owned()),
        });
        Self {
            method: text("method").parse().ok().filter(|_| text("method") != "*"),
            literal: pattern.split("/{").next().unwrap_or_default().to_owned(),
            segments: segments.collect(),
            rules: defaults.with(route),
            light: route["light"]
                .as_array()
                .map(|light| {
                    light.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
                })
                .unwrap_or_default(),
        }
    }

    /// Whether the query has one of the light pairs to the letter, and the parameter only once, in
    /// whatever spelling: what the database might read otherwise stays heavy.
    fn is_light(&self, query: &str) -> bool {
        let plain = |name: &str| {
            percent_encoding::percent_decode_str(&name.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned()
        };
        let name_of = |pair: &'_ str| plain(pair.split('=').next().unwrap_or_default());
        query.split('&').find(|pair| self.light.iter().any(|light| light == pair)).is_some_and(
            |found| {
                let name = name_of(found);
                query.split('&').filter(|pair| name_of(pair) == name).count() == 1
            },
        )
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        if self.method.as_ref().is_some_and(|own| own != method) || !path.starts_with(&self.literal)
        {
            return false;
        }
        let mut given = path.trim_end_matches('/').split('/').skip(1);
        for segment in &self.segments {
            let given = given.next();
            match (segment, given) {
                (Segment::Rest, _) => return true,
                (Segment::One, Some(part)) if !part.is_empty() => {}
                (Segment::Literal(own), Some(part)) if own == part => {}
                _ => return false,
            }
        }
        given.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::parse(
            br#"{"version":"0.1.0","generation":"7","cors_origins":["https://a.example"],
            "routes":[{"method":"POST","pattern":"/auth/v1/token","lane":"heavy","max_body":1024,"timeout_ms":10000,
                    "light":["grant_type=refresh_token","grant_type=pkce"]},
                {"method":"*","pattern":"/object/{bucket}/{name...}","max_body":50000000},
                {"method":"GET","pattern":"/hello/{name}","lane":"heavy","unknown":1}],
            "defaults":{"max_body":2048,"timeout_ms":5000}}"#,
        )
        .unwrap()
    }

    #[test]
    fn gives_a_route_its_own_rules() {
        let config = config();
        let rules = |method, path| config.rules(&method, path, "");
        let token = rules(Method::POST, "/auth/v1/token");
        assert_eq!((token.lane, token.max_body), (Lane::Heavy, 1024));
        assert_eq!(token.timeout, Duration::from_secs(10));
        assert_eq!(rules(Method::POST, "/auth/v1/%74oken"), token);
        assert_eq!(rules(Method::POST, "/auth/v1/token/"), token);
        for path in ["/auth/v1/tokens", "/auth/v1/token/x", "/auth/v1", "/", "*", ""] {
            assert_eq!(rules(Method::POST, path).lane, Lane::Fast, "{path}");
        }
        assert_eq!(rules(Method::GET, "/auth/v1/token").max_body, 2048);
        assert_eq!(rules(Method::PUT, "/object/b/x/y").max_body, 50_000_000);
        assert_eq!(rules(Method::PUT, "/object//x").max_body, 2048);
        assert_eq!(rules(Method::GET, "/hello/a").lane, Lane::Heavy);
        assert_eq!(rules(Method::GET, "/hello/a/b").lane, Lane::Fast);
        assert_eq!(rules(Method::GET, "/hello/").lane, Lane::Fast);
    }

    #[test]
    fn a_query_leaves_the_heavy_lane_only_beyond_doubt() {
        let config = config();
        let lane = |query| config.rules(&Method::POST, "/auth/v1/token", query).lane;
        for light in [
            "grant_type=refresh_token",
            "grant_type=pkce",
            "x=1&grant_type=pkce&y",
            "grant_type=pkce&&x",
        ] {
            assert_eq!(lane(light), Lane::Fast, "{light}");
            assert_eq!(config.rules(&Method::POST, "/auth/v1/token", light).max_body, 1024);
        }
        for heavy in [
            "",
            "grant_type=password",
            "grant_type=",
            "grant_type",
            "Grant_Type=pkce",
            "grant_type=PKCE",
            "grant_type=pkce ",
            "grant_type=pkc%65",
            "grant_type=pkce%00",
            "grant_type=password&grant_type=pkce",
            "grant_type=pkce&grant_type=password",
            "grant_type=pkce&grant_type=pkce",
            "grant_type=pkce&%67rant_type=password",
            "grant%5Ftype=password&grant_type=pkce",
            "grant_type=pkce&grant_type",
            "grant_type=pkce;grant_type=password",
            "xgrant_type=pkce",
            "?grant_type=pkce",
        ] {
            assert_eq!(lane(heavy), Lane::Heavy, "{heavy}");
        }
    }

    #[test]
    fn reads_origins() {
        assert_eq!(
            config().origins,
            Origins::Listed(vec![HeaderValue::from_static("https://a.example")])
        );
        assert_eq!(Config::parse(b"{}").unwrap().origins, Origins::Any);
        let none = Config::parse(br#"{"cors_origins":[]}"#).unwrap();
        assert_eq!(none.origins, Origins::Listed(vec![]));
        assert!(Config::parse(b"nonsense").is_err());
    }
}
