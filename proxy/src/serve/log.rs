//! Structured log lines on standard error: JSON, or text on a terminal. Never a token, a body or a
//! query string.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::{LogFormat, LogLevel};

pub use crate::cli::LogLevel as Level;

/// A request that takes longer is logged.
pub const SLOW: Duration = Duration::from_secs(1);

struct Settings {
    level: LogLevel,
    json: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Sets level and form; the first call holds.
pub fn start(level: LogLevel, format: LogFormat) {
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    SETTINGS.get_or_init(|| Settings { level, json });
}

/// Writes one line, if `level` is severe enough.
pub fn event(level: Level, message: &str, fields: &[(&str, &str)]) {
    let (most, json) = SETTINGS.get().map_or((Level::Info, true), |set| (set.level, set.json));
    if level > most {
        return;
    }
    let name = match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    };
    let line = line(&timestamp(), name, message, fields, json);
    // A log that cannot be written must not stop the service.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn line(time: &str, level: &str, message: &str, fields: &[(&str, &str)], json: bool) -> String {
    let mut line = String::with_capacity(200);
    if json {
        line.push_str(&format!(r#"{{"time":"{time}","level":"{level}","message":"#));
        line.push_str(&quoted(message));
        for (name, value) in fields {
            line.push_str(&format!(",{}:{}", quoted(name), quoted(value)));
        }
        line.push('}');
    } else {
        line.push_str(&format!("{time} {level:5} {message}"));
        for (name, value) in fields {
            line.push_str(&format!(" {name}={}", quoted(value)));
        }
    }
    line.push('\n');
    line
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Now, in UTC, as RFC 3339 with milliseconds.
fn timestamp() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, rest) = (now.as_secs() / 86_400, now.as_secs() % 86_400);
    let (year, month, day) = civil(days as i64);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let millis = now.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Days since 1970-01-01 to a date, counted in eras of 400 years that begin on 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_453, (2025, 12, 31)),
            (20_454, (2026, 1, 1)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(civil(days), date);
        }
    }

    #[test]
    fn a_line_cannot_be_forged() {
        let json = line("t", "info", "m", &[("path", "/a\"\n{}\u{1b}[2J")], true);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["path"], "/a\"\n{}\u{1b}[2J");
        assert_eq!(json.matches('\n').count(), 1);
        let text = line("t", "info", "m", &[("path", "/a\n\u{1b}[2J")], false);
        assert_eq!(text.matches('\n').count(), 1);
        assert!(!text.contains('\u{1b}'));
    }
}
