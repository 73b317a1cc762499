//! The seam between the stages: what a request asks for without its values ([`Shape`]: the key under which its
//! statement is kept), and what a compiled request is ([`Compiled`]).

mod aggregate;
mod keyset;

pub use aggregate::{AggregateArgument, AggregateCall, Distinct, Having};
pub use keyset::{Keyset, Page, Position};

use super::accept::Wanted;
use crate::catalog::Relation;
use std::any::Any;
use std::cell::OnceCell;
use std::rc::Rc;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// GET or HEAD on a relation.
    Read,
    /// POST on a relation: insert, or upsert if `Write::resolution` says so.
    Insert,
    /// PATCH.
    Update,
    /// PUT: upsert of one row by primary key.
    Put,
    Delete,
    /// `/rpc/name`.
    Call,
}

/// All that decides the SQL text and the form of the answer; values apart. Kept as cache key, so bounded and owned.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    pub verb: Verb,
    pub schema: String,
    pub target: String,
    pub query: Query,
    pub range: Range,
    pub write: Write,
    pub call: Call,
    pub returning: Returning,
    pub count: Option<Count>,
    pub form: Form,
    /// What the plan settles about the media type.
    pub wanted: Wanted,
}

/// The parsed query string. Values are lifted out: a literal is an index into [`Parsed::values`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Query {
    pub select: Vec<SelectItem>,
    /// Top-level conditions, joined by AND.
    pub filters: Vec<Filter>,
    pub order: Vec<Order>,
    /// `having=`: conditions on groups, joined by AND.
    pub having: Vec<Having>,
    pub distinct: Option<Distinct>,
    /// `cursor=`, or `Prefer: page=keyset`; of the root of a read only.
    pub keyset: Option<Keyset>,
    /// `columns=`, if given.
    pub columns: Option<Vec<String>>,
    /// `on_conflict=`.
    pub on_conflict: Vec<String>,
}

/// One item of `select=`. An empty list means `*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SelectItem {
    /// `*`
    All,
    Column(SelectColumn),
    Embed(Embed),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SelectColumn {
    /// `None` for a bare `count()`.
    pub field: Option<Field>,
    pub alias: Option<String>,
    /// `::type`, as written.
    pub cast: Option<String>,
    /// `.sum()` …
    pub aggregate: Option<Box<AggregateCall>>,
}

/// A column with an optional JSON path: `meta->a->>b`, `meta->0`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    pub name: String,
    pub path: Vec<JsonStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonStep {
    /// `->>` (true) or `->`.
    pub text: bool,
    pub key: JsonKey,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JsonKey {
    Name(String),
    /// What reads as an integer and is not quoted; from the end if negative.
    Index(i32),
}

/// `alias:target!hint!inner(select…)` with what the query string says of it under its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Embed {
    pub alias: Option<String>,
    /// A relation, or a foreign-key column or constraint, by name.
    pub target: String,
    /// `!hint`.
    pub hint: Option<String>,
    pub join: Join,
    /// `...target(…)`.
    pub spread: bool,
    /// `select`, and the filters, order and range whose parameters are prefixed with this embed's name.
    pub query: Query,
    pub range: Range,
}

impl Embed {
    /// Whether the answer has it: `actor()` only filters or orders, and so does `actor(film())`.
    pub fn shows(&self) -> bool {
        self.query.select.iter().any(|item| match item {
            SelectItem::Embed(embed) => embed.shows(),
            SelectItem::All | SelectItem::Column(_) => true,
        })
    }

