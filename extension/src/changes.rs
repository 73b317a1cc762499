//! `howdah.on_change`: what statements write to a table is handed on, in their transaction.
//!
//! Three hands, so that none can do another's: what to read is planned as Howdah's owner (the capture's row is his), read and
//! filtered as the role that made the capture (the filter and the types' casts are its own code), and put into the outbox or a queue
//! as Howdah's owner again. A definer function in SQL could not: it would run a table owner's code as Howdah's.

use crate::encode::Writer;
use crate::pg::dest::Sink;
use crate::pg::plan::Plan;
use crate::pg::trigger::Fired;
use crate::pg::{guc, jail};
use pgrx::JsonB;
use pgrx::pg_sys;
use pgrx::prelude::*;
use serde_json::{Value, json};

fn refuse(code: PgSqlErrorCode, message: &str) -> ! {
    ereport!(ERROR, code, message.to_owned());
}

/// The first column of a statement of ours, run as Howdah's owner. Writes are seen by the next one.
fn as_owner(sql: &str, values: &[&str]) -> String {
    let Some(owner) = jail::role_oid("howdah_owner") else {
        refuse(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, "Howdah's owner is gone")
    };
    let values: Vec<Option<&[u8]>> = values.iter().map(|value| Some(value.as_bytes())).collect();
    let mut out = Vec::new();
    jail::run_as(owner, || {
        let plan = Plan::prepare(sql, values.len(), false);
        plan.run(&values, false, &mut Sink::new(Writer::raw_text(&mut out)));
    });
    String::from_utf8_lossy(&out).into_owned()
}

fn plan_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn text_of<'v>(plan: &'v Value, name: &str) -> &'v str {
    plan.get(name).and_then(Value::as_str).unwrap_or_default()
}

const PLAN: &str = "SELECT howdah_private.change_plan($1::pg_catalog.int8, $2::pg_catalog.oid, $3)::pg_catalog.text";
const ADD: &str = "SELECT howdah_private.change_add($1::pg_catalog.int8, $2::pg_catalog.oid, $3, $4::pg_catalog.json)::pg_catalog.text";

/// What the trigger does.
pub fn capture(fired: &Fired) {
    let relation = fired.relation.to_u32().to_string();
    let plan = plan_of(&as_owner(PLAN, &[&fired.argument, &relation, fired.event]));
    if plan.is_null() {
        return;
    }
    let rows = match text_of(&plan, "sql") {
        "" => "[[null, null]]".to_owned(),
        sql => {
            let Some(role) = jail::role_oid(text_of(&plan, "role")) else {
                refuse(
                    PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
                    "the role that captures changes of this table is gone: SELECT howdah.on_change(…) again, or howdah.off_change(…)",
                )
            };
            jail::run_as(role, || {
                guc::within("search_path", text_of(&plan, "path"), || fired.text(sql))
            })
        }
    };
    if !rows.is_empty() {
        as_owner(ADD, &[&fired.argument, &relation, fired.event, &rows]);
    }
}

/// What the current user asks for, planned as Howdah's owner, who sees to what he may; then done as the user himself.
fn ask(function: &str, mut asked: Value) -> Value {
    let user = jail::current_role_name();
    if let Some(asked) = asked.as_object_mut() {
        asked.insert("role".to_owned(), user.into());
        asked.insert("path".to_owned(), guc::get(c"search_path").unwrap_or_default().into());
    }
    let sql = format!("SELECT howdah_private.{function}($1::pg_catalog.jsonb)::pg_catalog.text");
    let plan = plan_of(&as_owner(&sql, &[&asked.to_string()]));
    let statements = plan.get("statements").and_then(Value::as_array);
    // With the search path that the filter will be read with.
    guc::within("search_path", text_of(&plan, "path"), || {
        for statement in statements.into_iter().flatten().filter_map(Value::as_str) {
            Plan::prepare(statement, 0, false).run_unread(&[]);
        }
    });
    plan
}

/// Hands changes of a table on: see sql/changes/.
#[pg_extern(sql = r#"
CREATE FUNCTION howdah.on_change(
    "table" pg_catalog.regclass,
    events  pg_catalog.text[] DEFAULT '{INSERT,UPDATE,DELETE}',
    url     pg_catalog.text   DEFAULT NULL,
    filter  pg_catalog.text   DEFAULT NULL,
    columns pg_catalog.text[] DEFAULT NULL,
    queue   pg_catalog.text   DEFAULT NULL,
    headers pg_catalog.jsonb  DEFAULT NULL,
    name    pg_catalog.text   DEFAULT NULL,
    tenant  pg_catalog.text   DEFAULT ''
)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
#[allow(clippy::too_many_arguments)]
fn on_change(
    table: Option<pg_sys::Oid>,
    events: Option<Vec<String>>,
    url: Option<&str>,
    filter: Option<&str>,
    columns: Option<Vec<String>>,
    queue: Option<&str>,
    headers: Option<JsonB>,
    name: Option<&str>,
    tenant: Option<&str>,
) -> String {
    let plan = ask(
        "change_on",
        json!({
            "relation": table.map(|table| table.to_u32()), "events": events, "url": url, "filter": filter, "columns": columns,
            "queue": queue, "headers": headers.map(|headers| headers.0), "name": name, "tenant": tenant,
        }),
    );
    text_of(&plan, "name").to_owned()
}

/// Ends what howdah.on_change began.
#[pg_extern(sql = r#"
CREATE FUNCTION howdah.off_change(name pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn off_change(name: &str) -> bool {
    !ask("change_off", json!({ "name": name })).is_null()
}

const SEND: &str = "SELECT pg_catalog.count(*)::pg_catalog.text FROM queue.send_batch($1::pg_catalog.text, \
    ARRAY(SELECT m.value FROM pg_catalog.jsonb_array_elements($2::pg_catalog.jsonb) AS m))";

/// Puts messages, a JSON array as text (numbers stay as they are), into a queue as a role that may; how many.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn queue_send_as(role: &str, queue: &str, messages: &str) -> i64 {
    let Some(role) = jail::role_oid(role) else {
        refuse(PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT, "the role that sends to the queue is gone")
    };
    let values = [Some(queue.as_bytes()), Some(messages.as_bytes())];
    let mut out = Vec::new();
    jail::run_as(role, || {
        let plan = Plan::prepare(SEND, values.len(), false);
        plan.run(&values, false, &mut Sink::new(Writer::raw_text(&mut out)));
    });
    String::from_utf8_lossy(&out).parse().unwrap_or_default()
}
