//! Rows straight from the executor to JSON: a destination of our own, so that no tuple is copied into an SPI table.

use super::error::raise_bound;
use super::value::{cstr, varlena};
use crate::encode::{Format, Writer};
use howdah_core::json;
use howdah_core::rest::limits::Bound;
use pgrx::pg_sys;

/// Where rows go, and what is learnt on the way.
pub struct Sink<'a> {
    pub writer: Writer<'a>,
    columns: Vec<Column>,
    context: pg_sys::MemoryContext,
    bound: Option<(Bound, u64)>,
}

/// One result column, ready to be encoded.
pub(super) struct Column {
    kind: Kind,
    element: Option<Element>,
    ty: pg_sys::Oid,
    /// bytea, or a domain over it.
    bytes: bool,
    output: Output,
}

/// A type's output function, looked up when first needed: most kinds never do.
struct Output {
    function: Option<pg_sys::FmgrInfo>,
    /// Lives as long as the column: what the function keeps between calls goes there, not to a row's context.
    context: pg_sys::MemoryContext,
}

/// How a value's text is made and whether it is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    /// float and numeric: a number unless it is `NaN` or `Infinity`.
    Number,
    Text,
    Uuid,
    /// json, and to_json(…): copied as it is.
    Json,
    Jsonb,
    DateTime(pg_sys::Oid),
    Array,
    /// The output function's text, quoted.
    Other,
}

#[derive(Clone, Copy)]
struct Element {
    kind: Kind,
    ty: pg_sys::Oid,
    length: i16,
    by_value: bool,
    align: u8,
}

fn kind_of(ty: pg_sys::Oid) -> Kind {
    match ty {
        pg_sys::BOOLOID => Kind::Bool,
        pg_sys::INT2OID => Kind::Int2,
        pg_sys::INT4OID => Kind::Int4,
        pg_sys::INT8OID => Kind::Int8,
        pg_sys::FLOAT4OID | pg_sys::FLOAT8OID | pg_sys::NUMERICOID => Kind::Number,
        pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BPCHAROID => Kind::Text,
        pg_sys::UUIDOID => Kind::Uuid,
        pg_sys::JSONOID => Kind::Json,
        pg_sys::JSONBOID => Kind::Jsonb,
        pg_sys::DATEOID | pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => Kind::DateTime(ty),
        _ => Kind::Other,
    }
}

impl<'a> Sink<'a> {
    pub fn new(writer: Writer<'a>) -> Self {
        Self { writer, columns: Vec::new(), context: std::ptr::null_mut(), bound: None }
    }

    /// Raises as soon as there are more rows; `expected` is the planner's estimate.
    pub fn bounded(mut self, bound: Bound, expected: u64) -> Self {
        self.bound = Some((bound, expected));
        self
    }

    unsafe fn start(&mut self, shape: pg_sys::TupleDesc) {
        // SAFETY: the executor's descriptor lives until shutdown.
        unsafe {
            self.context = pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"howdah row".as_ptr(),
                pg_sys::ALLOCSET_SMALL_MINSIZE as usize,
                pg_sys::ALLOCSET_SMALL_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
            let count = (*shape).natts as usize;
            self.columns.reserve(count);
            let mut names = Vec::with_capacity(count);
            for n in 0..count {
                let attribute = attribute(shape, n);
                names.push(cstr((*attribute).attname.data.as_ptr()).to_vec());
                self.columns.push(Column::of((*attribute).atttypid));
            }
            self.writer.start(&names);
        }
    }

    unsafe fn row(&mut self, slot: *mut pg_sys::TupleTableSlot) {
        if self.writer.skips() {
            return self.writer.skip_row();
        }
        // SAFETY: the slot belongs to the executor for the time of the call; everything allocated meanwhile goes to
        // the row's context, emptied at the end.
        unsafe {
            let count = self.columns.len();
            if usize::from((*slot).tts_nvalid as u16) < count {
                pg_sys::slot_getsomeattrs_int(slot, count as i32);
            }
            let old = pg_sys::MemoryContextSwitchTo(self.context);
            self.writer.begin_row();
            let visible = count.saturating_sub(self.writer.hidden());
            for n in 0..count {
                let null = *(*slot).tts_isnull.add(n);
                let value = *(*slot).tts_values.add(n);
                let column = &mut self.columns[n];
                if n >= visible {
                    if !self.writer.wants_hidden() {
                        continue;
                    }
                    let text = (!null).then(|| column.text(value, false));
                    self.writer.hidden_value(n - visible, text.as_deref());
                } else if self.writer.format() == Format::Nothing {
                    continue;
                } else if null {
                    self.writer.null(n);
                } else if self.writer.format().is_json() {
                    let out = self.writer.value(n);
                    column.encode(value, out);
                } else {
                    let text = column.text(value, self.writer.format() == Format::Raw);
                    self.writer.raw(n, &text);
                }
            }
            self.writer.end_row();
            pg_sys::MemoryContextSwitchTo(old);
            pg_sys::MemoryContextReset(self.context);
        }
    }
}

