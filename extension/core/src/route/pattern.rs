//! Patterns of paths: `/hello/{name}`, `/files/{path...}`.

use crate::limits;

/// Bytes of a pattern.
const LENGTH: usize = 512;
/// Bytes of a parameter's name: it becomes a function's argument (NAMEDATALEN - 1).
const NAME: usize = 63;

/// First segments (with the second, if given) that belong to Howdah itself.
const RESERVED: &[&[&str]] = &[
    &["rest", "v1"],
    &["auth", "v1"],
    &["storage", "v1"],
    &["realtime", "v1"],
    &["graphql", "v1"],
    &["hooks", "in"],
    &["live"],
    &["ready"],
    &["metrics"],
    &["openapi.json"],
    &["_"],
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Matched byte by byte with the decoded segment.
    Literal(String),
    /// One segment that is not empty.
    Parameter(String),
    /// Everything that is left, empty or not; last.
    Rest(String),
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    segments: Vec<Segment>,
}

impl Pattern {
    /// Compiles a pattern: `/`, then segments of letters, digits and `- . _ ~ ! @ + , ; = :`, or `{name}`, or at the end
    /// `{name...}`. Names are SQL-like: letters, digits, `_`; each once.
    ///
    /// # Errors
    /// What is wrong and what would be right, for whoever sets it.
    ///
    /// # Examples
    /// ```
    /// use howdah_core::route::Pattern;
    /// assert_eq!(Pattern::compile("/hello/{name}").unwrap().shape(), "/hello/{}");
    /// assert!(Pattern::compile("hello").is_err());
    /// ```
    pub fn compile(text: &str) -> Result<Self, String> {
        if text.len() > LENGTH {
            return Err(format!("a route's pattern has at most {LENGTH} bytes"));
        }
        let inner = text
            .strip_prefix('/')
            .ok_or_else(|| "a route's pattern starts with /, like /hello/{name}".to_owned())?;
        let parts: Vec<&str> = inner.split('/').collect();
        if parts.len() > limits::SEGMENTS {
            return Err(format!("a route's pattern has at most {} segments", limits::SEGMENTS));
        }
        let last = parts.len() - 1;
        let mut segments = Vec::new();
        let mut names = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let segment = segment(part, at == last)?;
            if let Segment::Parameter(name) | Segment::Rest(name) = &segment {
                if names.contains(name) {
                    return Err(format!("the parameter {{{name}}} is in the pattern twice"));
                }
                names.push(name.clone());
            }
            segments.push(segment);
        }
        Ok(Self { segments })
    }

    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter(name) | Segment::Rest(name) => Some(name.as_str()),
        })
    }

    /// The pattern without names. Patterns of equal shape match the same paths.
    #[must_use]
    pub fn shape(&self) -> String {
        self.segments.iter().fold(String::new(), |shape, segment| {
            shape
                + "/"
                + match segment {
                    Segment::Literal(text) => text,
                    Segment::Parameter(_) => "{}",
                    Segment::Rest(_) => "{...}",
                }
        })
    }

    /// The pattern with its names, as it is written.
    #[must_use]
    pub fn text(&self) -> String {
        self.segments.iter().fold(String::new(), |text, segment| match segment {
            Segment::Literal(literal) => text + "/" + literal,
            Segment::Parameter(name) => text + "/{" + name + "}",
            Segment::Rest(name) => text + "/{" + name + "...}",
        })
    }

    /// Whether it lies in a part of the tree that is Howdah's own.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        reserved(self.segments.iter().map(|segment| match segment {
            Segment::Literal(text) => text.as_str(),
            _ => "",
        }))
    }
}

/// Whether a path of these (decoded) segments is Howdah's own.
pub(super) fn reserved<'a>(segments: impl Iterator<Item = &'a str> + Clone) -> bool {
    RESERVED.iter().any(|prefix| {
        let mut segments = segments.clone();
        prefix.iter().all(|part| segments.next() == Some(part))
    })
}

fn segment(text: &str, last: bool) -> Result<Segment, String> {
    if let Some(name) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let (name, rest) = match name.strip_suffix("...") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let fits = name.len() <= NAME
            && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        return match (fits, rest, last) {
            (false, ..) => Err(format!(
                "cannot read the parameter {text}: its name is letters, digits and _, at most {NAME} bytes, like {{name}}"
            )),
            (true, true, false) => Err(format!("{text} must be the last segment of the pattern")),
            (true, true, true) => Ok(Segment::Rest(name.to_owned())),
            (true, false, _) => Ok(Segment::Parameter(name.to_owned())),
        };
    }
    if text.is_empty() && !last {
        return Err("the pattern has an empty segment: remove the doubled /".to_owned());
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~!@+,;=:".contains(&b);
    if text == "." || text == ".." || !text.bytes().all(fits) {
        return Err(format!(
            "cannot read the segment \"{}\": write letters, digits and - . _ ~, or a whole {{name}}",
            text.escape_debug()
        ));
    }
    Ok(Segment::Literal(text.to_owned()))
}
