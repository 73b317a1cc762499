//! Internal queries that answer with one text: kept plans by their text.

use super::dest::Sink;
use super::plan::Plan;
use crate::encode::Writer;
use pgrx::pg_sys;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    static KEPT: RefCell<HashMap<&'static str, Rc<Plan>>> = RefCell::default();
}

/// Runs `work` with a snapshot of this moment. That of the statement which called us may be older than the invalidation
/// messages that we have followed: what it sees of catalogs and settings would be kept as news, and no message would come
/// again to say otherwise. (Found by a drill: a table without the column that the request before had added.)
fn as_of_now<R>(work: impl FnOnce() -> R) -> R {
    // SAFETY: pushed and popped in pairs; after an ERROR the end of the transaction pops it.
    unsafe {
        pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot());
        let result = work();
        pg_sys::PopActiveSnapshot();
        result
    }
}

/// Runs a constant query and returns its first column as text; empty if there is no row.
///
/// `sql` names everything with its schema, `pg_catalog` included: it may run under any search path. Raises what Postgres
/// raises.
pub fn text(sql: &'static str, values: &[&str]) -> String {
    let plan = KEPT.with_borrow(|kept| kept.get(sql).cloned()).unwrap_or_else(|| {
        let plan = Rc::new(Plan::prepare(sql, values.len(), true));
        KEPT.with_borrow_mut(|kept| kept.insert(sql, plan.clone()));
        plan
    });
    let values: Vec<Option<&[u8]>> = values.iter().map(|v| Some(v.as_bytes())).collect();
    let mut out = Vec::new();
    let mut sink = Sink::new(Writer::raw_text(&mut out));
    as_of_now(|| plan.run(&values, true, &mut sink));
    String::from_utf8_lossy(&out).into_owned()
}
