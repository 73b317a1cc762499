//! Where a link or a sign-in may lead: the allow-list of redirects.
//!
//! A target is allowed when it is on the origin of `site_url`, or when an entry of `uri_allow_list` names it. Tokens travel in
//! the target, so the matcher refuses what two readers could read in two ways: the raw text must be exactly what a URL parser
//! (the WHATWG one, as browsers have it) writes of it. With that, the comparison of bytes is a comparison of URLs.

mod entry;
mod target;

#[cfg(test)]
mod corpus_tests;

use entry::Entry;
use target::Target;

/// Entries of a list.
const ENTRIES: usize = 256;
/// Bytes of a target, and of an entry.
pub const LONGEST: usize = 2048;

/// The targets that a project allows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowList {
    entries: Vec<Entry>,
}

impl AllowList {
    /// Reads `site_url` (may be empty) and the comma-separated `uri_allow_list`.
    ///
    /// # Errors
    /// What is wrong with which entry, and what would be right.
    pub fn parse(site_url: &str, uri_allow_list: &str) -> Result<Self, String> {
        let mut entries = Vec::new();
        entries.extend(Entry::site(site_url));
        for text in items(uri_allow_list)? {
            entries.push(Entry::parse(text)?);
        }
        Ok(Self { entries })
    }

    /// Whether a link or a sign-in may lead to `wanted`.
    ///
    /// # Examples
    /// ```
    /// use howdah_core::auth::redirect::AllowList;
    /// let list = AllowList::parse("https://app.example.com", "https://docs.example.com/v*/**,com.example.app://callback")?;
    /// assert!(list.allows("https://app.example.com/welcome?from=mail"));
    /// assert!(list.allows("https://docs.example.com/v2/start/here"));
    /// assert!(list.allows("com.example.app://callback"));
    /// assert!(!list.allows("https://app.example.com@evil.example/"));
    /// assert!(!list.allows("https://app.example.com.evil.example/"));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn allows(&self, wanted: &str) -> bool {
        Target::parse(wanted)
            .is_some_and(|target| self.entries.iter().any(|entry| entry.allows(&target)))
    }
}

/// Checks the value of the setting `uri_allow_list`; gives it as it is stored.
///
/// # Errors
/// As [`AllowList::parse`].
pub fn check_list(text: &str) -> Result<String, String> {
    AllowList::parse("", text)?;
    Ok(items(text)?.join(","))
}

/// Checks `site_url`: an https or http URL, or the address of an app; a trailing slash is dropped.
///
/// # Errors
/// What would be right.
pub fn check_site(text: &str) -> Result<String, String> {
    match Entry::site(text) {
        Some(Entry::Exact(app)) => Ok(app),
        _ => check_base(text),
    }
}

/// Checks `api_external_url`: an https or http URL without user, query or fragment; a trailing slash is dropped.
///
/// # Errors
/// What would be right.
pub fn check_base(text: &str) -> Result<String, String> {
    let wrong = || {
        "must be an https or http URL without user, query or fragment, its host in lower case, like https://app.example.com".to_owned()
    };
    let trimmed = text.trim_end_matches('/');
    let url = url::Url::parse(trimmed).map_err(|_| wrong())?;
    let written = url.as_str().trim_end_matches('/');
    let plain = trimmed.bytes().all(|b| b.is_ascii_graphic())
        && !trimmed.contains(['@', '?', '#', '*', ',']);
    if matches!(url.scheme(), "https" | "http")
        && plain
        && written == trimmed
        && text.len() <= LONGEST
    {
        Ok(trimmed.to_owned())
    } else {
        Err(wrong())
    }
}

fn items(list: &str) -> Result<Vec<&str>, String> {
    let items: Vec<&str> = list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    if items.len() > ENTRIES {
        return Err(format!("has more than {ENTRIES} entries"));
    }
    Ok(items)
}
