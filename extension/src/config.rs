//! The configuration: settings, keys, roles and routes, read once and kept until Postgres says that a table changed.
//!
//! The tables carry statement triggers that send a relcache invalidation (`howdah_private.config_changed`), so a change by
//! function or by plain SQL reaches every backend with its next transaction, on a standby too, and costs a request nothing.

use crate::auth::sessions;
use crate::pg::claims::Claims;
use crate::pg::{inval, jail, query};
use crate::version;
use howdah_core::error::{ApiError, Code};
use howdah_core::openapi;
use howdah_core::rest;
use howdah_core::rest::limits::Limits;
use howdah_core::route::{Lane, Pattern, Route, Router};
use howdah_core::settings::{ErrorVerbosity, OpenApiMode, Settings, Tags};
use howdah_core::token::{self, KeySet, Purpose, Verified, VerifyKey};
use pgrx::pg_sys;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Everything that decides a request before its own SQL runs.
pub struct Config {
    pub settings: Settings,
    pub rest: rest::Settings,
    /// Of a role without limits of its own.
    pub limits: Limits,
    /// `auth.settings` that differ from their defaults.
    pub auth: HashMap<String, String>,
    /// Hooks of accounts that a function is registered for.
    pub hooks: HashSet<String>,
    /// `search_path` of a request to the default schema.
    pub search_path: String,
    pub router: Router,
    keys: KeySet,
    api_keys: HashSet<String>,
    roles: HashSet<String>,
    tokens: RefCell<HashMap<[u8; 32], Rc<Session>>>,
    token_bytes: Cell<usize>,
    nobody: RefCell<Option<Rc<Claims>>>,
    entered: RefCell<(u64, HashMap<String, Option<pg_sys::Oid>>)>,
}

/// A token that was verified, with the claims that policies read.
pub struct Session {
    pub verified: Verified,
    claims: Rc<Claims>,
    /// Of the session that the token names.
    known: sessions::Known,
    /// The role that the token names.
    pub role: Option<String>,
}

impl Session {
    /// Whether the session that the token names, if any, has not ended.
    fn holds(&self, now: i64) -> Result<(), ApiError> {
        let Some(id) = &self.verified.session_id else { return Ok(()) };
        sessions::check(&self.known, &self.verified, id, &self.claims, now)
    }

    /// What policies read of the token, or less where its session has lost its second factor.
    pub fn claims(&self) -> Rc<Claims> {
        self.known.lowered().unwrap_or_else(|| self.claims.clone())
    }
}

/// Verified tokens kept in one backend.
const TOKENS_MAX: usize = 1_000;
/// Bytes of their claims kept: a token may be 16 kB long.
const TOKEN_BYTES_MAX: usize = 2 << 20;

thread_local! {
    static KEPT: RefCell<Option<(u64, Rc<Config>)>> = const { RefCell::new(None) };
}

/// The configuration as it is now.
///
/// # Errors
/// 503 if `howdah.install()` has not run in this database, or its tables are of another version.
pub fn current() -> Result<Rc<Config>, ApiError> {
    let generation = inval::config();
    if let Some(config) =
        KEPT.with_borrow(|kept| kept.as_ref().filter(|k| k.0 == generation).map(|k| k.1.clone()))
    {
        return Ok(config);
    }
    let owner = jail::role_oid("howdah_owner").ok_or_else(not_installed)?;
    if query::text(INSTALLED, &[]) != "t" {
        return Err(not_installed());
    }
    let document = jail::run_as(owner, || query::text(DOCUMENT, &[]));
    let document: Value = serde_json::from_str(&document).map_err(|_| not_installed())?;
    if let Some(problem) = document.get("problem").and_then(Value::as_str) {
        return Err(ApiError::new(Code::Unavailable, &[]).hint(problem));
    }
    inval::watch_config(oids(&document));
    let marker = document.get("session_marker").and_then(Value::as_u64);
    inval::watch_sessions(marker.and_then(|oid| u32::try_from(oid).ok()).unwrap_or(0));
    let config = Rc::new(Config::read(&document));
    // What changed while we read is seen by the next request: the counter is of before.
    KEPT.set(Some((generation, config.clone())));
    Ok(config)
}

