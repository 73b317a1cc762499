//! Mails through a provider's API: one HTTPS request each, in the form that the courier carries.

use super::address::Mailbox;
use super::message::{File, Mail};
use super::sigv4::{Signed, hex};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// What is sent to whom: those who are left.
struct Recipients {
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    bcc: Vec<Mailbox>,
}

/// The request for a mail. `at`: now, as `20150830T123600Z`.
///
/// # Errors
/// For a kind that is none, and settings that it needs.
pub fn request(
    kind: &str,
    settings: &Value,
    secret: &str,
    mail: &Mail,
    at: &str,
) -> Result<Value, String> {
    let text = |member: &str| settings.get(member).and_then(Value::as_str);
    let to = Recipients::of(mail);
    // Tests and those who have a gateway of their own: the address of another server.
    let base = |default: &str| text("url").unwrap_or(default).trim_end_matches('/').to_owned();
    let bearer = |mut headers: Map<String, Value>| {
        headers.insert("authorization".into(), format!("Bearer {secret}").into());
        headers
    };
    let made = match kind {
        "resend" => {
            let url = base("https://api.resend.com") + "/emails";
            let headers =
                object(json!({"idempotency-key": mail.message_id.trim_matches(['<', '>'])}));
            json!({"method": "POST", "url": url, "headers": bearer(headers), "json": resend(mail, &to)})
        }
        "postmark" => {
            let url = base("https://api.postmarkapp.com") + "/email";
            let headers = json!({"x-postmark-server-token": secret, "accept": "application/json"});
            let stream = text("stream").unwrap_or("outbound");
            json!({"method": "POST", "url": url, "headers": headers, "json": postmark(mail, &to, stream)})
        }
        "sendgrid" => {
            let url = base("https://api.sendgrid.com") + "/v3/mail/send";
            json!({"method": "POST", "url": url, "headers": bearer(Map::new()), "json": sendgrid(mail, &to)})
        }
        "mailgun" => {
            let host = match text("region") {
                Some("eu") => "https://api.eu.mailgun.net",
                _ => "https://api.mailgun.net",
            };
            let domain = text("domain").ok_or("domain: must be given")?;
            let (media, body) = mailgun(mail);
            json!({"method": "POST", "url": format!("{}/v3/{domain}/messages.mime", base(host)),
                "headers": {"authorization": format!("Basic {}", BASE64.encode(format!("api:{secret}"))),
                            "content-type": media},
                "body_base64": BASE64.encode(body)})
        }
        "ses" => {
            let region = text("region").ok_or("region: must be given")?;
            let key_id = text("access_key_id").ok_or("access_key_id: must be given")?;
            let host = format!("email.{region}.amazonaws.com");
            let path = "/v2/email/outbound-emails";
            let body = ses(mail).to_string();
            let signed = Signed {
                method: "POST",
                host: &host,
                path,
                query: "",
                headers: &[("content-type", "application/json")],
                body: body.as_bytes(),
                region,
                service: "ses",
                at,
            };
            let authorization = signed.authorization(key_id, secret);
            json!({"method": "POST", "url": base(&format!("https://{host}")) + path,
                "headers": {"content-type": "application/json", "x-amz-date": at, "authorization": authorization},
                "body": body})
        }
        _ => return Err("kind: must be one of a provider".to_owned()),
    };
    // What is wrong with the key is the DBA's to mend: the mail waits.
    let payload = json!({"request": made, "permanent": [[400, 400], [404, 407], [409, 424], [426, 428], [430, 499]]});
    let ok_when = (kind == "postmark").then(|| json!({"/ErrorCode": 0}));
    Ok(with(payload, &[("ok_when", ok_when)]))
}

