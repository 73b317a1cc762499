//! A message: what a sender asks for, checked, and what is sent, written.

use super::address::Mailbox;
use super::{header, mime::Part};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Addresses of one message, in all.
const RECIPIENTS: usize = 50;
/// Characters of a subject.
const SUBJECT: usize = 500;
/// Bytes of the text, and of the HTML.
const BODY: usize = 2 << 20;
const HEADERS: usize = 30;
const FILES: usize = 20;
/// Bytes of all files together.
const FILE_BYTES: usize = 7 << 20;

/// What a sender gives, as it is kept: only known members, each checked, addresses in normal form.
///
/// # Errors
/// Which member is wrong, and what would be right; never its value.
///
/// # Examples
/// ```
/// use howdah_core::mail::accept;
/// use serde_json::json;
/// assert!(accept(&json!({"to": "ada@example.com", "subject": "Hello", "text": "…"})).is_ok());
/// let error = accept(&json!({"to": "ada@example.com", "subject": "Hello\r\nBcc: eve@example.com", "text": "…"}));
/// assert_eq!(error.unwrap_err(), "subject: must be 1 to 500 characters, none of them a control character");
/// ```
pub fn accept(asked: &Value) -> Result<Value, String> {
    let mut kept = Map::new();
    let mut recipients = 0;
    for member in ["to", "cc", "bcc"] {
        let list = mailboxes(member, asked.get(member))?;
        recipients += list.len();
        if !list.is_empty() {
            kept.insert(member.into(), list.iter().map(Mailbox::text).collect());
        } else if member == "to" {
            return Err("to: must be an e-mail address".to_owned());
        }
    }
    if recipients > RECIPIENTS {
        return Err(format!("to, cc and bcc: must be at most {RECIPIENTS} addresses"));
    }
    for member in ["from", "reply_to"] {
        match &*mailboxes(member, asked.get(member))? {
            [] => {}
            [one] => drop(kept.insert(member.into(), one.text().into())),
            _ => return Err(format!("{member}: must be one address")),
        }
    }
    let has_template = given(asked.get("template")).is_some();
    match text(asked, "subject")? {
        None if !has_template => return Err("subject: must be given".to_owned()),
        None => {}
        Some(subject) => {
            let fits = (1..=SUBJECT).contains(&subject.chars().count());
            if !fits || !header::may_hold(subject) {
                return Err(format!(
                    "subject: must be 1 to {SUBJECT} characters, none of them a control character"
                ));
            }
            kept.insert("subject".into(), subject.into());
        }
    }
    for member in ["text", "html"] {
        if let Some(body) = text(asked, member)? {
            if body.len() > BODY {
                return Err(format!("{member}: must have at most {BODY} bytes"));
            }
            kept.insert(member.into(), body.into());
        }
    }
    if !has_template && !kept.contains_key("text") && !kept.contains_key("html") {
        return Err("text or html must be given, or a template".to_owned());
    }
    accept_headers(asked.get("headers"), &mut kept)?;
    accept_files(asked.get("attachments"), &mut kept)?;
    Ok(kept.into())
}

/// Neither absent nor null.
fn given(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn text<'a>(asked: &'a Value, member: &str) -> Result<Option<&'a str>, String> {
    given(asked.get(member))
        .map(|value| value.as_str().ok_or_else(|| format!("{member}: must be a text")))
        .transpose()
}

