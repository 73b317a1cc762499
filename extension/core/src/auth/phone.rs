//! Phone numbers: E.164 as GoTrue stores it, digits only, without the leading plus.

/// Digits of an E.164 number, country code included.
const DIGITS: std::ops::RangeInclusive<usize> = 2..=15;

/// The form of `text` to store and to compare; `None` if it is no E.164 number. A leading `+` and spaces between digits are
/// dropped, as GoTrue does; nothing else that people write into numbers is.
///
/// # Examples
/// ```
/// use howdah_core::auth::phone::normalize;
/// assert_eq!(normalize("+49 30 901820").as_deref(), Some("4930901820"));
/// assert_eq!(normalize("030 901820"), None); // E.164 begins with a country code, and none begins with 0
/// ```
#[must_use]
pub fn normalize(text: &str) -> Option<String> {
    // Numbers that cannot be one are not worth a copy.
    if text.len() > 2 * DIGITS.end() {
        return None;
    }
    let digits: String = text.strip_prefix('+').unwrap_or(text).split(' ').collect();
    let fits = DIGITS.contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn keeps_the_digits_of_e164() {
        for (text, kept) in [
            ("4930901820", "4930901820"),
            ("+4930901820", "4930901820"),
            ("+1 415 555 2671", "14155552671"),
            (" 14155552671 ", "14155552671"),
            ("+123456789012345", "123456789012345"),
            ("12", "12"),
        ] {
            assert_eq!(normalize(text).as_deref(), Some(kept), "{text:?}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "+",
            "1",
            "0",
            "+0123456",
            "++4930901820",
            "4930901820+",
            "+49-30-901820",
            "(415) 5552671",
            "415.555.2671",
            "1234567890123456",
            "+1234567890123456",
            "abc",
            "+49 30 901820;ext=1",
            "tel:+4930901820",
            "4930901820\n",
            "\r\n4930901820",
            "4930\u{0}901820",
            "٤٩٣٠٩٠١٨٢٠",
            "４９３０９０１８２０",
            "+49\u{a0}30901820",
            "\u{202e}4930901820",
            "4930901820\t",
            "1e10",
            "0x1234",
            "-4930901820",
            "4930901820,4930901821",
        ] {
            assert_eq!(normalize(text), None, "{text:?}");
        }
        assert_eq!(normalize(&"1".repeat(1 << 20)), None);
        assert_eq!(normalize(&format!("1{}2", " ".repeat(1 << 20))), None);
    }
}
