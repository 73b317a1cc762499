//! What a comment in the database says in a description: a line, a text, examples.

/// A comment taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comment<'c> {
    /// The first line.
    pub summary: Option<&'c str>,
    /// The rest, without the empty lines before it; empty if there is none.
    pub rest: Option<&'c str>,
}

/// Splits at the first line break.
pub fn split(comment: Option<&str>) -> Comment<'_> {
    let Some(comment) = comment else { return Comment::default() };
    let (summary, rest) = comment.split_once('\n').unwrap_or((comment, ""));
    Comment { summary: Some(summary), rest: Some(rest.trim_start_matches('\n')) }
}

/// Parts a comment from its lines `example: …`, in any case: values as JSON, or else as text.
pub fn examples(comment: Option<&str>) -> (Option<String>, Vec<serde_json::Value>) {
    let Some(comment) = comment else { return (None, Vec::new()) };
    let mut text = Vec::new();
    let mut examples = Vec::new();
    for line in comment.lines() {
        let example = line.trim().split_once(':').filter(|(word, _)| {
            word.eq_ignore_ascii_case("example") || word.eq_ignore_ascii_case("@example")
        });
        match example {
            Some((_, value)) => {
                let value = value.trim();
                examples.push(serde_json::from_str(value).unwrap_or_else(|_| value.into()));
            }
            None => text.push(line),
        }
    }
    let text = text.join("\n").trim().to_owned();
    ((!text.is_empty()).then_some(text), examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_summary() {
        let of = |text| {
            let Comment { summary, rest } = split(Some(text));
            (summary.unwrap(), rest.unwrap())
        };
        assert_eq!(of("one"), ("one", ""));
        assert_eq!(of("one\ntwo\n\nthree"), ("one", "two\n\nthree"));
        assert_eq!(of("one\n\n\ntwo"), ("one", "two"));
        assert_eq!(of("\ntwo"), ("", "two"));
        assert_eq!(split(None), Comment::default());
    }

    #[test]
    fn examples_are_lines_of_their_own() {
        let (text, values) = examples(Some("Year.\nExample: 1984\nexample: abc\nMore: x"));
        assert_eq!(text.as_deref(), Some("Year.\nMore: x"));
        assert_eq!(values, [serde_json::json!(1984), serde_json::json!("abc")]);
        assert_eq!(examples(Some("example: 1")), (None, vec![serde_json::json!(1)]));
        assert_eq!(examples(None), (None, vec![]));
    }
}
