//! From a server's name to a conversation that may begin: address, TCP, TLS, EHLO, AUTH.

use std::net::SocketAddr;
use std::time::Duration;

use howdah_core::outside::is_public;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::outcome::Failure;
use super::server::{Security, Server};
use super::stream::{GREETING, Wire};
use super::tls;

const CONNECT: Duration = Duration::from_secs(8);
/// Bytes of an answer before TLS.
const ANSWER: usize = 8 * 1024;

pub async fn open(server: &Server) -> Result<AsyncSmtpConnection, Failure> {
    let reached = timeout(CONNECT, reach(server)).await;
    let mut stream = reached.unwrap_or_else(|_| Err(Failure::unreached("timeout", "")))?;
    let wire = match server.security {
        Security::None => Wire::Plain(stream),
        Security::Tls => Wire::Encrypted(Box::new(tls::encrypt(stream, server).await?)),
        Security::StartTls => {
            ask_for_tls(&mut stream, &server.hello).await?;
            Wire::Greeted(GREETING, Box::new(tls::encrypt(stream, server).await?))
        }
    };
    let hello = ClientId::Domain(server.hello.clone());
    let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello)
        .await
        .map_err(|error| Failure::of(&error, "greeting"))?;
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.clone());
        connection
            .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
            .await
            .map_err(|error| Failure::of(&error, "auth"))?;
    }
    Ok(connection)
}

/// The name is looked up once, and what was looked at is connected to.
async fn reach(server: &Server) -> Result<TcpStream, Failure> {
    let found = tokio::net::lookup_host((server.host.as_str(), server.port)).await;
    let found: Vec<SocketAddr> =
        found.map_err(|_| Failure::unreached("cannot_resolve", ""))?.collect();
    if !server.allowed && !found.iter().all(|address| is_public(address.ip())) {
        return Err(Failure::word("address_not_allowed"));
    }
    let mut said = "no address".to_owned();
    for address in found {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => said = error.to_string(),
        }
    }
    Err(Failure::unreached("cannot_connect", &said))
}

/// STARTTLS (RFC 3207), by hand: what comes in clear after its answer would be taken for answers given
/// under TLS by whoever reads through one buffer, so here it ends the connection (CVE-2011-0411).
async fn ask_for_tls(stream: &mut TcpStream, hello: &str) -> Result<(), Failure> {
    let mut buffer = Vec::new();
    answer(stream, &mut buffer, "220").await?;
    say(stream, &format!("EHLO {hello}\r\n")).await?;
    let offered = answer(stream, &mut buffer, "250").await?;
    let is_starttls =
        |line: &str| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offered.lines().any(is_starttls) {
        return Err(Failure::unreached("tls", "the server offers no STARTTLS"));
    }
    say(stream, "STARTTLS\r\n").await?;
    answer(stream, &mut buffer, "220").await?;
    if !buffer.is_empty() {
        return Err(Failure::unreached("tls", "the server went on in clear after STARTTLS"));
    }
    Ok(())
}

async fn say(stream: &mut TcpStream, line: &str) -> Result<(), Failure> {
    stream
        .write_all(line.as_bytes())
        .await
        .map_err(|error| Failure::unreached("failed", &error.to_string()))
}

/// One answer, of this code; what came after it stays in the buffer.
async fn answer(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    code: &str,
) -> Result<String, Failure> {
    loop {
        let mut end = 0;
        for line in buffer.split_inclusive(|b| *b == b'\n') {
            end += line.len();
            let last = line.ends_with(b"\n") && line.get(3) != Some(&b'-');
            if last {
                let text =
                    String::from_utf8_lossy(&buffer.drain(..end).collect::<Vec<_>>()).into_owned();
                return if text.starts_with(code) {
                    Ok(text)
                } else {
                    Err(Failure::unreached("greeting", text.trim_end()))
                };
            }
        }
        if buffer.len() > ANSWER {
            return Err(Failure::unreached("greeting", "the answer is too long"));
        }
        let mut more = [0; 1024];
        match stream.read(&mut more).await {
            Ok(0) => return Err(Failure::unreached("failed", "the connection was closed")),
            Ok(read) => buffer.extend_from_slice(&more[..read]),
            Err(error) => return Err(Failure::unreached("failed", &error.to_string())),
        }
    }
}
