//! Where Postgres is, as libpq writes it, and how it proves who it is: `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, in
//! keywords and in URLs, with libpq's meaning.
//!
//! | sslmode | encrypted | the server's certificate |
//! |---|---|---|
//! | disable | no | |
//! | allow, prefer (the default; on this machine disable is) | if it offers to | anybody's |
//! | require | yes | anybody's; with sslrootcert as verify-ca |
//! | verify-ca | yes | of the authority in sslrootcert, or of one that this machine trusts |
//! | verify-full | yes | the same, and for the name in the connection string |
//!
//! Source: <https://www.postgresql.org/docs/current/libpq-ssl.html>

use std::fmt::{self, Display};
use std::io;
use std::net::IpAddr;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{self, CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// A server, and what it must show.
#[derive(Clone)]
pub struct Dsn {
    pub config: Config,
    tls: Arc<ClientConfig>,
    proof: Proof,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
enum Proof {
    None,
    Authority,
    Name,
}

type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

impl Dsn {
    /// A connection as tokio-postgres has it.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn connect(
        &self,
    ) -> Result<(Client, Connection<Socket, Stream>), tokio_postgres::Error> {
        self.config.connect(self.maker()).await
    }

    /// What the driver encrypts with, for cancel requests too.
    pub fn maker(&self) -> MakeRustlsConnect {
        MakeRustlsConnect::new(ClientConfig::clone(&self.tls))
    }

    pub fn connector(&self) -> TlsConnector {
        TlsConnector::from(self.tls.clone())
    }

    /// What somebody on the way to the server could do; none if it is on this machine, or proves who it is.
    pub fn danger(&self) -> Option<&'static str> {
        if local(&self.config)
            || (self.config.get_ssl_mode() != SslMode::Disable && self.proof == Proof::Name)
        {
            return None;
        }
        Some(match (self.config.get_ssl_mode(), self.proof) {
            (SslMode::Require, Proof::Authority) => {
                "any certificate of the authority is taken for Postgres's: sslmode=verify-full asks for its name"
            }
            (SslMode::Require, _) => {
                "the connection to Postgres is encrypted, and whoever answers is taken for it: use sslmode=verify-full"
            }
            _ => "the connection to Postgres may be readable on its way: use sslmode=verify-full",
        })
    }
}

/// Whether the way to the server leads over no network.
fn local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    })
}

/// Why a text is no connection string. Never with a value of it: a password may be where it does not belong.
#[derive(Debug)]
pub struct Unusable(String);

impl Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Unusable> for io::Error {
    fn from(unusable: Unusable) -> Self {
        Self::other(unusable.0)
    }
}

impl FromStr for Dsn {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        let (rest, [mode, root, cert, key]) = take(text)?;
        let mut config: Config = rest.parse().map_err(|error: tokio_postgres::Error| {
            Unusable(match std::error::Error::source(&error) {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            })
        })?;
        let nearby = local(&config);
        let (ssl, proof) = match mode.as_deref() {
            None if nearby => (SslMode::Disable, Proof::None),
            Some("disable") => (SslMode::Disable, Proof::None),
            None | Some("allow" | "prefer") => (SslMode::Prefer, Proof::None),
            Some("require") if root.is_none() => (SslMode::Require, Proof::None),
            Some("require" | "verify-ca") => (SslMode::Require, Proof::Authority),
            Some("verify-full") => (SslMode::Require, Proof::Name),
            Some(_) => {
                return Err(Unusable(
                    "sslmode is one of disable, allow, prefer, require, verify-ca, verify-full"
                        .into(),
                ));
            }
        };
        // As libpq: a Unix socket is never encrypted.
        let sockets = config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
        config.ssl_mode(if sockets { SslMode::Disable } else { ssl });
        let tls = Arc::new(client(proof, root.as_deref(), cert.as_deref(), key.as_deref())?);
        Ok(Self { config, tls, proof })
    }
}

/// TLS 1.2 and 1.3, with the proof that is asked for.
fn client(
    proof: Proof,
    root: Option<&str>,
    cert: Option<&str>,
    key: Option<&str>,
) -> Result<ClientConfig, Unusable> {
    let provider = Arc::new(ring::default_provider());
    let authority = match proof {
        Proof::None => None,
        Proof::Authority | Proof::Name => {
            let trusted =
                WebPkiServerVerifier::builder_with_provider(roots(root)?.into(), provider.clone());
            Some(trusted.build().map_err(|error| Unusable(format!("sslrootcert: {error}")))?)
        }
    };
    let verifier = Verifier { authority, name: proof == Proof::Name, provider: provider.clone() };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Unusable(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match (cert, key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(cert), Some(key)) => {
            let chain = certificates("sslcert", cert)?;
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| Unusable(format!("sslkey {key}: {error}")))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| Unusable(format!("sslcert: {error}")))
        }
        _ => Err(Unusable("sslcert and sslkey go together".into())),
    }
}

fn certificates(what: &str, path: &str) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| Unusable(format!("{what} {path}: {error}")))
}

/// The authorities in a file, or those of this machine (`SSL_CERT_FILE`, else the system's).
fn roots(path: Option<&str>) -> Result<RootCertStore, Unusable> {
    let mut roots = RootCertStore::empty();
    let found = match path {
        Some("system") | None => rustls_native_certs::load_native_certs().certs,
        Some(path) => certificates("sslrootcert", path)?,
    };
    roots.add_parsable_certificates(found);
    Ok(roots)
}

