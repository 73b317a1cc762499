//! Which columns of tables a view shows as they are. The parser notes it of every output column: `pg_depend` knows only
//! which columns a view uses.

use howdah_core::catalog::{Base, Oid};
use pgrx::pg_sys;
use std::collections::HashMap;
use std::ffi::{CStr, c_char};

/// Views in views that are followed.
const DEPTH: usize = 16;

/// What a view rests on.
#[derive(Default)]
pub struct Origins {
    pub bases: Vec<Base>,
    /// The tables above, and the views on the way to them.
    pub relations: Vec<Oid>,
}

/// A column of a view, and the column of a table that it is.
#[derive(Clone, Copy)]
struct Shown {
    column: i16,
    table: pg_sys::Oid,
    own: i16,
}

type Seen = HashMap<pg_sys::Oid, Vec<Shown>>;

/// Looks through a view (materialized or not), and the views that it shows.
pub fn origins(view: Oid) -> Origins {
    let view = pg_sys::Oid::from(view);
    let mut seen = Seen::new();
    let columns = look(view, 0, &mut seen);
    let mut tables: Vec<(pg_sys::Oid, Base)> = Vec::new();
    for shown in columns {
        let (Some(own), Some(name)) = (column(shown.table, shown.own), column(view, shown.column))
        else {
            continue;
        };
        if let Some((_, base)) = tables.iter_mut().find(|(table, _)| *table == shown.table) {
            base.columns.push((own, name));
        } else if let Some((schema, table)) = relation(shown.table) {
            let base = Base { schema, name: table, columns: vec![(own, name)] };
            tables.push((shown.table, base));
        }
    }
    let mut relations: Vec<Oid> = seen.keys().map(|oid| oid.to_u32()).collect();
    relations.extend(tables.iter().map(|(table, _)| table.to_u32()));
    Origins { bases: tables.into_iter().map(|(_, base)| base).collect(), relations }
}

fn look(view: pg_sys::Oid, depth: usize, seen: &mut Seen) -> Vec<Shown> {
    if let Some(known) = seen.get(&view) {
        return known.clone();
    }
    let mut all = Vec::new();
    for shown in outputs(view) {
        if !is_view(shown.table) {
            all.push(shown);
        } else if depth < DEPTH {
            let inner = look(shown.table, depth + 1, seen);
            let origin = inner.iter().find(|inner| inner.column == shown.own);
            all.extend(origin.map(|origin| Shown { column: shown.column, ..*origin }));
        }
    }
    seen.insert(view, all.clone());
    all
}

fn is_view(relation: pg_sys::Oid) -> bool {
    // SAFETY: reads the syscache; 0 if there is no such relation.
    let kind = unsafe { pg_sys::get_rel_relkind(relation) } as u8;
    kind == pg_sys::RELKIND_VIEW || kind == pg_sys::RELKIND_MATVIEW
}

/// The output columns that are columns of another relation, as the rule of the view says. None if it has been dropped.
fn outputs(view: pg_sys::Oid) -> Vec<Shown> {
    let mut all = Vec::new();
    // SAFETY: the relation is open, and locked, while its rules are read; they are read only. After an ERROR the resource
    // owner closes it.
    unsafe {
        let lock = pg_sys::AccessShareLock as pg_sys::LOCKMODE;
        let relation = pg_sys::try_relation_open(view, lock);
        if relation.is_null() {
            return all;
        }
        let rules = (*relation).rd_rules;
        let count = if rules.is_null() { 0 } else { (*rules).numLocks as usize };
        for n in 0..count {
            let rule = *(*rules).rules.add(n);
            if (*rule).event == pg_sys::CmdType::CMD_SELECT {
                let query = pg_sys::list_nth((*rule).actions, 0).cast::<pg_sys::Query>();
                push_outputs((*query).targetList, &mut all);
            }
        }
        pg_sys::relation_close(relation, lock);
    }
    all
}

/// SAFETY: `list` is a target list.
unsafe fn push_outputs(list: *mut pg_sys::List, all: &mut Vec<Shown>) {
    // SAFETY: elements of a target list are TargetEntry.
    unsafe {
        let length = if list.is_null() { 0 } else { (*list).length };
        for n in 0..length {
            let entry = pg_sys::list_nth(list, n).cast::<pg_sys::TargetEntry>();
            if !(*entry).resjunk && (*entry).resorigcol > 0 {
                all.push(Shown {
                    column: (*entry).resno,
                    table: (*entry).resorigtbl,
                    own: (*entry).resorigcol,
                });
            }
        }
    }
}

fn column(relation: pg_sys::Oid, number: i16) -> Option<String> {
    // SAFETY: missing_ok; the name is copied at once.
    unsafe { text(pg_sys::get_attname(relation, number, true)) }
}

/// Schema and name.
fn relation(oid: pg_sys::Oid) -> Option<(String, String)> {
    // SAFETY: null if there is none; the names are copied at once.
    unsafe {
        let schema = pg_sys::get_namespace_name(pg_sys::get_rel_namespace(oid));
        Some((text(schema)?, text(pg_sys::get_rel_name(oid))?))
    }
}

/// SAFETY: `name` is null or a string of this moment.
unsafe fn text(name: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}
