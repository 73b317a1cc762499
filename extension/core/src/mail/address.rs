//! Addresses as people write them in a message: `ada@example.com`, `Ada <ada@example.com>`, `"Lovelace, Ada" <…>`.

use crate::auth::email;

/// Characters of a name.
const NAME: usize = 200;
/// Addresses of a list.
const MOST: usize = 50;

/// An address with the name that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    /// In normal form: ASCII in lower case, the domain as A-labels. No SMTP command needs more than that (SMTPUTF8).
    pub address: String,
}

impl Mailbox {
    /// Reads one; `None` if it is none, or if anything in it could be read in more than one way.
    ///
    /// # Examples
    /// ```
    /// use howdah_core::mail::Mailbox;
    /// let mailbox = Mailbox::parse("\"Lovelace, Ada\" <Ada@Example.com>").unwrap();
    /// assert_eq!((&*mailbox.name, &*mailbox.address), ("Lovelace, Ada", "ada@example.com"));
    /// assert_eq!(Mailbox::parse("Ada <ada@example.com>\r\nBcc: eve@example.com"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(is_hostile) {
            return None;
        }
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>') {
            None => ("", text),
            Some(rest) => rest.rsplit_once('<')?,
        };
        let name = read_name(name.trim())?;
        Some(Self { name, address: email::normalize(address.trim())? })
    }

    /// Reads a list with commas; `None` if any of it is no address, or there are more than fifty.
    #[must_use]
    pub fn parse_list(text: &str) -> Option<Vec<Self>> {
        let mut found = Vec::new();
        let (mut start, mut quoted, mut escaped) = (0, false, false);
        for (at, c) in text.char_indices().chain([(text.len(), ',')]) {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                ',' if !quoted || at == text.len() => {
                    found.push(Self::parse(text.get(start..at)?)?);
                    start = at + 1;
                }
                _ => {}
            }
        }
        (found.len() <= MOST && !quoted).then_some(found)
    }

    /// As [`Mailbox::parse`] reads it.
    #[must_use]
    pub fn text(&self) -> String {
        if self.name.is_empty() {
            return self.address.clone();
        }
        let quoted = self.name.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{quoted}\" <{}>", self.address)
    }
}

/// What breaks lines, hides or turns text around: never in a name, an address, or any header.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{feff}')
}

fn read_name(text: &str) -> Option<String> {
    let name = match text.strip_prefix('"') {
        // Outside quotes these have a meaning of their own.
        None if text.contains(['"', ',', ';', ':', '@', '<', '>', '(', ')', '\\']) => return None,
        None => text.to_owned(),
        Some(rest) => {
            let inner = rest.strip_suffix('"')?;
            let mut name = String::with_capacity(inner.len());
            let mut chars = inner.chars();
            while let Some(c) = chars.next() {
                match c {
                    '"' => return None,
                    '\\' => name.push(chars.next()?),
                    c => name.push(c),
                }
            }
            name
        }
    };
    (name.chars().count() <= NAME).then(|| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_addresses() {
        for (text, name, address) in [
            ("ada@example.com", "", "ada@example.com"),
            ("<ada@example.com>", "", "ada@example.com"),
            ("Ada <Ada@EXAMPLE.com>", "Ada", "ada@example.com"),
            ("  Ada  Lovelace <a@b.example> ", "Ada  Lovelace", "a@b.example"),
            ("\"a \\\"b\\\" \\\\ c\" <a@b.example>", "a \"b\" \\ c", "a@b.example"),
            ("Jürgen Größe <j@bücher.example>", "Jürgen Größe", "j@xn--bcher-kva.example"),
            ("\"x <y@z.example>\" <a@b.example>", "x <y@z.example>", "a@b.example"),
        ] {
            let mailbox = Mailbox::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((&*mailbox.name, &*mailbox.address), (name, address));
            assert_eq!(Mailbox::parse(&mailbox.text()), Some(mailbox));
        }
    }

    #[test]
    fn refuses_what_can_be_read_otherwise() {
        for text in [
            "",
            "ada",
            "a@b.example>",
            "<a@b.example",
            "a@b.example, c@d.example",
            "a@b.example <c@d.example>",
            "\"a\" b <c@d.example>",
            "\"a <c@d.example>",
            "a\" <c@d.example>",
            "a (b) <c@d.example>",
            "a; b <c@d.example>",
            "x: a@b.example;",
            "a\r\nBcc: <c@d.example>",
            "a\n<c@d.example>",
            "a\0<c@d.example>",
            "a\u{85}<c@d.example>",
            "a\u{2028}<c@d.example>",
            "a\u{202e}b <c@d.example>",
            "a <c@d.example\r\n>",
            "a <c@d.example> SIZE=1",
            "a <<c@d.example>>",
            "a <\"c\"@d.example>",
            "a <@x.example:c@d.example>",
        ] {
            assert_eq!(Mailbox::parse(text), None, "{text:?}");
        }
        assert_eq!(Mailbox::parse(&format!("{} <c@d.example>", "x".repeat(201))), None);
    }

    #[test]
    fn reads_lists() {
        let list =
            Mailbox::parse_list("a@b.example, \"C, D\" <c@d.example>,Ä <e@f.example>").unwrap();
        let shown: Vec<_> = list.iter().map(Mailbox::text).collect();
        assert_eq!(shown, ["a@b.example", "\"C, D\" <c@d.example>", "\"Ä\" <e@f.example>"]);
        for text in
            ["", ",", "a@b.example,", "a@b.example,,c@d.example", "\"a@b.example, c@d.example"]
        {
            assert_eq!(Mailbox::parse_list(text), None, "{text:?}");
        }
        assert_eq!(Mailbox::parse_list(&vec!["a@b.example"; 50].join(",")).unwrap().len(), 50);
        assert_eq!(Mailbox::parse_list(&vec!["a@b.example"; 51].join(",")), None);
    }
}