/// Certificates as far as `sslmode` asks for them. Whoever answers always has to have the key of what he shows.
#[derive(Debug)]
struct Verifier {
    authority: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(authority) = &self.authority else {
            return Ok(ServerCertVerified::assertion());
        };
        match authority.verify_server_cert(shown, chain, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, cert, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, cert, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

const OURS: [&str; 4] = ["sslmode", "sslrootcert", "sslcert", "sslkey"];

/// The values of [`OURS`], and the text without them: the driver knows fewer of them than libpq does.
fn take(text: &str) -> Result<(String, [Option<String>; 4]), Unusable> {
    let pairs = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        in_url(text)
    } else {
        in_keywords(text)
            .ok_or_else(|| Unusable("not key=value pairs: a quote or = is missing".into()))?
    };
    let mut found = [const { None }; 4];
    let mut rest = text.to_owned();
    for (name, value, place) in pairs.into_iter().rev() {
        if let Some(slot) = OURS.iter().zip(&mut found).find(|(ours, _)| **ours == name) {
            rest.replace_range(place, "");
            // The last one counts, which comes first here.
            slot.1.get_or_insert(value);
        }
    }
    Ok((rest, found))
}

/// Names, values, and where they stand.
type Pairs = Vec<(String, String, Range<usize>)>;

fn in_url(text: &str) -> Pairs {
    let Some((before, query)) = text.split_once('?') else {
        return vec![];
    };
    let mut at = before.len() + 1;
    let mut pairs = vec![];
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
        // With the `&` behind it, if there is one.
        let end = (at + pair.len() + 1).min(text.len());
        pairs.push((name.to_owned(), value, at..end));
        at = end;
    }
    pairs
}

/// `key = 'va\'lue' …`.
fn in_keywords(text: &str) -> Option<Pairs> {
    let mut pairs = vec![];
    let mut chars = text.char_indices().peekable();
    loop {
        while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let Some(&(start, _)) = chars.peek() else {
            return Some(pairs);
        };
        let (mut name, mut value) = (String::new(), String::new());
        while let Some((_, c)) = chars.next_if(|(_, c)| !c.is_whitespace() && *c != '=') {
            name.push(c);
        }
        while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        chars.next_if(|(_, c)| *c == '=')?;
        while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let quoted = chars.next_if(|(_, c)| *c == '\'').is_some();
        loop {
            match chars.peek().map(|(_, c)| *c) {
                None if quoted => return None,
                None => break,
                Some('\'') if quoted => {
                    chars.next();
                    break;
                }
                Some(c) if c.is_whitespace() && !quoted => break,
                Some(c) => {
                    chars.next();
                    let c = if c == '\\' { chars.next()?.1 } else { c };
                    value.push(c);
                }
            }
        }
        let end = chars.peek().map_or(text.len(), |(at, _)| *at);
        pairs.push((name, value, start..end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (SslMode, Proof, bool) {
        let dsn: Dsn = text.parse().unwrap();
        (dsn.config.get_ssl_mode(), dsn.proof, dsn.danger().is_some())
    }

    #[test]
    fn an_sslmode_means_what_it_does_for_libpq() {
        for (text, wanted) in [
            ("host=db.example user=u", (SslMode::Prefer, Proof::None, true)),
            ("host=db.example sslmode=disable", (SslMode::Disable, Proof::None, true)),
            ("postgres://u:p@db.example/d?sslmode=require", (SslMode::Require, Proof::None, true)),
            ("host=db.example sslmode = 'verify-ca'", (SslMode::Require, Proof::Authority, true)),
            (
                "postgresql://u@db.example?sslmode=verify-full&connect_timeout=3",
                (SslMode::Require, Proof::Name, false),
            ),
            (
                "host=db.example sslmode=verify-full sslrootcert=system",
                (SslMode::Require, Proof::Name, false),
            ),
            // Nobody is on the way; who asks for it gets it all the same, but not on a socket.
            ("host=localhost", (SslMode::Disable, Proof::None, false)),
            ("host=127.0.0.1 sslmode=require", (SslMode::Require, Proof::None, false)),
            ("host=/run/postgresql sslmode=verify-full", (SslMode::Disable, Proof::Name, false)),
            ("postgres://u@%2Frun%2Fpostgresql/d", (SslMode::Disable, Proof::None, false)),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_not_ours_is_left_as_it_was() {
        for (text, rest) in [
            ("host=a sslmode=require user=b", "host=a  user=b"),
            (
                r"password='a b\' sslmode=disable' sslmode=require host=a",
                r"password='a b\' sslmode=disable'  host=a",
            ),
            (
                "postgres://u@a/d?sslmode=require&connect_timeout=3",
                "postgres://u@a/d?connect_timeout=3",
            ),
            (
                "postgres://u@a/d?connect_timeout=3&sslmode=require",
                "postgres://u@a/d?connect_timeout=3&",
            ),
        ] {
            let (left, [mode, ..]) = take(text).unwrap();
            assert_eq!((&*left, mode.as_deref()), (rest, Some("require")));
            assert!(left.parse::<Config>().is_ok(), "{left}");
        }
    }

    #[test]
    fn an_unusable_one_says_why_and_no_value() {
        for text in
            ["host=a sslmode=yes", "host=a password='secret", "host=a secret", "host=a sslcert=/x"]
        {
            let told = text.parse::<Dsn>().err().unwrap().to_string();
            assert!(!told.contains("secret"), "{told}");
        }
        assert!("host=a sslmode=verify-full sslrootcert=/nowhere".parse::<Dsn>().is_err());
    }
}
