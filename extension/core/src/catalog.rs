//! What the planner knows of the database: plain values, read from the catalog by the shell.

pub mod overview;

use overview::Overview;
use std::rc::Rc;

/// An object id of Postgres.
pub type Oid = u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationKind {
    Table,
    Partitioned,
    View,
    MaterializedView,
    Foreign,
}

/// A table or view that a request can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    /// In order of the table; dropped columns are left out.
    pub columns: Vec<Column>,
    /// Of a view: the tables whose columns it shows.
    pub bases: Vec<Base>,
    /// Names of the primary key's columns, in key order; empty if there is none. A view of one table has the table's, if
    /// it shows all of it.
    pub primary_key: Vec<String>,
    /// What the relation itself allows (views: by rule, trigger or being simple), grants apart.
    pub insertable: bool,
    pub updatable: bool,
    pub deletable: bool,
    pub comment: Option<String>,
}

impl Relation {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// A table some of whose columns a view shows as they are, under names of its own, by way of other views or not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Base {
    pub schema: String,
    pub name: String,
    /// `(the table's column, the view's)`
    pub columns: Vec<(String, String)>,
}

impl Base {
    /// The view's names of the table's columns; `None` unless it shows them all.
    pub fn shown(&self, columns: &[String]) -> Option<Vec<String>> {
        let shown = |name: &String| {
            self.columns.iter().find(|(own, _)| own == name).map(|(_, shown)| shown.clone())
        };
        columns.iter().map(shown).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub ty: Type,
    pub not_null: bool,
    pub has_default: bool,
    /// The default as `pg_get_expr` prints it, of an identity column `nextval('…'::regclass)`; `None` if there is none or
    /// the column is generated. Only `Prefer: missing=default` on bulk inserts puts it into SQL.
    pub default: Option<String>,
    /// GENERATED ALWAYS AS (…) STORED, or GENERATED ALWAYS AS IDENTITY.
    pub generated: bool,
}

/// A type as a column or argument has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    pub oid: Oid,
    /// As `format_type` prints it, usable in a cast: `character varying(160)`, `public."Odd"`.
    pub sql: String,
    pub kind: TypeKind,
    /// The element's kind of an array, or the base type's kind of a domain; `None` otherwise.
    pub element: Option<TypeKind>,
    /// Of a domain that is shown otherwise than it is stored.
    pub casts: Option<Rc<Casts>>,
}

/// Implicit casts by function that a domain has from and to what requests and answers are made of: schema and name of
/// each function. Postgres itself ignores casts of domains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Casts {
    pub to_json: Option<(String, String)>,
    pub from_json: Option<(String, String)>,
    pub from_text: Option<(String, String)>,
}

/// Kinds that planning or encoding treats apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeKind {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Text,
    Varchar,
    Bpchar,
    Name,
    Uuid,
    Json,
    Jsonb,
    Date,
    Timestamp,
    TimestampTz,
    Bytea,
    Tsvector,
    Xml,
    Enum,
    Array,
    Composite,
    Domain,
    Range,
    Void,
    Record,
    /// Any other base type: its text form, quoted, is its JSON, unless it has a cast to json.
    Other,
}

/// A foreign key between two relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    pub constraint: String,
    pub from_schema: String,
    pub from_table: String,
    pub from_columns: Vec<String>,
    pub to_schema: String,
    pub to_table: String,
    pub to_columns: Vec<String>,
    /// `from_columns` are unique as a whole (a primary key or unique constraint): one-to-one.
    pub from_unique: bool,
    /// `from_columns` are part of the primary key of `from_table`: it may be a junction.
    pub from_in_primary_key: bool,
}

/// What only some writes ask of a table. Read apart from [`Relation`], so that other requests do not pay for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WriteFacts {
    /// Unique indexes that a conflict can be found by: valid, and not deferrable.
    pub unique: Vec<UniqueIndex>,
    /// A trigger may change a row, or leave it out, before it is inserted; so may a view.
    pub before_insert: bool,
    /// Columns whose default is the next number of a sequence that only rises: serial and identity.
    pub rising: Vec<String>,
}

/// A unique index, of a constraint or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueIndex {
    pub name: String,
    pub keys: Vec<IndexKey>,
    /// All columns that the keys name or compute with.
    pub columns: Vec<String>,
    /// As `pg_get_expr` prints it.
    pub predicate: Option<String>,
    /// All keys are columns that are never null.
    pub not_null: bool,
}

