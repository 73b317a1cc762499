//! Jobs: when a schedule is due.

pub mod cron;