/// Whether the SQL is of another version than this library: an update came after this backend had loaded it, or the update
/// of the SQL is yet to come. Another backend may have the one that fits.
pub fn of_another_version() -> bool {
    jail::role_oid("howdah_owner").is_some_and(|owner| {
        jail::run_as(owner, || query::text(VERSION, &[])) != version::current()
    })
}

fn not_installed() -> ApiError {
    ApiError::new(Code::Unavailable, &[])
        .hint("Howdah is not installed in this database: run SELECT howdah.install();")
}

fn items<'v>(document: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    document.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn oids(document: &Value) -> Vec<u32> {
    items(document, "tables")
        .filter_map(|v| v.as_u64().and_then(|n| u32::try_from(n).ok()))
        .collect()
}

impl Config {
    fn read(document: &Value) -> Self {
        let settings = Settings::from_pairs(
            items(document, "settings").map(|row| (text(row, "key"), text(row, "value"))),
        );
        for problem in &settings.problems {
            pgrx::log!("howdah.settings: {problem}");
        }
        let names = |key| {
            items(document, key)
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<HashSet<_>>()
        };
        let schema = settings.rest.schemas.first().map_or("public", String::as_str);
        let search_path = search_path(schema, &settings.rest.extra_search_path);
        let router = Router::new(items(document, "routes").filter_map(read_route).collect());
        for problem in &router.problems {
            pgrx::log!("howdah.routes: {problem}");
        }
        Self {
            rest: rest_settings(&settings),
            limits: Limits {
                cost: settings.limits.max_cost.map(|cost| cost as f64),
                rows: settings.limits.max_rows,
                touched: settings.limits.max_touched,
            },
            router,
            auth: items(document, "auth")
                .map(|row| (text(row, "name").to_owned(), text(row, "value").to_owned()))
                .collect(),
            hooks: names("hooks"),
            search_path,
            keys: KeySet::new(items(document, "keys").filter_map(read_key).collect()),
            api_keys: names("api_keys"),
            roles: names("roles"),
            tokens: RefCell::default(),
            token_bytes: Cell::default(),
            nobody: RefCell::default(),
            entered: RefCell::default(),
            settings,
        }
    }

    /// Verifies a token, or finds it verified before; expiry is checked each time.
    ///
    /// # Errors
    /// PGRST301–303, 401.
    pub fn verify(&self, token: &str, now: i64) -> Result<Rc<Session>, ApiError> {
        let name = token::fingerprint(token);
        if let Some(found) = self.tokens.borrow().get(&name).cloned() {
            token::recheck(&found.verified, now)?;
            found.holds(now)?;
            return Ok(found);
        }
        let rules = token::Rules {
            audience: self.settings.jwt.audience.as_deref(),
            role_claim: &self.settings.jwt.role_claim,
        };
        let verified = token::verify(token, &self.keys, now, rules)?;
        if verified.purpose == Purpose::Api {
            let live = verified.jti.as_ref().is_some_and(|id| self.api_keys.contains(id));
            if !live {
                return Err(token::TokenError::Key.into());
            }
        }
        let session = Rc::new(self.session(verified));
        session.holds(now)?;
        let mut tokens = self.tokens.borrow_mut();
        let bytes = self.token_bytes.get() + session.claims.json.len();
        if tokens.len() >= TOKENS_MAX || bytes > TOKEN_BYTES_MAX {
            tokens.clear();
            self.token_bytes.set(0);
        }
        self.token_bytes.set(self.token_bytes.get() + session.claims.json.len());
        tokens.insert(name, session.clone());
        Ok(session)
    }

    fn session(&self, mut verified: Verified) -> Session {
        let role = verified.role.take();
        let claims = Claims {
            json: std::mem::take(&mut verified.claims_json),
            uid: verified.sub_uuid,
            subject: verified.sub.take(),
            email: verified.email.take(),
            role: role.clone().or_else(|| self.settings.rest.anon_role.clone()).unwrap_or_default(),
        };
        Session { verified, claims: Rc::new(claims), known: sessions::Known::default(), role }
    }

