//! The catalog as the planner sees it: read one relation at a time when a request first names it, kept until Postgres says
//! that it changed. One query a relation, so neither a new connection nor a database of 10,000 tables costs more.

use crate::pg::{guc, inval, query, view};
use howdah_core::catalog::overview::Overview;
use howdah_core::catalog::*;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

mod queries;
mod read;
mod related;

use queries::*;
use read::*;

/// Relations and functions kept in one backend; beyond that all are dropped and read again.
const KEPT_MAX: usize = 2_000;

/// Media types kept: any client can name new ones.
const HANDLERS_MAX: usize = 256;

type Key = (String, String);

#[derive(Clone)]
struct Known {
    relation: Rc<Relation>,
    /// What else must be as it was: of a view, all that it shows columns of.
    rests_on: Vec<Oid>,
}

impl Known {
    fn is_of(&self, oid: &Oid) -> bool {
        self.relation.oid == *oid || self.rests_on.contains(oid)
    }
}

#[derive(Default)]
pub struct LiveCatalog {
    relations: RefCell<HashMap<Key, Option<Known>>>,
    /// By the relation's oid, with the oids of all tables at either end.
    foreign_keys: RefCell<HashMap<Oid, Rc<Vec<ForeignKey>>>>,
    write_facts: RefCell<HashMap<Oid, Rc<WriteFacts>>>,
    functions: RefCell<HashMap<Key, Rc<Vec<Function>>>>,
    /// By the relation's oid.
    row_functions: RefCell<HashMap<Oid, Rc<Vec<RowFunction>>>>,
    /// By media type.
    handlers: RefCell<HashMap<String, Rc<Vec<MediaHandler>>>>,
    json_is_open: Cell<Option<bool>>,
    /// Aggregates were looked up, so statements hang on functions even if none is kept.
    aggregates: Cell<bool>,
    seen: Cell<(u64, u64)>,
    generation: Cell<u64>,
}

impl LiveCatalog {
    /// Drops what Postgres has invalidated since the last call. Returns a number that changes whenever something was
    /// dropped: statements compiled under another are stale.
    pub fn refresh(&self) -> u64 {
        let now = (inval::relations(), inval::functions());
        let seen = self.seen.replace(now);
        if now == seen {
            return self.generation.get();
        }
        let mut dropped = now.1 != seen.1 && self.drop_functions();
        if now.1 != seen.1 && CASTS.take() {
            dropped = self.drop_all_relations();
        }
        if now.0 != seen.0 {
            dropped |= match inval::take_changed() {
                Some(changed) => self.drop_relations(&changed),
                None => self.drop_all_relations(),
            };
        }
        if dropped {
            self.generation.set(self.generation.get() + 1);
        }
        self.generation.get()
    }

    /// Whether any was known: that there is none of a name, too. (No statement rests on JSON being nobody's but ours:
    /// where it may be another's, shapes are others.)
    fn drop_functions(&self) -> bool {
        let (mut functions, mut of_rows) =
            (self.functions.borrow_mut(), self.row_functions.borrow_mut());
        let mut handlers = self.handlers.borrow_mut();
        let known = !functions.is_empty()
            || !of_rows.is_empty()
            || !handlers.is_empty()
            || self.aggregates.replace(false);
        functions.clear();
        of_rows.clear();
        handlers.clear();
        self.json_is_open.set(None);
        known
    }

    fn drop_all_relations(&self) -> bool {
        self.relations.borrow_mut().clear();
        self.foreign_keys.borrow_mut().clear();
        self.write_facts.borrow_mut().clear();
        self.drop_functions();
        true
    }

    /// Drops the named relations and every answer `there is none`: the changed one may be new under that name.
    fn drop_relations(&self, changed: &[Oid]) -> bool {
        let mut relations = self.relations.borrow_mut();
        let before = relations.len();
        relations.retain(|_, r| {
            r.as_ref().is_some_and(|known| !changed.iter().any(|oid| known.is_of(oid)))
        });
        let mut foreign_keys = self.foreign_keys.borrow_mut();
        let known = foreign_keys.len();
        foreign_keys.retain(|oid, _| !changed.contains(oid));
        // Of a partitioned table they rest on its partitions' triggers too.
        self.write_facts.borrow_mut().clear();
        relations.len() != before || foreign_keys.len() != known
    }
}

impl LiveCatalog {
    fn known(&self, document: &Value) -> Option<Known> {
        let mut relation = read_relation(document)?;
        let mut rests_on = Vec::new();
        if matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView) {
            let origins = view::origins(relation.oid);
            (relation.bases, rests_on) = (origins.bases, origins.relations);
            if let ([base], true) = (relation.bases.as_slice(), flag(document, "simple")) {
                let key = self.relation(&base.schema, &base.name).map(|t| t.primary_key.clone());
                relation.primary_key = key.and_then(|key| base.shown(&key)).unwrap_or_default();
            }
        }
        Some(Known { relation: Rc::new(relation), rests_on })
    }
}

