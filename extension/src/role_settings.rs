//! `ALTER ROLE … SET` of the entered role: Postgres applies it at login only.

use crate::pg::{clock, guc, query};
use howdah_core::error::{ApiError, Code};
use howdah_core::rest::Isolation;
use howdah_core::rest::limits::Limits;
use pgrx::pg_sys;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What a role, or a function, asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Name and value, in the order of the catalog, without those below.
    pub settings: Vec<(String, String)>,
    /// Milliseconds.
    pub statement_timeout: Option<i32>,
    isolation: Option<Isolation>,
    /// `howdah.max_…`, as written.
    limits: [Option<String>; 3],
}

const LIMITS: [&str; 3] = ["howdah.max_cost", "howdah.max_rows", "howdah.max_touched"];

/// No message tells of a change of pg_db_role_setting, so it is read again once a second per role.
const FRESH_SECONDS: i64 = 1;

thread_local! {
    static KEPT: RefCell<HashMap<u32, (i64, Rc<Wanted>)>> = RefCell::default();
}

/// What the role asks for, at most a second old.
pub fn of(role: pg_sys::Oid) -> Rc<Wanted> {
    let (now, key) = (clock::now(), role.to_u32());
    if let Some((read, wanted)) = KEPT.with_borrow(|kept| kept.get(&key).cloned())
        && (now - read).abs() <= FRESH_SECONDS
    {
        return wanted;
    }
    let wanted = Rc::new(read(&query::text(SETTINGS, &[&key.to_string()])));
    KEPT.with_borrow_mut(|kept| kept.insert(key, (now, wanted.clone())));
    wanted
}

const SETTINGS: &str = "SELECT pg_catalog.json_agg(c.entry ORDER BY s.setdatabase, c.n)::pg_catalog.text \
    FROM pg_catalog.pg_db_role_setting s CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(entry, n) \
    WHERE s.setrole OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND (s.setdatabase OPERATOR(pg_catalog.=) 0 \
    OR s.setdatabase OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d \
        WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))";

fn read(document: &str) -> Wanted {
    let entries: Vec<String> = serde_json::from_str(document).unwrap_or_default();
    Wanted::of(entries.iter().filter_map(|entry| entry.split_once('=')))
}

fn read_limit<T: std::str::FromStr + PartialOrd + Default>(
    which: usize,
    own: Option<&str>,
    default: Option<T>,
) -> Result<Option<T>, ApiError> {
    match own.map(str::trim) {
        None => Ok(default),
        Some("none") => Ok(None),
        Some(text) => match text.parse() {
            Ok(limit) if limit >= T::default() => Ok(Some(limit)),
            _ => Err(ApiError::new(Code::Unavailable, &[])
                .hint(format!("{} of the role is no number and not none", LIMITS[which]))),
        },
    }
}

impl Wanted {
    /// Settings as `ALTER ROLE … SET` and `CREATE FUNCTION … SET` keep them.
    pub fn of<'s>(entries: impl Iterator<Item = (&'s str, &'s str)>) -> Self {
        let mut wanted = Self::default();
        for (name, value) in entries {
            match name.to_ascii_lowercase().as_str() {
                "statement_timeout" => wanted.statement_timeout = guc::milliseconds(value),
                "default_transaction_isolation" => {
                    wanted.isolation = Isolation::from_setting(value);
                }
                // Of a role; a function's own say nothing, since its owner must not lift them.
                name if LIMITS.contains(&name) => {
                    let at = LIMITS.iter().position(|limit| *limit == name).unwrap_or(0);
                    wanted.limits[at] = Some(value.to_owned());
                }
                // Who one is, is the gateway's to say.
                "role" | "session_authorization" => {}
                _ => wanted.settings.push((name.to_owned(), value.to_owned())),
            }
        }
        wanted
    }

    /// The role's limits, each of them `default`'s where the role has none; `none` is no limit.
    ///
    /// # Errors
    /// 503: what cannot be read must not be taken for no limit.
    pub fn limits(&self, default: Limits) -> Result<Limits, ApiError> {
        let [cost, rows, touched] = &self.limits;
        Ok(Limits {
            cost: read_limit(0, cost.as_deref(), default.cost)?,
            rows: read_limit(1, rows.as_deref(), default.rows)?,
            touched: read_limit(2, touched.as_deref(), default.touched)?,
        })
    }

    /// The level to begin the transaction at, if this one's is weaker.
    pub fn stronger_isolation(&self) -> Option<Isolation> {
        self.isolation.filter(|level| clock::isolation() < Some(*level))
    }
}
