//! Commands as somebody wrote them: one after the other, as the current user.

use super::dest::{Receiver, Sink};
use super::plan::Spi;
use pgrx::pg_sys;
use std::ffi::CString;

/// Runs commands; rows go to `sink`. Each is read when those before it have run, so that one may use what another made.
///
/// Raises what they raise.
pub fn run(commands: &str, sink: &mut Sink<'_>) {
    let text = CString::new(commands).unwrap_or_default();
    // SAFETY: the text and the receiver live until the call ends; SPI is opened and closed in this frame, and closed by the
    // end of the (sub)transaction if an ERROR passes.
    unsafe {
        let _spi = Spi::connect();
        let mut receiver = Receiver::new(sink);
        let options = pg_sys::SPIExecuteOptions {
            params: std::ptr::null_mut(),
            read_only: false,
            allow_nonatomic: false,
            must_return_tuples: false,
            tcount: 0,
            dest: receiver.as_dest(),
            owner: std::ptr::null_mut(),
        };
        let code = pg_sys::SPI_execute_extended(text.as_ptr(), &options);
        if code < 0 {
            pgrx::error!("a command cannot run within a job: code {code}");
        }
    }
}
