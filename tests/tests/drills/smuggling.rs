//! Requests whose frame two readers could read differently: whatever stands behind the first is no request of its own.

use howdah_tests::drill::Drill;
use howdah_tests::server::Howdah;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What is smuggled: it leaves a row.
fn hidden(n: usize) -> String {
    let body = format!("{{\"n\":{n}}}");
    let length = body.len();
    format!(
        "POST /rest/v1/rpc/leave HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// `head` is what makes the frame odd; `between` stands between the head's end and the hidden request.
const FRAMES: &[(&str, &str, &str)] = &[
    ("a length beside chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("chunks beside a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
    ("two lengths", "Content-Length: 2\r\nContent-Length: 200\r\n", "{}"),
    ("two lengths, the smaller last", "Content-Length: 200\r\nContent-Length: 2\r\n", "{}"),
    ("two lengths in one line", "Content-Length: 2, 200\r\n", "{}"),
    ("a length with a sign", "Content-Length: +2\r\n", "{}"),
    ("a negative length", "Content-Length: -2\r\n", "{}"),
    ("a hexadecimal length", "Content-Length: 0x2\r\n", "{}"),
    ("a fractional length", "Content-Length: 2.0\r\n", "{}"),
    ("a length beyond 64 bits", "Content-Length: 18446744073709551618\r\n", "{}"),
    ("an empty length", "Content-Length:\r\n", "{}"),
    ("a length and words", "Content-Length: 2 200\r\n", "{}"),
    ("a coding nobody knows", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
    ("chunked, but not last", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    ("identity, then chunked", "Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"),
    ("gzip, then chunked", "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
    ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    (
        "chunked and identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "0\r\n\r\n",
    ),
    ("quoted chunked", "Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"),
    ("vertical tab before chunked", "Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n"),
    ("a space before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    ("a tab before the colon", "Content-Length\t: 2\r\n", "{}"),
    ("a folded line", "X-A: b\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("a folded coding", "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
    ("a folded length", "Content-Length:\r\n\t2\r\n", "{}"),
    ("a line without a colon", "Content-Length 2\r\n", "{}"),
    ("a bare CR in a value", "X-A: b\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("NUL in a name", "Transfer\0-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("NUL in a value", "Content-Length: 2\0\r\n", "{}"),
    ("a size of a chunk with 0x", "Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n"),
    ("a signed size of a chunk", "Transfer-Encoding: chunked\r\n", "+2\r\n{}\r\n0\r\n\r\n"),
    (
        "a size of a chunk beyond 64 bits",
        "Transfer-Encoding: chunked\r\n",
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
    ),
    ("a size of a chunk ends by LF", "Transfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"),
    (
        "LF inside a chunk's extension",
        "Transfer-Encoding: chunked\r\n",
        "2;a\nb\r\n{}\r\n0\r\n\r\n",
    ),
    (
        "CR inside a chunk's extension",
        "Transfer-Encoding: chunked\r\n",
        "2;a\rb\r\n{}\r\n0\r\n\r\n",
    ),
    ("a chunk without an end", "Transfer-Encoding: chunked\r\n", "2\r\n{}0\r\n\r\n"),
    ("a chunk longer than told", "Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"),
    (
        "a trailer that is a length",
        "Transfer-Encoding: chunked\r\n",
        "2\r\n{}\r\n0\r\nContent-Length: 100\r\n\r\n",
    ),
    ("two hosts", "Host: other\r\nContent-Length: 2\r\n", "{}"),
];

/// Everything that comes until the server closes; None if it does not.
fn exchange(address: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(8))).ok()?;
    let _ = stream.write_all(bytes);
    let mut out = Vec::new();
    match stream.read_to_end(&mut out) {
        Ok(_) => Some(out),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Some(out),
        Err(_) => None,
    }
}

#[test]
fn an_ambiguous_frame_is_one_request_and_the_last() {
    let howdah = Howdah::start(&[]);
    howdah.sql(
        "CREATE TABLE public.left_behind (n int);
         CREATE FUNCTION public.leave(n int DEFAULT -1) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO public.left_behind VALUES (n) RETURNING n';
         GRANT EXECUTE ON FUNCTION public.leave TO anon",
    );
    let line = "POST /rest/v1/rpc/leave HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    let mut frames: Vec<(String, String)> = Vec::new();
    for (name, head, between) in FRAMES {
        frames.push(((*name).to_owned(), format!("{line}{head}\r\n{between}")));
    }
    let bare = format!("{line}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n");
    frames.push(("lines that end by LF".to_owned(), bare.replace("\r\n", "\n")));
    for (name, first) in [
        ("no host", "POST /rest/v1/rpc/leave HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
        (
            "a version that is none",
            "POST /rest/v1/rpc/leave HTTP/9.9\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
        ),
        (
            "HTTP/1.0 in chunks",
            "POST /rest/v1/rpc/leave HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            "a space in the target",
            "POST /rest/v1/rpc /leave HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
        ),
        ("a tunnel", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("LF in the target", "GET /rest/v1/\nX: y HTTP/1.1\r\nHost: h\r\n\r\n"),
        ("NUL in the target", "GET /rest/v1/\0 HTTP/1.1\r\nHost: h\r\n\r\n"),
    ] {
        frames.push((name.to_owned(), first.to_owned()));
    }
    let title = format!(
        "{} frames that readers could read differently (Content-Length beside Transfer-Encoding, folded lines, odd chunks, NUL …) over TCP, a second request behind each",
        frames.len()
    );
    let (mut drill, _) = Drill::begin("F9", title);
    // Were it not odd, the second would be a request: so the drill can fail.
    let plain = format!("{line}Content-Length: 2\r\n\r\n{{}}{}", hidden(1_000));
    let closing = plain.replacen(
        "Host: h\r\nContent-Type: application/json\r\nContent-Length: 10",
        "Host: h\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 10",
        1,
    );
    let got = exchange(howdah.address(), closing.as_bytes()).unwrap_or_default();
    let ran = howdah.value("DELETE FROM public.left_behind WHERE n = 1000 RETURNING n");
    drill.check(
        ran == "1000" && String::from_utf8_lossy(&got).matches("HTTP/1.1 ").count() == 2,
        || format!("two plain requests: {}", String::from_utf8_lossy(&got)),
    );
    for (n, (name, frame)) in frames.iter().enumerate() {
        let bytes = format!("{frame}{}", hidden(n));
        let got = exchange(howdah.address(), bytes.as_bytes());
        let text = got.as_deref().map(|got| String::from_utf8_lossy(got).into_owned());
        let answers = text.as_deref().map(|text| text.matches("HTTP/1.1 ").count());
        drill.check(answers == Some(1), || format!("{name}: {answers:?} answers: {text:?}"));
    }
    let run = howdah.value("SELECT count(*) FROM public.left_behind WHERE n >= 0");
    drill.check(run == "0", || {
        format!("ran: {}", howdah.value("SELECT string_agg(n::text, ' ') FROM public.left_behind"))
    });
    drill.figure(format!("{} answered once and closed, {run} hidden requests ran", frames.len()));
    drill.end();
}
