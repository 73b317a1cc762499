//! The engine for parts of a request.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Instructions and bytes: a request is small.
const FUEL: u64 = 200_000;
const DEPTH: usize = 40;
/// Bytes of a template and of what it makes.
pub const LONGEST: usize = 64 << 10;

/// What a value becomes where it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// It is a text in a structure, which is written as a whole.
    None,
    /// Percent-encoded, but for `:`, which tokens in paths have.
    Url,
    /// Its JSON, quotes and all.
    Json,
}

const KEPT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// # Errors
/// For the sender's author; never a value.
pub fn render(
    source: &str,
    escape: Escape,
    variables: &serde_json::Value,
) -> Result<String, String> {
    if source.len() > LONGEST {
        return Err(format!("a template has at most {LONGEST} bytes"));
    }
    // Nothing but what is added here.
    let mut env = Environment::empty();
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(DEPTH);
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_formatter(move |out, _, value| {
        let text = |value: &Value| if value.is_none() { String::new() } else { value.to_string() };
        let wrong = |_| Error::from(ErrorKind::WriteFailure);
        match escape {
            Escape::Json => write!(
                out,
                "{}",
                serde_json::to_string(value)
                    .map_err(|_| { Error::from(ErrorKind::BadSerialization) })?
            ),
            _ if value.is_undefined() => return Ok(()),
            Escape::None => write!(out, "{}", text(value)),
            Escape::Url => write!(out, "{}", utf8_percent_encode(&text(value), KEPT)),
        }
        .map_err(wrong)
    });
    env.add_filter("default", minijinja::filters::default);
    env.add_filter("upper", minijinja::filters::upper);
    env.add_filter("lower", minijinja::filters::lower);
    env.add_filter("trim", minijinja::filters::trim);
    env.add_filter("replace", minijinja::filters::replace);
    env.add_filter("length", minijinja::filters::length);
    env.add_filter("linkedin", |text: &str| linkedin(text));
    let made = env
        .add_template("request", source)
        .and_then(|()| env.get_template("request")?.render(Value::from(Serde(variables))));
    let text = made.map_err(|error| explain(&error))?;
    if text.len() > LONGEST {
        return Err(format!("a template makes at most {LONGEST} bytes"));
    }
    Ok(text)
}

/// LinkedIn's texts are written in its "little" format, where these stand for something.
fn linkedin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\|{}@[]()<>#*_~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn explain(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "takes too long".to_owned(),
        ErrorKind::UnknownFilter => {
            "unknown filter; there are default, upper, lower, trim, replace, length, linkedin"
                .to_owned()
        }
        kind => error.detail().map_or_else(|| kind.to_string(), ToOwned::to_owned),
    };
    match error.line() {
        Some(line) => format!("{what} (line {line})"),
        None => what,
    }
}
