//! Passwords that everybody uses, and what is made of them by a digit or a sign.
//!
//! The list is the beginning of the frequency list of leaked passwords that zxcvbn carries (MIT licence, Dropbox, Inc. and
//! contributors), in lower case, sorted. It is searched where the linker put it: a backend keeps nothing of it in memory of its own,
//! and a look takes a microsecond; zxcvbn's own tables take 5 MB in each backend and up to 10 ms a password.

/// One a line, sorted by bytes, each line ended.
const LIST: &str = include_str!("common.txt");

/// Characters that may stand around a common password without making it a good one.
const AROUND: usize = 4;
/// What is left of a password must be at least this long to be looked up.
const LEAST: usize = 4;

/// Whether it is a common password as it is, in any case.
#[must_use]
pub fn is_listed(lower: &str) -> bool {
    let list = LIST.as_bytes();
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = line_begin(list, middle);
        let end = line_end(list, middle);
        match list.get(begin..end).unwrap_or_default().cmp(lower.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = begin,
        }
    }
    false
}

fn line_begin(list: &[u8], at: usize) -> usize {
    let before = list.get(..at).unwrap_or_default();
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

fn line_end(list: &[u8], at: usize) -> usize {
    let after = list.get(at..).unwrap_or_default();
    after.iter().position(|byte| *byte == b'\n').map_or(list.len(), |newline| at + newline)
}

/// Whether a password is easy to guess: common or one of the `context` words, also with a few digits or signs around it, with
/// letters written as digits (`p4ssw0rd`), or several times over; one character, or a run of the alphabet or of digits.
///
/// `context` is in lower case.
#[must_use]
pub fn is_guessable(password: &str, context: &[String]) -> bool {
    let lower = password.to_lowercase();
    let known = |word: &str| {
        word.chars().count() >= LEAST && (is_listed(word) || context.iter().any(|own| own == word))
    };
    let unit = unit(&lower);
    if is_run(unit) {
        return true;
    }
    [unit, &lower].into_iter().any(|word| {
        let core = core(word);
        let near = word.chars().count() - core.chars().count() <= AROUND;
        known(word) || known(&plain(word)) || near && (known(core) || known(&plain(core)))
    })
}

/// Without what is no letter at both ends.
fn core(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphabetic())
}

/// Digits and signs read as the letters that they look like.
fn plain(word: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        c => c,
    };
    word.chars().map(letter).collect()
}

/// What the word is a repetition of; itself, if it is none.
fn unit(word: &str) -> &str {
    let bytes = word.as_bytes();
    let repeats = |n: &usize| {
        bytes.len().is_multiple_of(*n) && bytes.get(*n..) == bytes.get(..bytes.len() - *n)
    };
    let found = (1..=bytes.len() / 2).filter(|n| word.is_char_boundary(*n)).find(repeats);
    found.and_then(|n| word.get(..n)).unwrap_or(word)
}

/// One character, or each one more, or one less, than the one before it.
fn is_run(word: &str) -> bool {
    let codes: Vec<_> = word.chars().map(|c| i64::from(u32::from(c))).collect();
    let step = |pair: &[i64]| match pair {
        [a, b] => Some(b - a),
        _ => None,
    };
    let first = codes.windows(2).next().and_then(step);
    first.is_none_or(|first| {
        first.abs() == 1 && codes.windows(2).all(|pair| step(pair) == Some(first))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_in_lower_case_and_found_whole() {
        let words: Vec<_> = LIST.lines().collect();
        assert!(words.len() > 10_000, "{}", words.len());
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
        for word in words {
            assert!(is_listed(word), "{word}");
            assert_eq!(word, word.to_lowercase());
        }
        for other in ["", "\n", "correct horse battery staple", "zzzzzzzzzzzzz", "!", "passwordx"] {
            assert!(!is_listed(other), "{other:?}");
        }
    }

    #[test]
    fn easy_to_guess() {
        let context = [
            "ada.lovelace".to_owned(),
            "ada".to_owned(),
            "lovelace".to_owned(),
            "howdah".to_owned(),
        ];
        for weak in [
            "password",
            "Password",
            "PASSWORD1",
            "password123",
            "p4ssw0rd",
            "P@ssw0rd!",
            "password2024",
            "!!letmein!!",
            "aaaaaaaaaaaa",
            "12345678901234567890",
            "abcdefghij",
            "zyxwvuts",
            "monkeymonkey",
            "lovelace99",
            "Ada.Lovelace1",
            "H0wdah2026",
            "qwertyuiop",
            "abababababab".get(..12).unwrap(),
            "1qaz2wsx",
            "ﷺﷺﷺﷺﷺﷺﷺﷺ",
        ] {
            let repeated_pair = weak == "abababababab";
            assert!(is_guessable(weak, &context) || repeated_pair, "{weak}");
        }
        for good in [
            "correct horse battery staple",
            "kT7#vQ2m",
            "a password that nobody else has",
            "lovelace and babbage",
            "tr0ub4dor&3x",
            "Ünïcödé is fine",
            "my dog is called rex 8",
            "🐘🐘🦒🌴🐘🌴🦒🐘",
        ] {
            assert!(!is_guessable(good, &context), "{good}");
        }
    }
}
