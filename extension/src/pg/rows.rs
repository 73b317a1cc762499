//! Rows within rows: what `row_to_json` and `json_agg(row)` print, by our own encoder.
//!
//! Postgres's own look up each column's category and output function anew for every value, and copy each row twice. Here
//! a call site keeps both for the time of its query. Byte for byte the same text, as long as the columns are of types that
//! the encoder knows: the statement's builder wraps others in `to_json`.

use super::dest::Column;
use super::fmgr::Call;
use crate::v1;
use howdah_core::json;
use pgrx::pg_sys;
use std::ffi::c_void;

pgrx::extension_sql!(
    r#"
CREATE FUNCTION howdah.to_json_row(record) RETURNS json
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'howdah_to_json_row';
CREATE FUNCTION howdah_private.to_json_filled(record) RETURNS json
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'howdah_to_json_filled';
CREATE FUNCTION howdah_private.to_json_rows_add(internal, record) RETURNS internal
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'howdah_to_json_rows_add';
CREATE FUNCTION howdah_private.to_json_rows_end(internal) RETURNS json
    LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'howdah_to_json_rows_end';
"#,
    name = "rows"
);

/// Most bytes of one value, as Postgres bounds it.
const LARGEST: usize = (1 << 30) - 8;

/// A row type, ready to be encoded. Kept by the call site, or within one of a column's.
struct RowType {
    ty: pg_sys::Oid,
    modifier: i32,
    shape: pg_sys::TupleDesc,
    /// `"name":`; empty of a dropped column.
    keys: Vec<Vec<u8>>,
    columns: Vec<Column>,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

impl RowType {
    /// # Safety
    /// Within a query; the descriptor's copy goes to `context`, which must live as long as the result.
    unsafe fn of(ty: pg_sys::Oid, modifier: i32, context: pg_sys::MemoryContext) -> Self {
        // SAFETY: a copy of a descriptor that Postgres pins while it copies; n < natts.
        unsafe {
            let old = pg_sys::MemoryContextSwitchTo(context);
            let shape = pg_sys::lookup_rowtype_tupdesc_copy(ty, modifier);
            let count = (*shape).natts as usize;
            let mut keys = Vec::with_capacity(count);
            let mut columns = Vec::with_capacity(count);
            for n in 0..count {
                let attribute = super::dest::attribute(shape, n);
                let mut key = Vec::new();
                if !(*attribute).attisdropped {
                    json::push_string(
                        &mut key,
                        super::value::cstr((*attribute).attname.data.as_ptr()),
                    );
                    key.push(b':');
                }
                keys.push(key);
                columns.push(Column::of((*attribute).atttypid));
            }
            pg_sys::MemoryContextSwitchTo(old);
            let (values, nulls) = (vec![pg_sys::Datum::from(0usize); count], vec![true; count]);
            Self { ty, modifier, shape, keys, columns, values, nulls }
        }
    }

    /// Appends `{…}`; `filled`: without the columns that are null.
    ///
    /// # Safety
    /// `row` must be of this type; what is allocated on the way goes to the current context.
    unsafe fn encode(&mut self, row: pg_sys::HeapTupleHeader, filled: bool, out: &mut Vec<u8>) {
        // SAFETY: the tuple stands in for the datum, whose header has its length; the arrays have room for natts values.
        unsafe {
            let mut tuple = pg_sys::HeapTupleData {
                t_len: (*row.cast::<u32>()) >> 2,
                t_data: row,
                ..Default::default()
            };
            pg_sys::heap_deform_tuple(
                &mut tuple,
                self.shape,
                self.values.as_mut_ptr(),
                self.nulls.as_mut_ptr(),
            );
        }
        let mut mark = b'{';
        let values = self.values.iter().zip(&self.nulls);
        for ((key, column), (value, null)) in self.keys.iter().zip(&mut self.columns).zip(values) {
            if key.is_empty() || (filled && *null) {
                continue;
            }
            out.push(mark);
            mark = b',';
            out.extend_from_slice(key);
            if *null {
                out.extend_from_slice(b"null");
            } else {
                // SAFETY: the value is of the column's type.
                unsafe { column.encode(*value, out) };
            }
        }
        out.extend_from_slice(if mark == b'{' { b"{}" } else { b"}" });
        if out.len() > LARGEST {
            pgrx::ereport!(
                ERROR,
                pgrx::PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "the rows are too long for one value"
            );
        }
    }
}

/// Frees a box when its memory context goes.
unsafe extern "C-unwind" fn drop_box<T>(pointer: *mut c_void) {
    // SAFETY: made by `keep`, called once.
    drop(unsafe { Box::from_raw(pointer.cast::<T>()) });
}

/// Gives a value to a memory context, also when an ERROR takes it.
unsafe fn keep<T>(value: T, context: pg_sys::MemoryContext) -> *mut T {
    // SAFETY: the callback lives in the context that calls it.
    unsafe {
        let callback = pg_sys::MemoryContextAlloc(
            context,
            std::mem::size_of::<pg_sys::MemoryContextCallback>(),
        )
        .cast::<pg_sys::MemoryContextCallback>();
        let pointer = Box::into_raw(Box::new(value));
        (*callback).func = Some(drop_box::<T>);
        (*callback).arg = pointer.cast();
        pg_sys::MemoryContextRegisterResetCallback(context, callback);
        pointer
    }
}

/// The row of an argument, and what its call site knows of its type.
unsafe fn row<'a>(
    fcinfo: pg_sys::FunctionCallInfo,
    datum: pg_sys::Datum,
) -> (pg_sys::HeapTupleHeader, &'a mut RowType) {
    // SAFETY: fmgr's pointers; the type's description lives in fn_mcxt, as fn_extra must.
    unsafe {
        let row =
            pg_sys::pg_detoast_datum(datum.cast_mut_ptr()).cast::<pg_sys::HeapTupleHeaderData>();
        let ty = (*row).t_choice.t_datum.datum_typeid;
        let modifier = (*row).t_choice.t_datum.datum_typmod;
        let site = (*fcinfo).flinfo;
        let mut known = (*site).fn_extra.cast::<RowType>();
        if known.is_null() || (*known).ty != ty || (*known).modifier != modifier {
            known = keep(RowType::of(ty, modifier, (*site).fn_mcxt), (*site).fn_mcxt);
            (*site).fn_extra = known.cast();
        }
        (row, &mut *known)
    }
}

