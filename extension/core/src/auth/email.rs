//! E-mail addresses: which ones an account may have, and the one form in which they are stored and compared.
//!
//! The normal form is ASCII in lower case, so that `C` comparison is all there is: two addresses are one if their bytes are
//! equal, and no collation, case rule or look-alike letter can make a mail meant for one account reach another
//! (CVE-2024-27295). A local part is a dot-atom of RFC 5322 in ASCII, as GoTrue has it: no quotes, comments or literals, which
//! mail software reads in more than one way. A domain may be international: it is stored as its A-label (`xn--…`), which is
//! what DNS is asked for and what a reader can tell from the look-alike that he knows.

use unicode_normalization::UnicodeNormalization;
use url::Host;

/// Octets of an address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const LONGEST: usize = 254;
/// Octets of what is before the at sign (RFC 5321, 4.5.3.1.1).
const LOCAL: usize = 64;
/// Octets of a domain and of one label of it (RFC 1035, 2.3.4).
const DOMAIN: usize = 253;
const LABEL: usize = 63;

/// The form of `text` to store and to compare; `None` if it is no address that we send mail to.
///
/// # Examples
/// ```
/// use howdah_core::auth::email::normalize;
/// assert_eq!(normalize("Ada.L+x@Example.COM").as_deref(), Some("ada.l+x@example.com"));
/// assert_eq!(normalize("ada@bücher.example").as_deref(), Some("ada@xn--bcher-kva.example"));
/// assert_eq!(normalize("ada@example.com\r\nBcc: eve@example.com"), None);
/// ```
#[must_use]
pub fn normalize(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    // No at sign may stand in either half, so the first is the only one.
    let (local, domain) = text.split_once('@')?;
    if !fits_local(local) {
        return None;
    }
    let domain = normal_domain(domain)?;
    let address = format!("{}@{domain}", local.to_ascii_lowercase());
    (address.len() <= LONGEST).then_some(address)
}

/// The domain of an address in normal form, for lists of domains.
#[must_use]
pub fn domain(normal: &str) -> &str {
    normal.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn fits_local(local: &str) -> bool {
    (1..=LOCAL).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// `atext` of RFC 5322.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// A host name in lower case, as A-labels.
fn normal_domain(domain: &str) -> Option<String> {
    if domain.is_empty() || domain.contains(['%', ':', '[', ']']) {
        return None;
    }
    // UTS 46 through the parser of URLs, which also tells names from IPv4 addresses in all their spellings.
    let Host::Domain(ascii) = Host::parse(domain).ok()? else { return None };
    if !fits_host(&ascii) {
        return None;
    }
    // What is typed in another script has to be that name, and not a way to write an ASCII one (fullwidth letters, the Kelvin
    // sign): only case and composition may differ.
    if !domain.is_ascii() {
        let typed = domain.nfc().collect::<String>().to_lowercase();
        let shown = url::quirks::domain_to_unicode(&ascii);
        if shown != typed || !ascii.split('.').any(|label| label.starts_with("xn--")) {
            return None;
        }
    }
    Some(ascii)
}

/// Letters, digits and hyphens (RFC 1123, 2.1).
fn fits_host(host: &str) -> bool {
    host.len() <= DOMAIN
        && host.split('.').all(|label| {
            (1..=LABEL).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}
