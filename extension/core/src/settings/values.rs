//! How the value of a setting is read. Every message says what would be right.

/// Bytes of an identifier (NAMEDATALEN - 1).
const NAME: usize = 63;
/// Items of a list.
const ITEMS: usize = 64;
/// Bytes of a value.
const LENGTH: usize = 4096;

/// `None` for an empty value.
pub(super) fn optional<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

/// As Postgres reads a boolean setting.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}

pub(super) fn number(text: &str, least: u64, most: u64) -> Result<u64, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .filter(|n| (least..=most).contains(n))
        .ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// One to 50 lengths of time, each at most a week.
pub(super) fn seconds(text: &str) -> Result<Vec<u64>, String> {
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    if items.len() > 50 {
        return Err("must be at most 50 numbers of seconds".to_owned());
    }
    items.into_iter().map(|item| number(item, 0, 604_800)).collect()
}

pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        format!("must be one of {}", names.join(", "))
    })
}

/// One line of text without control characters.
pub(super) fn line(text: &str) -> Result<String, String> {
    if text.len() > LENGTH || text.chars().any(char::is_control) {
        return Err(format!("must be one line of at most {LENGTH} bytes"));
    }
    Ok(text.to_owned())
}

/// A header's name (RFC 9110, 5.1), in lower case.
pub(super) fn header(text: &str) -> Result<String, String> {
    let fits = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if text.is_empty() || text.len() > NAME || !fits {
        return Err(format!(
            "must be the name of a header, letters, digits and -, at most {NAME} bytes, like X-Trace-Id"
        ));
    }
    Ok(text.to_ascii_lowercase())
}

/// A name as the catalog has it: not quoted, case counts.
pub(super) fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > NAME || text.chars().any(char::is_control) {
        return Err(format!(
            "must be a name of 1 to {NAME} bytes, as the catalog shows it (no quotes)"
        ));
    }
    Ok(text.to_owned())
}

/// `function` or `schema.function`; the name may hold further dots only if there is no schema to confuse it with.
pub(super) fn function(text: &str) -> Result<(Option<String>, String), String> {
    match text.split_once('.') {
        None => name(text).map(|function| (None, function)),
        Some((_, function)) if function.contains('.') => {
            Err("must be function or schema.function".to_owned())
        }
        Some((schema, function)) => Ok((Some(name(schema)?), name(function)?)),
    }
}

/// A mail address, with or without a name.
pub(super) fn mailbox(text: &str) -> Result<String, String> {
    let read = crate::mail::Mailbox::parse(text);
    read.map(|read| read.text()).ok_or_else(|| "must be like Shop <shop@example.com>".to_owned())
}

