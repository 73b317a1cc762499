//! Entity tags and conditional requests (RFC 9110, 8.8.3 and 13).
//!
//! A tag is made from the finished bytes. That of exactly one row is 192 bits of SHA-256 over the row's JSON text, so
//! that SQL makes the same from the row as it is when it is written ([`super::build`]), and a form: `[{…}]` and `{…}` are
//! two representations, with a tag each, of one row. Any other result has a tag of its own, over media type, range and
//! body, which no row matches.
//!
//! SHA-256 takes 0.58 ns a byte where the processor helps: nothing beside a request of one row, but 6 % of a read of 1,000
//! (57 µs of 100 kB). So larger results have a tag only if asked for (`rest.etag`). A universal hash would be cheaper, but
//! needs a secret key: without one anybody could make two rows with the same tag.

use super::media::Media;
use super::request::Asked;
use super::shape::{Compiled, Condition, Outcome, Payload, Resolution, ResultKind, Verb};
use super::shape::{Filter, Returning, Test};
use crate::error::{ApiError, Code};
use crate::http::{Request, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

/// Bytes of a tag.
const LENGTH: usize = 24;
/// Characters of that in base64url.
const CHARACTERS: usize = 32;
/// [`super::Settings::etag`] of `rest.etag = auto`: this many bytes take 2.4 µs.
pub const SMALL: usize = 4096;
/// What the proxy adds to the tag of a body that it compresses.
const CODING: &str = "-gzip";

/// `If-Match` and `If-None-Match` of a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Conditions<'a> {
    matches: Option<&'a str>,
    differs: Option<&'a str>,
}

impl<'a> Conditions<'a> {
    pub fn read(request: &Request<'a>) -> Self {
        // One pass for the many requests that have none.
        let block = request.headers.0;
        if !block.starts_with("if-") && !block.contains("\nif-") {
            return Self::default();
        }
        Self {
            matches: request.headers.get("if-match"),
            differs: request.headers.get("if-none-match"),
        }
    }

    pub fn any(&self) -> bool {
        self.matches.is_some() || self.differs.is_some()
    }
}

/// Takes the conditions of a write into its shape, where they become SQL.
///
/// # Errors
/// HW412 (412) for an insert under If-Match, HW400 (400) for what cannot be done atomically.
pub fn prepare(asked: &mut Asked<'_>) -> Result<(), ApiError> {
    let Conditions { matches, differs } = asked.conditions;
    if asked.verb == Verb::Read || asked.verb == Verb::Call || asked.idle {
        return match matches {
            Some(_) if asked.verb == Verb::Call && !asked.safe => {
                Err(impossible("If-Match needs rows of a table, and a function has none"))
            }
            _ => Ok(()),
        };
    }
    let write = &mut asked.parsed.shape.write;
    let upsert = asked.verb == Verb::Put
        || asked.verb == Verb::Insert && write.resolution == Some(Resolution::MergeDuplicates);
    write.condition = match (matches, differs) {
        (None, None) => None,
        (Some(_), Some(_)) => {
            return Err(impossible("If-Match and If-None-Match together are not possible"));
        }
        (Some(_), None) if asked.verb == Verb::Insert && !upsert => {
            return Err(failed("An insert has no row that If-Match could be about"));
        }
        (Some("*"), None) => Some(Condition::Exists),
        (Some(list), None) => {
            asked.parsed.tags = rows(list);
            Some(Condition::Match)
        }
        (None, Some("*")) if matches!(asked.verb, Verb::Insert | Verb::Put) => {
            Some(Condition::Absent)
        }
        (None, Some(_)) => {
            return Err(impossible("If-None-Match of a write can be * only, to create a row"));
        }
    };
    Ok(())
}

fn impossible(message: &str) -> ApiError {
    ApiError::new(Code::BadRequest, &[message])
}

fn failed(details: &str) -> ApiError {
    ApiError::new(Code::Precondition, &[])
        .details(details)
        .hint("Nothing was written. Read the row again, and change it as it is now")
}

