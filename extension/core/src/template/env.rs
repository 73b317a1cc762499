//! The engine, with what a message needs and nothing that a backend should not do.

use super::LONGEST_OUTPUT;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters};

/// Instructions, bytes made and items walked over. A shipped mail takes about 8,000.
const FUEL: u64 = 600_000;
/// Of blocks, includes and macros; each frame is about 2 kB of the backend's stack.
const DEPTH: usize = 60;

/// A part that is read: rendered as often as there are messages.
pub(super) struct Compiled(Environment<'static>);

/// Reads `source`, which may extend "layout".
pub(super) fn compile(
    source: &str,
    layout: &str,
    html: bool,
    names: &[&str],
) -> Result<Compiled, String> {
    // No globals, no functions, no `safe`: what is here is all that there is.
    let mut env = Environment::empty();
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(DEPTH);
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_auto_escape_callback(move |_| if html { AutoEscape::Html } else { AutoEscape::None });
    env.set_formatter(move |out, _, value| {
        if value.is_undefined() || value.is_none() {
            return Ok(());
        }
        // Not what the template says about escaping: what the part is.
        if html && !value.is_safe() {
            write!(out, "{}", minijinja::HtmlEscape(&value.to_string())).map_err(Error::from)
        } else {
            write!(out, "{value}").map_err(Error::from)
        }
    });
    add_filters(&mut env);
    let layout = super::go::translate(layout, names)?;
    let source = super::go::translate(source, names)?;
    env.add_template_owned("layout", layout).map_err(|error| explain(&error))?;
    env.add_template_owned("message", source).map_err(|error| explain(&error))?;
    Ok(Compiled(env))
}

impl Compiled {
    /// What no variables can mend: a filter or test that there is not, a loop without end.
    pub(super) fn check(&self) -> Result<(), String> {
        let made = self.0.get_template("message").and_then(|template| template.render(()));
        match made {
            Err(error)
                if !matches!(
                    error.kind(),
                    ErrorKind::InvalidOperation | ErrorKind::UndefinedError
                ) =>
            {
                Err(explain(&error))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn render(&self, variables: &serde_json::Value) -> Result<String, String> {
        let text = self
            .0
            .get_template("message")
            .and_then(|template| template.render(Value::from(Serde(variables))))
            .map_err(|error| explain(&error))?;
        if text.len() > LONGEST_OUTPUT {
            return Err(format!("makes more than {LONGEST_OUTPUT} bytes"));
        }
        if text.contains('\0') {
            return Err("makes a NUL character".to_owned());
        }
        Ok(text)
    }
}

fn add_filters(env: &mut Environment<'_>) {
    env.add_filter("e", filters::escape);
    env.add_filter("escape", filters::escape);
    env.add_filter("default", filters::default);
    env.add_filter("upper", filters::upper);
    env.add_filter("lower", filters::lower);
    env.add_filter("title", filters::title);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("trim", filters::trim);
    env.add_filter("replace", filters::replace);
    env.add_filter("length", filters::length);
    env.add_filter("first", filters::first);
    env.add_filter("last", filters::last);
    env.add_filter("join", filters::join);
    env.add_filter("urlencode", |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    env.add_test("defined", |value: &Value| !value.is_undefined());
    env.add_test("none", |value: &Value| value.is_none());
}

/// In words for the template's author; never a value.
fn explain(error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => "takes too long: a loop, or too much text".to_owned(),
        ErrorKind::UnknownFilter => format!(
            "{}; there are e, default, upper, lower, title, capitalize, trim, replace, length, first, last, join, urlencode",
            error.detail().unwrap_or("unknown filter")
        ),
        kind => error.detail().map_or_else(|| kind.to_string(), ToOwned::to_owned),
    };
    match error.line() {
        Some(line) => format!("{what} (line {line})"),
        None => what,
    }
}
