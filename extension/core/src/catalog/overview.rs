//! A whole schema at once, as a description of the API needs it: plain values, read by one query.
//!
//! Planning looks names up one by one ([`super::Catalog`]); a description names everything, so it is read apart and never
//! kept longer than the document made of it.

use super::{Base, Oid};
use serde::Deserialize;

/// What one exposed schema has that the caller may use, with the types that it mentions.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Overview {
    pub schema: String,
    pub comment: Option<String>,
    /// The caller has USAGE on the schema, without which nothing in it answers.
    pub usage: bool,
    /// By name.
    pub relations: Vec<Relation>,
    /// By schema, name and oid: those of the schema, and those that routes name.
    pub functions: Vec<Function>,
    /// Every type that a column, argument or result is or is made of.
    pub types: Vec<Type>,
    /// Primary keys of all tables: views have those of their tables.
    pub keys: Vec<Key>,
    /// Foreign keys of one column.
    pub references: Vec<Reference>,
    /// Aggregates that make media types of rows, in any schema.
    #[serde(default)]
    pub handlers: Vec<Handler>,
    /// Of each view by its oid: the tables whose columns it shows. Filled in by the shell.
    #[serde(default)]
    pub bases: Vec<(Oid, Vec<Base>)>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Relation {
    pub oid: Oid,
    pub name: String,
    /// `pg_class.relkind`.
    pub kind: String,
    pub comment: Option<String>,
    /// What the relation itself allows, grants apart.
    pub insertable: bool,
    pub updatable: bool,
    pub deletable: bool,
    /// A view whose writes Postgres passes on to its only table.
    pub simple: bool,
    /// The caller's privileges on the whole relation.
    pub reads: bool,
    pub inserts: bool,
    pub updates: bool,
    pub deletes: bool,
    pub columns: Vec<Column>,
}

impl Relation {
    pub fn is_view(&self) -> bool {
        matches!(self.kind.as_str(), "v" | "m")
    }

