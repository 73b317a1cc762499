//! Errors of Postgres: SQLSTATE to status, and what of them a client may read.

use super::{ApiError, Code};
use crate::http;
use serde_json::Value;

/// Status by SQLSTATE or, if shorter than five characters, by its beginning; the longest match wins, none is 400.
pub(super) const STATUS: &[(&str, u16, &str)] = &[
    ("08", 503, "connection exception"),
    ("09", 500, "triggered action exception"),
    ("0L", 403, "invalid grantor"),
    ("0P", 403, "invalid role specification"),
    ("21000", 500, "cardinality violation; 400 if the message ends `requires a WHERE clause`"),
    ("22023", 400, "invalid parameter value; 401 for `role \"x\" does not exist`"),
    ("23503", 409, "foreign key violation"),
    ("23505", 409, "unique violation"),
    ("25", 500, "invalid transaction state"),
    ("25006", 405, "write in a read-only transaction; 503 for what may write, on a standby"),
    ("28", 403, "invalid authorization"),
    ("2D", 500, "invalid transaction termination"),
    ("38", 500, "external routine exception"),
    ("39", 500, "external routine invocation exception"),
    ("3B", 500, "savepoint exception"),
    ("40", 500, "transaction rollback"),
    ("42501", 403, "insufficient privilege; 401 without a token"),
    ("42883", 404, "undefined function; 406 for xmlagg"),
    ("42P01", 404, "undefined table"),
    ("42P17", 500, "invalid object definition: infinite recursion in a policy"),
    ("53", 503, "insufficient resources"),
    ("53400", 500, "configuration limit exceeded"),
    ("54", 500, "program limit exceeded"),
    ("55", 500, "object not in prerequisite state"),
    ("57", 500, "operator intervention"),
    ("57P01", 503, "admin shutdown"),
    ("58", 500, "system error"),
    ("F0", 500, "configuration file error"),
    ("HV", 500, "foreign data wrapper error"),
    ("P0", 500, "PL/pgSQL error"),
    ("P0001", 400, "raised exception"),
    ("XX", 500, "internal error"),
];

/// Messages of 5xx that say nothing of data or schema; any other is replaced by a public text.
const PUBLIC: &[&str] = &[
    "canceling statement due to lock timeout",
    "canceling statement due to statement timeout",
    "canceling statement due to user request",
    "could not serialize access due to concurrent delete",
    "could not serialize access due to concurrent update",
    "could not serialize access due to read/write dependencies among transactions",
    "deadlock detected",
    "more than one row returned by a subquery used as an expression",
    "stack depth limit exceeded",
    "terminating connection due to administrator command",
];

/// An error that Postgres raised, as the dialect answers it.
///
/// `anonymous`: the request carried no token, so a denied privilege is 401 and asks for one.
/// SQLSTATE `PTnnn` answers status nnn; `PGRST` sets the whole response (message and detail are JSON), or is PGRST121.
/// 5xx that SQL did not ask for itself show a public text only.
pub fn from_database(
    sqlstate: &str,
    message: &str,
    detail: Option<&str>,
    hint: Option<&str>,
    anonymous: bool,
) -> ApiError {
    if sqlstate.starts_with("HWL") {
        return limit(sqlstate, message, detail);
    }
    if sqlstate == "PGRST" {
        return raised_response(message, detail);
    }
    let chosen = sqlstate.strip_prefix("PT").map(|n| n.parse().ok().filter(is_final_status));
    let status = match chosen {
        Some(status) => status.unwrap_or(500),
        None => status_of(sqlstate, message, anonymous),
    };
    let raised = chosen.is_some() || sqlstate.starts_with("P0");
    let mut error = ApiError {
        status,
        code: sqlstate.to_owned(),
        message: message.to_owned(),
        details: detail.map(Value::from),
        hint: hint.map(str::to_owned),
        headers: String::new(),
    };
    if status >= 500 && chosen.is_none() {
        error.details = None;
        error.hint = None;
        if !raised && !PUBLIC.contains(&message) {
            error.message = public_text(sqlstate, status).to_owned();
        }
    }
    if status == 401 {
        error = error.header("WWW-Authenticate", "Bearer");
    }
    if sqlstate.starts_with("53") && status == 503 {
        error = error.header("Retry-After", "1");
    }
    if chosen.is_some() {
        error = error.header(http::REASON, message);
    }
    error
}

/// A write on a server that is a standby (25006 there is no fault of the request): 503 until it is promoted, or the request
/// goes to the primary.
#[must_use]
pub fn standby() -> ApiError {
    let error = ApiError {
        status: 503,
        code: "25006".to_owned(),
        message: "this server is a standby: it is read-only".to_owned(),
        details: None,
        hint: Some("Send writes to the primary, or try again after the promotion.".to_owned()),
        headers: String::new(),
    };
    error.header("Retry-After", "1")
}

