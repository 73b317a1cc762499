//! Memory for a password's hash: from the kernel, and back to it at once.
//!
//! Of the allocator a buffer of 19 MiB would stay in each backend that ever hashed, with what was computed in it. Mapped, it is
//! cleared by the kernel when it goes, is in no core dump, and comes in huge pages, where there are such: that makes up for the
//! page faults. It begins and ends where huge pages do: what sticks out on either side comes in small ones, which take as long
//! as a tenth of the hash.

use howdah_core::auth::password::Failure;
use howdah_core::auth::password::compute::{Block, Blocks};

/// Of most machines; elsewhere it is only where a mapping begins.
const HUGE: usize = 2 << 20;

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
        let used = count.checked_mul(Block::SIZE).filter(|n| *n > 0).ok_or(Failure::Memory)?;
        let bytes = match used {
            0..HUGE => used,
            // Room to begin at the next multiple.
            _ => used
                .checked_next_multiple_of(HUGE)
                .and_then(|n| n.checked_add(HUGE))
                .ok_or(Failure::Memory)?,
        };
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
        let skipped = if used < HUGE { 0 } else { address.align_offset(HUGE).min(HUGE) };
        // SAFETY: pages are aligned for blocks (64 bytes), zeroed, and a block is 128 integers; of the mapping `used` bytes are
        // left after the skipped ones.
        let blocks = unsafe {
            std::slice::from_raw_parts_mut(address.byte_add(skipped).cast::<Block>(), count)
        };
        let result = work(blocks);
        drop(mapping);
        result
    }
}