    /// What the request calls it: its alias, else its target.
    pub fn name(&self) -> &str {
        self.alias.as_ref().unwrap_or(&self.target)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Join {
    #[default]
    Left,
    Inner,
}

/// A condition, or a tree of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// `and(…)`, `or(…)`, negated or not.
    Tree {
        negated: bool,
        or: bool,
        parts: Vec<Filter>,
    },
    Test {
        field: Field,
        negated: bool,
        test: Test,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Test {
    /// `eq`, `gt`, `like` …; with `any`/`all`, the value is an array literal.
    Compare { op: CompareOp, quantifier: Option<Quantifier>, value: Value },
    /// `in.(a,b)`: all elements in one array value.
    In(Value),
    /// `is.null` …; part of the shape.
    Is(Is),
    /// `fts(english).term` …
    FullText { op: FullText, config: Option<Value>, value: Value },
}

/// An index into [`Parsed::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(pub u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
    Like,
    Ilike,
    Match,
    Imatch,
    IsDistinct,
    Contains,
    Contained,
    Overlaps,
    /// `<<`, `>>`, `&<`, `&>`, `-|-`
    StrictlyLeft,
    StrictlyRight,
    NotExtendRight,
    NotExtendLeft,
    Adjacent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    Any,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Is {
    Null,
    NotNull,
    True,
    False,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FullText {
    Plain,
    Phrase,
    Web,
    Raw,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    /// Of this relation, or of the to-one embed named here.
    pub relation: Option<String>,
    pub field: Field,
    /// `amount.sum()`: of this, rather than of `field`.
    pub aggregate: Option<Box<SelectColumn>>,
    pub descending: bool,
    pub nulls_first: Option<bool>,
}

/// Rows asked for. The limit is part of the shape (a plan for 20 rows is another than one for all); an offset is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Range {
    pub limit: Option<u64>,
    /// An offset above 0 is given, as a value.
    pub offset: Option<Value>,
}

/// What a write carries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Write {
    pub payload: Payload,
    /// Columns that are written: `columns=`, else the keys of the body; sorted unless from `columns=`.
    pub columns: Vec<String>,
    /// Columns of `columns=` that a single object ([`Payload::Object`], [`Payload::Empty`]) leaves out under
    /// `missing=default`: written as DEFAULT, and not in `columns`.
    pub defaults: Vec<String>,
    pub resolution: Option<Resolution>,
    /// Of a PATCH with an array: the columns, among `columns`, whose values say which row an element updates.
    pub keys: Vec<String>,
    /// `Prefer: missing=default`.
    pub missing_default: bool,
    /// Each row written must come back to be counted (`howdah.max_touched`).
    pub counted: bool,
    /// What must be so of the rows touched (If-Match, If-None-Match).
    pub condition: Option<Condition>,
    /// Of a nested insert: what the members of the body's objects are.
    pub nested: Option<Box<Level>>,
    /// The row count must be known before the answer: rows above this are an error (value), or none.
    pub max_affected: bool,
}

/// The objects at one place of a nested body: the root's, those of its `lines`, those of their `product` …
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Level {
    /// Columns, sorted, each with whether some object lacks it.
    pub columns: Vec<(String, bool)>,
    /// There is one object in the whole body, or none.
    pub one: bool,
    pub on_conflict: Vec<String>,
    pub children: Vec<Child>,
}

/// A member that holds the rows of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Child {
    pub key: String,
    /// As in an embed.
    pub target: String,
    pub hint: Option<String>,
    pub level: Level,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Payload {
    #[default]
    None,
    /// One object (or an array of one, or one line of CSV), its members already split: each written column is [`Param::Field`] n, as text, or
    /// [`Param::FieldJson`] n, as JSON, whichever its type reads.
    Object,
    /// A JSON array of objects, bound whole: [`Param::Body`]. For PATCH only with `Write::keys`, and never for PUT.
    Array,
    /// `{}` or `[{}]`: DEFAULT VALUES. An empty array writes nothing and needs no statement of ours, nor does a PATCH
    /// without columns: neither reaches the planner.
    Empty,
}

/// What a conditional write wants of the rows that it touches; otherwise it does nothing at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `If-Match: *`: they are there.
    Exists,
    /// `If-Match: "…"`: each has one of the tags of [`Param::Tags`].
    Match,
    /// `If-None-Match: *`: none is there yet.
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    MergeDuplicates,
    IgnoreDuplicates,
}

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Call {
    pub kind: CallKind,
    /// Names given, sorted; a name given several times in a query is here as often, in order of its values (a variadic
    /// argument takes all, another one the last).
    pub arguments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CallKind {
    /// Arguments from the query string (`query::arguments`): [`Param::Argument`] n, as text.
    #[default]
    Query,
    /// Arguments are members of one JSON object: [`Param::Argument`] n holds each as text,
    /// [`Param::ArgumentJson`] n as JSON, whichever its type reads. [`Param::Body`] holds the whole: a function with a
    /// single unnamed json argument takes it if no overload has these names.
    Json,
    /// The raw body is the only, unnamed argument: [`Param::Body`]. The media type decides which type it may have.
    Raw(RawKind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RawKind {
    Json,
    Text,
    /// The body is bound as `\x…`, as bytea reads it.
    Bytea,
    Xml,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Returning {
    #[default]
    Minimal,
    HeadersOnly,
    Representation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Count {
    Exact,
    Planned,
    Estimated,
}

/// How rows become a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `[{…}, \n {…}]`, as json_agg prints it.
    Array {
        strip_nulls: bool,
    },
    /// `{…}`: the first row; the row count decides whether that is an error.
    Object {
        strip_nulls: bool,
    },
    Csv,
    /// Values as they are, one after the other: text, xml, bytea, and what a handler in SQL has made.
    Raw,
    /// Values as they are, each on a line of its own: a plan.
    Lines,
    /// Rows are run through but nothing is encoded (HEAD, minimal).
    None,
}

/// A request, parsed: its shape and its values.
#[derive(Debug, Clone)]
pub struct Parsed<'a> {
    pub shape: Shape,
    /// Filter values and offsets in the order that the parser met them.
    pub values: Vec<String>,
    /// Values of the written columns ([`Param::Field`]), aligned with `Write::columns`; `None` is SQL null.
    pub fields: Vec<Option<String>>,
    /// The same as JSON text ([`Param::FieldJson`]), for json, array and composite columns; strings keep their quotes.
    pub fields_json: Vec<Option<std::borrow::Cow<'a, str>>>,
    /// Values of the call's arguments ([`Param::Argument`]), aligned with `Call::arguments`; `None` is SQL null.
    pub arguments: Vec<Option<String>>,
    /// The same as JSON text ([`Param::ArgumentJson`]); empty unless the call is [`CallKind::Json`].
    pub arguments_json: Vec<Option<std::borrow::Cow<'a, str>>>,
    /// [`Param::Body`].
    pub body: std::borrow::Cow<'a, [u8]>,
    /// [`Param::Tags`]: hashes of rows as a literal of bytea[].
    pub tags: String,
    /// The bound of `max-affected`.
    pub max_affected: Option<u64>,
    /// Elements of the body, if each updates a row of its own.
    pub elements: Option<u64>,
}

/// Where a statement's parameter comes from. All values are text, read by the input function of the type that Postgres
/// infers for `$n` (so `"id" = $1` takes the column's type, as a literal would).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param {
    Value(Value),
    /// A field as text: strings unquoted, numbers, booleans, arrays and objects as JSON writes them.
    Field(u16),
    /// The tags of `If-Match`.
    Tags,
    /// A field as JSON text.
    FieldJson(u16),
    /// A field that is a JSON array, as array literal (`query::array::from_json` of its JSON text).
    FieldArray(u16),
    /// An argument as text, like a field.
    Argument(u16),
    /// An argument as JSON text (calls with a JSON object only).
    ArgumentJson(u16),
    /// An argument that is a JSON array, as array literal.
    ArgumentArray(u16),
    Body,
}

/// A request, compiled: kept per (role, shape) until the catalog changes.
#[derive(Debug)]
pub struct Compiled {
    pub main: Statement,
    /// `select count(*)` of the same rows without limit, for `count=exact|estimated` (estimated: counts no further than
    /// `rest.max_rows` + 1).
    pub count: Option<Statement>,
    /// The same rows as `select 1 …`, for `count=planned|estimated`: never run, only asked the planner about.
    pub estimate: Option<Statement>,
    /// The relation read or written, if any.
    pub relation: Option<Rc<Relation>>,
    /// The rows are a single scalar, a void, or rows: decides the answer's form for calls.
    pub result: ResultKind,
    /// [`crate::catalog::Function::settings`] of the function called.
    pub function_settings: Vec<(String, String)>,
    /// What the plan has settled about the media type, if that was left to it.
    pub media: Option<Settled>,
}

/// A media type that took the catalog to be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub content_type: std::borrow::Cow<'static, str>,
    /// Exactly one row.
    pub single: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// Rows of named columns.
    Rows,
    /// One row of named columns that is no set: `{…}`, or `null`.
    SingleRow,
    /// One unnamed value: `3`.
    Scalar,
    /// A set of unnamed values: `[1,2]`.
    Scalars,
    Void,
}

/// One SQL statement with the recipe of its parameters.
pub struct Statement {
    pub sql: String,
    pub params: Vec<Param>,
    /// Ask for the generic plan (equality and key tests, no range or pattern whose value decides the plan).
    pub generic: bool,
    pub form: Form,
    pub result: ResultKind,
    /// Trailing columns that are not encoded: the shell returns their values in [`Outcome`].
    pub hidden: Vec<Hidden>,
    /// Its rows are a keyset page.
    pub page: Option<Page>,
    /// It writes.
    pub writes: bool,
    /// The shell's kept plan.
    pub prepared: OnceCell<Box<dyn Any>>,
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement")
            .field("sql", &self.sql)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// A trailing column that carries no part of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing: the row is there to be counted.
    Touched,
    /// bigint: the rows that the write should have touched; of the first row into [`Outcome::expected`].
    Expected,
    /// text: the hash of the row as written, in hex; of the first row into [`Outcome::tag`].
    Tag,
    /// bool: this row was inserted, not merged; counted into [`Outcome::inserted`].
    Inserted,
    /// text: a primary key value, for Location; of the first row into [`Outcome::keys`].
    Key,
    /// text: null, or what the statement found that it must not do; the first one into [`Outcome::fault`].
    Fault,
    /// bigint: the rows that a handler in SQL has put together, for [`Outcome::rows`].
    Rows,
    /// bigint: those of them that were inserted, for [`Outcome::inserted`].
    InsertedRows,
    /// text: the row's value in a term of the order, for cursors; of the first row into [`Outcome::keys`], of the last into
    /// [`Outcome::last`].
    Cursor,
    /// bool: there is another page before this one; into [`Outcome::more`].
    More,
    /// bigint, the same in each row: all rows that there are without limit, for [`Outcome::total`].
    Total,
}

/// What running a statement gave, beside the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows returned or affected.
    pub rows: u64,
    pub inserted: u64,
    pub expected: Option<u64>,
    pub tag: Option<String>,
    pub keys: Vec<Option<String>>,
    /// What was done must be undone.
    pub fault: Option<String>,
    /// Of a keyset page.
    pub last: Vec<Option<String>>,
    pub more: bool,
    /// All rows, where the statement has counted them itself.
    pub total: Option<u64>,
}
