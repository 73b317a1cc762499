//! Datums to bytes and back.

use pgrx::pg_sys;

/// The payload of a varlena, detoasted if it must be. Short and plain in-line values are read in place.
///
/// # Safety
/// `datum` must point to a varlena that lives as long as the result is used; a detoasted copy lives in the current
/// memory context.
pub unsafe fn varlena<'a>(datum: pg_sys::Datum) -> &'a [u8] {
    // SAFETY: the header's first byte tells its form (varatt.h, little-endian).
    unsafe {
        let mut pointer = datum.cast_mut_ptr::<u8>();
        let first = *pointer;
        if first == 0x01 || first & 0x03 == 0x02 {
            // external, or compressed in line
            pointer = pg_sys::pg_detoast_datum_packed(pointer.cast()).cast();
        }
        let first = *pointer;
        if first & 0x01 == 0x01 {
            let total = usize::from(first >> 1);
            std::slice::from_raw_parts(pointer.add(1), total - 1)
        } else {
            let header = pointer.cast::<u32>().read_unaligned();
            let total = (header >> 2) as usize;
            std::slice::from_raw_parts(pointer.add(4), total - 4)
        }
    }
}

/// A new varlena (text, bytea) in the current memory context.
pub fn new_varlena(bytes: &[u8]) -> pg_sys::Datum {
    new_varlena_of(&[bytes])
}

/// The same of several parts.
pub fn new_varlena_of(parts: &[&[u8]]) -> pg_sys::Datum {
    let total = parts.iter().map(|part| part.len()).sum::<usize>() + 4;
    // SAFETY: palloc raises if it can't; the block is written whole. Values over 1 GB are refused by palloc.
    unsafe {
        let pointer = pg_sys::palloc(total).cast::<u8>();
        pointer.cast::<u32>().write_unaligned((total as u32) << 2);
        let mut at = pointer.add(4);
        for part in parts {
            std::ptr::copy_nonoverlapping(part.as_ptr(), at, part.len());
            at = at.add(part.len());
        }
        pg_sys::Datum::from(pointer)
    }
}

/// A C string of Postgres's, borrowed.
///
/// # Safety
/// `pointer` must be a valid NUL-terminated string that outlives the result.
pub unsafe fn cstr<'a>(pointer: *const std::ffi::c_char) -> &'a [u8] {
    // SAFETY: by the caller's promise.
    unsafe { std::ffi::CStr::from_ptr(pointer).to_bytes() }
}