impl ApiError {
    /// The error with what `howdah.error_detail = 'safe'` allows: no details, hints, values or names of the schema.
    /// What SQL raised on purpose (P0001, PTnnn, PGRST) keeps its message.
    #[must_use]
    pub fn withhold(mut self) -> Self {
        self.details = None;
        self.hint = None;
        let text = match self.code.as_str() {
            "23502" => "null value in a column that must not be null",
            "23503" => "foreign key constraint violated",
            "23505" => "duplicate key value",
            "23514" => "check constraint violated",
            "42501" => "permission denied",
            "42703" | "PGRST204" => "column does not exist",
            "42P01" | "PGRST205" => "table does not exist",
            "42883" | "PGRST202" | "PGRST203" => "no such function",
            "PGRST200" | "PGRST201" => "no such relationship",
            code if code.len() == 5 => match code.get(..2) {
                Some("22") => "invalid value",
                Some("23") => "constraint violated",
                Some("42") => "invalid request",
                _ => return self,
            },
            _ => return self,
        };
        text.clone_into(&mut self.message);
        self
    }
}

fn status_of(sqlstate: &str, message: &str, anonymous: bool) -> u16 {
    match sqlstate {
        "21000" if message.ends_with("requires a WHERE clause") => 400,
        "22023" if message.starts_with("role") && message.ends_with("does not exist") => 401,
        "42501" if anonymous => 401,
        "42883" if message.starts_with("function xmlagg(") => 406,
        _ => STATUS
            .iter()
            .filter(|(prefix, ..)| sqlstate.starts_with(prefix))
            .max_by_key(|(prefix, ..)| prefix.len())
            .map_or(400, |(_, status, _)| *status),
    }
}

fn public_text(sqlstate: &str, status: u16) -> &'static str {
    match sqlstate.get(..2) {
        Some("40") => "The transaction was rolled back; try again",
        Some("53") => "The database lacks the resources for this request now",
        Some("54") => "The request is too complex",
        Some("55") => "The object is in use or not ready",
        Some("57") => "The statement was cancelled",
        _ if status == 503 => "The database is not available now; try again",
        _ => "Internal error",
    }
}

fn is_final_status(status: &u16) -> bool {
    (200..=599).contains(status)
}

/// A limit that the shell met while a statement ran.
fn limit(sqlstate: &str, message: &str, detail: Option<&str>) -> ApiError {
    let code = match sqlstate {
        "HWL02" => Code::MaxRows,
        _ => Code::MaxTouched,
    };
    let mut error = ApiError::new(code, &[]);
    message.clone_into(&mut error.message);
    error.details = detail.map(Value::from);
    error.hint = Some(match code {
        Code::MaxRows => "Ask for fewer rows, by filters or by limit".to_owned(),
        _ => "Nothing was written. Write fewer rows at once".to_owned(),
    });
    error
}

/// `RAISE SQLSTATE 'PGRST'`: MESSAGE is `{code, message, details?, hint?}`, DETAIL `{status, headers, status_text?}`.
fn raised_response(message: &str, detail: Option<&str>) -> ApiError {
    const MESSAGE_HINT: &str = "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: 'details', 'hint'.";
    const DETAIL_HINT: &str = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.";
    let bad = |details: String, hint: &str| {
        ApiError::new(Code::RaisedResponse, &[]).details(details).hint(hint)
    };
    let Some(mut error) = raised_message(message) else {
        return bad(format!("Invalid JSON value for MESSAGE: '{message}'"), MESSAGE_HINT);
    };
    let Some(detail) = detail else {
        return bad("DETAIL is missing in the RAISE statement".to_owned(), DETAIL_HINT);
    };
    let Some((status, headers)) = raised_detail(detail) else {
        return bad(format!("Invalid JSON value for DETAIL: '{detail}'"), DETAIL_HINT);
    };
    error.status = status;
    for (name, value) in headers {
        error = error.header(&name, &value);
    }
    error
}

fn raised_message(message: &str) -> Option<ApiError> {
    let json: Value = serde_json::from_str(message).ok()?;
    let text = |key: &str| match json.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone())),
        Some(_) => None,
    };
    Some(ApiError {
        status: 500,
        code: text("code")??,
        message: text("message")??,
        details: text("details")?.map(Value::from),
        hint: text("hint")?,
        headers: String::new(),
    })
}

fn raised_detail(detail: &str) -> Option<(u16, Vec<(String, String)>)> {
    let json: Value = serde_json::from_str(detail).ok()?;
    let status = json.get("status")?.as_u64().and_then(|s| u16::try_from(s).ok())?;
    let headers = json.get("headers")?.as_object()?;
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect::<Option<_>>()?;
    if let Some(reason) = json.get("status_text").filter(|text| !text.is_null()) {
        headers.push((http::REASON.to_owned(), reason.as_str()?.to_owned()));
    }
    is_final_status(&status).then_some((status, headers))
}