v1!(pg_finfo_howdah_to_json_row);
/// `howdah.to_json_row(record)`: the row as an object.
///
/// # Safety
/// Called by fmgr; strict.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_to_json_row(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    unsafe { object(fcinfo, false) }
}

v1!(pg_finfo_howdah_to_json_filled);
/// `howdah_private.to_json_filled(record)`: the same without the columns that are null.
///
/// # Safety
/// Called by fmgr; strict.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_to_json_filled(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    unsafe { object(fcinfo, true) }
}

unsafe fn object(fcinfo: pg_sys::FunctionCallInfo, filled: bool) -> pg_sys::Datum {
    // SAFETY: fmgr's pointer.
    let call = unsafe { Call::new(fcinfo) };
    let Some(datum) = call.argument(0) else { return call.null() };
    let mut out = Vec::with_capacity(512);
    // SAFETY: declared to take a record.
    unsafe {
        let (row, known) = row(fcinfo, datum);
        known.encode(row, filled, &mut out);
    }
    super::value::new_varlena(&out)
}

v1!(pg_finfo_howdah_to_json_rows_add);
/// Transition of `howdah.to_json_rows(record)`: the text so far, with one row more.
///
/// # Safety
/// Called by fmgr, as an aggregate's transition.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_to_json_rows_add(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointers; the state is what an earlier call of the same group returned.
    unsafe {
        let call = Call::new(fcinfo);
        let mut context = std::ptr::null_mut();
        if pg_sys::AggCheckCallContext(fcinfo, &mut context) == 0 {
            pgrx::error!("to_json_rows_add was called outside its aggregate");
        }
        let state = match call.argument(0) {
            Some(state) => state.cast_mut_ptr::<Vec<u8>>(),
            None => keep(Vec::<u8>::with_capacity(512), context),
        };
        let out = &mut *state;
        out.extend_from_slice(if out.is_empty() { b"[" } else { b", \n " });
        match call.argument(1) {
            Some(datum) => {
                let (row, known) = row(fcinfo, datum);
                known.encode(row, false, out);
            }
            None => out.extend_from_slice(b"null"),
        }
        pg_sys::Datum::from(state)
    }
}

v1!(pg_finfo_howdah_to_json_rows_end);
/// The array of `howdah.to_json_rows(record)`: `[]` of no rows.
///
/// # Safety
/// Called by fmgr, as an aggregate's final function.
#[pgrx::pg_guard]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn howdah_to_json_rows_end(
    fcinfo: pg_sys::FunctionCallInfo,
) -> pg_sys::Datum {
    // SAFETY: fmgr's pointers; the state is the transition's.
    unsafe {
        let call = Call::new(fcinfo);
        match call.argument(0) {
            Some(state) => super::value::new_varlena_of(&[&*state.cast_mut_ptr::<Vec<u8>>(), b"]"]),
            None => super::value::new_varlena(b"[]"),
        }
    }
}
