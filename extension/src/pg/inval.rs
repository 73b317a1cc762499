//! Postgres's own invalidation messages, turned into counters that caches compare.
//!
//! Nothing is freed here: a message can arrive in the middle of any catalog access, so callbacks only note it.

use pgrx::pg_sys;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

static RELATIONS: AtomicU64 = AtomicU64::new(1);
static FUNCTIONS: AtomicU64 = AtomicU64::new(1);
static MEANINGS: AtomicU64 = AtomicU64::new(1);
static ROLES: AtomicU64 = AtomicU64::new(1);
static CONFIG: AtomicU64 = AtomicU64::new(1);
static SESSIONS: AtomicU64 = AtomicU64::new(1);
/// Oid of the marker table that stands for the sessions of users; 0 until it is known.
static SESSION_MARKER: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Oids of our configuration tables, whose invalidation means that the configuration changed.
    static CONFIG_TABLES: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    /// Relations invalidated since the last look; `None` once everything is.
    static CHANGED: RefCell<Option<Vec<u32>>> = const { RefCell::new(None) };
    /// Hashes, as the syscache has them, of the users' own types that kept answers name.
    static TYPES: RefCell<HashSet<u32>> = RefCell::default();
}

/// Lowest oid of an object that initdb did not make.
const FIRST_USER_OID: u32 = 16_384;

/// Relations noted one by one before it is cheaper to drop all.
const CHANGED_MAX: usize = 256;

/// Any relation, namespace or type changed.
pub fn relations() -> u64 {
    RELATIONS.load(Relaxed)
}

/// Any function changed.
pub fn functions() -> u64 {
    FUNCTIONS.load(Relaxed)
}

/// The labels of any enum, or any cast, changed: what a type's values look like, not the type itself.
pub fn meanings() -> u64 {
    MEANINGS.load(Relaxed)
}

/// Any relation, namespace, type or function changed: a number that grows.
pub fn schema() -> u64 {
    relations().wrapping_add(functions())
}

/// Any role or membership changed.
pub fn roles() -> u64 {
    ROLES.load(Relaxed)
}

/// A configuration table changed (see `howdah_private.config_changed`).
pub fn config() -> u64 {
    CONFIG.load(Relaxed)
}

/// Sessions ended, or users changed (see `howdah_private.sessions_changed`).
pub fn sessions() -> u64 {
    SESSIONS.load(Relaxed)
}

/// Tells which table's invalidation means that sessions ended.
pub fn watch_sessions(marker: u32) {
    SESSION_MARKER.store(marker, Relaxed);
}

/// What changed since the last call: the relations, or `None` for all.
pub fn take_changed() -> Option<Vec<u32>> {
    CHANGED.with(|c| c.replace(Some(Vec::new())))
}

/// Notes that a kept answer names this type, so that a change of it drops all answers. (Every CREATE TABLE makes a type:
/// dropping on each would make a busy neighbour's temporary tables cost us the cache.)
pub fn watch_type(oid: u32) {
    if oid >= FIRST_USER_OID {
        // SAFETY: computes a hash; unused keys are ignored.
        let hash = unsafe {
            pg_sys::GetSysCacheHashValue(
                pg_sys::SysCacheIdentifier::TYPEOID as i32,
                pg_sys::Datum::from(oid),
                pg_sys::Datum::from(0usize),
                pg_sys::Datum::from(0usize),
                pg_sys::Datum::from(0usize),
            )
        };
        TYPES.with_borrow_mut(|types| types.insert(hash));
    }
}

/// Tells which tables hold the configuration.
pub fn watch_config(tables: Vec<u32>) {
    CONFIG_TABLES.with(|t| *t.borrow_mut() = tables);
}

/// Registers the callbacks; once a backend, at library load.
pub fn register() {
    // SAFETY: callbacks with static lifetime that touch only the counters above.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(on_relation), pg_sys::Datum::from(0usize));
        for (cache, callback) in [
            (pg_sys::SysCacheIdentifier::NAMESPACEOID, on_namespace as Callback),
            (pg_sys::SysCacheIdentifier::TYPEOID, on_type as Callback),
            // A domain with casts of its own is shown by them.
            (pg_sys::SysCacheIdentifier::CASTSOURCETARGET, on_namespace as Callback),
            (pg_sys::SysCacheIdentifier::PROCOID, on_function as Callback),
            (pg_sys::SysCacheIdentifier::ENUMOID, on_meaning as Callback),
            (pg_sys::SysCacheIdentifier::CASTSOURCETARGET, on_meaning as Callback),
            (pg_sys::SysCacheIdentifier::AUTHOID, on_role as Callback),
            (pg_sys::SysCacheIdentifier::AUTHMEMROLEMEM, on_role as Callback),
        ] {
            pg_sys::CacheRegisterSyscacheCallback(
                cache as i32,
                Some(callback),
                pg_sys::Datum::from(0usize),
            );
        }
    }
}

type Callback = unsafe extern "C-unwind" fn(pg_sys::Datum, i32, u32);

unsafe extern "C-unwind" fn on_relation(_arg: pg_sys::Datum, relation: pg_sys::Oid) {
    let oid = relation.to_u32();
    if oid == 0 || oid == SESSION_MARKER.load(Relaxed) {
        SESSIONS.fetch_add(1, Relaxed);
        if oid != 0 {
            // Nothing about the schema changed: no answer of the REST API depends on the marker.
            return;
        }
    }
    RELATIONS.fetch_add(1, Relaxed);
    let configured =
        oid == 0 || CONFIG_TABLES.with(|t| t.try_borrow().is_ok_and(|t| t.contains(&oid)));
    if configured {
        CONFIG.fetch_add(1, Relaxed);
    }
    CHANGED.with(|c| {
        if let Ok(mut changed) = c.try_borrow_mut()
            && let Some(list) = changed.as_mut()
        {
            if oid == 0 || list.len() >= CHANGED_MAX {
                *changed = None;
            } else {
                list.push(oid);
            }
        }
    });
}

unsafe extern "C-unwind" fn on_type(arg: pg_sys::Datum, cache: i32, hash: u32) {
    let watched = hash == 0 || TYPES.with(|t| t.try_borrow().is_ok_and(|t| t.contains(&hash)));
    if watched {
        // SAFETY: the same callback, told of everything.
        unsafe { on_namespace(arg, cache, hash) }
    }
}

unsafe extern "C-unwind" fn on_namespace(_arg: pg_sys::Datum, _cache: i32, _hash: u32) {
    RELATIONS.fetch_add(1, Relaxed);
    CHANGED.with(|c| {
        if let Ok(mut changed) = c.try_borrow_mut() {
            *changed = None;
        }
    });
}

unsafe extern "C-unwind" fn on_function(_arg: pg_sys::Datum, _cache: i32, _hash: u32) {
    FUNCTIONS.fetch_add(1, Relaxed);
}

unsafe extern "C-unwind" fn on_meaning(_arg: pg_sys::Datum, _cache: i32, _hash: u32) {
    MEANINGS.fetch_add(1, Relaxed);
}

unsafe extern "C-unwind" fn on_role(_arg: pg_sys::Datum, _cache: i32, _hash: u32) {
    ROLES.fetch_add(1, Relaxed);
}

/// Sends an invalidation of a relation to every backend, at commit.
pub fn invalidate(relation: pg_sys::Oid) {
    // SAFETY: queues a message in this transaction.
    unsafe { pg_sys::CacheInvalidateRelcacheByRelid(relation) }
}