#[cfg(not(feature = "pg18"))]
pub(super) unsafe fn attribute(
    shape: pg_sys::TupleDesc,
    n: usize,
) -> *const pg_sys::FormData_pg_attribute {
    // SAFETY: n < natts.
    unsafe { (*shape).attrs.as_ptr().add(n) }
}

#[cfg(feature = "pg18")]
pub(super) unsafe fn attribute(
    shape: pg_sys::TupleDesc,
    n: usize,
) -> *const pg_sys::FormData_pg_attribute {
    // SAFETY: n < natts; since 18 the attributes stand behind the compact ones.
    unsafe { pg_sys::TupleDescAttr(shape, n as i32) }
}

unsafe fn output_of(ty: pg_sys::Oid, context: pg_sys::MemoryContext) -> pg_sys::FmgrInfo {
    // SAFETY: syscache look-ups.
    unsafe {
        let mut function = pg_sys::InvalidOid;
        let mut is_varlena = false;
        pg_sys::getTypeOutputInfo(ty, &mut function, &mut is_varlena);
        let mut info = pg_sys::FmgrInfo::default();
        pg_sys::fmgr_info_cxt(function, &mut info, context);
        info
    }
}

impl Column {
    /// Its memory is the current context's, which must live as long as the column.
    pub(super) unsafe fn of(ty: pg_sys::Oid) -> Self {
        let mut kind = kind_of(ty);
        let mut element = None;
        let mut bytes = false;
        // SAFETY: syscache look-ups.
        unsafe {
            if kind == Kind::Other {
                let base = pg_sys::getBaseType(ty);
                kind = kind_of(base);
                bytes = base == pg_sys::BYTEAOID;
                if kind == Kind::Other {
                    let of = pg_sys::get_element_type(base);
                    if of != pg_sys::InvalidOid {
                        kind = Kind::Array;
                        element = Some(Element::of(of));
                    }
                }
            }
        }
        // SAFETY: always set in a backend.
        let context = unsafe { pg_sys::CurrentMemoryContext };
        Self { kind, element, ty, bytes, output: Output { function: None, context } }
    }

    /// The value's JSON.
    pub(super) unsafe fn encode(&mut self, value: pg_sys::Datum, out: &mut Vec<u8>) {
        // SAFETY: kind and output function are those of the value's type.
        unsafe {
            match (&self.kind, &self.element) {
                (Kind::Array, Some(element)) => element.encode_array(value, out),
                (kind, _) => encode(*kind, self.ty, &mut self.output, value, out),
            }
        }
    }

    /// The value's own text, unquoted (csv, hidden columns); `raw`: of bytea, the bytes themselves.
    unsafe fn text(&mut self, value: pg_sys::Datum, raw: bool) -> Vec<u8> {
        // SAFETY: as above.
        unsafe {
            match self.kind {
                Kind::Text | Kind::Json => varlena(value).to_vec(),
                _ if raw && self.bytes => varlena(value).to_vec(),
                _ => output(self.ty, &mut self.output, value).to_vec(),
            }
        }
    }
}

/// The text that the type's output function makes; in the row's context.
unsafe fn output<'a>(ty: pg_sys::Oid, known: &mut Output, value: pg_sys::Datum) -> &'a [u8] {
    // SAFETY: the function is the type's own.
    unsafe {
        let context = known.context;
        let function = known.function.get_or_insert_with(|| output_of(ty, context));
        cstr(pg_sys::OutputFunctionCall(function, value))
    }
}

unsafe fn encode(
    kind: Kind,
    ty: pg_sys::Oid,
    known: &mut Output,
    value: pg_sys::Datum,
    out: &mut Vec<u8>,
) {
    // SAFETY: the datum is of the kind's type; strings from Postgres live in the row's context.
    unsafe {
        match kind {
            Kind::Bool => {
                out.extend_from_slice(if value.value() as u8 != 0 { b"true" } else { b"false" });
            }
            Kind::Int2 => json::push_i64(out, i64::from(value.value() as i16)),
            Kind::Int4 => json::push_i64(out, i64::from(value.value() as i32)),
            Kind::Int8 => json::push_i64(out, value.value() as i64),
            Kind::Number => {
                let text = output(ty, known, value);
                if json::is_number(text) {
                    out.extend_from_slice(text);
                } else {
                    json::push_string(out, text);
                }
            }
            Kind::Text => json::push_string(out, varlena(value)),
            Kind::Uuid => json::push_uuid(out, &*value.cast_mut_ptr::<[u8; 16]>()),
            Kind::Json => out.extend_from_slice(varlena(value)),
            Kind::Jsonb => {
                let detoasted = pg_sys::pg_detoast_datum(value.cast_mut_ptr());
                let container = detoasted.cast::<u8>().add(4).cast::<pg_sys::JsonbContainer>();
                let text = pg_sys::JsonbToCString(std::ptr::null_mut(), container, 256);
                out.extend_from_slice(cstr(text));
            }
            Kind::DateTime(ty) => {
                let mut buffer = [0u8; 256];
                let text = pg_sys::JsonEncodeDateTime(
                    buffer.as_mut_ptr().cast(),
                    value,
                    ty,
                    std::ptr::null(),
                );
                out.push(b'"');
                out.extend_from_slice(cstr(text));
                out.push(b'"');
            }
            Kind::Array | Kind::Other => {
                json::push_string(out, output(ty, known, value));
            }
        }
    }
}

