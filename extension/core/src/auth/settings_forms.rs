//! What values settings take.

use super::settings::Kind;
use super::{phone, redirect};

/// Digits of a code that is set.
const CODE: std::ops::RangeInclusive<usize> = 4..=10;

/// Bytes of a value.
const LENGTH: usize = 4096;
/// The same of the list of redirects.
const LIST: usize = 64 << 10;

impl Kind {
    /// The value in its normal form.
    ///
    /// # Errors
    /// What would be right.
    pub(super) fn check(self, value: &str) -> Result<String, String> {
        let value = value.trim();
        let most = if self == Self::Redirects { LIST } else { LENGTH };
        if value.len() > most || value.chars().any(char::is_control) {
            return Err(format!("must be one line of at most {most} bytes"));
        }
        match self {
            Self::Switch => match value.to_ascii_lowercase().as_str() {
                "true" | "on" | "yes" | "1" => Ok("true".to_owned()),
                "false" | "off" | "no" | "0" => Ok("false".to_owned()),
                _ => Err("must be true or false".to_owned()),
            },
            Self::Number(least, most) => value
                .parse::<i64>()
                .ok()
                .filter(|n| (least..=most).contains(n))
                .map(|n| n.to_string())
                .ok_or_else(|| format!("must be a whole number from {least} to {most}")),
            Self::Text => Ok(value.to_owned()),
            Self::Url | Self::Site if value.is_empty() => Ok(String::new()),
            Self::Url => redirect::check_base(value),
            Self::Site => redirect::check_site(value),
            Self::Redirects => {
                redirect::check_list(value).map_err(|what| format!("cannot be kept: {what}"))
            }
            Self::List => {
                let items: Vec<&str> =
                    value.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
                Ok(items.join(","))
            }
            Self::Choice(choices) => choices
                .contains(&value)
                .then(|| value.to_owned())
                .ok_or_else(|| format!("must be one of {}", choices.join(", "))),
            Self::Secret => Ok(value.to_owned()),
            Self::Codes => check_codes(value),
            Self::Moment => check_moment(value),
            Self::Channels => check_channels(value),
        }
    }

    /// For people.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Switch => "true or false".to_owned(),
            Self::Number(least, most) => format!("number {least}–{most}"),
            Self::Text => "text".to_owned(),
            Self::Url | Self::Site => "URL".to_owned(),
            Self::Redirects => "list of URLs".to_owned(),
            Self::List | Self::Channels => "list".to_owned(),
            Self::Secret => "secret".to_owned(),
            Self::Codes => "pairs".to_owned(),
            Self::Moment => "time".to_owned(),
            Self::Choice(choices) => choices.join(" | "),
        }
    }
}

/// Pairs of a phone number and the code that it gets, with commas between them: `4915112345678=123456`. GoTrue's
/// environment has a colon in the place of `=`.
fn check_codes(value: &str) -> Result<String, String> {
    let mut pairs: Vec<String> = Vec::new();
    for pair in value.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (number, code) = pair
            .split_once(['=', ':'])
            .and_then(|(number, code)| Some((phone::normalize(number.trim())?, code.trim())))
            .filter(|(_, code)| {
                CODE.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit())
            })
            .ok_or("must be pairs like 4915112345678=123456, with commas between them")?;
        let start = format!("{number}=");
        if pairs.iter().any(|kept| kept.starts_with(&start)) {
            return Err(format!("has {number} twice"));
        }
        pairs.push(format!("{start}{code}"));
    }
    Ok(pairs.join(","))
}

/// A time as RFC 3339 writes it; empty is none.
fn check_moment(value: &str) -> Result<String, String> {
    if value.is_empty() || is_moment(value.as_bytes()) {
        return Ok(value.to_owned());
    }
    Err("must be a time like 2030-12-31T23:59:59Z".to_owned())
}

/// Ways by which text messages go out, each once, one at least.
fn check_channels(value: &str) -> Result<String, String> {
    let names: Vec<&str> =
        value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let known = names.iter().all(|name| matches!(*name, "sms" | "whatsapp"));
    let once = names.iter().enumerate().all(|(n, name)| !names.iter().take(n).any(|m| m == name));
    if names.is_empty() || !known || !once {
        return Err("must be sms, whatsapp or both, each once".to_owned());
    }
    Ok(names.join(","))
}

fn is_moment(text: &[u8]) -> bool {
    let Some((at, zone)) = text.split_at_checked(19) else { return false };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(place, mark)| at.get(*place) != Some(mark)) {
        return false;
    }
    let part = |from: usize, to: usize| number(at.get(from..to));
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) =
        (part(0, 4), part(5, 7), part(8, 10), part(11, 13), part(14, 16), part(17, 19))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    let zone_fits = match zone {
        b"Z" => true,
        [b'+' | b'-', hours @ .., b':', tens, ones] => {
            number(Some(hours)).is_some_and(|n| hours.len() == 2 && n < 16)
                && number(Some(&[*tens, *ones])).is_some_and(|n| n < 60)
        }
        _ => false,
    };
    year > 0 && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60 && zone_fits
}

fn number(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_belong_to_one_number_each() {
        assert_eq!(
            check_codes(" +49 1511 2345678 = 123456 , 14155552671:000000,").as_deref(),
            Ok("4915112345678=123456,14155552671=000000")
        );
        assert_eq!(check_codes("").as_deref(), Ok(""));
        for bad in [
            "4915112345678",
            "4915112345678=",
            "4915112345678=12a456",
            "4915112345678=123",
            "4915112345678=12345678901",
            "0151=123456",
            "ada@example.com=123456",
            "=123456",
            "4915112345678=123456=1",
            "4915112345678=123456,+49 15112345678=654321",
        ] {
            assert!(check_codes(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn channels_are_known_and_one_at_least() {
        assert_eq!(check_channels(" whatsapp, sms ").as_deref(), Ok("whatsapp,sms"));
        assert_eq!(check_channels("sms").as_deref(), Ok("sms"));
        for bad in ["", ",", "telegram", "sms,sms", "sms whatsapp", "SMS"] {
            assert!(check_channels(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn moments_are_those_of_a_calendar() {
        for good in
            ["", "2030-12-31T23:59:59Z", "2028-02-29T00:00:00+02:00", "2030-01-01T00:00:00-11:30"]
        {
            assert_eq!(check_moment(good).as_deref(), Ok(good));
        }
        for bad in [
            "tomorrow",
            "2030-12-31",
            "2030-12-31T23:59:59",
            "2030-12-31 23:59:59Z",
            "2030-02-29T00:00:00Z",
            "2030-13-01T00:00:00Z",
            "2030-00-01T00:00:00Z",
            "2030-01-32T00:00:00Z",
            "2030-01-00T00:00:00Z",
            "2030-01-01T24:00:00Z",
            "2030-01-01T00:60:00Z",
            "2030-01-01T00:00:60Z",
            "2030-01-01T00:00:00+2:00",
            "2030-01-01T00:00:00+02:60",
            "2030-01-01T00:00:00+",
            "2030-01-01T00:00:0+00:00",
            "0000-01-01T00:00:00Z",
            "2030-01-01T00:00:00Zx",
            "２030-01-01T00:00:00Z",
        ] {
            assert!(check_moment(bad).is_err(), "{bad}");
        }
    }
}
