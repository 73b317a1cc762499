//! Where a token's payload names the role: JSONPath (RFC 9535), `$.app_metadata.roles[?search(@, "^app_")]`, or the dialect's
//! older paths, `.roles[?(@ ^== "app_")]`. The first node that the path selects is the claim.

mod parse;
#[cfg(test)]
mod tests;

use regex_lite::Regex;
use serde_json::Value;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A parsed path. The default is `$.role`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimPath(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Segment {
    /// `..`: of the value and of all within it.
    descendant: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Selector {
    Name(String),
    /// From the end if negative.
    Index(i64),
    Wildcard,
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: i64,
    },
    Filter(Test),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    /// The query selects something.
    Exists(Query),
    Compare(Operand, Op, Operand),
    Matches(Operand, Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Op {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `^==`, `==^`, `*==` of the older paths, between strings.
    Starts,
    Ends,
    Contains,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Operand {
    Literal(Value),
    Query(Query),
}

/// `@…` (of the item that is tested) or `$…` (of the whole).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Query {
    root: bool,
    segments: Vec<Segment>,
}

/// A regular expression that takes linear time whatever it is; two are the same if they are written the same.
#[derive(Debug, Clone)]
struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl Default for ClaimPath {
    fn default() -> Self {
        let role = Selector::Name("role".to_owned());
        Self(vec![Segment { descendant: false, selectors: vec![role] }])
    }
}

impl ClaimPath {
    /// Parses a JSONPath (RFC 9535), in which `search()` and `match()` are the only functions and `."any name"` is let through,
    /// or, if it begins with a dot, an older path of the dialect: keys, indexes and one filter at the end, with `==`, `!=`,
    /// `^==`, `==^` or `*==`. At most 16 segments, 8 levels of parentheses and 256 bytes.
    ///
    /// # Errors
    /// What is wrong with the path, for whoever sets it.
    ///
    /// # Examples
    /// ```
    /// use howdah_core::claim_path::ClaimPath;
    /// let claims = serde_json::json!({"app_metadata": {"roles": ["guest", "app_editor"]}});
    /// let found = |path| ClaimPath::parse(path).unwrap().find(&claims).cloned();
    /// assert_eq!(found("$.app_metadata.roles[-1]").unwrap(), "app_editor");
    /// assert_eq!(found(r#"$.app_metadata.roles[?search(@, "^app_")]"#).unwrap(), "app_editor");
    /// assert_eq!(found(r#".app_metadata.roles[?(@ ^== "app_")]"#).unwrap(), "app_editor");
    /// assert!(ClaimPath::parse("role").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        parse::path(text).map(Self)
    }

    /// The first value at this path.
    #[must_use]
    pub fn find<'v>(&self, claims: &'v Value) -> Option<&'v Value> {
        first(&self.0, claims, claims)
    }
}

/// The first node of a path: that of the first value which the first segment selects and in which the rest finds one.
fn first<'v>(segments: &[Segment], value: &'v Value, root: &'v Value) -> Option<&'v Value> {
    let Some((segment, rest)) = segments.split_first() else { return Some(value) };
    let here =
        || segment.selectors.iter().find_map(|selector| selected(selector, rest, value, root));
    if !segment.descendant {
        return here();
    }
    // Nesting is bounded where the token was parsed.
    here().or_else(|| children(value).find_map(|child| first(segments, child, root)))
}

fn children(value: &Value) -> Box<dyn DoubleEndedIterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}

fn selected<'v>(
    selector: &Selector,
    rest: &[Segment],
    value: &'v Value,
    root: &'v Value,
) -> Option<&'v Value> {
    let go = |child: &'v Value| first(rest, child, root);
    match selector {
        Selector::Name(name) => value.as_object()?.get(name).and_then(go),
        Selector::Index(index) => {
            let items = value.as_array()?;
            items.get(position(*index, items.len())?).and_then(go)
        }
        Selector::Wildcard => children(value).find_map(go),
        Selector::Slice { from, to, step } => {
            let items = value.as_array()?;
            slice(*from, *to, *step, items.len()).find_map(|at| items.get(at).and_then(go))
        }
        Selector::Filter(test) => {
            children(value).filter(|child| holds(test, child, root)).find_map(go)
        }
    }
}

/// Where an index is, from the end if it is negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { length.checked_add(index)? } else { index }).ok()
}

/// The places of `from:to:step` (RFC 9535, 2.3.4.2.2).
fn slice(
    from: Option<i64>,
    to: Option<i64>,
    step: i64,
    length: usize,
) -> Box<dyn Iterator<Item = usize>> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let real = |n: i64| if n < 0 { n.saturating_add(length) } else { n };
    let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX).max(1);
    let places: Box<dyn Iterator<Item = i64>> = if step > 0 {
        let from = real(from.unwrap_or(0)).clamp(0, length);
        let to = real(to.unwrap_or(length)).clamp(0, length);
        Box::new((from..to).step_by(by))
    } else if step < 0 {
        let from = from.map_or(length - 1, real).clamp(-1, length - 1);
        let to = to.map_or(-1, real).clamp(-1, length - 1);
        Box::new((to + 1..=from).rev().step_by(by))
    } else {
        Box::new(std::iter::empty())
    };
    Box::new(places.filter_map(|n| usize::try_from(n).ok()))
}

fn holds(test: &Test, item: &Value, root: &Value) -> bool {
    match test {
        Test::Any(tests) => tests.iter().any(|test| holds(test, item, root)),
        Test::All(tests) => tests.iter().all(|test| holds(test, item, root)),
        Test::Not(test) => !holds(test, item, root),
        Test::Exists(query) => asked(query, item, root).is_some(),
        Test::Compare(left, op, right) => {
            compare(operand(left, item, root), *op, operand(right, item, root))
        }
        Test::Matches(value, pattern) => operand(value, item, root)
            .and_then(Value::as_str)
            .is_some_and(|s| pattern.0.is_match(s)),
    }
}

fn asked<'v>(query: &Query, item: &'v Value, root: &'v Value) -> Option<&'v Value> {
    first(&query.segments, if query.root { root } else { item }, root)
}

fn operand<'v>(operand: &'v Operand, item: &'v Value, root: &'v Value) -> Option<&'v Value> {
    match operand {
        Operand::Literal(value) => Some(value),
        Operand::Query(query) => asked(query, item, root),
    }
}

/// As RFC 9535, 2.3.5.2.2: nothing equals nothing; only numbers and only strings have an order.
fn compare(left: Option<&Value>, op: Op, right: Option<&Value>) -> bool {
    let equal = || match (left, right) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    };
    let order = || match (left?, right?) {
        (Value::Number(a), Value::Number(b)) => a.as_f64()?.partial_cmp(&b.as_f64()?),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    };
    let texts = || Some((left?.as_str()?, right?.as_str()?));
    match op {
        Op::Equal => equal(),
        Op::Unequal => !equal(),
        Op::Less => order() == Some(Ordering::Less),
        Op::Greater => order() == Some(Ordering::Greater),
        Op::LessOrEqual => equal() || order() == Some(Ordering::Less),
        Op::GreaterOrEqual => equal() || order() == Some(Ordering::Greater),
        Op::Starts => texts().is_some_and(|(a, b)| a.starts_with(b)),
        Op::Ends => texts().is_some_and(|(a, b)| a.ends_with(b)),
        Op::Contains => texts().is_some_and(|(a, b)| a.contains(b)),
    }
}
