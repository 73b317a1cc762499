//! CSV bodies (RFC 4180). The field `NULL` is null.

use crate::error::ApiError;
use crate::limits;

/// The lines of a body; empty ones are left out.
///
/// # Errors
/// PGRST102 (400) if the body is not text; of a line, if a quote is not closed or stands inside a plain field, or the
/// line has more than [`limits::JSON_KEYS`] fields.
pub fn lines(
    body: &[u8],
) -> Result<impl Iterator<Item = Result<Vec<Option<String>>, ApiError>>, ApiError> {
    let text = std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'));
    let text = text.ok_or_else(|| ApiError::bad_body("The csv is not text in UTF-8"))?;
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['\r', '\n']);
        if rest.is_empty() {
            return None;
        }
        let read = line(&mut rest);
        if read.is_err() {
            rest = "";
        }
        Some(read)
    }))
}

fn line(rest: &mut &str) -> Result<Vec<Option<String>>, ApiError> {
    let mut fields = Vec::new();
    loop {
        if fields.len() == limits::JSON_KEYS {
            return Err(ApiError::bad_body("The csv has too many fields in a line"));
        }
        let field = field(rest).ok_or_else(|| ApiError::bad_body("Empty or invalid csv"))?;
        fields.push((field != "NULL").then_some(field));
        if let Some(after) = rest.strip_prefix(',') {
            *rest = after;
        } else {
            // The end of the line, which the next one skips.
            return Ok(fields);
        }
    }
}

/// One field, up to the comma or line end after it.
fn field(rest: &mut &str) -> Option<String> {
    let Some(mut inner) = rest.strip_prefix('"') else {
        let (plain, after) = rest.split_at(rest.find([',', '\r', '\n']).unwrap_or(rest.len()));
        *rest = after;
        return (!plain.contains('"')).then(|| plain.to_owned());
    };
    let mut field = String::new();
    loop {
        let (part, after) = inner.split_once('"')?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                inner = more;
            }
            None => {
                *rest = after;
                let ends = after.is_empty() || after.starts_with([',', '\r', '\n']);
                return ends.then_some(field);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn read(text: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        super::lines(text.as_bytes())
            .and_then(Iterator::collect)
            .map_err(|error: crate::error::ApiError| error.message)
    }

    #[test]
    fn reads_quotes_line_ends_and_null() {
        let cell = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("a,b\r\n\"x, \"\"y\"\"\nz\",NULL\n\n,\"NULL\"\n"),
            Ok(vec![
                vec![cell("a"), cell("b")],
                vec![cell("x, \"y\"\nz"), None],
                vec![cell(""), None],
            ])
        );
        assert_eq!(read("\u{feff}a"), Ok(vec![vec![cell("a")]]));
        assert_eq!(read("a,"), Ok(vec![vec![cell("a"), cell("")]]));
        assert_eq!(read("\r\n"), Ok(vec![]));
    }

    #[test]
    fn refuses_quotes_out_of_place() {
        for text in ["\"a", "a\"b", "\"a\"b", "a,\"", "\"\"\"", "a\nb,\"c"] {
            assert_eq!(read(text), Err("Empty or invalid csv".to_owned()), "{text}");
        }
        assert!(super::lines(b"a\xff").is_err());
        assert!(super::lines(b"a\0").is_err());
        assert!(read(&",".repeat(crate::limits::JSON_KEYS)).is_err());
    }
}