/// A text with commas, or an array of texts.
fn mailboxes(member: &str, value: Option<&Value>) -> Result<Vec<Mailbox>, String> {
    let wrong = || format!("{member}: must be an e-mail address, like Ada <ada@example.com>");
    match given(value) {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Mailbox::parse_list(text).ok_or_else(wrong),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().and_then(Mailbox::parse).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn accept_headers(value: Option<&Value>, kept: &mut Map<String, Value>) -> Result<(), String> {
    let Some(value) = given(value) else { return Ok(()) };
    let headers = value.as_object().ok_or("headers: must be an object of texts")?;
    if headers.len() > HEADERS {
        return Err(format!("headers: must be at most {HEADERS}"));
    }
    for (name, value) in headers {
        if !header::may_add(name) {
            return Err(
                "headers: a name must be letters, digits and hyphens, and none of a header that \
                        the message has of its own"
                    .to_owned(),
            );
        }
        if !value.as_str().is_some_and(header::may_hold) {
            return Err(format!("headers: {name} must be a text without control characters"));
        }
    }
    if !headers.is_empty() {
        kept.insert("headers".into(), value.clone());
    }
    Ok(())
}

fn accept_files(value: Option<&Value>, kept: &mut Map<String, Value>) -> Result<(), String> {
    let Some(value) = given(value) else { return Ok(()) };
    let files = value.as_array().ok_or("attachments: must be an array")?;
    if files.len() > FILES {
        return Err(format!("attachments: must be at most {FILES}"));
    }
    let mut bytes = 0;
    let mut made = Vec::new();
    for file in files {
        if given(file.get("storage")).is_some() || given(file.get("path")).is_some() {
            return Err(
                "attachments: files from storage cannot be sent yet; give content in base64"
                    .to_owned(),
            );
        }
        let of = |member: &str| given(file.get(member)).and_then(Value::as_str);
        let name = of("name").filter(|name| {
            name.chars().count() <= 200 && header::may_hold(name) && !name.contains(['/', '\\'])
        });
        let name = name.ok_or("attachments: name must be the name of a file")?;
        let media = of("type").unwrap_or("application/octet-stream");
        if !is_media(media) {
            return Err("attachments: type must be a media type, like application/pdf".to_owned());
        }
        let content = of("content").ok_or("attachments: content must be bytes in base64")?;
        let content: String = content.split_ascii_whitespace().collect();
        let decoded =
            BASE64.decode(&content).map_err(|_| "attachments: content must be bytes in base64")?;
        bytes += decoded.len();
        if bytes > FILE_BYTES {
            return Err(format!("attachments: must have at most {FILE_BYTES} bytes together"));
        }
        let mut one = Map::new();
        for (member, text) in [("name", name), ("type", media), ("content", &content)] {
            one.insert(member.into(), text.into());
        }
        if let Some(id) = of("id") {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_@".contains(&b);
            if !(1..=100).contains(&id.len()) || !id.bytes().all(plain) {
                return Err("attachments: id must be letters, digits, dots and hyphens".to_owned());
            }
            one.insert("id".into(), id.into());
        }
        made.push(Value::Object(one));
    }
    if !made.is_empty() {
        kept.insert("attachments".into(), made.into());
    }
    Ok(())
}

/// `type/subtype`, without parameters; no multipart, no message.
fn is_media(text: &str) -> bool {
    let token = |s: &str| {
        (1..=100).contains(&s.len())
            && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| {
        token(kind)
            && token(subtype)
            && !["multipart", "message"].contains(&&*kind.to_ascii_lowercase())
    })
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    pub from: Mailbox,
    pub to: Vec<Mailbox>,
    pub cc: Vec<Mailbox>,
    pub bcc: Vec<Mailbox>,
    /// Whom it goes to, where that is not all of them: the others have it.
    pub only: Vec<String>,
    pub reply_to: Option<Mailbox>,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub headers: Vec<(String, String)>,
    pub files: Vec<File>,
    /// With its angle brackets; of the row, so that every attempt has the same.
    pub message_id: String,
    /// Seconds since 1970: of the row too.
    pub date: i64,
    pub unsubscribe: Option<String>,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub media: String,
    pub id: Option<String>,
    pub content: Vec<u8>,
}

impl Mail {
    /// Reads what [`accept`] has let in, with what the database adds when it is leased: `from`, `message_id`, `date`, and
    /// `unsubscribe_url`.
    ///
    /// All is checked again, so that whatever has written the row, nothing else can be sent.
    ///
    /// # Errors
    /// As [`accept`].
    pub fn read(value: &Value) -> Result<Self, String> {
        let kept = accept(value)?;
        let list = |member: &str| mailboxes(member, kept.get(member));
        let owned = |member: &str| kept.get(member).and_then(Value::as_str).map(str::to_owned);
        let from = list("from")?.pop().ok_or("from: must be given")?;
        let message_id = text(value, "message_id")?.filter(|id| is_message_id(id));
        let only = given(value.get("only")).and_then(Value::as_array);
        let url = text(value, "unsubscribe_url")?;
        if url.is_some_and(|url| {
            url.len() > 900 || !url.bytes().all(|b| b.is_ascii_graphic() && b != b'>')
        }) {
            return Err("unsubscribe_url: must be a URL".to_owned());
        }
        Ok(Self {
            from,
            to: list("to")?,
            cc: list("cc")?,
            bcc: list("bcc")?,
            only: only.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            reply_to: list("reply_to")?.pop(),
            subject: owned("subject").ok_or("subject: must be given")?,
            text: owned("text"),
            html: owned("html"),
            headers: kept
                .get("headers")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
            files: kept
                .get("attachments")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(File::read)
                .collect(),
            message_id: message_id.ok_or("message_id: must be one")?.to_owned(),
            date: value.get("date").and_then(Value::as_i64).ok_or("date: must be given")?,
            unsubscribe: url.map(str::to_owned),
        })
    }

    /// Whom it goes to: each address once.
    #[must_use]
    pub fn recipients(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for mailbox in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            let address = &*mailbox.address;
            let wanted = self.only.is_empty() || self.only.iter().any(|one| one == address);
            if wanted && !found.contains(&address) {
                found.push(address);
            }
        }
        found
    }

    /// The message as it is sent: the same bytes at every attempt.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        header::push_mailboxes(&mut out, "From", std::slice::from_ref(&self.from));
        header::push_mailboxes(&mut out, "To", &self.to);
        if !self.cc.is_empty() {
            header::push_mailboxes(&mut out, "Cc", &self.cc);
        }
        if let Some(mailbox) = &self.reply_to {
            header::push_mailboxes(&mut out, "Reply-To", std::slice::from_ref(mailbox));
        }
        header::push_text(&mut out, "Subject", &self.subject);
        let date = date(self.date);
        header::push_folded(&mut out, "Date", date.split(' '));
        out.extend_from_slice(format!("Message-ID: {}\r\n", self.message_id).as_bytes());
        if let Some(url) = &self.unsubscribe {
            out.extend_from_slice(format!("List-Unsubscribe: <{url}>\r\n").as_bytes());
            out.extend_from_slice(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        }
        for (name, value) in &self.headers {
            let managed = name.to_ascii_lowercase().starts_with("list-unsubscribe");
            if !(managed && self.unsubscribe.is_some()) {
                header::push_text(&mut out, name, value);
            }
        }
        out.extend_from_slice(b"MIME-Version: 1.0\r\n");
        out.extend_from_slice(&self.body().into_bytes());
        out
    }

    fn body(&self) -> Part {
        let boundary = |of: &str| {
            let hash = Sha256::digest(format!("{of} {}", self.message_id));
            hash.iter().take(12).fold(String::new(), |mut hex, b| {
                let _ = write!(hex, "{b:02x}");
                hex
            })
        };
        let part =
            |file: &File| Part::file(&file.name, &file.media, file.id.as_deref(), &file.content);
        let shown = self.html.is_some();
        let (inline, attached): (Vec<&File>, Vec<&File>) =
            self.files.iter().partition(|file| shown && file.id.is_some());
        let html = self.html.as_ref().map(|html| {
            let html = Part::text("html", html);
            if inline.is_empty() {
                return html;
            }
            let parts = std::iter::once(html).chain(inline.iter().map(|file| part(file)));
            Part::of_several("related", &boundary("related"), parts.collect())
        });
        let text = self.text.as_ref().map(|text| Part::text("plain", text));
        let body = match (text, html) {
            (Some(text), Some(html)) => {
                Part::of_several("alternative", &boundary("alternative"), vec![text, html])
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Part::text("plain", ""),
        };
        if attached.is_empty() {
            return body;
        }
        let parts = std::iter::once(body).chain(attached.iter().map(|file| part(file)));
        Part::of_several("mixed", &boundary("mixed"), parts.collect())
    }
}

impl File {
    fn read(value: &Value) -> Option<Self> {
        let of = |member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            name: of("name")?,
            media: of("type")?,
            id: of("id"),
            content: BASE64.decode(of("content")?).ok()?,
        })
    }
}

/// `<left@right>`, of plain characters.
fn is_message_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    text.len() <= 250
        && text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .and_then(|inner| inner.split_once('@'))
            .is_some_and(|(left, right)| {
                !left.is_empty()
                    && !right.is_empty()
                    && left.bytes().chain(right.bytes()).all(plain)
            })
}

/// As RFC 5322, 3.3 writes it, in UTC.
fn date(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (day, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Howard Hinnant, chrono-compatible low-level date algorithms: civil_from_days.
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let name = |names: &[&'static str], at: i64| {
        usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or_default()
    };
    format!(
        "{}, {day_of_month:02} {} {year:04} {:02}:{:02}:{:02} +0000",
        name(&DAYS, day.rem_euclid(7)),
        name(&MONTHS, month - 1),
        time / 3600,
        time / 60 % 60,
        time % 60
    )
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