    /// Any column may be read.
    pub fn readable(&self) -> bool {
        self.reads || self.columns.iter().any(|column| column.reads)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Column {
    pub name: String,
    pub comment: Option<String>,
    #[serde(rename = "type")]
    pub ty: Oid,
    /// As `format_type` prints it with its modifier, qualified unless built in.
    pub sql: String,
    /// Characters, or bits.
    pub max_length: Option<i64>,
    /// By itself or by its domain.
    pub not_null: bool,
    /// As `pg_get_expr` prints it, the column's or its domain's; `None` for generated and identity columns.
    pub default: Option<String>,
    /// Filled in when an insert leaves it out.
    pub filled: bool,
    /// Never written: GENERATED ALWAYS.
    pub generated: bool,
    pub reads: bool,
    pub inserts: bool,
    pub updates: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Function {
    pub schema: String,
    pub name: String,
    pub comment: Option<String>,
    /// SETOF or TABLE.
    pub set: bool,
    /// `pg_proc.provolatile`.
    pub volatility: String,
    pub result: Oid,
    /// In order: IN, INOUT and VARIADIC.
    pub arguments: Vec<Argument>,
    /// OUT, INOUT and TABLE.
    pub columns: Vec<Field>,
    /// The caller has USAGE on its schema.
    pub usage: bool,
}

impl Function {
    pub fn is_volatile(&self) -> bool {
        self.volatility == "v"
    }
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Argument {
    /// Empty if it has none.
    pub name: String,
    #[serde(rename = "type")]
    pub ty: Oid,
    pub has_default: bool,
    pub variadic: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: Oid,
    #[serde(default)]
    pub max_length: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Type {
    pub oid: Oid,
    pub schema: String,
    pub name: String,
    /// As `format_type` prints it, qualified unless built in.
    pub sql: String,
    pub comment: Option<String>,
    /// `pg_type.typtype`, or `a` for arrays.
    pub class: String,
    /// An array's element, or a domain's base.
    pub of: Option<Oid>,
    /// A domain's own.
    pub max_length: Option<i64>,
    /// A domain that is NOT NULL.
    #[serde(default)]
    pub not_null: bool,
    /// An enum's, in order.
    #[serde(default)]
    pub labels: Vec<String>,
    /// A composite's.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// The relation whose row this is.
    pub relation: Option<String>,
    /// It has a cast to or from json of its own, so its JSON may be anything.
    pub cast: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Handler {
    pub schema: String,
    pub media: String,
    /// The relation whose rows it takes; `None`: any rows.
    pub of_schema: Option<String>,
    pub of: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Key {
    pub schema: String,
    pub table: String,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Reference {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub to_schema: String,
    pub to_table: String,
    pub to_column: String,
}

impl Reference {
    fn from(&self) -> (&str, &str, &str) {
        (&self.schema, &self.table, &self.column)
    }
}

impl Overview {
    /// From the document that the query gives; `None` if it is not what it must be.
    pub fn read(document: &str) -> Option<Self> {
        let mut overview: Self = serde_json::from_str(document).ok()?;
        overview.sort();
        Some(overview)
    }

    /// Puts in order what is searched.
    pub fn sort(&mut self) {
        self.types.sort_by_key(|ty| ty.oid);
        self.relations.sort_by(|a, b| a.name.cmp(&b.name));
        self.bases.sort_by_key(|(oid, _)| *oid);
        self.keys.sort_by(|a, b| (&a.schema, &a.table).cmp(&(&b.schema, &b.table)));
        self.references.sort_by(|a, b| a.from().cmp(&b.from()));
    }

    pub fn ty(&self, oid: Oid) -> Option<&Type> {
        let at = self.types.binary_search_by_key(&oid, |ty| ty.oid).ok()?;
        self.types.get(at)
    }

    /// The relation of this name, if the caller may use it.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        let at = self.relations.binary_search_by(|relation| (*relation.name).cmp(name)).ok()?;
        self.relations.get(at)
    }

    /// The type below all domains.
    pub fn base(&self, oid: Oid) -> Option<&Type> {
        let mut ty = self.ty(oid)?;
        // As deep as anybody nests domains; a document is no place to hang.
        for _ in 0..32 {
            match (ty.class.as_str(), ty.of) {
                ("d", Some(of)) => ty = self.ty(of)?,
                _ => break,
            }
        }
        Some(ty)
    }

    /// Functions that `/rpc` answers.
    pub fn routines(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|function| function.schema == self.schema)
    }

    fn bases_of(&self, view: Oid) -> &[Base] {
        let at = self.bases.binary_search_by_key(&view, |(oid, _)| *oid);
        at.ok().and_then(|at| self.bases.get(at)).map_or(&[], |(_, bases)| bases)
    }

    fn key_of(&self, schema: &str, table: &str) -> Option<&[String]> {
        let at = self
            .keys
            .binary_search_by(|key| (&*key.schema, &*key.table).cmp(&(schema, table)))
            .ok()?;
        self.keys.get(at).map(|key| key.columns.as_slice())
    }

    /// Names of the columns of a primary key: the relation's own, or those of the tables that a view shows.
    pub fn primary_key(&self, relation: &Relation) -> Vec<String> {
        if !relation.is_view() {
            return self.key_of(&self.schema, &relation.name).unwrap_or_default().to_vec();
        }
        let shown = |base: &Base| base.shown(self.key_of(&base.schema, &base.name)?);
        self.bases_of(relation.oid).iter().filter_map(shown).flatten().collect()
    }

    /// The key by which one row can be put: a view has one only if Postgres passes its writes on.
    pub fn writing_key(&self, relation: &Relation) -> Vec<String> {
        let one = self.bases_of(relation.oid).len() == 1;
        if relation.is_view() && !(relation.simple && one) {
            return Vec::new();
        }
        self.primary_key(relation)
    }

    /// The relation and column of this schema that a column refers to by a foreign key of its own: a table before a view.
    pub fn target(&self, relation: &Relation, column: &str) -> Option<(String, String)> {
        let mut found = Vec::new();
        if relation.is_view() {
            for base in self.bases_of(relation.oid) {
                for (own, _) in base.columns.iter().filter(|(_, shown)| shown == column) {
                    found.extend(self.from((&base.schema, &base.name, own)));
                }
            }
        } else {
            found.extend(self.from((&self.schema, &relation.name, column)));
        }
        // A relation that the caller may not use is not named either.
        let listed = |reference: &&&Reference| {
            reference.to_schema == self.schema && self.relation(&reference.to_table).is_some()
        };
        let table = found.iter().find(listed);
        if let Some(reference) = table {
            return Some((reference.to_table.clone(), reference.to_column.clone()));
        }
        found.iter().find_map(|reference| self.view_of(reference))
    }

    fn from(&self, from: (&str, &str, &str)) -> impl Iterator<Item = &Reference> {
        let start = self.references.partition_point(|reference| reference.from() < from);
        let rest = self.references.get(start..).unwrap_or_default();
        rest.iter().take_while(move |reference| reference.from() == from)
    }

    fn view_of(&self, reference: &Reference) -> Option<(String, String)> {
        self.bases.iter().find_map(|(oid, bases)| {
            let base = bases.iter().find(|base| {
                base.name == reference.to_table && base.schema == reference.to_schema
            })?;
            let (_, shown) = base.columns.iter().find(|(own, _)| *own == reference.to_column)?;
            let view = self.relations.iter().find(|relation| relation.oid == *oid)?;
            Some((view.name.clone(), shown.clone()))
        })
    }
}
