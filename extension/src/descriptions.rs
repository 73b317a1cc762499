//! Descriptions of the API, kept for each role until something that they tell of changes.

use crate::config::Config;
use crate::overview;
use crate::pg::inval;
use howdah_core::catalog::Catalog;
use howdah_core::openapi::{Route, Wanted};
use howdah_core::route;
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes of documents kept in one backend. A longer one is made anew each time.
const KEPT_BYTES: usize = 16 << 20;

#[derive(Default)]
pub struct Descriptions {
    kept: RefCell<Vec<Kept>>,
}

struct Kept {
    role: u32,
    wanted: Wanted,
    seen: Seen,
    document: Rc<Vec<u8>>,
}

/// Everything that a document depends on beside its wants, as numbers that change with it.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    relations: u64,
    functions: u64,
    meanings: u64,
    roles: u64,
    config: u64,
    comments: String,
}

impl Seen {
    fn now() -> Self {
        Self {
            relations: inval::relations(),
            functions: inval::functions(),
            meanings: inval::meanings(),
            roles: inval::roles(),
            config: inval::config(),
            comments: overview::comments(),
        }
    }
}

impl Descriptions {
    /// The document for this role, as things are now.
    pub fn get(
        &self,
        role: u32,
        wanted: &Wanted,
        catalog: &dyn Catalog,
        config: Option<&Config>,
    ) -> Rc<Vec<u8>> {
        let seen = Seen::now();
        self.kept.borrow_mut().retain(|kept| kept.seen == seen);
        let same = |kept: &Kept| kept.role == role && kept.wanted == *wanted;
        let found = self.kept.borrow().iter().find(|kept| same(kept)).map(|k| k.document.clone());
        if let Some(document) = found {
            return document;
        }
        let routes = config.map(routes).unwrap_or_default();
        let document = Rc::new(wanted.write(catalog, routes));
        self.keep(Kept { role, wanted: wanted.clone(), seen, document: document.clone() });
        document
    }

    /// The oldest go first.
    fn keep(&self, new: Kept) {
        let mut kept = self.kept.borrow_mut();
        let length = |kept: &Kept| kept.document.len();
        while !kept.is_empty() && kept.iter().map(length).sum::<usize>() + length(&new) > KEPT_BYTES
        {
            kept.remove(0);
        }
        if length(&new) <= KEPT_BYTES {
            kept.push(new);
        }
    }
}

fn routes(config: &Config) -> Vec<Route> {
    config.router.routes().iter().filter_map(read_route).collect()
}

fn read_route(row: &route::Route) -> Option<Route> {
    let (schema, function) = crate::routes::split(&row.function)?;
    Some(Route {
        method: row.method.clone(),
        pattern: row.pattern.text(),
        parameters: row.pattern.parameters().map(str::to_owned).collect(),
        schema,
        function,
        builtin: row.builtin,
    })
}
