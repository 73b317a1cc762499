//! Whether a relation takes a write at all. Postgres would say so too, but late, and as a fault of the server's state.

use super::super::shape::Verb;
use crate::catalog::{Relation, RelationKind};
use crate::error::{ApiError, Code};

/// Refuses a write that the relation does not take, whoever asks.
///
/// # Errors
/// 55000, as 405: the code that Postgres has for it, with the methods that are left.
pub fn check(verb: Verb, relation: &Relation) -> Result<(), ApiError> {
    let (taken, what) = match verb {
        Verb::Insert => (relation.insertable, "insert into"),
        Verb::Update => (relation.updatable, "update"),
        Verb::Delete => (relation.deletable, "delete from"),
        Verb::Put => (relation.insertable && relation.updatable, "insert into"),
        Verb::Read | Verb::Call => (true, ""),
    };
    if taken {
        return Ok(());
    }
    let kind = match relation.kind {
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
        RelationKind::Foreign => "foreign table",
        _ => "table",
    };
    let mut allow = String::from("OPTIONS, GET, HEAD");
    for (allowed, method) in [
        (relation.insertable, ", POST"),
        (relation.updatable, ", PATCH"),
        (relation.deletable, ", DELETE"),
    ] {
        if allowed {
            allow.push_str(method);
        }
    }
    let error =
        ApiError::new(Code::ReadOnly, &[what, kind, &relation.name]).header("Allow", &allow);
    if relation.kind == RelationKind::View {
        return Err(error.hint("An INSTEAD OF trigger makes a view take writes."));
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_takes_what_it_can_pass_on() {
        let relation = |insertable, updatable| Relation {
            oid: 1,
            schema: "public".into(),
            name: "v".into(),
            kind: RelationKind::View,
            columns: Vec::new(),
            bases: Vec::new(),
            primary_key: Vec::new(),
            insertable,
            updatable,
            deletable: false,
            comment: None,
        };
        for verb in [Verb::Read, Verb::Call, Verb::Insert] {
            assert_eq!(check(verb, &relation(true, false)), Ok(()));
        }
        for (verb, what) in
            [(Verb::Update, "update"), (Verb::Put, "insert into"), (Verb::Delete, "delete from")]
        {
            let error = check(verb, &relation(true, false)).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (405, "55000"));
            assert_eq!(error.message, format!("cannot {what} view \"v\""));
            assert_eq!(error.headers, "Allow: OPTIONS, GET, HEAD, POST\n");
        }
        assert!(check(Verb::Put, &relation(true, true)).is_ok());
    }
}
