//! A `Database` that answers what a test says and notes what it was asked.

use howdah_core::catalog::{
    Argument, Catalog, Column, ForeignKey, Function, Relation, RelationKind, Returns, Type,
    TypeKind, Volatility, WriteFacts,
};
use howdah_core::error::ApiError;
use howdah_core::http::{Headers, Request, Response};
use howdah_core::rest::shape::{
    Compiled, Form, Hidden, Outcome, Parsed, ResultKind, Shape, Statement,
};
use howdah_core::rest::{self, Answer, Database, Isolation, Settings, TxEnd};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

pub struct Fake {
    pub settings: Settings,
    pub rows: u64,
    pub inserted: u64,
    pub keys: Vec<Option<String>>,
    pub body: &'static str,
    /// What the count statement counts; the planner expects `planned`.
    pub counted: u64,
    pub planned: u64,
    pub result: ResultKind,
    pub status: Option<&'static str>,
    pub headers: Option<&'static str>,
    pub relations: Vec<Relation>,
    pub functions: Vec<Function>,
    pub function_settings: Vec<(String, String)>,
    /// Statements are compiled by the planner, not played.
    pub planned_for_real: bool,
    /// Every shape asked for, and every statement run: `main`, `count` or `estimate`.
    pub shapes: RefCell<Vec<Shape>>,
    pub ran: RefCell<Vec<&'static str>>,
    pub values: RefCell<Vec<String>>,
    pub fields: RefCell<Vec<Option<String>>>,
    pub arguments: RefCell<Vec<Option<String>>>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            settings: Settings {
                schemas: vec!["public".into()],
                max_rows: None,
                tx_end: TxEnd::Commit,
                aggregates_enabled: false,
                plan_enabled: false,
                openapi: Default::default(),
                legacy_target_names: true,
                etag: None,
            },
            rows: 2,
            inserted: 0,
            keys: Vec::new(),
            body: "[{\"id\":1}, \n {\"id\":2}]",
            counted: 2,
            planned: 2,
            result: ResultKind::Rows,
            status: None,
            headers: None,
            relations: vec![relation("film", &["id"]), relation("log", &[])],
            functions: vec![function("add", &["a", "b"]), function("now", &[])],
            function_settings: Vec::new(),
            planned_for_real: false,
            shapes: RefCell::default(),
            ran: RefCell::default(),
            values: RefCell::default(),
            fields: RefCell::default(),
            arguments: RefCell::default(),
        }
    }
}

pub fn ty(kind: TypeKind) -> Type {
    Type { oid: 1, sql: "text".into(), kind, element: None, casts: None }
}

pub fn relation(name: &str, key: &[&str]) -> Relation {
    let column = |name: &str| Column {
        name: name.into(),
        ty: ty(TypeKind::Text),
        not_null: false,
        has_default: false,
        default: None,
        generated: false,
    };
    Relation {
        oid: 1,
        schema: "public".into(),
        name: name.into(),
        kind: RelationKind::Table,
        bases: Vec::new(),
        columns: ["id", "title", "year"].map(column).into(),
        primary_key: key.iter().map(|k| (*k).to_owned()).collect(),
        insertable: true,
        updatable: true,
        deletable: true,
        comment: None,
    }
}

pub fn function(name: &str, arguments: &[&str]) -> Function {
    let argument = |name: &&str| Argument {
        name: (*name).to_owned(),
        ty: ty(TypeKind::Text),
        has_default: false,
        variadic: false,
    };
    Function {
        oid: 1,
        schema: "public".into(),
        name: name.into(),
        arguments: arguments.iter().map(argument).collect(),
        returns: Returns::Scalar(ty(TypeKind::Int4)),
        set: false,
        volatility: Volatility::Volatile,
        settings: Vec::new(),
        comment: None,
    }
}

impl Catalog for Fake {
    fn relation(&self, schema: &str, name: &str) -> Option<Rc<Relation>> {
        self.relations.iter().find(|r| r.schema == schema && r.name == name).cloned().map(Rc::new)
    }

    fn foreign_keys(&self, _: &Relation) -> Rc<Vec<ForeignKey>> {
        Rc::default()
    }

    fn write_facts(&self, _: &Relation) -> Rc<WriteFacts> {
        Rc::default()
    }

    fn functions(&self, schema: &str, name: &str) -> Rc<Vec<Function>> {
        let named = |f: &&Function| f.schema == schema && f.name == name;
        Rc::new(self.functions.iter().filter(named).cloned().collect())
    }

