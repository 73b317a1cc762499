//! `rest.pre_request`: a function of the DBA's that runs before each request, inside the jail, and may enter another role.

use crate::pg::plan::Plan;
use pgrx::prelude::*;
use std::cell::{Cell, RefCell};

thread_local! {
    /// While the function runs, and only then, a role may be asked for.
    static OPEN: Cell<bool> = const { Cell::new(false) };
    static ASKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Closes the door however the function ends.
struct Door;

impl Drop for Door {
    fn drop(&mut self) {
        OPEN.set(false);
    }
}

/// Runs the function; answers the role that it asked for. Raises what it raises.
pub fn run((schema, name): &(Option<String>, String)) -> Option<String> {
    let mut sql = String::from("SELECT ");
    match schema {
        Some(schema) => howdah_core::ident::push_qualified(&mut sql, schema, name),
        None => howdah_core::ident::push_ident(&mut sql, name),
    }
    sql.push_str("()");
    ASKED.set(None);
    OPEN.set(true);
    let door = Door;
    Plan::prepare(&sql, 0, true).run_unread(&[]);
    drop(door);
    ASKED.take()
}

/// Enters another listed role for the rest of the request. Only the function that `rest.pre_request` names may call it: in
/// anybody else's hands it would be a way out of the jail.
///
/// Raises 42501 outside that function. Whether the role is listed is checked when the function returns (401 if not).
#[pg_extern(schema = "howdah", volatile, strict, parallel_unsafe)]
fn enter_role(role: &str) {
    if !OPEN.get() {
        ereport!(
            ERROR,
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "howdah.enter_role() may be called by the pre-request function only"
        );
    }
    ASKED.set(Some(role.to_owned()));
}
