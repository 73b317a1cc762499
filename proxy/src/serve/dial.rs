//! The way to Postgres: a TCP connection or a Unix socket, encrypted if the connection string says so.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::config::{Host, SslMode};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_util::either::Either;

use crate::dsn::Dsn;

pub type Socket = Either<Either<TcpStream, UnixStream>, Box<TlsStream<TcpStream>>>;

/// Where a server listens.
#[derive(Clone)]
pub enum Target {
    Tcp { host: String, port: u16, mode: SslMode, tls: TlsConnector },
    Unix(PathBuf),
}

impl Target {
    /// The addresses that a connection string names, in order.
    pub fn list(dsn: &Dsn) -> Vec<Self> {
        let config = &dsn.config;
        let ports = config.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let usual = [Host::Unix("/var/run/postgresql".into())];
        let hosts = Some(config.get_hosts()).filter(|hosts| !hosts.is_empty()).unwrap_or(&usual);
        let target = |(index, host): (usize, &Host)| match host {
            Host::Unix(dir) => Self::Unix(dir.join(format!(".s.PGSQL.{}", port(index)))),
            Host::Tcp(name) => Self::Tcp {
                host: name.clone(),
                port: port(index),
                mode: config.get_ssl_mode(),
                tls: dsn.connector(),
            },
        };
        hosts.iter().enumerate().map(target).collect()
    }

    /// # Errors
    /// When nobody answers, or who answers does not prove what he must.
    pub async fn open(&self) -> io::Result<Socket> {
        let (host, port, mode, tls) = match self {
            Self::Unix(path) => {
                return Ok(Socket::Left(Either::Right(UnixStream::connect(path).await?)));
            }
            Self::Tcp { host, port, mode, tls } => (host, *port, *mode, tls),
        };
        let mut stream = TcpStream::connect((host.as_str(), port)).await?;
        stream.set_nodelay(true)?;
        // Half-open links (a vanished host) end within about 25 s instead of the kernel's two hours.
        let keepalive = socket2::TcpKeepalive::new()
            .with_time(Duration::from_secs(10))
            .with_interval(Duration::from_secs(5))
            .with_retries(3);
        socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        if mode == SslMode::Disable {
            return Ok(Socket::Left(Either::Left(stream)));
        }
        let mut out = BytesMut::new();
        frontend::ssl_request(&mut out);
        stream.write_all_buf(&mut out).await?;
        // One byte and no more is read in clear.
        match stream.read_u8().await? {
            b'S' => {
                let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
                Ok(Socket::Right(Box::new(tls.connect(name, stream).await?)))
            }
            b'N' if mode == SslMode::Prefer => Ok(Socket::Left(Either::Left(stream))),
            b'N' => Err(io::Error::other("Postgres offers no TLS, which sslmode asks for")),
            _ => Err(io::Error::other("not a Postgres, or one that is too old")),
        }
    }
}
