//! Answers of mail servers: which of them say that there is no such recipient.

/// Whether an answer says that the address itself is no good, so that nothing is to be sent to it again. A full mailbox, a
/// refusal for what the message is or where it comes from, and a `550` that does not say why are none.
///
/// # Examples
/// ```
/// use howdah_core::mail::bounce::is_hard;
/// assert!(is_hard(550, "5.1.1 <ada@example.com>: no such user"));
/// assert!(!is_hard(550, "5.7.1 blocked") && !is_hard(452, "4.2.2 mailbox full"));
/// ```
#[must_use]
pub fn is_hard(code: u16, text: &str) -> bool {
    if !(500..600).contains(&code) {
        return false;
    }
    let enhanced =
        text.split_whitespace().map(|word| word.trim_matches(['(', ')', ':', ',', ';', '#']));
    enhanced.take(6).any(is_hard_status)
}

/// Whether an enhanced status (RFC 3463) says so: bad mailbox, bad system, ambiguous, moved without a trace, no mail
/// accepted (RFC 7505), disabled.
#[must_use]
pub fn is_hard_status(status: &str) -> bool {
    matches!(status, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.4" | "5.1.6" | "5.1.10" | "5.2.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_bad_address_from_a_bad_day() {
        for (code, text) in [
            (550, "5.1.1 The email account that you tried to reach does not exist"),
            (550, "#5.1.1 bad destination"),
            (556, "5.1.10 domain does not accept mail"),
            (554, "5.2.1 mailbox disabled"),
            (550, "<ada@example.com>: Recipient address rejected: 5.1.1"),
        ] {
            assert!(is_hard(code, text), "{code} {text}");
        }
        for (code, text) in [
            (550, "5.7.1 message refused as spam"),
            (550, "no"),
            (552, "5.2.2 mailbox full"),
            (450, "4.1.1 try later"),
            (421, "5.1.1"),
            (250, "2.1.5 ok"),
            (0, "5.1.1"),
            (550, "version 15.1.1 refuses"),
        ] {
            assert!(!is_hard(code, text), "{code} {text}");
        }
    }
}
