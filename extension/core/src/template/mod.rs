//! Messages from templates: mails, text messages, and the pages that we show ourselves.
//!
//! A template is minijinja's dialect of Jinja; what GoTrue's templates are written in (Go's) is read too. Its author is the
//! DBA, its variables may come from anybody: HTML is escaped whatever the template says, a subject is one line, and what a
//! template may cost is bounded.

mod env;
mod go;

use serde_json::Value;

/// Bytes of a template's part, and of a message's.
pub const LONGEST_SOURCE: usize = 64 << 10;
pub const LONGEST_OUTPUT: usize = 256 << 10;
/// Characters of a subject and of a text message.
const SUBJECT: usize = 200;
const SMS: usize = 918;

/// What a part of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Of a mail or a page: variables are escaped.
    Html,
    /// The plain part of a mail.
    Text,
    /// One line.
    Subject,
    /// Of a text message.
    Sms,
}

/// The parts of a template; of a message, once rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    pub subject: Option<String>,
    pub html: Option<String>,
    pub text: Option<String>,
}

/// A template that is read, to be rendered for many.
pub struct Template {
    subject: Option<Part>,
    html: Option<Part>,
    text: Option<Part>,
}

struct Part {
    name: &'static str,
    form: Form,
    compiled: env::Compiled,
}

impl Template {
    /// Reads each part that there is. `names`: the variables that Go's spelling may name; none: any.
    ///
    /// # Errors
    /// For the template's author: which part, what is wrong, in which line.
    pub fn read(parts: &Parts, layout: &str, sms: bool, names: &[&str]) -> Result<Self, String> {
        let part = |name, source: &Option<String>, form| match source {
            None => Ok(None),
            Some(source) => compile(source, layout, form, names)
                .map(|compiled| Some(Part { name, form, compiled }))
                .map_err(|e| format!("{name}: {e}")),
        };
        let text = if sms { Form::Sms } else { Form::Text };
        Ok(Self {
            subject: part("subject", &parts.subject, Form::Subject)?,
            html: part("html", &parts.html, Form::Html)?,
            text: part("text", &parts.text, text)?,
        })
    }

    /// Tries it without variables: what is wrong whatever they are. What only goes wrong with some is said by
    /// [`Template::render`].
    ///
    /// # Errors
    /// As [`Template::read`].
    pub fn check(&self) -> Result<(), String> {
        for part in [&self.subject, &self.html, &self.text].into_iter().flatten() {
            part.compiled.check().map_err(|e| format!("{}: {e}", part.name))?;
        }
        Ok(())
    }

    /// # Errors
    /// As [`Template::read`].
    pub fn render(&self, variables: &Value) -> Result<Parts, String> {
        let part = |part: &Option<Part>| match part {
            None => Ok(None),
            Some(Part { name, form, compiled }) => compiled
                .render(variables)
                .map(|text| Some(shaped(text, *form)))
                .map_err(|e| format!("{name}: {e}")),
        };
        Ok(Parts {
            subject: part(&self.subject)?,
            html: part(&self.html)?,
            text: part(&self.text)?,
        })
    }
}

/// Renders each part that there is, once.
///
/// # Errors
/// As [`Template::read`].
pub fn render(
    parts: &Parts,
    layout: &str,
    sms: bool,
    names: &[&str],
    variables: &Value,
) -> Result<Parts, String> {
    Template::read(parts, layout, sms, names)?.render(variables)
}

/// Renders one part.
///
/// # Errors
/// As [`Template::read`].
///
/// # Examples
/// ```
/// use howdah_core::template::{Form, render_part};
/// let variables = serde_json::json!({"Data": {"name": "<b>Ada</b>"}});
/// let html = render_part("<p>Hello {{ .Data.name }}</p>", "", Form::Html, &[], &variables)?;
/// assert_eq!(html, "<p>Hello &lt;b&gt;Ada&lt;&#x2f;b&gt;</p>");
/// # Ok::<(), String>(())
/// ```
pub fn render_part(
    source: &str,
    layout: &str,
    form: Form,
    names: &[&str],
    variables: &Value,
) -> Result<String, String> {
    Ok(shaped(compile(source, layout, form, names)?.render(variables)?, form))
}

fn compile(
    source: &str,
    layout: &str,
    form: Form,
    names: &[&str],
) -> Result<env::Compiled, String> {
    if source.len() > LONGEST_SOURCE {
        return Err(format!("has more than {LONGEST_SOURCE} bytes"));
    }
    env::compile(source, layout, form == Form::Html, names)
}

fn shaped(text: String, form: Form) -> String {
    match form {
        Form::Html => text,
        Form::Text => lines(&text),
        Form::Subject => one_line(&text, SUBJECT),
        Form::Sms => shortened(lines(&text).trim(), SMS),
    }
}

/// Whether parts of a message have something in them.
///
/// # Errors
/// Which has not.
pub fn demand_content(made: &Parts) -> Result<(), String> {
    for (name, part) in [("subject", &made.subject), ("html", &made.html), ("text", &made.text)] {
        if part.as_ref().is_some_and(|part| part.trim().is_empty()) {
            return Err(format!("{name}: is empty"));
        }
    }
    Ok(())
}

/// Without control characters but line feeds and tabs.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// One line: what breaks lines, and what turns the direction of writing around, becomes a space, runs of spaces one.
fn one_line(text: &str, most: usize) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    shortened(&plain.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}
