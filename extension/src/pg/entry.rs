//! The gateway's two doors, as fmgr calls them.

use super::error::{Raised, catch, in_subtransaction, pg_text, raise};
use super::fmgr::Call;
use super::value::new_varlena;
use crate::gateway::{self, Caller, Origin, Undo};
use crate::v1;
use howdah_core::http::Response;
use pgrx::pg_sys;
use std::ffi::c_char;

pgrx::extension_sql!(
    r#"
CREATE TYPE howdah.answer AS (status integer, headers bytea, body bytea);
CREATE FUNCTION howdah.serve(
    method text, target text, headers bytea, body bytea, client text, request_id text
) RETURNS howdah.answer
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'howdah_serve';
CREATE FUNCTION howdah.serve_frame(
    method text, target text, headers bytea, body bytea, client text, request_id text
) RETURNS bytea
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'howdah_serve_frame';
CREATE FUNCTION howdah_private.request(method text, target text, headers bytea, body bytea)
    RETURNS howdah.answer
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'howdah_request';
CREATE FUNCTION howdah_private.config_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'howdah_config_changed';
CREATE FUNCTION howdah_private.sessions_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'howdah_sessions_changed';
"#,
    name = "gateway"
);

v1!(pg_finfo_howdah_serve);
/// `howdah.serve(method, target, headers, body, client, request_id)`: one request of the proxy's, one transaction.
///
/// # Safety
/// Called by fmgr.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_serve(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    unsafe { serve_or_raise(fcinfo, Form::Row) }
}

v1!(pg_finfo_howdah_serve_frame);
/// `howdah.serve_frame(…)`: the same in one value, which costs the proxy's statement less than a row does: status (2 bytes),
/// length of the headers (4 bytes), both big-endian, headers, body. See docs/adr/0003-one-value.md.
///
/// # Safety
/// Called by fmgr.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_serve_frame(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    unsafe { serve_or_raise(fcinfo, Form::Frame) }
}

/// How an answer leaves.
#[derive(Clone, Copy)]
enum Form {
    Row,
    Frame,
}

/// # Safety
/// Called by the functions above only: nothing with a destructor may live in their frames or here, since `raise` jumps
/// out of them.
unsafe fn serve_or_raise(fcinfo: pg_sys::FunctionCallInfo, form: Form) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer; `serve` keeps all Rust values to itself.
    let outcome = unsafe { serve(fcinfo, form) };
    match outcome {
        Outcome::Datum(datum) => datum,
        Outcome::Raise { code, message, detail } => {
            // SAFETY: this frame holds plain values only, and so does fmgr's.
            unsafe { raise(code, message, detail) }
        }
    }
}

/// Plain values only.
enum Outcome {
    Datum(pg_sys::Datum),
    Raise { code: &'static str, message: *const c_char, detail: *const c_char },
}

/// # Safety
/// Called by `serve_or_raise` only, with fmgr's pointer.
unsafe fn serve(fcinfo: pg_sys::FunctionCallInfo, form: Form) -> Outcome {
    // SAFETY: all Rust values live and die inside the guard, which turns a panic into an ERROR.
    unsafe {
        pg_sys::panic::pgrx_extern_c_guard(|| match answer(Call::new(fcinfo), Caller::Proxy) {
            Ok(response) => {
                let datum = match form {
                    Form::Row => to_datum(fcinfo, &response),
                    Form::Frame => to_frame(&response),
                };
                crate::database::recycle(response.body);
                Outcome::Datum(datum)
            }
            Err(undo) => Outcome::Raise {
                code: undo.code,
                message: pg_text("the answer is in the detail"),
                detail: pg_text(&gateway::detail(&undo)),
            },
        })
    }
}

v1!(pg_finfo_howdah_request);
/// `howdah_private.request(method, target, headers, body)`: the same from psql; an answer that undoes is returned, and
/// only the request's own changes are undone.
///
/// # Safety
/// Called by fmgr.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_request(fcinfo: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let call = unsafe { Call::new(fcinfo) };
    let (mut result, mut undone) = undoable(call);
    if undone.as_ref().is_some_and(|undo| undo.code == "HW003") {
        (result, undone) = undoable(call);
    }
    let response = match (result, undone) {
        (Ok(response), _) => response,
        (Err(_), Some(undo)) => from_undo(undo),
        (Err(raised), None) => pgrx::error!("{}", raised.message),
    };
    // SAFETY: the function's result type is howdah.answer.
    unsafe { to_datum(fcinfo, &response) }
}