/// What a write has found, against its condition.
///
/// # Errors
/// HW412 (412): what ran must be undone.
pub fn check(asked: &Asked<'_>, outcome: &Outcome) -> Result<(), ApiError> {
    let Some(condition) = asked.parsed.shape.write.condition else { return Ok(()) };
    if asked.explained.is_some() {
        return Ok(());
    }
    let rows = outcome.rows;
    let sent = match asked.parsed.shape.write.payload {
        Payload::Array => None,
        _ => Some(1),
    };
    let updates = matches!(asked.verb, Verb::Update | Verb::Delete);
    if asked.verb == Verb::Put && rows == 0 && !names_its_own_row(asked) {
        // PGRST115 says it better.
        return Ok(());
    }
    let wanted = outcome.expected.or(sent.filter(|_| !updates));
    if condition == Condition::Absent {
        return match wanted {
            Some(wanted) if rows < wanted => Err(failed("The row exists already")),
            None if rows == 0 => Err(failed("The rows exist already")),
            _ => Ok(()),
        };
    }
    if outcome.inserted > 0 {
        return Err(failed("There is no such row"));
    }
    if rows == 0 {
        return Err(failed("There is no such row, or it is not as If-Match says"));
    }
    match wanted {
        Some(wanted) if rows < wanted => {
            Err(failed("Some of the rows are missing, or not as If-Match says"))
        }
        _ => Ok(()),
    }
}

/// Whether the key in the body of a PUT is the URL's, by their texts.
fn names_its_own_row(asked: &Asked<'_>) -> bool {
    let parsed = &asked.parsed;
    parsed.shape.query.filters.iter().all(|filter| {
        let Filter::Test { field, test: Test::Compare { value, .. }, .. } = filter else {
            return false;
        };
        let place = parsed.shape.write.columns.iter().position(|name| *name == field.name);
        let sent = place.and_then(|n| parsed.fields.get(n)).and_then(Option::as_ref);
        sent.is_some() && sent == parsed.values.get(usize::from(value.0))
    })
}

/// Adds the tag of what is answered, if that is one row, or a body of at most `most` bytes, or asked for.
pub fn push(
    response: &mut Response,
    most: Option<usize>,
    asked: &Asked<'_>,
    compiled: &Compiled,
    outcome: &Outcome,
) {
    let shape = &asked.parsed.shape;
    if asked.explained.is_some() {
        return;
    }
    let one = outcome.rows == 1
        && compiled.media.is_none()
        && matches!(compiled.result, ResultKind::Rows | ResultKind::SingleRow)
        && form_mark(asked.media).is_some();
    let Some(most) = most else { return };
    let asked_for = asked.conditions.any() || asked.prefer.etag;
    let wanted = one || response.body.len() <= most || asked_for;
    if !wanted || !matches!(response.status, 200 | 201 | 204 | 206) {
        return;
    }
    let written = !matches!(asked.verb, Verb::Read | Verb::Call);
    if written || !asked.safe {
        // Of several rows written no address gives the same body again.
        let tag = match (&outcome.tag, shape.returning) {
            (Some(hex), _) if one => from_hex(hex).and_then(|hash| row_tag(&hash, asked.media)),
            (None, Returning::Representation) if one && written && !asked.idle => {
                row_text(&response.body, asked.media)
                    .and_then(|row| row_tag(&hash(&[row]), asked.media))
            }
            _ => None,
        };
        if let Some(tag) = tag {
            response.header("ETag", &tag);
        }
        return;
    }
    // Nothing was encoded, so there is nothing to hash: no tag is honest, another one is not.
    if compiled.result == ResultKind::Void || asked.head && !asked.conditions.any() {
        return;
    }
    let row = if one { row_text(&response.body, asked.media) } else { None };
    let tag = match row {
        Some(row) => row_tag(&hash(&[row]), asked.media),
        None => {
            let header = |name| header_value(&response.headers, name).unwrap_or_default();
            let (kind, range) = (header("Content-Type"), header("Content-Range"));
            let tag = hash(&[kind.as_bytes(), b"\n", range.as_bytes(), b"\n", &response.body]);
            Some(format!("\"{}\"", BASE64.encode(tag)))
        }
    };
    if let Some(tag) = tag {
        response.header("ETag", &tag);
    }
}

