//! Requests as a caller of the REST API makes them.

use crate::reply::Reply;
use crate::server::Howdah;
use crate::wire::Connection;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A caller: a Howdah, a schema (profile) and a token or none.
#[derive(Clone)]
pub struct Api<'h> {
    pub howdah: &'h Howdah,
    pub schema: Option<String>,
    pub token: Option<String>,
}

/// The id of user number `n`.
pub fn user_id(n: u32) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

impl<'h> Api<'h> {
    pub fn anon(howdah: &'h Howdah, schema: &str) -> Self {
        howdah.refuse_privileged("anon");
        Self { howdah, schema: Some(schema.to_owned()), token: None }
    }

    /// A signed-in user: role `authenticated`, `sub` = [`user_id`]`(n)`.
    pub fn user(howdah: &'h Howdah, schema: &str, n: u32) -> Self {
        Self::holder(howdah, schema, "authenticated", json!({ "sub": user_id(n) }))
    }

    /// Any role and claims. Refused for roles that policies do not bind.
    pub fn holder(howdah: &'h Howdah, schema: &str, role: &str, claims: Value) -> Self {
        howdah.refuse_privileged(role);
        let token = Some(howdah.mint(role, &claims, "1 hour"));
        Self { howdah, schema: Some(schema.to_owned()), token }
    }

    /// `service_role`, for what only a trusted server does; never for a test of policies.
    pub fn service(howdah: &'h Howdah, schema: &str) -> Self {
        let token = Some(howdah.mint("service_role", &json!({}), "1 hour"));
        Self { howdah, schema: Some(schema.to_owned()), token }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// A request below `/rest/v1`.
    pub fn rest(&self, method: &str, path: &str) -> Call<'h> {
        let mut call = self.call(method, &format!("/rest/v1{path}"));
        if let Some(schema) = &self.schema {
            let writes = matches!(method, "POST" | "PATCH" | "PUT" | "DELETE");
            call = call.header(if writes { "Content-Profile" } else { "Accept-Profile" }, schema);
        }
        call
    }

    /// A request to any path.
    pub fn call(&self, method: &str, target: &str) -> Call<'h> {
        Call {
            howdah: self.howdah,
            method: method.to_owned(),
            target: encode(target),
            headers: Vec::new(),
            body: None,
            token: self.token.clone(),
        }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.rest("GET", path).send()
    }

    #[track_caller]
    pub fn ids(&self, path: &str) -> Vec<i64> {
        self.get(path).ids()
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.rest("POST", path).json(body).send()
    }

    /// GET `/rpc/…`, or POST with a body of named arguments.
    #[track_caller]
    pub fn rpc(&self, name: &str, arguments: Value) -> Reply {
        self.rest("POST", &format!("/rpc/{name}")).json(arguments).send()
    }
}

/// A request in the making.
#[derive(Clone)]
pub struct Call<'h> {
    howdah: &'h Howdah,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub token: Option<String>,
}

impl Call<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn prefer(self, value: &str) -> Self {
        self.header("Prefer", value)
    }

    pub fn accept(self, value: &str) -> Self {
        self.header("Accept", value)
    }

    pub fn json(self, body: Value) -> Self {
        self.header("Content-Type", "application/json").bytes(body.to_string().into_bytes())
    }

    pub fn csv(self, body: &str) -> Self {
        self.header("Content-Type", "text/csv").bytes(body.as_bytes().to_vec())
    }

    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// The request as it goes over the wire.
    pub fn wire(&self, keep: bool) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\n",
            self.method,
            self.target,
            self.howdah.address()
        );
        if let Some(token) = &self.token {
            let _ = write!(head, "Authorization: Bearer {token}\r\n");
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if let Some(body) = &self.body {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        if !keep {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }

    /// Sends it; a connection that breaks is an error of the test.
    #[track_caller]
    pub fn send(&self) -> Reply {
        match self.try_send() {
            Ok(reply) => reply,
            Err(e) => panic!("{} {}: {e}", self.method, self.target),
        }
    }

    pub fn try_send(&self) -> std::io::Result<Reply> {
        let mut connection = Connection::open(self.howdah.address())?;
        self.send_on(&mut connection, false)
    }

    pub fn send_on(&self, connection: &mut Connection, keep: bool) -> std::io::Result<Reply> {
        let mut reply = connection.exchange(&self.wire(keep))?;
        reply.request = format!("{} {}", self.method, self.target);
        if let Some(body) = &self.body {
            let _ = write!(
                reply.request,
                "\n{}",
                String::from_utf8_lossy(&body[..body.len().min(500)])
            );
        }
        Ok(reply)
    }
}

/// Percent-encodes what may not stand in a request target; leaves `%`, `&`, `=` and the rest as written.
pub fn encode(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b' '
            | b'"'
            | b'#'
            | b'<'
            | b'>'
            | b'\\'
            | b'^'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | 0..0x20
            | 0x7f.. => {
                let _ = write!(out, "%{byte:02X}");
            }
            _ => out.push(byte as char),
        }
    }
    out
}

/// Percent-encodes everything but letters and digits: for a value or a name as one component.
pub fn component(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
