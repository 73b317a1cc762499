//! Drills: each on a Howdah of its own, because they stop servers, rotate keys and change settings for everybody.
//! Run one after the other (`--test-threads 1`).
#![forbid(unsafe_code)]

mod auth_captcha;
mod auth_courier;
mod auth_hashing;
mod auth_mail;
mod auth_mfa;
mod auth_otp;
mod auth_passwords;
mod auth_sessions;
mod auth_signin;
mod auth_timing;
mod bombs;
mod canaries;
mod couriers;
mod drops;
mod dumps;
mod faults;
mod jobs;
mod keys;
mod kills;
mod mail;
mod many_tables;
mod pooler;
mod populated;
mod push;
mod random;
mod reload;
mod role_fuzz;
mod settings;
mod slow;
mod sms;
mod smuggling;
mod soak;
mod standby;
mod tls;
mod tools;
mod updates;
mod upgrades;
mod webhooks;
