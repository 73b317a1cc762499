//! The wire under a conversation: plain or encrypted.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

#[derive(Debug)]
pub enum Wire {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
    /// After STARTTLS the server does not greet again, though the conversation begins anew.
    Greeted(&'static [u8], Box<TlsStream<TcpStream>>),
}

/// What stands for the greeting.
pub const GREETING: &[u8] = b"220 encrypted\r\n";

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr(),
            Self::Encrypted(stream) | Self::Greeted(_, stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Greeted(greeting, _) if !greeting.is_empty() => {
                let (now, later) = greeting.split_at(greeting.len().min(buffer.remaining()));
                buffer.put_slice(now);
                *greeting = later;
                Poll::Ready(Ok(()))
            }
            Self::Encrypted(stream) | Self::Greeted(_, stream) => {
                Pin::new(&mut **stream).poll_read(context, buffer)
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Encrypted(stream) | Self::Greeted(_, stream) => {
                Pin::new(&mut **stream).poll_write(context, bytes)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Encrypted(stream) | Self::Greeted(_, stream) => {
                Pin::new(&mut **stream).poll_flush(context)
            }
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Encrypted(stream) | Self::Greeted(_, stream) => {
                Pin::new(&mut **stream).poll_shutdown(context)
            }
        }
    }
}
