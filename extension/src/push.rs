//! Push messages: what the functions of `sql/push/` ask of the pure core. None touches a table.

use crate::auth::invalid;
use howdah_core::push::deliver::{self, Sender};
use howdah_core::push::device::{SERVICES, Services};
use howdah_core::push::encrypt::Fresh;
use howdah_core::push::token::Key;
use howdah_core::push::{Delivery, Device, Message, Platform};
use pgrx::JsonB;
use pgrx::prelude::*;
use serde_json::Value;
use zeroize::Zeroizing;

fn platform(name: &str) -> Platform {
    Platform::parse(name).unwrap_or_else(|| invalid("platforms: web, fcm, apns"))
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        invalid(&format!("no randomness: {error}"));
    }
    bytes
}

/// Whether a message may be sent to devices of these platforms; raises 22023 with what is wrong.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn push_check_message(message: JsonB, platforms: Vec<String>) {
    let platforms: Vec<Platform> = platforms.iter().map(|name| platform(name)).collect();
    Message::read(&message.0)
        .and_then(|message| message.check_size(&platforms))
        .unwrap_or_else(|problem| invalid(&problem));
}

/// A device as its row has it, or the problem with what an app registers. `services`: the setting push.web_services.
#[allow(clippy::type_complexity)]
#[pg_extern(schema = "howdah_private", immutable, parallel_safe)]
fn push_read_device(
    platform: Option<&str>,
    token: Option<&str>,
    subscription: Option<JsonB>,
    services: &str,
    allowed: Vec<String>,
) -> TableIterator<
    'static,
    (
        name!(token, Option<String>),
        name!(p256dh, Option<String>),
        name!(auth, Option<String>),
        name!(lane, Option<String>),
        name!(problem, Option<String>),
    ),
> {
    let hosts = if services.trim().is_empty() { SERVICES } else { services };
    let services = Services { hosts, allowed: &allowed };
    let subscription = subscription.map(|subscription| subscription.0);
    let read = Device::read(platform.unwrap_or_default(), token, subscription.as_ref(), services);
    TableIterator::once(match read {
        Ok(device) => {
            let lane = device.lane();
            (Some(device.token), device.p256dh, device.auth, Some(lane), None)
        }
        Err(problem) => (None, None, None, None, Some(problem)),
    })
}

/// What the courier is to do for one message to one device: `device` is {"platform", "token", "p256dh", "auth"}, `at` and
/// `expires_at` are seconds since 1970. Raises 22023 if the sender's row or the device's is no good.
#[allow(clippy::too_many_arguments)]
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_restricted)]
fn push_request(
    message: JsonB,
    device: JsonB,
    id: &str,
    apns_id: &str,
    at: i64,
    expires_at: i64,
    settings: JsonB,
    secret: &str,
) -> JsonB {
    let text = |name: &str| device.0.get(name).and_then(Value::as_str).map(str::to_owned);
    let device = Device {
        platform: platform(&text("platform").unwrap_or_default()),
        token: text("token").unwrap_or_default(),
        p256dh: text("p256dh"),
        auth: text("auth"),
    };
    let delivery = Delivery { id, now: at, expires_at };
    let sender = Sender { settings: &settings.0, secret };
    let made = Message::read_back(&message.0).and_then(|message| {
        // One scalar in 2³² is none: then another.
        let mut tries = 0;
        loop {
            let fresh = Fresh { salt: random(), scalar: Zeroizing::new(random()) };
            match deliver::request(&message, &device, delivery, apns_id, sender, &fresh) {
                Err(problem) if problem == "no scalar" && tries < 8 => tries += 1,
                made => return made,
            }
        }
    });
    JsonB(made.unwrap_or_else(|problem| invalid(&problem)))
}

/// Raises 22023 unless a sender's row is complete.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn push_check_sender(driver: &str, settings: JsonB, secret: &str) {
    Sender { settings: &settings.0, secret }
        .check(platform(driver))
        .unwrap_or_else(|problem| invalid(&problem));
}

/// A new key for Web Push, as the secret of a sender's row.
#[pg_extern(schema = "howdah_private", volatile, strict, parallel_unsafe)]
fn push_make_key() -> String {
    (0..8).find_map(|_| Key::of(&random())).map_or_else(
        || invalid("the source of randomness gives unusable bytes"),
        |key| key.secret(),
    )
}

/// What browsers subscribe with; raises 22023 if the secret is no key.
#[pg_extern(schema = "howdah_private", immutable, strict, parallel_safe)]
fn push_public_key(secret: &str) -> String {
    Key::read(secret).map_or_else(|problem| invalid(&problem), |key| key.public())
}
