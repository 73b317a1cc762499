//! Passwords: hashing and verifying, at most as many at a time as the machine has cores.
//!
//! A hash takes 19 MiB and some 50 ms that nothing can interrupt; more at a time than cores make each slower and none faster.
//! So there are slots, one a core, for all databases of the cluster together. Who finds none free waits, up to a second, if
//! there is room among those who wait; else the request is refused with 53000, which clients get as 503 with Retry-After.
//! Those who come through the proxy have waited there for one of its connections, and are few. On connections where
//! `howdah.hash_hurried` is on nobody waits but devices that have signed in before: there the proxy sends whom it would refuse.

use super::{invalid, refuse, secrets};
use crate::config;
use crate::pg::guc;
use crate::pg::locks::{self, Held, Kind};
use crate::pg::memory::Mapped;
use crate::pg::test_mode;
use howdah_core::auth::password::stored::SALT;
use howdah_core::auth::password::{self, Cost, Failure, Pepper, Rules, Stored, Weakness};
use howdah_core::auth::settings;
use pgrx::prelude::*;
use std::time::{Duration, Instant};

/// How long a request waits for a slot.
const PATIENCE: Duration = Duration::from_secs(1);
/// And one that may wait longer: of a device that has signed in before.
const LONG_PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks, in milliseconds: a tenth of a hash.
const LOOK: i64 = 5;
/// And whose turn it is: a slot that is free is time lost, but not everybody can look so often.
const LOOK_CLOSELY: i64 = 1;
/// Those who may wait: more than one proxy's heavy connections, and more with more slots.
const WAITERS: u32 = 16;
const WAITERS_PER_SLOT: u32 = 4;
/// Sign-ins that one account may have in flight.
const ATTEMPTS: u32 = 2;

/// Hashes a password that is to be kept (argon2id, PHC form). Raises 53000 when too many wait already, 53200 without memory, 22023
/// for a password that cannot be one.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn password_hash(password: &str) -> String {
    if !password::may_be_tried(password) {
        invalid("a password has 1 to 1024 bytes");
    }
    let mut salt = [0; SALT];
    if let Err(error) = getrandom::fill(&mut salt) {
        refuse(PgSqlErrorCode::ERRCODE_SYSTEM_ERROR, &format!("no randomness: {error}"));
    }
    let (cost, pepper) = (cost(), pepper());
    let _slot = slot(false);
    let made = password::hash(password, &salt, cost, pepper.as_ref(), &mut Mapped);
    made.unwrap_or_else(|failure| fail(failure))
}

/// Whether the password is the one that the hash was made of. What is no hash, or one beyond the caps, fits no password, and costs
/// what any hash costs. `patient`: waits longer for a slot. Raises as [`password_hash`].
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn password_verify(password: &str, hash: &str, patient: default!(bool, "false")) -> bool {
    if !password::may_be_tried(password) {
        return false;
    }
    let stored = Stored::parse(hash);
    let pepper = stored.as_ref().and_then(pepper_of);
    let _slot = slot(patient);
    let Some(stored) = stored else {
        waste(password);
        return false;
    };
    match password::verify(password, &stored, pepper.as_ref(), &mut Mapped) {
        Ok(fits) => fits,
        Err(Failure::Memory) => fail(Failure::Memory),
        Err(failure) => {
            if failure == Failure::Pepper {
                pgrx::log!(
                    "a password's hash needs the key file that it was made with, and this is another"
                );
            }
            waste(password);
            false
        }
    }
}

/// What verifying costs, for an account that there is not: the work of a hash of the same form as `form`, or of a new one.
#[pg_extern(schema = "howdah_private", volatile, parallel_unsafe)]
fn password_spend(password: &str, form: Option<&str>, patient: default!(bool, "false")) {
    if !password::may_be_tried(password) {
        return;
    }
    let form = form.and_then(Stored::parse);
    let pepper = form.as_ref().and_then(pepper_of);
    let _slot = slot(patient);
    let spent = form.map(|form| password::spend(password, &form, pepper.as_ref(), &mut Mapped));
    match spent {
        Some(Ok(())) => {}
        Some(Err(Failure::Memory)) => fail(Failure::Memory),
        Some(Err(Failure::Corrupt | Failure::Pepper)) | None => waste(password),
    }
}

/// Whether a hash is to be made anew, now that its password is known.
#[pg_extern(schema = "howdah_private", stable, strict, parallel_restricted)]
fn password_needs_rehash(hash: &str) -> bool {
    password::needs_rehash(hash, cost(), pepper().as_ref())
}

/// Which kind of hash it is: argon2id, argon2i, bcrypt, fbscrypt, pbkdf2; null for what is none, or asks for too much.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn password_scheme(hash: &str) -> Option<&'static str> {
    Stored::parse(hash).map(|stored| stored.name())
}

/// Whether a password may be tried at all (1 to 1024 bytes): the same for every account, so asked before one is looked up.
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn password_may_be_tried(password: Option<&str>) -> bool {
    password.is_some_and(password::may_be_tried)
}

