//! Internal queries that answer with one text: kept plans by their text.

use super::dest::Sink;
use super::plan::Plan;
use crate::encode::Writer;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    static KEPT: RefCell<HashMap<&'static str, Rc<Plan>>> = RefCell::default();
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
    plan.run(&values, true, &mut sink);
    String::from_utf8_lossy(&out).into_owned()
}
