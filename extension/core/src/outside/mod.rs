//! Where the courier may go: checked when something is enqueued, which is cheap, and when it is sent, of the addresses that a name
//! stands for then.

mod address;

pub use address::is_public;
pub use url::Url;

/// Bytes of a URL.
const URL: usize = 8 * 1024;

/// Why it may not go there: `bad_url` or `address_not_allowed`.
pub type Refused = &'static str;

/// The URL, and whether it is on the list: the address is not checked then, and http will do. The parser mends much (tabs,
/// backslashes, numbers as hosts), and what it mends may be read otherwise elsewhere: such text is refused unparsed.
///
/// # Errors
/// [`Refused`]
pub fn check(text: &str, allowed_hosts: &[String]) -> Result<(Url, bool), Refused> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>');
    if text.len() > URL || !text.bytes().all(plain) {
        return Err("bad_url");
    }
    let mut url: Url = text.parse().map_err(|_| "bad_url")?;
    url.set_fragment(None);
    let authority = text.split_once("://").map(|(_, rest)| rest).ok_or("bad_url")?;
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['@', '%']) || url.cannot_be_a_base() {
        return Err("bad_url");
    }
    let port = url.port_or_known_default().ok_or("bad_url")?;
    let host = url.host_str().ok_or("bad_url")?;
    let is_listed = |listed: &String| match listed.rsplit_once(':') {
        Some((name, on)) => name == host && (on == "*" || on == port.to_string()),
        None => false,
    };
    let allowed = allowed_hosts.iter().any(is_listed);
    match (url.scheme(), allowed) {
        ("https" | "http", true) => return Ok((url, true)),
        ("https", false) => {}
        _ => return Err("bad_url"),
    }
    // Below 1024 are the services that speak something else, and would be spoken to.
    if port != 443 && port < 1024 {
        return Err("address_not_allowed");
    }
    // The resolver never sees an address that is written as one.
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
    if literal.is_ok_and(|ip| !is_public(ip)) {
        return Err("address_not_allowed");
    }
    // Names that mean this machine wherever they are asked for (RFC 6761).
    let name = host.trim_end_matches('.');
    if name == "localhost" || name.ends_with(".localhost") {
        return Err("address_not_allowed");
    }
    Ok((url, false))
}

/// `host:port` of a URL: what concurrency is counted by.
#[must_use]
pub fn place(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Url, bool), Refused> {
        check(text, &["127.0.0.1:9000".into(), "idp.test:*".into(), "[::1]:7".into()])
    }

    #[test]
    fn takes_http_and_near_addresses_from_the_list_alone() {
        for url in [
            "http://127.0.0.1:9000/x",
            "https://127.0.0.1:9000/",
            "http://IDP.test/",
            "http://[0::1]:7",
        ] {
            assert!(read(url).unwrap().1, "{url}");
        }
        for url in [
            "http://a.example/",
            "http://127.0.0.1:9001/",
            "http://[::1]/",
            "http://x.idp.test/",
            "ftp://127.0.0.1:9000/",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
        for port in [1, 22, 25, 80, 465, 1023] {
            let url = format!("https://a.example:{port}/");
            assert_eq!(read(&url).unwrap_err(), "address_not_allowed");
        }
        for port in [443, 1024, 8443, 65535] {
            assert!(read(&format!("https://a.example:{port}/")).is_ok());
        }
    }

    #[test]
    fn refuses_names_of_this_machine() {
        for host in ["localhost", "LOCALHOST", "localhost.", "a.localhost", "2130706433", "0x7f.1"]
        {
            let url = format!("https://{host}/");
            assert_eq!(read(&url).unwrap_err(), "address_not_allowed", "{host}");
        }
        for host in ["localhost.example", "notlocalhost", "a.example"] {
            assert!(read(&format!("https://{host}/")).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_place_is_host_and_port() {
        for (url, expected) in [
            ("https://A.example/x?y", "a.example:443"),
            ("https://a.example:8443", "a.example:8443"),
            ("http://[0::1]:7", "[::1]:7"),
        ] {
            assert_eq!(place(&read(url).unwrap().0), expected);
        }
    }
}
