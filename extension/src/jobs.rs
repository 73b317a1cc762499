//! Jobs: when a schedule is due, and what runs as another role, in the jail that a request has.

use crate::encode::Writer;
use crate::pg::clock;
use crate::pg::command;
use crate::pg::dest::Sink;
use crate::pg::guc::{self, Scope};
use crate::pg::jail::{self, Jail};
use crate::role_settings;
use howdah_core::jobs::cron;
use pgrx::prelude::*;

/// What remains for the books of a job once it has run, in milliseconds.
const BOOKS: i32 = 30_000;

/// The first slot of a schedule after a time, both in local seconds since 1970; null if there is none in sight.
///
/// Raises 22023 for what is no schedule.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn cron_next(cron: &str, after: i64) -> Option<i64> {
    match cron::parse(cron) {
        Ok(schedule) => cron::next(&schedule, after),
        Err(words) => {
            ereport!(
                ERROR,
                PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("not a schedule: {words}")
            );
        }
    }
}

/// Whether a schedule is one of seconds, which knows no time zone.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn cron_is_seconds(cron: &str) -> bool {
    matches!(cron::parse(cron), Ok(cron::Schedule::Seconds(_)))
}

/// Runs commands as a role, with its settings, for so long at most; deferred triggers fire before the role is left, and
/// nothing inside can leave it. Answers the text of what they returned, if that is asked for.
///
/// Raises what they raise; 42704 if there is no such role. Who may be entered is for the caller to decide.
pub fn run_as(role: &str, commands: &str, timeout_ms: i32, wanted: bool) -> Option<String> {
    let Some(oid) = jail::role_oid(role) else {
        ereport!(
            ERROR,
            PgSqlErrorCode::ERRCODE_UNDEFINED_OBJECT,
            format!("role \"{role}\" does not exist")
        );
    };
    let jail = Jail::open();
    // As at a login of the role.
    guc::set("search_path", "\"$user\", public", Scope::Request, false);
    for (name, value) in &role_settings::of(oid).settings {
        guc::set(name, value, Scope::Request, true);
    }
    jail.fire_deferred_triggers();
    clock::limit_statement(timeout_ms.max(1));
    jail.switch(oid);
    let mut out = Vec::new();
    {
        let writer = if wanted { Writer::raw_text(&mut out) } else { Writer::counting(&mut out) };
        let mut sink = Sink::new(writer);
        command::run(commands, &mut sink);
    }
    jail.fire_deferred_triggers();
    jail.leave();
    pgrx::check_for_interrupts!();
    clock::limit_statement(BOOKS);
    wanted.then(|| String::from_utf8_lossy(&out).into_owned())
}
