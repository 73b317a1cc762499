//! Memory for a password's hash: from the kernel, and back to it at once.
//!
//! Of the allocator a buffer of 19 MiB would stay in each backend that ever hashed, with what was computed in it. Mapped, it is
//! cleared by the kernel when it goes, is in no core dump, and comes in huge pages, where there are such: that makes up for the
//! page faults.

use howdah_core::auth::password::Failure;
use howdah_core::auth::password::compute::{Block, Blocks};

/// Blocks of memory mapped for one hash.
pub struct Mapped;

struct Mapping {
    address: *mut libc::c_void,
    bytes: usize,
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped in `Mapped::with`, and nothing refers to it any more.
        unsafe { libc::munmap(self.address, self.bytes) };
    }
}

impl Blocks for Mapped {
    fn with<R>(
        &mut self,
        count: usize,
        work: impl FnOnce(&mut [Block]) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let bytes = count.checked_mul(Block::SIZE).filter(|n| *n > 0).ok_or(Failure::Memory)?;
        // SAFETY: a private mapping of the kernel's choice of place, with nothing behind it.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if address == libc::MAP_FAILED {
            return Err(Failure::Memory);
        }
        let mapping = Mapping { address, bytes };
        #[cfg(target_os = "linux")]
        // SAFETY: advice on our own mapping; refused, it changes nothing.
        unsafe {
            libc::madvise(address, bytes, libc::MADV_DONTDUMP);
            libc::madvise(address, bytes, libc::MADV_HUGEPAGE);
        }
        // SAFETY: pages are aligned for blocks (64 bytes), zeroed, and a block is 128 integers; the slice ends before the mapping.
        let blocks = unsafe { std::slice::from_raw_parts_mut(address.cast::<Block>(), count) };
        let result = work(blocks);
        drop(mapping);
        result
    }
}
