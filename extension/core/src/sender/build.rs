//! From a sender's row and what is said to the request that the courier makes.

use super::preset::{self, Preset};
use super::template::{Escape, render};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// What one message knows beside its sender.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Of the sender.
    pub secret: Option<&'a str>,
    /// Of the user who posts, else the sender's secret.
    pub token: Option<&'a str>,
    /// id, to, from, body …: an object.
    pub about: &'a Value,
}

/// Makes the request of a message.
///
/// # Errors
/// What is wrong with the sender's row.
pub fn build(driver: &str, settings: &Value, said: &Said<'_>) -> Result<Value, String> {
    make(&preset::of(driver, settings)?, settings, said)
}

pub(super) fn make(preset: &Preset, settings: &Value, said: &Said<'_>) -> Result<Value, String> {
    let variables = variables(preset, settings, said);
    let mut wire = Map::new();
    wire.insert("request".to_owned(), request(&preset.request, &variables)?);
    if let Some(grant) = &preset.grant {
        let asked = request(&grant.request, &variables)?;
        let grant = json!({"request": asked, "token": grant.token, "seconds": grant.seconds});
        wire.insert("grant".to_owned(), grant);
    }
    if let Some(ok_when) = &preset.ok_when {
        wire.insert("ok_when".to_owned(), Value::Object(ok_when.clone()));
    }
    Ok(Value::Object(wire))
}

/// The settings' own members, what is said over them, the secrets last: a message cannot name another.
fn variables(preset: &Preset, settings: &Value, said: &Said<'_>) -> Value {
    let mut all = Map::new();
    if let Some(endpoint) = &preset.endpoint {
        all.insert("endpoint".to_owned(), endpoint.clone().into());
    }
    let scalars = |(name, value): (&String, &Value)| {
        (!value.is_object() && !value.is_array() && !value.is_null())
            .then(|| (name.clone(), value.clone()))
    };
    all.extend(settings.as_object().into_iter().flatten().filter_map(scalars));
    all.extend(
        said.about
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| !value.is_null() && *name != "endpoint")
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let secret = said.secret.unwrap_or_default();
    all.insert("secret".to_owned(), secret.into());
    all.insert("token".to_owned(), said.token.unwrap_or(secret).into());
    if let Some(endpoint) = all.get_mut("endpoint") {
        *endpoint = endpoint.as_str().unwrap_or_default().trim_end_matches('/').into();
    }
    Value::Object(all)
}

/// # Errors
/// Names the part that is wrong.
fn request(parts: &Map<String, Value>, variables: &Value) -> Result<Value, String> {
    let mut made = Map::new();
    made.insert("method".to_owned(), "POST".into());
    let mut headers = Map::new();
    for (name, part) in parts {
        let wrong = |problem: String| format!("request.{name}: {problem}");
        match name.as_str() {
            "method" if ["POST", "PUT", "PATCH", "GET", "DELETE"].iter().any(|m| part == *m) => {
                made.insert(name.clone(), part.clone());
            }
            "url" => {
                let text = part.as_str().ok_or_else(|| wrong("a text".to_owned()))?;
                made.insert(name.clone(), url(text, variables).map_err(wrong)?.into());
            }
            "headers" => {
                let part = fill(part, variables).map_err(wrong)?;
                headers.extend(part.as_object().cloned().unwrap_or_default());
            }
            "basic" => {
                let pair = fill(part, variables).map_err(wrong)?;
                let text = |n: usize| pair.get(n).and_then(Value::as_str).unwrap_or_default();
                let pair = STANDARD.encode(format!("{}:{}", text(0), text(1)));
                headers.insert("authorization".to_owned(), format!("Basic {pair}").into());
            }
            "form" | "json" => {
                made.insert(name.clone(), fill(part, variables).map_err(wrong)?);
            }
            "body" => {
                let text = part.as_str().ok_or_else(|| wrong("a text".to_owned()))?;
                let escape = body_escape(parts);
                made.insert(name.clone(), render(text, escape, variables).map_err(wrong)?.into());
            }
            _ => {
                return Err(format!(
                    "request.{name}: there are method, url, headers, basic, form, json, body"
                ));
            }
        }
    }
    if !made.contains_key("url") {
        return Err("request.url: is required".to_owned());
    }
    made.insert("headers".to_owned(), Value::Object(headers));
    Ok(Value::Object(made))
}

/// How values are written in a body that is a text: as its media type has it.
fn body_escape(parts: &Map<String, Value>) -> Escape {
    let headers = parts.get("headers").and_then(Value::as_object).into_iter().flatten();
    let media = headers
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .find_map(|(_, value)| value.as_str())
        .unwrap_or_default();
    match media {
        _ if media.contains("json") => Escape::Json,
        _ if media.contains("x-www-form-urlencoded") => Escape::Url,
        _ => Escape::None,
    }
}

/// Where a request goes is not made of what a message says: the address is the DBA's, as a text, the setting `endpoint`, or,
/// whole, the secret.
fn url(template: &str, variables: &Value) -> Result<String, String> {
    let text = |name: &str| variables.get(name).and_then(Value::as_str).unwrap_or_default();
    let template = template.trim();
    if template == "{{ secret }}" {
        return Ok(text("secret").to_owned());
    }
    if let Some(path) = template.strip_prefix("{{ endpoint }}") {
        return Ok(format!("{}{}", text("endpoint"), rest(path, variables)?));
    }
    let after = template.find("://").map(|at| at + 3).ok_or("an absolute URL")?;
    let end = template
        .get(after..)
        .and_then(|t| t.find(['/', '?']))
        .map_or(template.len(), |n| after + n);
    let (address, path) = template.split_at_checked(end).ok_or("an absolute URL")?;
    if address.contains(['{', '}', '@']) {
        return Err("the host can't be made of a variable: https://host/…, {{ endpoint }}/… or {{ secret }}".to_owned());
    }
    Ok(format!("{address}{}", rest(path, variables)?))
}

fn rest(path: &str, variables: &Value) -> Result<String, String> {
    if !path.is_empty() && !path.starts_with(['/', '?']) {
        return Err("after the host comes a / or a ?".to_owned());
    }
    render(path, Escape::Url, variables)
}

/// A structure with its texts rendered. What becomes empty is left out, so that settings may be optional; a text that is one
/// variable alone takes its value as it is.
fn fill(part: &Value, variables: &Value) -> Result<Value, String> {
    Ok(match part {
        Value::String(source) => match alone(source, variables) {
            Some(value) => value,
            None if source.contains("{{") || source.contains("{%") => {
                render(source, Escape::None, variables)?.into()
            }
            None => part.clone(),
        },
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| fill(item, variables)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut made = Map::new();
            for (name, member) in members {
                if name == "$if" {
                    continue;
                }
                if let Some(wanted) = member.get("$if").and_then(Value::as_str) {
                    let empty = |value: &Value| value.is_null() || value == "";
                    if variables.get(wanted).is_none_or(empty) {
                        continue;
                    }
                }
                let value = fill(member, variables)?;
                if value != "" || member == "" {
                    made.insert(name.clone(), value);
                }
            }
            Value::Object(made)
        }
        other => other.clone(),
    })
}

/// The value of `{{ name }}`.
fn alone(source: &str, variables: &Value) -> Option<Value> {
    let name = source.strip_prefix("{{ ")?.strip_suffix(" }}")?;
    name.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        .then(|| variables.get(name).cloned().unwrap_or_else(|| "".into()))
}
