//! What GoTrue's templates are written in (Go's text/template), read as Jinja.
//!
//! `{{ .Email }}`, `{{ .Data.name }}`, `{{ if eq .Data.lang "de" }} … {{ else if … }} … {{ else }} … {{ end }}`, comments,
//! pipes and the functions eq ne lt le gt ge and or not len index html urlquery. An action that is not Go's stays as it is, so
//! both spellings may stand in one template.

/// Parentheses within parentheses.
const DEPTH: usize = 16;

/// Translates the actions of Go. `names`: the variables that there are; none: any.
///
/// # Errors
/// What the action should be.
pub(super) fn translate(source: &str, names: &[&str]) -> Result<String, String> {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    // `{{ end }}` closes what is open; an `if` of Jinja's is closed by its own.
    let mut open = 0usize;
    while let Some(at) = rest.find("{{") {
        let (before, action) = rest.split_at(at);
        out.push_str(before);
        let inner = action.strip_prefix("{{").unwrap_or_default();
        let Some(end) = end_of(inner) else {
            return Err(format!("{{{{ without }}}} (line {})", line_of(source, rest)));
        };
        let (inner, after) = inner.split_at(end);
        let body = inner.trim_start_matches('-').trim_end_matches('-').trim();
        if is_go(body) {
            let left = if inner.starts_with('-') { "-" } else { "" };
            let right = if inner.ends_with('-') && !body.ends_with("*/") || inner.ends_with(" -") {
                "-"
            } else {
                ""
            };
            let line = || line_of(source, action);
            push_action(&mut out, body, (left, right), &mut open, names)
                .map_err(|problem| format!("{problem} (line {})", line()))?;
        } else {
            out.push_str("{{");
            out.push_str(inner);
            out.push_str("}}");
        }
        rest = after.strip_prefix("}}").unwrap_or_default();
    }
    out.push_str(rest);
    if open > 0 {
        return Err("{{ if }} without {{ end }}".to_owned());
    }
    Ok(out)
}

fn line_of(source: &str, rest: &str) -> usize {
    let before = source.len().saturating_sub(rest.len());
    source.get(..before).unwrap_or_default().matches('\n').count() + 1
}

/// Where `}}` is, outside of strings and comments.
fn end_of(inner: &str) -> Option<usize> {
    if let Some(comment) = inner.trim_start_matches(['-', ' ']).strip_prefix("/*") {
        let start = inner.len() - comment.len();
        let end = start + comment.find("*/")? + 2;
        return Some(end + inner.get(end..)?.find("}}")?);
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '}') if inner.get(at..).is_some_and(|rest| rest.starts_with("}}")) => {
                return Some(at);
            }
            (None, _) => {}
        }
    }
    None
}

fn is_go(body: &str) -> bool {
    let word = body.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let field = body.char_indices().any(|(at, c)| {
        c == '.'
            && body
                .get(..at)
                .is_some_and(|b| b.is_empty() || b.ends_with([' ', '(', '|', '\t', '\n']))
    });
    body.starts_with("/*")
        || field
        || matches!(
            word,
            "if" | "else"
                | "end"
                | "range"
                | "with"
                | "define"
                | "template"
                | "block"
                | "break"
                | "continue"
        )
}

fn push_action(
    out: &mut String,
    body: &str,
    (left, right): (&str, &str),
    open: &mut usize,
    names: &[&str],
) -> Result<(), String> {
    let (word, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
    let statement = match word {
        comment if comment.starts_with("/*") => return Ok(()),
        "if" => {
            *open += 1;
            format!("if {}", expression(rest, names)?)
        }
        "else" if *open == 0 => return Err("{{ else }} without {{ if }}".to_owned()),
        "else" => match rest.trim().strip_prefix("if") {
            Some(condition) => format!("elif {}", expression(condition, names)?),
            None if rest.trim().is_empty() => "else".to_owned(),
            None => return Err("{{ else }} takes nothing but if".to_owned()),
        },
        "end" => {
            *open = open.checked_sub(1).ok_or("{{ end }} without {{ if }}")?;
            "endif".to_owned()
        }
        "range" | "with" | "define" | "template" | "block" | "break" | "continue" => {
            return Err(format!(
                "{{{{ {word} }}}} is not supported: use {{% for %}}, {{% set %}} or {{% block %}}"
            ));
        }
        _ => {
            out.push_str(&format!("{{{{{left} {} {right}}}}}", expression(body, names)?));
            return Ok(());
        }
    };
    out.push_str(&format!("{{%{left} {statement} {right}%}}"));
    Ok(())
}

fn expression(text: &str, names: &[&str]) -> Result<String, String> {
    let mut parser = Parser { rest: text.trim(), names, depth: 0 };
    let made = parser.pipeline()?;
    if parser.rest.is_empty() {
        Ok(made)
    } else {
        Err(format!("cannot read \"{}\"", parser.rest.escape_debug()))
    }
}

struct Parser<'a> {
    rest: &'a str,
    names: &'a [&'a str],
    depth: usize,
}

