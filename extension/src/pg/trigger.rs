//! A statement's trigger as Postgres fires it: what was written, and statements that read it.

use super::dest::Sink;
use crate::encode::Writer;
use crate::v1;
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

pgrx::extension_sql!(
    r#"
CREATE FUNCTION howdah.capture_change() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'howdah_capture_change';
"#,
    name = "capture_change"
);

v1!(pg_finfo_howdah_capture_change);
/// `howdah.capture_change(capture)`: hands what a statement wrote to whom `howdah.on_change` names.
///
/// # Safety
/// Called by the trigger manager.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_capture_change(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let fired = unsafe { Fired::of(fcinfo) };
    crate::changes::capture(&fired);
    // Null, but not SQL's: a trigger that says nothing.
    pg_sys::Datum::from(0usize)
}

/// A trigger after a statement.
pub struct Fired {
    data: *mut pg_sys::TriggerData,
    pub relation: pg_sys::Oid,
    pub event: &'static str,
    /// The trigger's first argument; empty if it has none.
    pub argument: String,
}

impl Fired {
    /// Raises 39P01 for what is no trigger after a statement.
    unsafe fn of(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        // SAFETY: the trigger manager passes a TriggerData as context, which lives as long as the call.
        unsafe {
            let data = (*fcinfo).context.cast::<pg_sys::TriggerData>();
            let called = !data.is_null() && (*data).type_ == pg_sys::NodeTag::T_TriggerData;
            // After (no bit), and once a statement (no bit).
            let timing = pg_sys::TRIGGER_EVENT_TIMINGMASK | pg_sys::TRIGGER_EVENT_ROW;
            if !called || (*data).tg_event & timing != 0 {
                pgrx::ereport!(
                    ERROR,
                    pgrx::PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
                    "howdah.capture_change() is for triggers AFTER a statement: SELECT howdah.on_change(…)"
                );
            }
            let trigger = &*(*data).tg_trigger;
            let argument = match trigger.tgnargs {
                0 => String::new(),
                _ => CStr::from_ptr(*trigger.tgargs).to_string_lossy().into_owned(),
            };
            Self {
                data,
                relation: (*(*data).tg_relation).rd_id,
                event: match (*data).tg_event & pg_sys::TRIGGER_EVENT_OPMASK {
                    pg_sys::TRIGGER_EVENT_INSERT => "INSERT",
                    pg_sys::TRIGGER_EVENT_DELETE => "DELETE",
                    pg_sys::TRIGGER_EVENT_UPDATE => "UPDATE",
                    _ => "TRUNCATE",
                },
                argument,
            }
        }
    }

    /// Runs a statement that may read the trigger's transition tables, as the current user; what it returns, one after the
    /// other.
    ///
    /// Raises what Postgres raises.
    pub fn text(&self, sql: &str) -> String {
        let sql = CString::new(sql).unwrap_or_default();
        let mut out = Vec::new();
        let mut sink = Sink::new(Writer::raw_text(&mut out));
        // SAFETY: connected and finished in pairs, by Postgres itself after an ERROR; the trigger's data live as long as we;
        // the receiver lives until the call ends.
        unsafe {
            pg_sys::SPI_connect();
            let registered = pg_sys::SPI_register_trigger_data(self.data);
            if registered < 0 {
                pgrx::error!("could not read what was written: code {registered}");
            }
            let mut receiver = super::dest::Receiver::new(&mut sink);
            let options = pg_sys::SPIExecuteOptions {
                params: std::ptr::null_mut(),
                read_only: false,
                allow_nonatomic: false,
                must_return_tuples: false,
                tcount: 0,
                dest: receiver.as_dest(),
                owner: std::ptr::null_mut(),
            };
            let code = pg_sys::SPI_execute_extended(sql.as_ptr(), &options);
            if code < 0 {
                pgrx::error!("could not read what was written: code {code}");
            }
            pg_sys::SPI_finish();
        }
        drop(sink);
        String::from_utf8_lossy(&out).into_owned()
    }
}
