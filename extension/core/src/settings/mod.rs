//! Settings: rows of `howdah.settings` over the defaults of one table ([`definitions`]).
//!
//! The table of definitions is the only place that knows a key: checking, reading and documenting all go through it. An empty
//! value means "none" where a setting may be unset.

mod definitions;
mod values;

#[cfg(test)]
mod tests;

use definitions::BOOLEAN;
pub use definitions::{Definition, definitions};

use crate::claim_path::ClaimPath;

/// Keys under this prefix are the DBA's own, readable as `current_setting('app.settings.…')`.
pub const APP_PREFIX: &str = "app.settings.";

/// All settings, read. `Settings::default()` is what an empty table gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub rest: Rest,
    pub jwt: Jwt,
    /// `cors.origins`: `*` alone, or exact origins.
    pub cors_origins: Vec<String>,
    /// `courier.allowed_hosts`, in lower case.
    pub courier_allowed_hosts: Vec<String>,
    pub mail: Mail,
    /// `howdah.error_detail`.
    pub error_detail: ErrorDetail,
    pub limits: Limits,
    /// `app.settings.*`: full names and values, in order of the names.
    pub app: Vec<(String, String)>,
    /// Rows that could not be used, each with its reason; their defaults stand. For the log, once a load.
    pub problems: Vec<String>,
}

/// `mail.*`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    pub from: Option<String>,
    /// An hour; 0: none.
    pub address_limit: u64,
    /// A minute; 0: none.
    pub domain_limit: u64,
    /// The key of the inbox.
    pub inbox: Option<String>,
}

/// `rest.*`, each under its PostgREST name without `db-`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rest {
    /// At least one; the first is the default.
    pub schemas: Vec<String>,
    pub extra_search_path: Vec<String>,
    /// `None`: a request without a token is refused (PGRST302).
    pub anon_role: Option<String>,
    /// Schema (if given) and name of a function without arguments.
    pub pre_request: Option<(Option<String>, String)>,
    /// Rows.
    pub max_rows: Option<u64>,
    pub tx_end: TxEnd,
    /// Names of settings, in any case.
    pub hoisted_tx_settings: Vec<String>,
    pub plan_enabled: bool,
    pub aggregates_enabled: bool,
    pub openapi_mode: OpenApiMode,
    /// `http` or `https`, host, port and path of the REST root as its users see it.
    pub openapi_server_proxy_uri: Option<String>,
    pub openapi_security_active: bool,
    /// A function of the request's schema.
    pub root_spec: Option<String>,
    pub server_timing: bool,
    /// In lower case.
    pub trace_header: Option<String>,
    pub error_verbosity: ErrorVerbosity,
    pub legacy_target_names: bool,
    pub etag: Tags,
}

/// What ends a request's transaction, and whether `Prefer: tx=` may choose otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TxEnd {
    pub rollback: bool,
    pub allow_override: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenApiMode {
    /// Shows what the caller may use.
    #[default]
    FollowPrivileges,
    IgnorePrivileges,
    Disabled,
}

/// Which answers have an ETag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tags {
    /// Those of one row and small ones; others if asked.
    #[default]
    Auto,
    Always,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorVerbosity {
    #[default]
    Verbose,
    /// `code` and `message` only.
    Minimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorDetail {
    #[default]
    Normal,
    /// Values and names of constraint errors are withheld.
    Safe,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Jwt {
    pub audience: Option<String>,
    pub role_claim: ClaimPath,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Bytes of a request body.
    pub max_body: u64,
    /// Milliseconds of a request.
    pub timeout_ms: u64,
    /// Units of the planner.
    pub max_cost: Option<u64>,
    pub max_rows: Option<u64>,
    pub max_touched: Option<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self {
            rest: Rest::default(),
            jwt: Jwt::default(),
            cors_origins: Vec::new(),
            courier_allowed_hosts: Vec::new(),
            mail: Mail::default(),
            error_detail: ErrorDetail::default(),
            limits: Limits::default(),
            app: Vec::new(),
            problems: Vec::new(),
        };
        for definition in definitions() {
            if let Err(problem) = (definition.set)(&mut settings, definition.default) {
                settings.problems.push(format!("{}: {problem}", definition.key));
            }
        }
        settings
    }
}

impl Settings {
    /// Reads all rows. A row that cannot be used is named in [`Settings::problems`] and changes nothing: one bad row, written
    /// past `howdah.set()`, must not stop every request.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut settings = Self::default();
        for (key, value) in pairs {
            if let Err(problem) = settings.apply(key, value) {
                settings.problems.push(problem);
            }
        }
        settings.app.sort();
        settings
    }

    fn apply(&mut self, key: &str, value: &str) -> Result<(), String> {
        if let Some(name) = key.strip_prefix(APP_PREFIX) {
            values::app_name(name)?;
            let value = values::app_value(value)?;
            self.app.retain(|(known, _)| known != key);
            self.app.push((key.to_owned(), value));
            return Ok(());
        }
        let definition = definitions()
            .iter()
            .find(|definition| definition.key == key)
            .ok_or_else(|| unknown(key))?;
        (definition.set)(self, value).map_err(|problem| format!("{key}: {problem}"))
    }
}

/// The value that `howdah.set(key, value)` stores: without white space around it, booleans as `on` and `off`.
///
/// # Errors
/// What is wrong and what would be right, for whoever sets it.
pub fn check(key: &str, value: &str) -> Result<String, String> {
    let own = key.starts_with(APP_PREFIX);
    let value = if own { value } else { value.trim() };
    Settings::default().apply(key, value)?;
    let boolean = definitions().iter().any(|d| d.key == key && d.kind == BOOLEAN);
    Ok(match boolean.then(|| values::boolean(value)) {
        Some(Ok(true)) => "on".to_owned(),
        Some(Ok(false)) => "off".to_owned(),
        _ => value.to_owned(),
    })
}

/// The definition's default, or the row's value: what `howdah.get(key)` shows for a key without a row.
///
/// # Errors
/// An unknown key, with the nearest known one.
pub fn default_value(key: &str) -> Result<Option<&'static str>, String> {
    if let Some(name) = key.strip_prefix(APP_PREFIX) {
        return values::app_name(name).map(|()| None);
    }
    definitions()
        .iter()
        .find(|definition| definition.key == key)
        .map(|definition| Some(definition.default))
        .ok_or_else(|| unknown(key))
}

fn unknown(key: &str) -> String {
    let shown: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
    let nearest = definitions()
        .iter()
        .map(|d| (strsim::normalized_damerau_levenshtein(&shown, d.key), d.key))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity >= 0.6);
    match nearest {
        Some((_, known)) => {
            format!("there is no setting \"{shown}\": perhaps you meant \"{known}\"")
        }
        None => format!(
            "there is no setting \"{shown}\": SELECT key FROM howdah.settings_all lists them; your own go under {APP_PREFIX}*"
        ),
    }
}

/// The table of all settings as Markdown, for docs/SETTINGS.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| setting | type | default | meaning |\n|---|---|---|---|\n");
    for d in definitions() {
        let default =
            if d.default.is_empty() { "(none)".to_owned() } else { format!("`{}`", d.default) };
        out.push_str(&format!("| `{}` | {} | {default} | {} |\n", d.key, d.kind, d.description));
    }
    out.push_str(&format!(
        "| `{APP_PREFIX}*` | text | (none) | Your own, readable in SQL as `current_setting('{APP_PREFIX}name', true)`. |\n"
    ));
    out
}