impl Catalog for LiveCatalog {
    fn relation(&self, schema: &str, name: &str) -> Option<Rc<Relation>> {
        let key = (schema.to_owned(), name.to_owned());
        if let Some(found) = self.relations.borrow().get(&key) {
            return found.as_ref().map(|known| known.relation.clone());
        }
        let document = plain_path(|| query::text(RELATION, &[schema, name]));
        let known = read_json(&document).and_then(|document| self.known(&document));
        let relation = known.as_ref().map(|known| known.relation.clone());
        let mut relations = self.relations.borrow_mut();
        if relations.len() >= KEPT_MAX {
            relations.clear();
        }
        relations.insert(key, known);
        relation
    }

    fn foreign_keys(&self, relation: &Relation) -> Rc<Vec<ForeignKey>> {
        if let Some(found) = self.foreign_keys.borrow().get(&relation.oid) {
            return found.clone();
        }
        let document = query::text(FOREIGN_KEYS, &[&relation.oid.to_string()]);
        let keys = Rc::new(read_list(&document, read_foreign_key));
        let mut kept = self.foreign_keys.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, keys.clone());
        keys
    }

    fn write_facts(&self, relation: &Relation) -> Rc<WriteFacts> {
        if let Some(found) = self.write_facts.borrow().get(&relation.oid) {
            return found.clone();
        }
        let document = plain_path(|| query::text(WRITE_FACTS, &[&relation.oid.to_string()]));
        let facts = read_json(&document).map(|document| read_write_facts(&document));
        let facts = Rc::new(facts.unwrap_or_default());
        let mut kept = self.write_facts.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, facts.clone());
        facts
    }

    fn functions(&self, schema: &str, name: &str) -> Rc<Vec<Function>> {
        let key = (schema.to_owned(), name.to_owned());
        if let Some(found) = self.functions.borrow().get(&key) {
            return found.clone();
        }
        let document = query::text(FUNCTIONS, &[schema, name]);
        let found = Rc::new(read_list(&document, read_function));
        let mut kept = self.functions.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, found.clone());
        found
    }

    fn row_functions(&self, relation: &Relation) -> Rc<Vec<RowFunction>> {
        if let Some(found) = self.row_functions.borrow().get(&relation.oid) {
            return found.clone();
        }
        let found = Rc::new(related::row_functions(relation.oid));
        let mut kept = self.row_functions.borrow_mut();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(relation.oid, found.clone());
        found
    }

    fn views_of(&self, table: &Relation) -> Vec<Rc<Relation>> {
        let views = related::views_of(table.oid);
        views.iter().filter_map(|(schema, name)| self.relation(schema, name)).collect()
    }

    fn may_see(&self, relation: &Relation) -> bool {
        related::may_see(relation.oid)
    }

    fn may_call(&self, function: &Function) -> bool {
        related::may_call(function.oid)
    }

    fn relation_names(&self, schema: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(RELATION_NAMES, &[schema]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    fn relation_names_like(&self, schema: &str, wanted: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(RELATION_NAMES_LIKE, &[schema, wanted]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    fn overview(&self, schema: &str, everything: bool, routes: &[(String, String)]) -> Overview {
        crate::overview::read(schema, everything, routes)
    }

    fn function_names(&self, schema: &str) -> Rc<Vec<String>> {
        Rc::new(read_list(&query::text(FUNCTION_NAMES, &[schema]), |v| {
            v.as_str().map(str::to_owned)
        }))
    }

    /// Not kept: the answer depends on the role, and the statement that it is for is kept.
    fn aggregates(&self, name: &str) -> Vec<Aggregate> {
        self.aggregates.set(true);
        read_list(&query::text(AGGREGATES, &[name]), read_aggregate)
    }

    fn aggregate_names(&self) -> Vec<String> {
        read_list(&query::text(AGGREGATE_NAMES, &[]), |v| v.as_str().map(str::to_owned))
    }

    fn media_handlers(&self, name: &str) -> Rc<Vec<MediaHandler>> {
        if let Some(found) = self.handlers.borrow().get(name) {
            return found.clone();
        }
        let found = Rc::new(read_list(&query::text(MEDIA_HANDLERS, &[name]), read_handler));
        let mut kept = self.handlers.borrow_mut();
        if kept.len() >= HANDLERS_MAX {
            kept.clear();
        }
        kept.insert(name.to_owned(), found.clone());
        found
    }

    fn json_is_open(&self) -> bool {
        if let Some(known) = self.json_is_open.get() {
            return known;
        }
        let open = query::text(JSON_IS_OPEN, &[]) == "true";
        self.json_is_open.set(Some(open));
        open
    }

    fn may_explain(&self) -> bool {
        query::text(MAY_EXPLAIN, &[]) == "true"
    }
}

/// Runs under a path that shows no user's schema, so that types, defaults and predicates are printed with theirs: what is
/// kept must mean the same under the path of any later request.
fn plain_path<T>(read: impl FnOnce() -> T) -> T {
    guc::within("search_path", "pg_catalog", read)
}
