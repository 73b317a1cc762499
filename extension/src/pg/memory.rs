//! Memory for a password's hash: of the kernel, kept for a minute, and the kernel's to take back at any time.
//!
//! Of the allocator a buffer of 19 MiB would stay in each backend that ever hashed. Mapped, it is in no core dump, and comes in
//! huge pages, where there are such: that makes up for the page faults. It begins and ends where huge pages do: what sticks
//! out on either side comes in small ones, which take as long as a tenth of the hash.
//!
//! To clear 19 MiB takes as long as another tenth. So a mapping is kept for the backend's next hash, but free (`MADV_FREE`): the
//! kernel takes its pages when it needs some, as it takes those of a cache. A minute after the last hash it goes. What is in
//! it meanwhile saves nobody much of the work of a guess: the blocks that are made of the password directly are cleared.

use super::clock::Alarm;
use howdah_core::auth::password::Failure;
use howdah_core::auth::password::compute::{Block, Blocks};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// Of most machines; elsewhere it is only where a mapping begins.
const HUGE: usize = 2 << 20;
/// Beyond it, by a costly imported hash, a mapping is not kept.
const KEPT: usize = 64 << 20;
/// How long it is kept, in milliseconds.
const KEPT_FOR: i32 = 60_000;
/// Blocks at the beginning that are cleared after a hash. All others are made of those before them, whatever it takes.
const CLEARED: usize = 64;

/// The mapping that is kept, if there is one, and its size: read by a signal's handler.
static ADDRESS: AtomicPtr<libc::c_void> = AtomicPtr::new(std::ptr::null_mut());
static BYTES: AtomicUsize = AtomicUsize::new(0);

/// Blocks of memory mapped for one hash.
pub struct Mapped;

struct Mapping {
    address: *mut libc::c_void,
    bytes: usize,
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped in `Mapping::new`, and nothing refers to it any more.
        unsafe { libc::munmap(self.address, self.bytes) };
    }
}

impl Mapping {
    fn new(bytes: usize) -> Result<Self, Failure> {
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
        #[cfg(target_os = "linux")]
        // SAFETY: advice on our own mapping; refused, it changes nothing.
        unsafe {
            libc::madvise(address, bytes, libc::MADV_DONTDUMP);
            libc::madvise(address, bytes, libc::MADV_HUGEPAGE);
        }
        Ok(Self { address, bytes })
    }

    /// The one that is kept. Who takes it, an interrupted hash or the clock, has it alone.
    fn kept() -> Option<Self> {
        let address = ADDRESS.swap(std::ptr::null_mut(), Relaxed);
        (!address.is_null()).then(|| Self { address, bytes: BYTES.load(Relaxed) })
    }

    /// Keeps it for the next hash of this size, free for the kernel to take.
    fn keep(self) {
        #[cfg(target_os = "linux")]
        if self.bytes <= KEPT
            // SAFETY: advice on our own mapping, to which nothing refers any more.
            && unsafe { libc::madvise(self.address, self.bytes, libc::MADV_FREE) } == 0
        {
            BYTES.store(self.bytes, Relaxed);
            ADDRESS.store(self.address, Relaxed);
            std::mem::forget(self);
            MINUTE.set(KEPT_FOR);
        }
    }
}

/// The minute after which it goes.
static MINUTE: Alarm = Alarm::new(expired);

/// In a signal's handler: two atomics and `munmap`, nothing else.
extern "C-unwind" fn expired() {
    drop(Mapping::kept());
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
        let kept = Mapping::kept().filter(|kept| kept.bytes == bytes);
        let mapping = kept.map_or_else(|| Mapping::new(bytes), Ok)?;
        let skipped = match used {
            0..HUGE => 0,
            _ => mapping.address.align_offset(HUGE).min(HUGE),
        };
        // SAFETY: pages are aligned for blocks (64 bytes), zeroed or left by another hash, and a block is 128 integers; of the
        // mapping `used` bytes are left after the skipped ones.
        let blocks = unsafe {
            std::slice::from_raw_parts_mut(mapping.address.byte_add(skipped).cast::<Block>(), count)
        };
        let result = work(blocks);
        for block in blocks.iter_mut().take(CLEARED) {
            // Volatile, for nobody reads it again.
            // SAFETY: a block of the slice.
            unsafe { std::ptr::write_volatile(block, Block::new()) };
        }
        mapping.keep();
        result
    }
}
