//! In place of the HTTP client of pg-embed, which `howdah up` must never use: the server is the one
//! that `pg_config` names. What pg-embed calls is here, and the only answer is a refusal; a
//! response cannot even be made. That also keeps a TLS stack and some sixty crates out of the
//! binary and of its build (docs/adr/0002-offline-pg-embed.md).

#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::fmt;

/// The refusal.
#[derive(Debug)]
pub struct Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("howdah downloads no server: set the pg_config to use in pg_config.toml")
    }
}

impl std::error::Error for Error {}

/// An answer that never comes.
#[derive(Debug)]
pub struct Response(Infallible);

/// A status that no response carries.
#[derive(Debug, Clone, Copy)]
pub struct StatusCode(Infallible);

impl fmt::Display for StatusCode {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl StatusCode {
    pub fn is_success(&self) -> bool {
        match self.0 {}
    }
}

impl Response {
    pub fn status(&self) -> StatusCode {
        match self.0 {}
    }

    pub async fn bytes(self) -> Result<Vec<u8>, Error> {
        match self.0 {}
    }

    pub async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        match self.0 {}
    }
}

/// Refuses.
///
/// # Errors
/// [`Error`], always.
pub async fn get(_url: String) -> Result<Response, Error> {
    Err(Error)
}
