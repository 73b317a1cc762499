//! Embeds named by their target although they have an alias: allowed as before version 16 of the dialect, or refused.

use super::Settings;
use super::query::Legacy;
use crate::error::{ApiError, Code};

/// # Errors
/// PGRST108 (400) if `rest.legacy_target_names` is off.
pub fn check(settings: &Settings, used: &[Legacy]) -> Result<(), ApiError> {
    let Some(Legacy { target, alias }) = used.first().filter(|_| !settings.legacy_target_names)
    else {
        return Ok(());
    };
    Err(ApiError::new(Code::NotEmbedded, &[target])
        .details("Target names are not allowed in filters if they have an alias")
        .hint(format!("Change '{target}' to '{alias}' in filters, orders or limits.")))
}

/// Pairs that the header names, so that no client can make it long.
const NAMED: usize = 16;

/// The value of `Warning` (RFC 7234, 5.5): what to write instead.
pub fn warning(used: &[Legacy]) -> String {
    let mut value = String::from(
        "299 howdah \"Embedded resource was referenced by relation name even though it has an alias. This is deprecated \
         and will stop working in a future release. Update ",
    );
    for (i, Legacy { target, alias }) in used.iter().take(NAMED).enumerate() {
        value.push_str(if i > 0 { ", `" } else { "`" });
        push_quoted(&mut value, target);
        value.push_str("` to `");
        push_quoted(&mut value, alias);
        value.push('`');
    }
    value.push_str(" in query string filters, orders or limits.\"");
    value
}

/// A name as part of a quoted-string, up to the length that names of Postgres have.
fn push_quoted(out: &mut String, name: &str) {
    for c in name.chars().filter(|c| !c.is_control()).take(63) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::fixture;

    fn used(target: &str, alias: &str) -> Legacy {
        Legacy { target: target.to_owned(), alias: alias.to_owned() }
    }

    #[test]
    fn says_what_to_write_instead() {
        assert_eq!(
            warning(&[used("tasks", "the_tasks"), used("a\"b", "تن")]),
            "299 howdah \"Embedded resource was referenced by relation name even though it has an alias. This is \
             deprecated and will stop working in a future release. Update `tasks` to `the_tasks`, `a\\\"b` to `تن` \
             in query string filters, orders or limits.\""
        );
    }

    #[test]
    fn refuses_only_where_it_is_off() {
        let mut settings = fixture::settings();
        assert_eq!(check(&settings, &[used("a", "b")]), Ok(()));
        settings.legacy_target_names = false;
        assert_eq!(check(&settings, &[]), Ok(()));
        let error = check(&settings, &[used("a", "b")]).unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST108"));
        assert_eq!(error.hint.unwrap(), "Change 'a' to 'b' in filters, orders or limits.");
    }
}
