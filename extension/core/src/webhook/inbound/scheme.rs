//! Which scheme a provider signs by, as a DBA writes it down.

use serde_json::{Map, Value};

/// Whose signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    Standard,
    Stripe,
    GitHub,
    Slack,
    /// HMAC in a header, of whoever else.
    Hmac(Hmac),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmac {
    pub header: String,
    /// What stands before the signature in the header.
    pub prefix: String,
    pub algorithm: Algorithm,
    pub encoding: Encoding,
    pub timestamp_header: Option<String>,
    /// Around `{body}`, `{timestamp}`: what is signed.
    template: String,
    /// JSON pointers into the body: what names a delivery, what it is about.
    pub id: Option<String>,
    pub event: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Sha256,
    Sha512,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Hex,
    Base64,
}

const TIMESTAMP: &str = "{timestamp}";
const BODY: &str = "{body}";
const OPTIONS: [&str; 8] =
    ["header", "prefix", "algorithm", "encoding", "timestamp_header", "signed", "id", "event"];

impl Scheme {
    /// By its name and, for `hmac`, its options: `header` (default `x-signature`), `prefix`, `algorithm` (`sha256`, `sha512`),
    /// `encoding` (`hex`, `base64`), `timestamp_header`, `signed` (a template of `{timestamp}` and `{body}`), `id` and `event`
    /// (JSON pointers into the body).
    ///
    /// # Errors
    /// With what would be right.
    pub fn read(kind: &str, options: &Map<String, Value>) -> Result<Self, String> {
        let scheme = match kind {
            "standard" => Self::Standard,
            "stripe" => Self::Stripe,
            "github" => Self::GitHub,
            "slack" => Self::Slack,
            "hmac" => return Hmac::read(options).map(Self::Hmac),
            _ => return Err("kind is standard, stripe, github, slack or hmac".to_owned()),
        };
        if options.is_empty() {
            Ok(scheme)
        } else {
            Err(format!("{kind} takes no options: its signatures are one way only"))
        }
    }
}

impl Hmac {
    fn read(options: &Map<String, Value>) -> Result<Self, String> {
        if let Some(unknown) = options.keys().find(|key| !OPTIONS.contains(&key.as_str())) {
            return Err(format!(
                "there is no option {unknown}: options are {}",
                OPTIONS.join(", ")
            ));
        }
        let text = |name: &str| match options.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{name} is a text")),
        };
        let header = |name: &str| {
            let text = text(name)?.map(|text| text.to_ascii_lowercase());
            let fits = |text: &String| {
                !text.is_empty()
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            };
            match text {
                Some(text) if !fits(&text) => Err(format!("{name} is the name of a header")),
                text => Ok(text),
            }
        };
        let pointer = |name: &str| match text(name)? {
            Some(text) if !text.starts_with('/') => {
                Err(format!("{name} is a JSON pointer, like /data/id"))
            }
            text => Ok(text),
        };
        let timestamp_header = header("timestamp_header")?;
        let template = text("signed")?.unwrap_or_else(|| {
            if timestamp_header.is_some() { format!("{TIMESTAMP}.{BODY}") } else { BODY.to_owned() }
        });
        if template.matches(BODY).count() != 1 {
            return Err("signed has {body} once".to_owned());
        }
        if template.matches(TIMESTAMP).count() != usize::from(timestamp_header.is_some()) {
            return Err("signed has {timestamp} once if timestamp_header is given, and else not: \
                        a time that is not signed says nothing"
                .to_owned());
        }
        Ok(Self {
            header: header("header")?.unwrap_or_else(|| "x-signature".to_owned()),
            prefix: text("prefix")?.unwrap_or_default(),
            algorithm: match text("algorithm")?.as_deref() {
                None | Some("sha256") => Algorithm::Sha256,
                Some("sha512") => Algorithm::Sha512,
                Some(_) => return Err("algorithm is sha256 or sha512".to_owned()),
            },
            encoding: match text("encoding")?.as_deref() {
                None | Some("hex") => Encoding::Hex,
                Some("base64") => Encoding::Base64,
                Some(_) => return Err("encoding is hex or base64".to_owned()),
            },
            timestamp_header,
            template,
            id: pointer("id")?,
            event: pointer("event")?,
        })
    }

    /// What is signed, in its parts.
    pub(super) fn signed<'a>(&'a self, timestamp: &'a str, body: &'a [u8]) -> Vec<&'a [u8]> {
        let (before, after) = self.template.split_once(BODY).unwrap_or_default();
        let with_time = |text: &'a str| match text.split_once(TIMESTAMP) {
            Some((left, right)) => vec![left.as_bytes(), timestamp.as_bytes(), right.as_bytes()],
            None => vec![text.as_bytes()],
        };
        let mut parts = with_time(before);
        parts.push(body);
        parts.extend(with_time(after));
        parts
    }
}