/// The request in a subtransaction, and what undid it.
fn undoable(call: Call) -> (Result<Response, Raised>, Option<Undo>) {
    let mut undone = None;
    let result = in_subtransaction(|| {
        catch(|| answer(call, Caller::Psql)).and_then(|outcome| {
            outcome.map_err(|undo| {
                undone = Some(undo);
                Raised::empty()
            })
        })
    });
    (result, undone)
}

fn from_undo(undo: Undo) -> Response {
    match undo.isolation {
        Some(level) => {
            let level = level.as_str();
            pgrx::error!(
                "this request asks for a {level} transaction: BEGIN ISOLATION LEVEL {level} first"
            )
        }
        None => undo.response,
    }
}

fn answer(call: Call, caller: Caller) -> Result<Response, Undo> {
    let request = gateway::request(
        call.text(0).unwrap_or("GET"),
        call.text(1).unwrap_or("/"),
        call.bytes(2).unwrap_or_default(),
        call.bytes(3).unwrap_or_default(),
    );
    match request {
        Ok(request) => {
            let text = |n| call.text(n).unwrap_or_default();
            gateway::handle(&request, Origin { caller, client: text(4), id: text(5) })
        }
        Err(error) => Err(gateway::bad_request(&error)),
    }
}

fn to_frame(response: &Response) -> pg_sys::Datum {
    let headers = response.headers.as_bytes();
    let length = u32::try_from(headers.len()).unwrap_or(u32::MAX);
    super::value::new_varlena_of(&[
        &response.status.to_be_bytes(),
        &length.to_be_bytes(),
        headers,
        &response.body,
    ])
}

/// A row of howdah.answer.
unsafe fn to_datum(fcinfo: pg_sys::FunctionCallInfo, response: &Response) -> pg_sys::Datum {
    // SAFETY: the descriptor is reference counted; values are made in the current context, which is the caller's.
    unsafe {
        let ty = pg_sys::get_func_rettype((*(*fcinfo).flinfo).fn_oid);
        let shape = pg_sys::lookup_rowtype_tupdesc(ty, -1);
        let mut values = [
            pg_sys::Datum::from(i32::from(response.status)),
            new_varlena(response.headers.as_bytes()),
            new_varlena(&response.body),
        ];
        let mut nulls = [false; 3];
        let tuple = pg_sys::heap_form_tuple(shape, values.as_mut_ptr(), nulls.as_mut_ptr());
        pg_sys::DecrTupleDescRefCount(shape);
        pg_sys::HeapTupleHeaderGetDatum((*tuple).t_data)
    }
}

unsafe extern "C-unwind" {
    /// commands/async.h, not among pgrx's bindings.
    fn Async_Notify(channel: *const c_char, payload: *const c_char);
}

v1!(pg_finfo_howdah_config_changed);
/// Statement trigger on the configuration's tables: every backend drops its copy when this transaction commits.
///
/// # Safety
/// Called by fmgr as a trigger.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_config_changed(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: called_as_trigger says what `context` is.
    unsafe {
        if pgrx::trigger_support::called_as_trigger(fcinfo) {
            let data = (*fcinfo).context.cast::<pg_sys::TriggerData>();
            super::inval::invalidate((*(*data).tg_relation).rd_id);
            // Wakes the proxies, which follow routes and limits; equal notifications of one transaction are sent once.
            Async_Notify(c"howdah_routes".as_ptr(), c"".as_ptr());
        } else {
            pgrx::error!("howdah_private.config_changed() is a trigger function");
        }
    }
    pg_sys::Datum::from(0usize)
}

v1!(pg_finfo_howdah_sessions_changed);
/// Statement trigger on what ends sessions or changes their users: every backend asks anew about the sessions of its kept
/// tokens when this transaction commits. The marker is a table of its own because an invalidation makes every plan over its
/// table be made anew, and those over auth.sessions serve each refresh.
///
/// # Safety
/// Called by fmgr as a trigger.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_sessions_changed(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: called_as_trigger looks at `context`; the others are catalog lookups by name.
    unsafe {
        if !pgrx::trigger_support::called_as_trigger(fcinfo) {
            pgrx::error!("howdah_private.sessions_changed() is a trigger function");
        }
        let schema = pg_sys::get_namespace_oid(c"auth".as_ptr(), true);
        let marker = pg_sys::get_relname_relid(c"session_marker".as_ptr(), schema);
        if marker != pg_sys::InvalidOid {
            super::inval::invalidate(marker);
        }
    }
    pg_sys::Datum::from(0usize)
}