    fn relation_names(&self, _: &str) -> Rc<Vec<String>> {
        Rc::default()
    }

    fn function_names(&self, _: &str) -> Rc<Vec<String>> {
        Rc::default()
    }
    fn aggregates(&self, _: &str) -> Vec<howdah_core::catalog::Aggregate> {
        Vec::new()
    }
    fn aggregate_names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn statement(sql: &str, form: Form, result: ResultKind, hidden: Vec<Hidden>) -> Statement {
    Statement {
        sql: sql.into(),
        params: Vec::new(),
        generic: true,
        form,
        result,
        hidden,
        page: None,
        writes: false,
        prepared: OnceCell::new(),
    }
}

impl Database for Fake {
    fn catalog(&self) -> &dyn Catalog {
        self
    }

    fn compiled(
        &self,
        shape: &Shape,
        compile: &mut dyn FnMut() -> Result<Compiled, ApiError>,
    ) -> Result<Rc<Compiled>, ApiError> {
        self.shapes.borrow_mut().push(shape.clone());
        if self.planned_for_real {
            return compile().map(Rc::new);
        }
        let counting = |sql| {
            let form = Form::Array { strip_nulls: false };
            shape.count.map(|_| statement(sql, form, ResultKind::Scalar, Vec::new()))
        };
        Ok(Rc::new(Compiled {
            main: statement("main", shape.form, self.result, vec![Hidden::Inserted]),
            count: counting("count"),
            estimate: counting("estimate"),
            relation: self.relation(&shape.schema, &shape.target),
            result: self.result,
            media: None,
            function_settings: self.function_settings.clone(),
        }))
    }

    fn run(&self, statement: &Statement, parsed: &Parsed<'_>, out: &mut Vec<u8>) -> Outcome {
        if statement.sql == "count" {
            self.ran.borrow_mut().push("count");
            out.extend_from_slice(self.counted.to_string().as_bytes());
            return Outcome { rows: 1, ..Outcome::default() };
        }
        self.ran.borrow_mut().push("main");
        *self.values.borrow_mut() = parsed.values.clone();
        *self.fields.borrow_mut() = parsed.fields.clone();
        *self.arguments.borrow_mut() = parsed.arguments.clone();
        if statement.form != Form::None {
            out.extend_from_slice(self.body.as_bytes());
        }
        Outcome {
            rows: self.rows,
            inserted: self.inserted,
            keys: self.keys.clone(),
            ..Outcome::default()
        }
    }

    fn planned_rows(&self, statement: &Statement, _: &Parsed<'_>) -> u64 {
        assert_eq!(statement.sql, "estimate");
        self.ran.borrow_mut().push("estimate");
        self.planned
    }

    fn enter_function(&self, settings: &[(String, String)]) -> Option<Isolation> {
        match settings {
            [(_, level)] if level == "serializable" => Some(Isolation::Serializable),
            _ => None,
        }
    }

    fn response_settings(&self) -> (Option<String>, Option<String>) {
        (self.status.map(Into::into), self.headers.map(Into::into))
    }

    fn set_timezone(&self, name: &str) -> bool {
        name == "Europe/Berlin"
    }
}

impl Fake {
    /// Sends `GET /film?select=id` with header lines and a body; the path is under `/rest/v1`.
    pub fn send(&self, line: &str, headers: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = format!("/rest/v1{path}");
        let headers = Headers(headers);
        let request = Request { method, path: &path, query, headers, body };
        rest::handle(self, &self.settings, &request)
    }

    pub fn ok(&self, line: &str, headers: &str, body: &str) -> Response {
        self.send(line, headers, body.as_bytes()).map_err(|e| format!("{e:?}")).unwrap().response
    }

    pub fn get(&self, target: &str) -> Response {
        self.ok(&format!("GET {target}"), "", "")
    }

    pub fn fails(&self, line: &str, headers: &str, body: &str) -> ApiError {
        match self.send(line, headers, body.as_bytes()) {
            Ok(answer) => panic!("{line}: {:?}", answer.response),
            Err(error) => error,
        }
    }

    pub fn shape(&self) -> Shape {
        self.shapes.borrow().last().cloned().unwrap()
    }
}

/// A header's value, or "-".
pub fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    let line = |line: &'r str| line.split_once(": ").filter(|(n, _)| *n == name).map(|(_, v)| v);
    response.headers.lines().find_map(line).unwrap_or("-")
}

/// Status and code of an error, for comparison in one go.
pub fn coded(error: &ApiError) -> (u16, &str) {
    (error.status, error.code.as_str())
}
