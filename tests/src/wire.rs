//! HTTP/1.1 over a plain socket, so that a test can send what no client library would.

use crate::reply::Reply;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Longer than any limit of the proxy: what takes this long hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

fn connect(address: &str, patience: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    Ok(stream)
}

/// Sends bytes as they are and returns everything that comes back until the server closes or `patience` passes.
pub fn raw(address: &str, bytes: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    let mut stream = connect(address, patience)?;
    // The server may answer and close before it has read all: what it said still counts.
    let written = stream.write_all(bytes);
    let mut out = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => out.extend_from_slice(&chunk[..n]),
            Err(_) if !out.is_empty() => break,
            Err(e) => return written.and(Err(e)),
        }
    }
    Ok(out)
}

/// A connection kept open for several requests.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> io::Result<Self> {
        Ok(Self { stream: BufReader::new(connect(address, PATIENCE)?) })
    }

    /// Sends one whole request as given and reads one answer.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Reply> {
        let head = request.starts_with(b"HEAD ");
        // A server that refuses a body answers early and closes: read on even if writing fails.
        let written = self.stream.get_mut().write_all(request);
        match self.read(head) {
            Ok(reply) => Ok(reply),
            Err(e) => written.and(Err(e)),
        }
    }

    pub fn shutdown_write(&mut self) -> io::Result<()> {
        self.stream.get_mut().shutdown(Shutdown::Write)
    }

    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line)?;
        if line.pop() != Some(b'\n') {
            return Err(broken("the connection closed inside a line"));
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }

    fn read(&mut self, head: bool) -> io::Result<Reply> {
        let first = String::from_utf8_lossy(&self.line()?).into_owned();
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or_default().to_owned();
        let status = words.next().and_then(|s| s.parse().ok()).ok_or_else(|| broken(&first))?;
        let reason = words.next().unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let text = String::from_utf8_lossy(&line).into_owned();
            let (name, value) = text.split_once(':').ok_or_else(|| broken(&text))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Reply { version, status, reason, headers, ..Reply::default() };
        if status == 100 {
            return self.read(head);
        }
        if !head && status != 204 && status != 304 {
            reply.body = self.body(&reply)?;
        }
        Ok(reply)
    }

    fn body(&mut self, reply: &Reply) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if reply.header("transfer-encoding").is_some_and(|v| v.contains("chunked")) {
            loop {
                let size = String::from_utf8_lossy(&self.line()?).into_owned();
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).map_err(|_| broken("bad chunk size"))?;
                self.stream.by_ref().take(size).read_to_end(&mut body)?;
                self.line()?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = reply.header("content-length") {
            let length: u64 = length.parse().map_err(|_| broken("bad content-length"))?;
            self.stream.by_ref().take(length).read_to_end(&mut body)?;
            if body.len() as u64 != length {
                return Err(broken("the body is shorter than its content-length"));
            }
        } else {
            self.stream.read_to_end(&mut body)?;
        }
        Ok(body)
    }
}