impl Parser<'_> {
    fn pipeline(&mut self) -> Result<String, String> {
        let mut made = self.command(None)?;
        while let Some(rest) = self.rest.strip_prefix('|') {
            self.rest = rest.trim_start();
            made = self.command(Some(made))?;
        }
        Ok(made)
    }

    /// A function with its operands, the piped one last; or one operand.
    fn command(&mut self, piped: Option<String>) -> Result<String, String> {
        let name: String = self.rest.chars().take_while(char::is_ascii_lowercase).collect();
        if name.is_empty() || matches!(name.as_str(), "true" | "false" | "nil") {
            return match piped {
                None => self.operand(),
                Some(_) => Err("only a function can take what is piped".to_owned()),
            };
        }
        self.advance(name.len());
        let mut operands = Vec::new();
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            operands.push(self.operand()?);
        }
        operands.extend(piped);
        call(&name, &operands)
    }

    fn operand(&mut self) -> Result<String, String> {
        let rest = self.rest;
        let made = match rest.chars().next() {
            Some('.') => return self.field(),
            Some('(') => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err("is nested too deeply".to_owned());
                }
                self.advance(1);
                let inner = self.pipeline()?;
                self.rest = self.rest.strip_prefix(')').ok_or("( without )")?.trim_start();
                self.depth -= 1;
                return Ok(format!("({inner})"));
            }
            Some('"') => {
                let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                let text = stream.next().and_then(Result::ok).ok_or("a string is not closed")?;
                self.advance(stream.byte_offset());
                return Ok(quoted(&text));
            }
            Some('`') => {
                let text = rest
                    .get(1..)
                    .and_then(|r| r.split_once('`'))
                    .ok_or("a string is not closed")?
                    .0;
                self.advance(text.len() + 2);
                return Ok(quoted(text));
            }
            _ => rest
                .split(|c: char| c.is_whitespace() || matches!(c, '|' | ')'))
                .next()
                .unwrap_or_default(),
        };
        self.advance(made.len());
        match made {
            "true" | "false" => Ok(made.to_owned()),
            "nil" => Ok("none".to_owned()),
            number if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(number.to_owned())
            }
            other => Err(format!("cannot read \"{}\"", other.escape_debug())),
        }
    }

    /// `.Data.first.name`: the first is one of our variables, the others are keys.
    fn field(&mut self) -> Result<String, String> {
        let path: String = self
            .rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
            .collect();
        self.advance(path.len());
        let mut names = path.split('.').skip(1);
        let first = names.next().unwrap_or_default();
        if first.is_empty() {
            return Err("a dot alone names nothing".to_owned());
        }
        if !self.names.is_empty() && !self.names.contains(&first) {
            return Err(format!(
                "there is no variable .{first}; there are .{}",
                self.names.join(", .")
            ));
        }
        let mut made = first.to_owned();
        for name in names {
            if name.is_empty() {
                return Err(format!("\"{path}\" has a dot too many"));
            }
            made.push_str(&format!("[{}]", quoted(name)));
        }
        Ok(made)
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default().trim_start();
    }
}

fn call(name: &str, operands: &[String]) -> Result<String, String> {
    let sign = |sign: &str| match operands {
        [a, b] => Ok(format!("({a} {sign} {b})")),
        _ => Err(format!("{name} takes two operands")),
    };
    let one = || match operands {
        [a] => Ok(a.clone()),
        _ => Err(format!("{name} takes one operand")),
    };
    let joined = |word: &str| match operands {
        [] => Err(format!("{name} takes operands")),
        all => Ok(format!("({})", all.join(word))),
    };
    match name {
        "eq" => match operands {
            [first, others @ ..] if !others.is_empty() => {
                let all: Vec<_> =
                    others.iter().map(|other| format!("{first} == {other}")).collect();
                Ok(format!("({})", all.join(" or ")))
            }
            _ => Err("eq takes two operands or more".to_owned()),
        },
        "ne" => sign("!="),
        "lt" => sign("<"),
        "le" => sign("<="),
        "gt" => sign(">"),
        "ge" => sign(">="),
        "and" => joined(" and "),
        "or" => joined(" or "),
        "not" => Ok(format!("(not {})", one()?)),
        "len" => Ok(format!("({}|length)", one()?)),
        "html" => Ok(format!("({}|e)", one()?)),
        "urlquery" => Ok(format!("({}|urlencode)", one()?)),
        "index" => match operands {
            [value, keys @ ..] => {
                Ok(keys.iter().fold(value.clone(), |made, key| format!("{made}[{key}]")))
            }
            [] => Err("index takes operands".to_owned()),
        },
        other => Err(format!(
            "there is no function {other}; there are eq, ne, lt, le, gt, ge, and, or, not, len, index, html, urlquery"
        )),
    }
}

/// A string of Jinja's, whatever is in it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
