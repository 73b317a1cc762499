//! Version-1 functions written by hand, for the few that are called once a request or once a row, where pgrx's
//! conversions would cost more than the work. Their declarations stand beside them in `extension_sql!`.

use pgrx::pg_sys;

/// Declares the info record that Postgres asks of a version-1 function.
#[macro_export]
macro_rules! v1 {
    ($info:ident) => {
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C-unwind" fn $info() -> &'static pgrx::pg_sys::Pg_finfo_record {
            const RECORD: pgrx::pg_sys::Pg_finfo_record =
                pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
            &RECORD
        }
    };
}

/// The arguments of a call.
#[derive(Clone, Copy)]
pub struct Call(pg_sys::FunctionCallInfo);

impl Call {
    /// # Safety
    /// `fcinfo` must be the pointer that fmgr passed; used only during that call.
    pub unsafe fn new(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        Self(fcinfo)
    }

    /// Number of arguments passed.
    pub fn count(self) -> usize {
        // SAFETY: fcinfo is valid during the call.
        unsafe { (*self.0).nargs as usize }
    }

    /// An argument; `None` is SQL null.
    pub fn argument(self, n: usize) -> Option<pg_sys::Datum> {
        if n >= self.count() {
            return None;
        }
        // SAFETY: n < nargs.
        unsafe {
            let argument = (*self.0).args.as_ptr().add(n);
            (!(*argument).isnull).then_some((*argument).value)
        }
    }

    /// Bytes of a text, varchar or bytea argument, detoasted; alive during the call.
    pub fn bytes<'a>(self, n: usize) -> Option<&'a [u8]> {
        // SAFETY: the declared argument types are varlena.
        self.argument(n).map(|datum| unsafe { super::value::varlena(datum) })
    }

    /// A text argument. Postgres guarantees valid UTF-8 in a UTF-8 database.
    pub fn text<'a>(self, n: usize) -> Option<&'a str> {
        self.bytes(n).and_then(|b| std::str::from_utf8(b).ok())
    }

    /// Answers SQL null.
    pub fn null(self) -> pg_sys::Datum {
        // SAFETY: fcinfo is valid during the call.
        unsafe { (*self.0).isnull = true };
        pg_sys::Datum::from(0usize)
    }
}