/// Answers 304 or 412 to a read whose conditions say so, by the tag that the answer has, which SQL may have set.
///
/// # Errors
/// HW412 (412).
pub fn evaluate(response: &mut Response, asked: &Asked<'_>) -> Result<(), ApiError> {
    let Conditions { matches, differs } = asked.conditions;
    if !asked.safe || !asked.conditions.any() || !matches!(response.status, 200 | 206) {
        return Ok(());
    }
    let Some(own) = header_value(&response.headers, "ETag").map(str::to_owned) else {
        return Ok(());
    };
    if let Some(list) = matches {
        let found = list == "*" || tags(list).any(|(weak, tag)| !weak && same(tag, &own));
        return if found {
            Ok(())
        } else {
            Err(failed("What is there now is not what If-Match says").hint("Read it again"))
        };
    }
    let Some(list) = differs else { return Ok(()) };
    let own_opaque = own.strip_prefix("W/").unwrap_or(&own);
    let found = if list == "*" {
        Some(own.as_str())
    } else {
        tags(list).map(|(_, tag)| tag).find(|tag| uncoded(tag) == uncoded(own_opaque))
    };
    let Some(tag) = found else { return Ok(()) };
    // The tag as the client has it: it names the stored answer that is still good, compressed or not.
    not_modified(response, tag);
    Ok(())
}

/// RFC 9110, 15.4.5: without what describes the body, with what a cache lives by.
fn not_modified(response: &mut Response, tag: &str) {
    const OF_THE_BODY: &[&str] =
        &["Content-Type", "Content-Range", "Content-Profile", "Content-Encoding", "ETag"];
    let kept = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        !OF_THE_BODY.iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
    };
    response.status = 304;
    response.headers = response.headers.split_inclusive('\n').filter(kept).collect();
    response.body.clear();
    response.header("ETag", tag);
}

fn header_value<'h>(block: &'h str, name: &str) -> Option<&'h str> {
    block.lines().find_map(|line| {
        let (own, value) = line.split_once(": ")?;
        own.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn hash(parts: &[&[u8]]) -> [u8; LENGTH] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let mut tag = [0; LENGTH];
    for (to, from) in tag.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    tag
}

/// The form in the tag of one row: representations that differ in a byte must differ in their tags.
fn form_mark(media: Media) -> Option<&'static str> {
    match media {
        Media::Json => Some("a"),
        Media::Object { strip_nulls: false } => Some("o"),
        Media::StrippedArray => Some("as"),
        Media::Object { strip_nulls: true } => Some("os"),
        _ => None,
    }
}

fn row_tag(hash: &[u8], media: Media) -> Option<String> {
    form_mark(media).map(|mark| format!("\"{}.{mark}\"", BASE64.encode(hash)))
}

/// The row of a body that is one row.
fn row_text(body: &[u8], media: Media) -> Option<&[u8]> {
    match media {
        Media::Object { .. } => Some(body),
        _ if body.first() == Some(&b'{') => Some(body),
        _ => body.strip_prefix(b"[")?.strip_suffix(b"]"),
    }
}

/// The entity tags of a list: weak or not, and the tag with its quotes.
fn tags(list: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = list;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (weak, text) = match rest.strip_prefix("W/") {
            Some(text) => (true, text),
            None => (false, rest),
        };
        let end = text.strip_prefix('"')?.find('"')?;
        let (tag, after) = text.split_at_checked(end.saturating_add(2))?;
        rest = after;
        Some((weak, tag))
    })
}

/// The tag of the body before it was compressed.
fn uncoded(tag: &str) -> &str {
    let inner = tag.trim_matches('"');
    inner.strip_suffix(CODING).unwrap_or(inner)
}

/// For If-Match a row is the same in any form.
fn same(tag: &str, own: &str) -> bool {
    let (tag, own) = (uncoded(tag), uncoded(own));
    tag == own || row_hash(tag).is_some_and(|hash| row_hash(own) == Some(hash))
}