/// What opens something to whoever knows it.
pub(super) fn key(text: &str) -> Result<String, String> {
    if (16..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err("must be 16 to 200 letters and digits".to_owned())
}

/// A function's name alone.
pub(super) fn bare_function(text: &str) -> Result<String, String> {
    match function(text)? {
        (None, function) => Ok(function),
        (Some(_), _) => {
            Err("must be a function's name without a schema: the request says which".to_owned())
        }
    }
}

fn list(text: &str) -> Result<Vec<&str>, String> {
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    match items.as_slice() {
        [""] => Ok(Vec::new()),
        items if items.len() > ITEMS => Err(format!("has more than {ITEMS} items")),
        items if items.contains(&"") => Err("has an empty item between its commas".to_owned()),
        _ => Ok(items),
    }
}

/// Names, comma-separated; a repeated one counts once.
pub(super) fn names(text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for item in list(text)? {
        let name = name(item)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Schemas to expose: at least one, and none of those that hold the machinery.
pub(super) fn schemas(text: &str) -> Result<Vec<String>, String> {
    let schemas = names(text)?;
    if schemas.is_empty() {
        return Err("must name at least one schema, like public".to_owned());
    }
    for schema in &schemas {
        let reserved =
            ["information_schema", "howdah", "howdah_private"].contains(&schema.as_str());
        if reserved || schema.starts_with("pg_") {
            return Err(format!(
                "may not expose \"{schema}\": make a schema of your own with views and functions of what is to be seen"
            ));
        }
    }
    Ok(schemas)
}

/// `*` alone, or exact web origins (RFC 6454): scheme, host and port, nothing else.
pub(super) fn origins(text: &str) -> Result<Vec<String>, String> {
    let items = list(text)?;
    if items.contains(&"*") && items.len() > 1 {
        return Err("must be either * alone or a list of origins".to_owned());
    }
    items.iter().map(|item| origin(item)).collect()
}

fn origin(text: &str) -> Result<String, String> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    let wrong = || {
        format!(
            "\"{}\" is no origin: write scheme and host, and a port if there is one, like https://app.example.com",
            text.escape_debug()
        )
    };
    // Native shells (Capacitor, Tauri) have schemes of their own.
    let (scheme, authority) = text.split_once("://").ok_or_else(wrong)?;
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b));
    if scheme_fits && fits_authority(authority) { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// `host`, `host:port` or `[v6]:port`, in lower case as browsers send it.
fn fits_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((v6, port)) if v6.parse::<std::net::Ipv6Addr>().is_ok() => {
                return port.is_empty() || port.strip_prefix(':').is_some_and(fits_port);
            }
            _ => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let host_fits = (1..=253).contains(&host.len())
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
    host_fits && port.is_none_or(fits_port)
}

/// Places that the courier may connect to: `host:port`, or `host:*`.
pub(super) fn places(text: &str) -> Result<Vec<String>, String> {
    let place = |item: &str| {
        let place = item.to_ascii_lowercase();
        let bare = |host: &str| host.ends_with(']') || !host.contains(':');
        let named = place.rsplit_once(':').filter(|(host, _)| bare(host) && fits_authority(host));
        match named {
            Some((_, port)) if port == "*" || fits_port(port) => Ok(place),
            _ => Err(format!(
                "\"{}\" is no place: write host and port, like localhost:9000, or localhost:*",
                item.escape_debug()
            )),
        }
    };
    list(text)?.into_iter().map(place).collect()
}

fn fits_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// An http or https URL without query, fragment or user; a trailing slash is dropped.
pub(super) fn site_url(text: &str) -> Result<String, String> {
    let wrong = || "must be an http or https URL like https://app.example.com".to_owned();
    let rest =
        text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or_else(wrong)?;
    let authority = rest.split('/').next().unwrap_or_default();
    let plain = rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\\"<>".contains(&b));
    if text.len() <= LENGTH && plain && fits_authority(&authority.to_ascii_lowercase()) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

/// What follows `app.settings.`: a name that Postgres takes for a custom setting.
pub(super) fn app_name(name: &str) -> Result<(), String> {
    let fits = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if name.len() <= NAME && name.split('.').all(fits) {
        Ok(())
    } else {
        Err(format!(
            "a name under app.settings. is letters, digits and _, at most {NAME} bytes, like app.settings.region"
        ))
    }
}

pub(super) fn app_value(value: &str) -> Result<String, String> {
    if value.len() > LENGTH || value.contains('\0') {
        return Err(format!("must have at most {LENGTH} bytes"));
    }
    Ok(value.to_owned())
}

/// Hosts, `*.domain` or `*`, by commas or spaces.
pub(super) fn hosts(text: &str) -> Result<(), String> {
    let fits = |item: &str| {
        let name = item.strip_prefix("*.").unwrap_or(item);
        item == "*"
            || (name.split('.').all(|label| {
                !label.is_empty()
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            }))
    };
    match text.split([',', ' ', '\n']).filter(|item| !item.is_empty()).find(|item| !fits(item)) {
        None => Ok(()),
        Some(item) => Err(format!("{item}: a host in lower case, *.domain or *")),
    }
}

/// A span of the day, like `22:00-07:00`.
pub(super) fn hours(text: &str) -> Result<(), String> {
    let time = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u32>().ok()).flatten()
        };
        Some((number(hour).filter(|h| *h < 24)?, number(minute).filter(|m| *m < 60)?))
    };
    let span = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
    match span {
        Some((from, to)) if from != to => Ok(()),
        _ => Err("must be like 22:00-07:00".to_owned()),
    }
}