impl UniqueIndex {
    /// The keys' names, if all are columns.
    pub fn plain(&self) -> Option<Vec<&str>> {
        self.keys.iter().map(IndexKey::column).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    Column(String),
    /// As `pg_get_indexdef` prints it.
    Expression(String),
}

impl IndexKey {
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Column(name) => Some(name),
            Self::Expression(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Volatility {
    Immutable,
    Stable,
    Volatile,
}

/// An argument that a caller gives (modes IN, INOUT, VARIADIC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Empty if the argument has no name.
    pub name: String,
    pub ty: Type,
    pub has_default: bool,
    pub variadic: bool,
}

/// What a function gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Returns {
    Void,
    /// A single value of a base, array, enum or domain type.
    Scalar(Type),
    /// A row of a relation or composite type, named so that filters and embeds work on it.
    Relation {
        schema: String,
        name: String,
    },
    /// OUT, INOUT or TABLE columns, or `record` (then empty: columns unknown).
    Columns(Vec<Column>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    pub arguments: Vec<Argument>,
    pub returns: Returns,
    /// SETOF or TABLE.
    pub set: bool,
    pub volatility: Volatility,
    /// `CREATE FUNCTION … SET`: name and value, as written.
    pub settings: Vec<(String, String)>,
    pub comment: Option<String>,
}

/// A function whose only argument is a row of a relation: a computed field, or a computed relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFunction {
    pub schema: String,
    pub name: String,
    /// The type of the field, where it is one.
    pub ty: Type,
    /// The relation whose rows it gives: schema and name.
    pub relation: Option<(String, String)>,
    /// SETOF.
    pub set: bool,
    /// It gives one row at most: no SETOF, or ROWS 1.
    pub single: bool,
}

/// An aggregate that makes a media type of rows: it returns a domain of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaHandler {
    pub schema: String,
    pub name: String,
    /// The media type as the domain is called.
    pub media: String,
    /// Schema and name of the relation whose rows it takes; `None` if it takes any.
    pub of: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AggregateKind {
    Normal,
    /// Its first arguments come before the rows: `percentile_cont(0.5) WITHIN GROUP (ORDER BY …)`.
    OrderedSet,
}

/// One overload of an aggregate that the caller may execute. (Hypothetical-set ones are left out.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    pub schema: String,
    pub name: String,
    pub kind: AggregateKind,
    /// All arguments, in the order of its declaration.
    pub arguments: Vec<Type>,
    /// How many of them come before the rows, of an ordered-set one.
    pub direct: usize,
}

impl Aggregate {
    /// Its arguments beside the first one that it aggregates.
    pub fn values(&self) -> &[Type] {
        match self.kind {
            AggregateKind::Normal => self.arguments.get(1..).unwrap_or_default(),
            AggregateKind::OrderedSet => self.arguments.get(..self.direct).unwrap_or_default(),
        }
    }
}

/// Looks names up; every answer is what the catalog says now (the shell keeps and drops answers by Postgres's own
/// invalidation). Names that the caller may not see are left out of `*_names`.
pub trait Catalog {
    fn relation(&self, schema: &str, name: &str) -> Option<Rc<Relation>>;
    /// All foreign keys from or to the relation.
    fn foreign_keys(&self, relation: &Relation) -> Rc<Vec<ForeignKey>>;
    /// Of a view: none but that its rows may be changed before they are inserted.
    fn write_facts(&self, relation: &Relation) -> Rc<WriteFacts>;
    /// All overloads, in no particular order.
    fn functions(&self, schema: &str, name: &str) -> Rc<Vec<Function>>;
    /// All functions over the relation's row type, of any schema.
    fn row_functions(&self, _relation: &Relation) -> Rc<Vec<RowFunction>> {
        Rc::default()
    }
    /// Views of any schema that show columns of this table, by way of other views or not.
    fn views_of(&self, _table: &Relation) -> Vec<Rc<Relation>> {
        Vec::new()
    }
    /// Whether the caller may use the relation in any way: what an error may tell of it.
    fn may_see(&self, _relation: &Relation) -> bool {
        true
    }
    /// Whether the caller may call the function.
    fn may_call(&self, _function: &Function) -> bool {
        true
    }
    /// Names for hints only; bounded by the shell.
    fn relation_names(&self, schema: &str) -> Rc<Vec<String>>;
    /// Those of them about as long as `wanted`: no other could be a slip of it.
    fn relation_names_like(&self, schema: &str, wanted: &str) -> Rc<Vec<String>> {
        let _ = wanted;
        self.relation_names(schema)
    }
    fn function_names(&self, schema: &str) -> Rc<Vec<String>>;

    /// All of a schema for a description, read anew by one query: what the current role may use, or everything. `routes`
    /// are functions beyond the schema that routes name, `(schema, name)`.
    fn overview(&self, schema: &str, everything: bool, routes: &[(String, String)]) -> Overview {
        let _ = (everything, routes);
        Overview { schema: schema.to_owned(), ..Overview::default() }
    }
    /// The aggregates that make the media type `name` (in lower case) or, by a domain `*/*`, any.
    fn media_handlers(&self, _name: &str) -> Rc<Vec<MediaHandler>> {
        Rc::default()
    }
    /// Whether any handler may make JSON in our place.
    fn json_is_open(&self) -> bool {
        false
    }
    /// Whether the current role was granted to see plans.
    fn may_explain(&self) -> bool {
        false
    }
    /// Aggregates of that name in pg_catalog and in the schemas that the request looks names up in, in that order, which
    /// the current role may execute.
    fn aggregates(&self, name: &str) -> Vec<Aggregate>;
    /// Names of the users' own, for hints only.
    fn aggregate_names(&self) -> Vec<String>;
}