/// What is wrong with a new password by the settings `password_*`: no row if nothing is. `reasons` is null for one that is no
/// password at all. `context`: words that would be guessed first.
#[pg_extern(schema = "howdah_private", stable, parallel_restricted)]
fn password_judge(
    password: &str,
    context: Option<Vec<Option<String>>>,
) -> TableIterator<'static, (name!(reasons, Option<Vec<&'static str>>), name!(message, String))> {
    let required = setting("password_required_characters");
    let rules = Rules {
        min_length: number("password_min_length") as usize,
        required: &required,
        blocklist: setting("password_blocklist_enabled") == "true",
    };
    let context: Vec<_> = context.into_iter().flatten().flatten().collect();
    let context: Vec<&str> = context.iter().map(String::as_str).collect();
    let found = match password::judge(password, rules, &context) {
        Ok(()) => None,
        Err(Weakness::Impossible(message)) => Some((None, message.to_owned())),
        Err(Weakness::Weak { reasons, message }) => Some((Some(reasons), message)),
    };
    TableIterator::new(found)
}

/// Takes one of the account's places for a sign-in, until the transaction ends: how many others of it are in flight. What those
/// others find is not in the tables yet, so it has to be reckoned with. Raises 53000 if there is no place within a second, or if
/// others wait for one already.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn auth_enter_attempt(account: pgrx::Uuid) -> i32 {
    let bytes = account.as_bytes();
    let word = |at: usize| {
        let part = bytes.get(at..at + 4).and_then(|part| part.try_into().ok());
        part.map_or(0, u32::from_le_bytes)
    };
    // 63 bits of the account name it, one the place.
    let key = |place: u32| [word(0) ^ word(8), (word(4) ^ word(12)) & !1 | place];
    let enter = || {
        let own = (0..ATTEMPTS)
            .find_map(|place| Some((place, locks::try_lock(Kind::Attempt, true, key(place))?)));
        own.map(|(own, held)| {
            held.keep();
            let busy = |place: &u32| locks::held_by_another(Kind::Attempt, true, key(*place));
            (0..ATTEMPTS).filter(|place| *place != own).filter(busy).count() as i32
        })
    };
    if let Some(others) = enter() {
        return others;
    }
    let wait = |place| locks::try_lock(Kind::AttemptWaiter, true, key(place));
    let waiter = if guc::hash_hurried() { None } else { (0..ATTEMPTS).find_map(wait) };
    let Some(_waiter) = waiter else { busy() };
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        locks::nap(LOOK);
        if let Some(others) = enter() {
            return others;
        }
    }
    busy()
}

/// A slot, for as long as it lives.
fn slot(patient: bool) -> Held {
    let slots = slots();
    // Where to begin: no two backends need to fight for the first.
    let first = std::process::id() % slots;
    let free = || {
        (0..slots).find_map(|n| locks::try_lock(Kind::HashSlot, false, [0, (first + n) % slots]))
    };
    if let Some(held) = free() {
        return held;
    }
    let waiters = WAITERS.max(slots * WAITERS_PER_SLOT);
    let place = || (0..waiters).find_map(|n| locks::try_lock(Kind::HashWaiter, false, [0, n]));
    let waiter = if patient || guc::hash_hurried() { None } else { place() };
    if !patient && waiter.is_none() {
        busy();
    }
    let until = Instant::now() + if patient { LONG_PATIENCE } else { PATIENCE };
    let mut turn = None;
    while Instant::now() < until {
        turn = turn.or_else(|| locks::try_lock(Kind::HashTurn, false, [0, 0]));
        locks::nap(if turn.is_some() { LOOK_CLOSELY } else { LOOK });
        if let Some(held) = free() {
            return held;
        }
    }
    busy()
}

fn busy() -> ! {
    refuse(PgSqlErrorCode::ERRCODE_INSUFFICIENT_RESOURCES, "too many sign-ins at once; try again")
}

/// One a core, unless the setting says otherwise.
fn slots() -> u32 {
    match number("password_hash_slots") {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get() as u32),
        n => n,
    }
}

fn waste(password: &str) {
    if let Err(Failure::Memory) =
        password::hash(password, &[0; SALT], cost(), None, &mut Mapped).map(|_| ())
    {
        fail(Failure::Memory);
    }
}

fn fail(failure: Failure) -> ! {
    match failure {
        Failure::Memory => {
            refuse(PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY, "no memory for a password's hash")
        }
        Failure::Corrupt | Failure::Pepper => {
            refuse(PgSqlErrorCode::ERRCODE_INTERNAL_ERROR, "the password could not be hashed")
        }
    }
}

fn cost() -> Cost {
    match test_mode::fast_hash() {
        Ok(true) => Cost::TEST,
        Ok(false) => {
            Cost { memory: number("password_hash_memory"), passes: number("password_hash_passes") }
        }
        Err(problem) => refuse(PgSqlErrorCode::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, problem),
    }
}

/// The pepper of new hashes.
fn pepper() -> Option<Pepper> {
    (setting("password_pepper_enabled") == "true").then(secrets::pepper)
}

/// The pepper that a hash was made with, whether or not new ones are.
fn pepper_of(stored: &Stored) -> Option<Pepper> {
    stored.is_peppered().then(secrets::pepper)
}

fn setting(name: &str) -> String {
    let default = settings::find(name).map_or("", |definition| definition.default);
    match config::current() {
        Ok(config) => config.auth.get(name).cloned().unwrap_or_else(|| default.to_owned()),
        Err(_) => default.to_owned(),
    }
}

fn number(name: &str) -> u32 {
    setting(name).parse().unwrap_or_default()
}