impl Recipients {
    fn of(mail: &Mail) -> Self {
        let left = mail.recipients();
        let of = |list: &[Mailbox]| -> Vec<Mailbox> {
            list.iter().filter(|one| left.contains(&&*one.address)).cloned().collect()
        };
        let (mut to, mut cc, mut bcc) = (of(&mail.to), of(&mail.cc), of(&mail.bcc));
        // Every provider wants somebody there.
        if to.is_empty() {
            to = std::mem::take(if cc.is_empty() { &mut bcc } else { &mut cc });
        }
        Self { to, cc, bcc }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn texts(list: &[Mailbox]) -> Value {
    list.iter().map(Mailbox::text).collect()
}

/// Headers of the message that a provider does not make.
fn headers(mail: &Mail) -> Vec<(String, String)> {
    let mut made = mail.headers.clone();
    if let Some(url) = &mail.unsubscribe {
        made.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("list-unsubscribe"));
        made.push(("List-Unsubscribe".into(), format!("<{url}>")));
        made.push(("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into()));
    }
    made
}

/// Adds members that there are.
fn with(mut value: Value, members: &[(&str, Option<Value>)]) -> Value {
    for (name, member) in members {
        let empty = |v: &Value| {
            v.as_array().is_some_and(Vec::is_empty) || v.as_object().is_some_and(Map::is_empty)
        };
        if let Some(member) = member.as_ref().filter(|v| !empty(v))
            && let Some(object) = value.as_object_mut()
        {
            object.insert((*name).to_owned(), member.clone());
        }
    }
    value
}

fn resend(mail: &Mail, to: &Recipients) -> Value {
    let file = |file: &File| {
        let one = json!({"filename": file.name, "content": BASE64.encode(&file.content), "content_type": file.media});
        with(one, &[("content_id", file.id.clone().map(Value::from))])
    };
    let headers: Map<String, Value> =
        headers(mail).into_iter().map(|(n, v)| (n, v.into())).collect();
    with(
        json!({"from": mail.from.text(), "to": texts(&to.to), "subject": mail.subject}),
        &[
            ("cc", Some(texts(&to.cc))),
            ("bcc", Some(texts(&to.bcc))),
            ("reply_to", mail.reply_to.as_ref().map(|one| one.text().into())),
            ("text", mail.text.clone().map(Value::from)),
            ("html", mail.html.clone().map(Value::from)),
            ("headers", Some(headers.into())),
            ("attachments", Some(mail.files.iter().map(file).collect())),
        ],
    )
}

fn postmark(mail: &Mail, to: &Recipients, stream: &str) -> Value {
    let list = |list: &[Mailbox]| {
        let text = list.iter().map(Mailbox::text).collect::<Vec<_>>().join(", ");
        (!text.is_empty()).then(|| Value::from(text))
    };
    let file = |file: &File| {
        let one = json!({"Name": file.name, "Content": BASE64.encode(&file.content), "ContentType": file.media});
        with(one, &[("ContentID", file.id.as_ref().map(|id| format!("cid:{id}").into()))])
    };
    let mut lines = headers(mail);
    lines.push(("Message-ID".into(), mail.message_id.clone()));
    lines.push(("X-PM-KeepID".into(), "true".into()));
    let lines: Vec<Value> = lines.iter().map(|(n, v)| json!({"Name": n, "Value": v})).collect();
    with(
        json!({"From": mail.from.text(), "Subject": mail.subject, "MessageStream": stream, "Headers": lines}),
        &[
            ("To", list(&to.to)),
            ("Cc", list(&to.cc)),
            ("Bcc", list(&to.bcc)),
            ("ReplyTo", mail.reply_to.as_ref().map(|one| one.text().into())),
            ("TextBody", mail.text.clone().map(Value::from)),
            ("HtmlBody", mail.html.clone().map(Value::from)),
            ("Attachments", Some(mail.files.iter().map(file).collect())),
        ],
    )
}

fn sendgrid(mail: &Mail, to: &Recipients) -> Value {
    let one = |one: &Mailbox| {
        let name = (!one.name.is_empty()).then(|| Value::from(one.name.clone()));
        with(json!({"email": one.address}), &[("name", name)])
    };
    // An address may be there once.
    let mut seen: Vec<String> = Vec::new();
    let mut list = |list: &[Mailbox]| -> Value {
        let mut made = Vec::new();
        for mailbox in list {
            if !seen.contains(&mailbox.address) {
                seen.push(mailbox.address.clone());
                made.push(one(mailbox));
            }
        }
        made.into()
    };
    let (first, cc, bcc) = (list(&to.to), list(&to.cc), list(&to.bcc));
    let person = with(json!({"to": first}), &[("cc", Some(cc)), ("bcc", Some(bcc))]);
    let mut content = Vec::new();
    for (media, text) in [("text/plain", &mail.text), ("text/html", &mail.html)] {
        content.extend(text.as_ref().map(|text| json!({"type": media, "value": text})));
    }
    let file = |file: &File| {
        let disposition = if file.id.is_some() { "inline" } else { "attachment" };
        let one = json!({"filename": file.name, "content": BASE64.encode(&file.content), "type": file.media,
                         "disposition": disposition});
        with(one, &[("content_id", file.id.clone().map(Value::from))])
    };
    let mut lines = headers(mail);
    lines.push(("Message-ID".into(), mail.message_id.clone()));
    let lines: Map<String, Value> = lines.into_iter().map(|(n, v)| (n, v.into())).collect();
    with(
        json!({"personalizations": [person], "from": one(&mail.from), "subject": mail.subject, "content": content}),
        &[
            ("reply_to", mail.reply_to.as_ref().map(one)),
            ("headers", Some(lines.into())),
            ("attachments", Some(mail.files.iter().map(file).collect())),
        ],
    )
}

/// The message as it is, in a form of two fields.
fn mailgun(mail: &Mail) -> (String, Vec<u8>) {
    let boundary = hex(&Sha256::digest(&mail.message_id)).get(..32).unwrap_or_default().to_owned();
    let mut body = Vec::new();
    for recipient in mail.recipients() {
        body.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n{recipient}\r\n"
            )
            .as_bytes(),
        );
    }
    body.extend_from_slice(
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.eml\"\r\n\
             Content-Type: message/rfc822\r\n\r\n"
        )
        .as_bytes(),
    );
    body.extend_from_slice(&mail.write());
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

fn ses(mail: &Mail) -> Value {
    json!({"FromEmailAddress": mail.from.address,
        "Destination": {"ToAddresses": mail.recipients()},
        "Content": {"Raw": {"Data": BASE64.encode(mail.write())}}})
}

#[cfg(test)]
#[path = "provider_tests.rs"]
mod tests;
