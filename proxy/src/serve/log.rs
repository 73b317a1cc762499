//! Structured log lines on standard error: JSON, or text on a terminal. Never a token, a body or a
//! query string.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

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
    let name = format!("{level:?}").to_lowercase();
    let now = humantime::format_rfc3339_millis(SystemTime::now()).to_string();
    let line = line(&now, &name, message, fields, json);
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

#[cfg(test)]
mod tests {
    use super::*;

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