    /// The claims of a request without a token.
    pub fn nobody(&self, role: &str) -> Rc<Claims> {
        self.nobody
            .borrow_mut()
            .get_or_insert_with(|| {
                Rc::new(Claims {
                    json: serde_json::json!({ "role": role }).to_string(),
                    role: role.to_owned(),
                    ..Claims::default()
                })
            })
            .clone()
    }

    /// `search_path` of a request to this schema.
    pub fn search_path_of(&self, schema: &str) -> String {
        search_path(schema, &self.settings.rest.extra_search_path)
    }

    /// The oid of a role that a token may enter: listed, there, and without powers beyond tables and rows.
    pub fn role(&self, name: &str) -> Option<pg_sys::Oid> {
        let generation = inval::roles();
        let mut entered = self.entered.borrow_mut();
        if entered.0 != generation {
            *entered = (generation, HashMap::new());
        }
        if let Some(known) = entered.1.get(name) {
            return *known;
        }
        if !self.roles.contains(name) {
            return None;
        }
        // BYPASSRLS is for service_role alone, which the DBA can withhold by removing its row.
        let oid = query::text(ENTERABLE, &[name]).parse::<u32>().ok().map(pg_sys::Oid::from);
        entered.1.insert(name.to_owned(), oid);
        oid
    }
}

fn search_path(schema: &str, extra: &[String]) -> String {
    let mut path = String::new();
    howdah_core::ident::push_ident(&mut path, schema);
    for schema in extra.iter().filter(|extra| *extra != schema) {
        path.push_str(", ");
        howdah_core::ident::push_ident(&mut path, schema);
    }
    path
}

fn rest_settings(settings: &Settings) -> rest::Settings {
    let rest = &settings.rest;
    rest::Settings {
        schemas: rest.schemas.clone(),
        max_rows: rest.max_rows,
        tx_end: match (rest.tx_end.rollback, rest.tx_end.allow_override) {
            (false, false) => rest::TxEnd::Commit,
            (false, true) => rest::TxEnd::CommitAllowOverride,
            (true, false) => rest::TxEnd::Rollback,
            (true, true) => rest::TxEnd::RollbackAllowOverride,
        },
        aggregates_enabled: rest.aggregates_enabled,
        plan_enabled: rest.plan_enabled,
        openapi: openapi::Rules {
            mode: match rest.openapi_mode {
                OpenApiMode::FollowPrivileges => openapi::Mode::FollowPrivileges,
                OpenApiMode::IgnorePrivileges => openapi::Mode::IgnorePrivileges,
                OpenApiMode::Disabled => openapi::Mode::Disabled,
            },
            server: rest.openapi_server_proxy_uri.as_deref().and_then(openapi::Server::from_uri),
            security: rest.openapi_security_active,
            root: rest.root_spec.clone(),
            search_path: rest.extra_search_path.clone(),
            anonymous: rest.anon_role.is_some(),
            terse: rest.error_verbosity == ErrorVerbosity::Minimal,
        },
        legacy_target_names: rest.legacy_target_names,
        etag: match rest.etag {
            Tags::Auto => Some(rest::etag::SMALL),
            Tags::Always => Some(usize::MAX),
            Tags::Off => None,
        },
    }
}

fn read_key(row: &Value) -> Option<VerifyKey> {
    let kid = text(row, "kid");
    let purpose = if text(row, "purpose") == "api" { Purpose::Api } else { Purpose::Session };
    let key = match text(row, "alg") {
        "HS256" => VerifyKey::hs256(kid, &from_hex(text(row, "secret"))?, purpose),
        _ => VerifyKey::es256(kid, &row.get("public_jwk")?.to_string(), purpose),
    };
    match key {
        Ok(key) => Some(key.retiring(row.get("retires_at").and_then(Value::as_i64))),
        Err(problem) => {
            pgrx::log!("howdah.keys: key {kid} can't be used: {problem}");
            None
        }
    }
}

