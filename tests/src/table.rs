//! Many cases of one rule: all are run, all failures are told together.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `check` on each case and panics with every failure, each under its case.
#[track_caller]
pub fn each<C: Debug>(cases: &[C], check: impl Fn(&C)) {
    let mut failures = Vec::new();
    for case in cases {
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| check(case))) {
            let told = cause
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| cause.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                .unwrap_or_else(|| "a panic without text".to_owned());
            failures.push(format!("{case:?}:\n  {}", told.replace('\n', "\n  ")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases fail\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}
