//! Request lines as people write them. `curl "$URL/rest/v1/film?select=meta->>year&title=in.(\"a,b\")"` sends `>`, `<` and `"`
//! as they are, and the dialect's servers take them; hyper answers 400, since RFC 3986 has them encoded. So they are
//! encoded here, on the way to hyper, in request lines only.
//!
//! A line is looked for where one must begin: with the connection, and with what comes after an answer. Of a client that
//! sends its next request before that (pipelining) lines may be missed, which then are what they were: refused.

use tokio::io::ReadBuf;

#[derive(Default)]
pub struct Lines {
    at: At,
    /// What has no room in the reader's buffer any more.
    held: Vec<u8>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Begin,
    Within,
    /// Headers and body, which are nobody's business here.
    Beyond,
}

impl Lines {
    /// The next byte begins a request.
    pub fn begin(&mut self) {
        self.at = At::Begin;
    }

    /// Hands on what is held; false if nothing is.
    pub fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let count = self.held.len().min(buf.remaining());
        if count > 0 {
            buf.put_slice(&self.held[..count]);
            self.held.drain(..count);
        }
        count > 0
    }

    /// Encodes what has been read from `from` on, as far as it belongs to a request line.
    pub fn encode(&mut self, buf: &mut ReadBuf<'_>, from: usize) {
        let read = &buf.filled()[from..];
        if self.at == At::Begin {
            self.at = if begins(read) { At::Within } else { At::Beyond };
        }
        if self.at == At::Beyond {
            return;
        }
        let end = read.iter().position(|b| *b == b'\n');
        if end.is_some() {
            self.at = At::Beyond;
        }
        let (line, rest) = read.split_at(end.unwrap_or(read.len()));
        if !line.iter().any(|b| code(*b).is_some()) {
            return;
        }
        let mut encoded = Vec::with_capacity(read.len() + 64);
        for byte in line {
            match code(*byte) {
                Some(code) => encoded.extend_from_slice(code),
                None => encoded.push(*byte),
            }
        }
        encoded.extend_from_slice(rest);
        buf.set_filled(from);
        self.held = encoded;
        self.give(buf);
    }
}

fn code(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(b"%22"),
        b'<' => Some(b"%3C"),
        b'>' => Some(b"%3E"),
        _ => None,
    }
}

/// `GET /…`: a method and the beginning of a target of our own.
fn begins(read: &[u8]) -> bool {
    let method = read.iter().take(16).take_while(|b| b.is_ascii_uppercase()).count();
    method > 0 && read[method..].starts_with(b" /")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hyper sees of these reads, each by a buffer of so many bytes.
    fn seen(lines: &mut Lines, reads: &[&str], room: usize) -> String {
        let mut all = Vec::new();
        for read in reads {
            for chunk in read.as_bytes().chunks(room) {
                let mut space = vec![0; room];
                let mut buf = ReadBuf::new(&mut space);
                buf.put_slice(chunk);
                lines.encode(&mut buf, 0);
                all.extend_from_slice(buf.filled());
                loop {
                    let mut buf = ReadBuf::new(&mut space);
                    if !lines.give(&mut buf) {
                        break;
                    }
                    all.extend_from_slice(buf.filled());
                }
            }
        }
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn encodes_the_line_and_nothing_else() {
        let rest = "\r\nIf-Match: \"x\"\r\n\r\n{\"a\":\"<>\"}";
        let asked = format!("POST /a?b=c->>d&e=in.(\"f\")&g=<h HTTP/1.1{rest}");
        let wanted = format!("POST /a?b=c-%3E%3Ed&e=in.(%22f%22)&g=%3Ch HTTP/1.1{rest}");
        for room in [8, 16, 20, 4096] {
            assert_eq!(seen(&mut Lines::default(), &[&asked], room), wanted, "{room}");
        }
    }

    #[test]
    fn looks_again_only_where_a_request_begins() {
        let mut lines = Lines::default();
        let asked = "GET /?a=\"b\" HTTP/1.1\r\nA: \"b\"\r\n\r\n";
        assert!(seen(&mut lines, &[asked], 64).contains("%22b%22 HTTP"));
        assert_eq!(seen(&mut lines, &[asked], 64), asked);
        lines.begin();
        assert!(seen(&mut lines, &[asked], 64).contains("%22b%22 HTTP"));
    }

    #[test]
    fn leaves_alone_what_is_no_request() {
        for other in
            ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n>", "\"\n", "{\"a\":1}", "get /\"", "\r\nGET /\"", ""]
        {
            assert_eq!(seen(&mut Lines::default(), &[other], 64), other);
        }
    }
}