impl Element {
    unsafe fn of(ty: pg_sys::Oid) -> Self {
        let mut length = 0;
        let mut by_value = false;
        let mut align = 0;
        // SAFETY: syscache look-ups.
        unsafe {
            pg_sys::get_typlenbyvalalign(ty, &mut length, &mut by_value, &mut align);
            let mut kind = kind_of(ty);
            if kind == Kind::Other {
                kind = kind_of(pg_sys::getBaseType(ty));
            }
            Self { kind, ty, length, by_value, align: align as u8 }
        }
    }

    /// `[1,2]`, nested for more dimensions, as to_json writes it.
    unsafe fn encode_array(&self, value: pg_sys::Datum, out: &mut Vec<u8>) {
        // SAFETY: deconstruct_array allocates in the row's context; the header's dimensions are Postgres's own.
        unsafe {
            let array = pg_sys::pg_detoast_datum(value.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
            let mut values: *mut pg_sys::Datum = std::ptr::null_mut();
            let mut nulls: *mut bool = std::ptr::null_mut();
            let mut count = 0;
            pg_sys::deconstruct_array(
                array,
                (*array).elemtype,
                i32::from(self.length),
                self.by_value,
                self.align as std::ffi::c_char,
                &mut values,
                &mut nulls,
                &mut count,
            );
            if count == 0 {
                out.extend_from_slice(b"[]");
                return;
            }
            let depth = (*array).ndim as usize;
            let sizes = std::slice::from_raw_parts(array.add(1).cast::<i32>(), depth);
            let mut next = 0;
            let mut known = Output { function: None, context: pg_sys::CurrentMemoryContext };
            self.dimension(sizes, values, nulls, &mut next, &mut known, out);
        }
    }

    unsafe fn dimension(
        &self,
        sizes: &[i32],
        values: *mut pg_sys::Datum,
        nulls: *mut bool,
        next: &mut usize,
        known: &mut Output,
        out: &mut Vec<u8>,
    ) {
        let Some((size, inner)) = sizes.split_first() else { return };
        out.push(b'[');
        for i in 0..*size {
            if i > 0 {
                out.push(b',');
            }
            if !inner.is_empty() {
                // SAFETY: at most six dimensions (MAXDIM).
                unsafe { self.dimension(inner, values, nulls, next, known, out) };
                continue;
            }
            // SAFETY: the product of the sizes is the count of elements.
            unsafe {
                if *nulls.add(*next) {
                    out.extend_from_slice(b"null");
                } else {
                    encode(self.kind, self.ty, known, *values.add(*next), out);
                }
            }
            *next += 1;
        }
        out.push(b']');
    }
}

/// The C struct that Postgres calls, followed by our pointer.
#[repr(C)]
pub struct Receiver<'s, 'a> {
    base: pg_sys::DestReceiver,
    sink: &'s mut Sink<'a>,
}

impl<'s, 'a> Receiver<'s, 'a> {
    pub fn new(sink: &'s mut Sink<'a>) -> Self {
        Self {
            base: pg_sys::DestReceiver {
                receiveSlot: Some(receive),
                rStartup: Some(startup),
                rShutdown: Some(nothing),
                rDestroy: Some(nothing),
                mydest: pg_sys::CommandDest::DestNone,
            },
            sink,
        }
    }

    /// The pointer that Postgres wants; valid while `self` stays where it is.
    pub fn as_dest(&mut self) -> *mut pg_sys::DestReceiver {
        std::ptr::from_mut(self).cast()
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn startup(
    dest: *mut pg_sys::DestReceiver,
    _operation: i32,
    shape: pg_sys::TupleDesc,
) {
    // SAFETY: the pointer is the one from `as_dest`.
    unsafe { (*dest.cast::<Receiver<'_, '_>>()).sink.start(shape) }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn take(
    slot: *mut pg_sys::TupleTableSlot,
    dest: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: as above.
    unsafe {
        let sink = &mut (*dest.cast::<Receiver<'_, '_>>()).sink;
        sink.row(slot);
        sink.bound.is_some_and(|(bound, _)| sink.writer.rows() > bound.most())
    }
}

/// Without pgrx's guard around it: what [`raise_bound`] raises must keep its SQLSTATE, and this frame has nothing to drop.
unsafe extern "C-unwind" fn receive(
    slot: *mut pg_sys::TupleTableSlot,
    dest: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: as above.
    unsafe {
        if take(slot, dest)
            && let Some((bound, expected)) = (*dest.cast::<Receiver<'_, '_>>()).sink.bound
        {
            raise_bound(bound, Some(expected));
        }
    }
    true
}

unsafe extern "C-unwind" fn nothing(_dest: *mut pg_sys::DestReceiver) {}