fn read_route(row: &Value) -> Option<Route> {
    let number = |key| row.get(key).and_then(Value::as_u64);
    let pattern = text(row, "pattern");
    match Pattern::compile(pattern) {
        Ok(pattern) => Some(Route {
            id: row.get("id").and_then(Value::as_i64)?,
            method: text(row, "method").to_owned(),
            pattern,
            function: text(row, "function").to_owned(),
            lane: Lane::parse(text(row, "lane")).unwrap_or_default(),
            max_body: number("max_body"),
            timeout_ms: number("timeout_ms"),
            builtin: row.get("builtin").and_then(Value::as_bool).unwrap_or(false),
        }),
        Err(problem) => {
            pgrx::log!("howdah.routes: {pattern}: {problem}");
            None
        }
    }
}

pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

const VERSION: &str = "SELECT howdah.version()";

const INSTALLED: &str = "SELECT pg_catalog.to_regclass('howdah.settings') IS NOT NULL \
    AND pg_catalog.to_regclass('howdah.keys') IS NOT NULL \
    AND pg_catalog.to_regclass('howdah.routes') IS NOT NULL \
    AND pg_catalog.to_regclass('auth.settings') IS NOT NULL \
    AND pg_catalog.to_regclass('auth.hooks') IS NOT NULL \
    AND pg_catalog.to_regclass('auth.session_marker') IS NOT NULL";

/// Private keys stay where they are: only an imported HS256 secret, which verifies too, comes along.
const DOCUMENT: &str = "SELECT pg_catalog.json_build_object(\
    'problem', howdah_private.version_check(), \
    'tables', (SELECT pg_catalog.json_agg(c.oid::pg_catalog.int8) FROM pg_catalog.pg_class c \
        WHERE c.relnamespace OPERATOR(pg_catalog.=) 'howdah'::pg_catalog.regnamespace \
        AND c.relname OPERATOR(pg_catalog.=) ANY ('{settings,keys,api_keys,roles,routes}') \
        OR c.relnamespace OPERATOR(pg_catalog.=) 'auth'::pg_catalog.regnamespace \
        AND c.relname OPERATOR(pg_catalog.=) ANY ('{settings,hooks}')), \
    'session_marker', 'auth.session_marker'::pg_catalog.regclass::pg_catalog.oid::pg_catalog.int8, \
    'auth', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.name, 'value', a.value)) FROM auth.settings a), \
    'hooks', (SELECT pg_catalog.json_agg(h.hook) FROM auth.hooks h), \
    'settings', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('key', s.key, 'value', s.value)) FROM howdah.settings s), \
    'keys', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('kid', k.kid, 'alg', k.alg, 'purpose', k.purpose, \
        'public_jwk', k.public_jwk, \
        'secret', CASE WHEN k.alg OPERATOR(pg_catalog.=) 'HS256' THEN pg_catalog.encode(k.secret, 'hex') END, \
        'retires_at', pg_catalog.floor(EXTRACT(epoch FROM k.retires_at))::pg_catalog.int8) ORDER BY k.created_at DESC) \
        FROM howdah.keys k WHERE k.status OPERATOR(pg_catalog.<>) 'revoked'), \
    'api_keys', (SELECT pg_catalog.json_agg(a.id) FROM howdah.api_keys a WHERE a.revoked_at IS NULL), \
    'roles', (SELECT pg_catalog.json_agg(r.role) FROM howdah.roles r), \
    'routes', (SELECT pg_catalog.json_agg(t) FROM howdah.routes t))::pg_catalog.text";

const ENTERABLE: &str = "SELECT r.oid::pg_catalog.text FROM pg_catalog.pg_roles r \
    WHERE r.rolname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND NOT r.rolsuper AND NOT r.rolcreaterole AND NOT r.rolreplication \
    AND (NOT r.rolbypassrls OR r.rolname OPERATOR(pg_catalog.=) 'service_role'::pg_catalog.name) \
    AND r.rolname OPERATOR(pg_catalog.<>) ALL ('{howdah_owner,howdah_proxy,howdah_courier}'::pg_catalog.name[])";