fn row_hash(tag: &str) -> Option<[u8; LENGTH]> {
    let (text, mark) = tag.split_once('.')?;
    if text.len() != CHARACTERS || !matches!(mark, "a" | "o" | "as" | "os") {
        return None;
    }
    BASE64.decode(text).ok()?.try_into().ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// The rows' hashes in a list of tags, as a literal of bytea[]. Weak tags match nothing here, nor do those of results.
fn rows(list: &str) -> String {
    let mut out = String::from("{");
    for (_, tag) in tags(list).filter(|(weak, _)| !weak) {
        let Some(hash) = row_hash(uncoded(tag)) else { continue };
        out.push_str(if out.len() > 1 { ",\"\\\\x" } else { "\"\\\\x" });
        for byte in hash {
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        out.push('"');
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_of_tags() {
        let read = |list| tags(list).collect::<Vec<_>>();
        assert_eq!(
            read("\"a\", W/\"b\",\"c,d\""),
            [(false, "\"a\""), (true, "\"b\""), (false, "\"c,d\"")]
        );
        assert_eq!(read("\"\""), [(false, "\"\"")]);
        for bad in ["", "a", "\"a", "*", "W/", "W/a", "'a'", ",,"] {
            assert!(read(bad).is_empty(), "{bad}");
        }
        // What follows something that is no tag is not read.
        assert_eq!(read("\"a\" b \"c\""), [(false, "\"a\"")]);
    }

    #[test]
    fn a_row_has_one_hash_in_all_forms_and_a_tag_in_each() {
        let row = b"{\"id\":1}";
        let tag = |media| row_tag(&hash(&[row]), media).unwrap();
        let (array, object) = (tag(Media::Json), tag(Media::Object { strip_nulls: false }));
        assert_ne!(array, object);
        assert!(same(&array, &object));
        assert_eq!(rows(&array), rows(&object));
        assert_eq!(row_text(b"[{\"id\":1}]", Media::Json), Some(&row[..]));
        assert_eq!(row_text(row, Media::Object { strip_nulls: false }), Some(&row[..]));
        assert_eq!(row_tag(&hash(&[row]), Media::Csv), None);
    }

    #[test]
    fn hashes_as_postgres_does() {
        // SELECT substr(sha256('{"id":1}'), 1, 24)
        let tag = row_tag(&hash(&[b"{\"id\":1}"]), Media::Json).unwrap();
        let literal = rows(&tag);
        assert_eq!(literal, r#"{"\\x037c9214eef74cc3887f3a4f085b4e17d76280dafd273b0e"}"#);
    }

    #[test]
    fn takes_for_rows_only_what_is_a_strong_tag_of_one() {
        let tag = row_tag(&hash(&[b"x"]), Media::Json).unwrap();
        let coded = tag.replace(".a\"", ".a-gzip\"");
        assert_eq!(rows(&coded), rows(&tag));
        let both = format!("{tag}, {coded}");
        assert_eq!(rows(&both).matches("\\\\x").count(), 2);
        for none in [
            format!("W/{tag}"),
            tag.replace(".a", ""),
            tag.replace(".a", ".z"),
            "\"x\"".to_owned(),
            "\"'; DROP TABLE x; --.a\"".to_owned(),
            "*".to_owned(),
        ] {
            assert_eq!(rows(&none), "{}", "{none}");
        }
    }

    #[test]
    fn an_answer_not_modified_has_no_body_and_nothing_about_it() {
        let mut response = Response::new(200);
        for (name, value) in [
            ("Content-Type", "application/json"),
            ("Content-Range", "0-0/*"),
            ("Content-Location", "/film"),
            ("Vary", "Accept"),
            ("Cache-Control", "max-age=1"),
            ("etag", "\"x\""),
        ] {
            response.header(name, value);
        }
        response.body = b"[]".to_vec();
        not_modified(&mut response, "\"y\"");
        assert_eq!(
            response.headers,
            "Content-Location: /film\nVary: Accept\nCache-Control: max-age=1\nETag: \"y\"\n"
        );
        assert_eq!((response.status, response.body.len()), (304, 0));
    }
}
