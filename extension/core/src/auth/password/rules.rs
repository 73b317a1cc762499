//! Which new passwords are good enough. The reasons are GoTrue's (`weak_password.reasons`), so are the messages.

use super::common::is_guessable;
use super::{MAX_BYTES, MAX_CHARACTERS, normalize};

/// The rules as `auth.settings` have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules<'r> {
    /// Characters.
    pub min_length: usize,
    /// `password_required_characters`: sets of characters, one of each of which must be there, with `:` between the sets and
    /// `\:` for a colon.
    pub required: &'r str,
    /// Whether what is easy to guess is refused.
    pub blocklist: bool,
}

/// What a password is refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Weakness {
    /// It is no password: empty, too long, or with a NUL in it.
    Impossible(&'static str),
    /// GoTrue's reasons, and its message.
    Weak { reasons: Vec<&'static str>, message: String },
}

/// Judges a new password; `context` are words that whoever guesses would try first: the e-mail address, the name of the site.
///
/// # Errors
/// [`Weakness`].
pub fn judge(password: &str, rules: Rules<'_>, context: &[&str]) -> Result<(), Weakness> {
    if password.len() > MAX_BYTES {
        return Err(Weakness::Impossible(TOO_LONG));
    }
    if password.contains('\0') {
        return Err(Weakness::Impossible("Password cannot contain a NUL character"));
    }
    let password = normalize(password);
    let length = password.chars().count();
    if length > MAX_CHARACTERS || password.len() > MAX_BYTES {
        return Err(Weakness::Impossible(TOO_LONG));
    }
    let (mut reasons, mut messages) = (Vec::new(), Vec::new());
    if length < rules.min_length {
        reasons.push("length");
        messages.push(format!("Password should be at least {} characters.", rules.min_length));
    }
    let sets = character_sets(rules.required);
    if sets.iter().any(|set| !password.chars().any(|c| set.contains(c))) {
        reasons.push("characters");
        let sets = sets.join(", ");
        messages.push(format!("Password should contain at least one character of each: {sets}."));
    }
    if rules.blocklist && is_guessable(&password, &words(context)) {
        reasons.push("pwned");
        messages.push(
            "Password is known to be weak and easy to guess, please choose a different one."
                .to_owned(),
        );
    }
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Weakness::Weak { reasons, message: messages.join(" ") })
}

const TOO_LONG: &str = "Password cannot be longer than 256 characters";

/// `abc:ABC:\:;` → `abc`, `ABC`, `:;`.
fn character_sets(required: &str) -> Vec<String> {
    let mut sets = vec![String::new()];
    let mut characters = required.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some(':')) => {
                characters.next();
                push(&mut sets, ':');
            }
            (':', _) => sets.push(String::new()),
            (c, _) => push(&mut sets, c),
        }
    }
    sets.retain(|set| !set.is_empty());
    sets
}

fn push(sets: &mut [String], c: char) {
    if let Some(set) = sets.last_mut() {
        set.push(c);
    }
}

/// The words of the context, each whole and in its parts: `Ada.Lovelace@mail.example` is also `ada.lovelace`, `ada`, `lovelace`,
/// `mail.example` and `mail`.
fn words(context: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for text in context.iter().take(16).filter(|text| text.len() <= MAX_BYTES) {
        let lower = text.to_lowercase();
        words.extend(lower.split('@').map(str::to_owned));
        words.extend(lower.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        words.push(lower);
    }
    words.retain(|word| word.chars().count() >= 3);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules<'_> = Rules { min_length: 8, required: "", blocklist: true };

    fn reasons(password: &str, rules: Rules<'_>, context: &[&str]) -> Vec<&'static str> {
        match judge(password, rules, context) {
            Ok(()) => vec![],
            Err(Weakness::Weak { reasons, .. }) => reasons,
            Err(Weakness::Impossible(_)) => vec!["impossible"],
        }
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(reasons("kT7#vQ2", RULES, &[]), ["length"]);
        assert_eq!(reasons("kT7#vQ2m", RULES, &[]), [""; 0]);
        // Seven characters of 28 bytes; one more.
        assert_eq!(reasons("🐘🦒🌴🐅🦓🦏🦛", RULES, &[]), ["length"]);
        assert_eq!(reasons("🐘🦒🌴🐅🦓🦏🦛🐊", RULES, &[]), [""; 0]);
        // Seven characters, the last of two code points until composed.
        assert_eq!(reasons("kT7#vQe\u{301}", RULES, &[]), ["length"]);
        assert_eq!(reasons("", RULES, &[]), ["length", "pwned"]);
        let six = Rules { min_length: 6, ..RULES };
        assert_eq!(reasons("kT7#vQ", six, &[]), [""; 0]);
    }

    #[test]
    fn has_an_upper_bound() {
        let long = |n: usize| "kT7#vQ2m".chars().cycle().take(n).collect::<String>() + "x";
        assert_eq!(reasons(&long(255), RULES, &[]), [""; 0]);
        assert_eq!(reasons(&long(256), RULES, &[]), ["impossible"]);
        assert_eq!(reasons(&"é".repeat(513), RULES, &[]), ["impossible"]);
        // 256 characters of four bytes are the kilobyte.
        assert_eq!(
            reasons(&"🐘🦒🌴🐅".repeat(64), Rules { blocklist: false, ..RULES }, &[]),
            [""; 0]
        );
        assert_eq!(reasons("kT7#vQ2m\0", RULES, &[]), ["impossible"]);
        assert_eq!(reasons(&"x".repeat(10_000_000), RULES, &[]), ["impossible"]);
    }

    #[test]
    fn reads_required_characters_as_gotrue_writes_them() {
        let required = "abcdefghijklmnopqrstuvwxyz:ABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789:!@#\\:;";
        let rules = Rules { required, ..RULES };
        assert_eq!(reasons("abcdefgXh1", rules, &[]), ["characters"]);
        assert_eq!(reasons("zkdwefgXh1:", rules, &[]), [""; 0]);
        assert_eq!(reasons("ab1", rules, &[]), ["length", "characters"]);
        assert_eq!(character_sets("a:b\\:c::\\d"), ["a", "b:c", "\\d"]);
        assert_eq!(character_sets(""), [""; 0]);
        let Err(Weakness::Weak { message, .. }) =
            judge("ab", Rules { required: "a:1", ..RULES }, &[])
        else {
            panic!("weak")
        };
        assert_eq!(
            message,
            "Password should be at least 8 characters. Password should contain at least one character of each: a, 1. \
             Password is known to be weak and easy to guess, please choose a different one."
        );
    }

    #[test]
    fn knows_the_words_that_are_tried_first() {
        let context = ["Ada.Lovelace@mail.example", "Analytical Engines"];
        for weak in [
            "ada.lovelace",
            "Lovelace1815",
            "ada.lovelace@mail.example",
            "mail.example",
            "analytical!",
            "ANALYTICAL engines",
        ] {
            assert_eq!(reasons(weak, RULES, &context), ["pwned"], "{weak}");
            assert_eq!(
                reasons(weak, Rules { blocklist: false, ..RULES }, &context),
                [""; 0],
                "{weak}"
            );
        }
        assert_eq!(reasons("lovelace engines", RULES, &context), [""; 0]);
    }
}
