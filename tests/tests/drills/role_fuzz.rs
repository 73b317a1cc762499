//! Random requests of random callers, each answer compared with what a model of the grants and policies says
//! (THREATS D14, A3, A7). Reads of eight callers run at once, on connections that they share; writes between them one by one.

use howdah_tests::api::{Api, user_id};
use howdah_tests::drill::{Dice, Drill, count};
use howdah_tests::server::Howdah;
use howdah_tests::wire::Connection;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const USERS: u32 = 12;
const CONNECTIONS: usize = 8;
/// Reads of a connection between two rounds of writes.
const READS: u64 = 12;
const WRITES: u64 = 32;
/// Ids that rows may have: few, so that writes meet.
const IDS: u64 = 60;
/// Rows of this team are nobody's but the service's: a restrictive policy.
const HIDDEN: i64 = 13;

const SCHEMA: &str = "
CREATE TABLE public.docs (id int PRIMARY KEY, owner uuid, team int NOT NULL, open bool NOT NULL, body text, secret text DEFAULT 'canary');
CREATE TABLE public.notes (id int PRIMARY KEY, doc int NOT NULL REFERENCES public.docs, owner uuid NOT NULL, n int);
ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON public.docs FOR SELECT USING (open OR owner = auth.uid());
CREATE POLICY made ON public.docs FOR INSERT TO authenticated WITH CHECK (owner = auth.uid());
CREATE POLICY changed ON public.docs FOR UPDATE TO authenticated USING (owner = auth.uid());
CREATE POLICY ended ON public.docs FOR DELETE TO authenticated USING (owner = auth.uid() AND NOT open);
CREATE POLICY never ON public.docs AS RESTRICTIVE USING (team <> 13);
-- Whoever sees the document sees its notes: a policy that asks another's.
CREATE POLICY seen ON public.notes FOR SELECT TO authenticated USING (EXISTS (SELECT FROM public.docs AS d WHERE d.id = doc));
CREATE POLICY own ON public.notes TO authenticated USING (owner = auth.uid()) WITH CHECK (owner = auth.uid() AND n >= 0);
GRANT SELECT (id, open, body) ON public.docs TO anon;
GRANT SELECT (id, owner, team, open, body), INSERT (id, owner, team, open, body), UPDATE (team, open, body), DELETE ON public.docs TO authenticated;
GRANT SELECT, INSERT, UPDATE (n), DELETE ON public.notes TO authenticated;
GRANT ALL ON public.docs, public.notes TO service_role;
";

#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    Anon,
    User(u32),
    Service,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Table {
    Docs,
    Notes,
}

/// A row of either table, by column.
type Row = BTreeMap<&'static str, Value>;

#[derive(Clone, Default)]
struct Model {
    docs: BTreeMap<i64, Row>,
    notes: BTreeMap<i64, Row>,
}

/// What a request is to answer: a status, and the rows that it shows if it shows any.
#[derive(PartialEq, Debug)]
struct Answer(u16, Option<Vec<Row>>);

impl Table {
    fn name(self) -> &'static str {
        if self == Self::Docs { "docs" } else { "notes" }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Docs => &["id", "owner", "team", "open", "body", "secret"],
            Self::Notes => &["id", "doc", "owner", "n"],
        }
    }

    fn key(self, row: &Row) -> i64 {
        row["id"].as_i64().expect("an id")
    }
}

impl Who {
    fn owns(self, row: &Row) -> bool {
        matches!(self, Self::User(n) if row["owner"] == json!(user_id(n)))
    }

    /// The columns that it may read, or write by that verb.
    fn may(self, verb: &str, table: Table) -> &'static [&'static str] {
        match (self, table, verb) {
            (Self::Service, ..) => table.columns(),
            (Self::Anon, Table::Docs, "select") => &["id", "open", "body"],
            (Self::User(_), Table::Docs, "select" | "insert") => {
                &["id", "owner", "team", "open", "body"]
            }
            (Self::User(_), Table::Docs, "update") => &["team", "open", "body"],
            (Self::User(_), Table::Notes, "update") => &["n"],
            (Self::User(_), _, "select" | "insert" | "delete") => table.columns(),
            _ => &[],
        }
    }

    /// SQLSTATE 42501 as HTTP says it.
    fn refused(self) -> Answer {
        Answer(if self == Self::Anon { 401 } else { 403 }, None)
    }
}

impl Model {
    fn rows(&self, table: Table) -> &BTreeMap<i64, Row> {
        if table == Table::Docs { &self.docs } else { &self.notes }
    }

    fn rows_mut(&mut self, table: Table) -> &mut BTreeMap<i64, Row> {
        if table == Table::Docs { &mut self.docs } else { &mut self.notes }
    }

    fn sees(&self, who: Who, table: Table, row: &Row) -> bool {
        match (who, table) {
            (Who::Service, _) => true,
            (_, Table::Docs) => {
                row["team"] != json!(HIDDEN) && (row["open"] == json!(true) || who.owns(row))
            }
            // Policies are permissive: by the document or as its own.
            (_, Table::Notes) => {
                let doc = row["doc"].as_i64().and_then(|id| self.docs.get(&id));
                who.owns(row) || doc.is_some_and(|doc| self.sees(who, Table::Docs, doc))
            }
        }
    }

    /// Whether a policy lets it change, or end, a row that it sees.
    fn reaches(who: Who, verb: &str, table: Table, row: &Row) -> bool {
        who == Who::Service
            || (who.owns(row)
                && (table == Table::Notes || verb == "update" || row["open"] != json!(true)))
    }

    /// Whether policies let it leave such a row.
    fn leaves(who: Who, table: Table, row: &Row) -> bool {
        who == Who::Service
            || (who.owns(row)
                && match table {
                    Table::Docs => row["team"] != json!(HIDDEN),
                    Table::Notes => row["n"].as_i64().is_some_and(|n| n >= 0),
                })
    }
}

/// `column=eq.value`, and which rows it leaves.
#[derive(Debug, Clone)]
struct Filter {
    column: &'static str,
    operator: &'static str,
    value: Value,
}

impl Filter {
    fn random(dice: &mut Dice, table: Table, columns: &[&'static str]) -> Self {
        let column = columns[dice.below(columns.len() as u64) as usize];
        let value = random_value(dice, table, column);
        let operator = match column {
            "id" | "team" | "n" | "doc" => ["eq", "gt", "lte", "neq"][dice.below(4) as usize],
            "open" => "is",
            _ => ["eq", "neq"][dice.below(2) as usize],
        };
        Self { column, operator, value }
    }

    fn text(&self) -> String {
        let value = match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{}={}.{value}", self.column, self.operator)
    }

    fn leaves(&self, row: &Row) -> bool {
        let there = &row[self.column];
        if there.is_null() || self.value.is_null() {
            // Of null nothing is known, but that it is not true or false.
            return false;
        }
        match self.operator {
            "eq" | "is" => *there == self.value,
            "neq" => *there != self.value,
            "gt" => there.as_i64() > self.value.as_i64(),
            _ => there.as_i64() <= self.value.as_i64(),
        }
    }
}

fn random_value(dice: &mut Dice, table: Table, column: &str) -> Value {
    match (table, column) {
        (_, "id" | "doc") => json!(dice.below(IDS)),
        (_, "owner") => json!(user_id(dice.below(u64::from(USERS)) as u32)),
        (_, "team") => json!(if dice.below(4) == 0 { HIDDEN } else { dice.below(4) as i64 }),
        (_, "open") => json!(dice.below(2) == 0),
        (_, "n") => json!(dice.below(12) as i64 - 2),
        _ => json!(["a", "b", "canary", "x y"][dice.below(4) as usize]),
    }
}

/// Some of these, in their order; at least one.
fn some(dice: &mut Dice, of: &[&'static str]) -> Vec<&'static str> {
    let chosen: Vec<_> = of.iter().copied().filter(|_| dice.below(2) == 0).collect();
    if chosen.is_empty() { vec![of[dice.below(of.len() as u64) as usize]] } else { chosen }
}

/// Mostly what it may, so that requests get through; now and then anything.
fn some_of(dice: &mut Dice, who: Who, verb: &str, table: Table) -> Vec<&'static str> {
    let may = who.may(verb, table);
    if may.is_empty() || dice.below(10) == 0 {
        some(dice, table.columns())
    } else {
        some(dice, may)
    }
}

struct Request {
    who: Who,
    method: &'static str,
    path: String,
    body: Option<Value>,
    returning: bool,
}

struct Fuzz<'h> {
    apis: BTreeMap<String, Api<'h>>,
}

impl Fuzz<'_> {
    fn send(&self, connection: &mut Connection, request: &Request) -> Answer {
        let api = &self.apis[&format!("{:?}", request.who)];
        let mut call = api.rest(request.method, &request.path);
        if let Some(body) = &request.body {
            call = call.json(body.clone());
        }
        if request.method != "GET" {
            call = call.prefer(if request.returning {
                "return=representation"
            } else {
                "return=minimal"
            });
        }
        let reply = call.send_on(connection, true).expect("an answer");
        let shows =
            (200..300).contains(&reply.status) && (request.method == "GET" || request.returning);
        let rows = shows.then(|| {
            let Value::Array(rows) = reply.json() else { panic!("no rows: {}", reply.text()) };
            let row = |row: Value| {
                let Value::Object(row) = row else { panic!("no row: {row}") };
                let name = |name: &str| {
                    let all = [Table::Docs.columns(), Table::Notes.columns()].concat();
                    all.into_iter().find(|known| *known == name).expect("a column of ours")
                };
                row.into_iter().map(|(column, value)| (name(&column), value)).collect::<Row>()
            };
            rows.into_iter().map(row).collect()
        });
        Answer(reply.status, rows)
    }
}

fn random_who(dice: &mut Dice) -> Who {
    match dice.below(10) {
        0 | 1 => Who::Anon,
        2 => Who::Service,
        _ => Who::User(dice.below(u64::from(USERS)) as u32),
    }
}

fn random_table(dice: &mut Dice) -> Table {
    if dice.below(3) == 0 { Table::Notes } else { Table::Docs }
}

fn shown(row: &Row, columns: &[&'static str]) -> Row {
    columns.iter().map(|column| (*column, row[column].clone())).collect()
}

/// A read, and what the model says to it.
fn read(dice: &mut Dice, model: &Model) -> (Request, Answer) {
    let (who, table) = (random_who(dice), random_table(dice));
    let columns = some_of(dice, who, "select", table);
    let filters: Vec<_> = (0..dice.below(3))
        .map(|_| {
            let column = some_of(dice, who, "select", table)[0];
            Filter::random(dice, table, &[column])
        })
        .collect();
    let path = filters.iter().fold(
        format!("/{}?select={}&order=id", table.name(), columns.join(",")),
        |path, filter| format!("{path}&{}", filter.text()),
    );
    let may = who.may("select", table);
    let used =
        columns.iter().copied().chain(filters.iter().map(|filter| filter.column)).chain(["id"]);
    let answer = if used.into_iter().all(|column| may.contains(&column)) {
        let rows = model.rows(table).values();
        let rows = rows.filter(|row| {
            model.sees(who, table, row) && filters.iter().all(|filter| filter.leaves(row))
        });
        Answer(200, Some(rows.map(|row| shown(row, &columns)).collect()))
    } else {
        who.refused()
    };
    (Request { who, method: "GET", path, body: None, returning: true }, answer)
}

/// A write, what the model says to it, and the model after it.
fn write(dice: &mut Dice, model: &Model) -> (Request, Answer, Model) {
    match dice.below(9) {
        0..=4 => insert(dice, model),
        5..=7 => update(dice, model),
        _ => delete(dice, model),
    }
}

fn insert(dice: &mut Dice, model: &Model) -> (Request, Answer, Model) {
    let (who, table, returning) = (random_who(dice), random_table(dice), dice.below(2) == 0);
    let mut row: Row =
        table.columns().iter().map(|column| (*column, random_value(dice, table, column))).collect();
    // Mostly what its policies let in.
    if let Who::User(n) = who
        && dice.below(8) > 0
    {
        row.insert("owner", json!(user_id(n)));
        if table == Table::Docs && row["team"] == json!(HIDDEN) && dice.below(4) > 0 {
            row.insert("team", json!(1));
        }
    }
    let mut body = row.clone();
    // The default is given, or given anew.
    if table == Table::Docs && (who != Who::Service || dice.below(2) == 0) && dice.below(20) > 0 {
        body.remove("secret");
        row.insert("secret", json!("canary"));
    }
    let returned = some_of(dice, who, "select", table);
    let path = format!("/{}?select={}", table.name(), returned.join(","));
    let request = Request { who, method: "POST", path, body: Some(json!(body)), returning };
    let may = who.may("insert", table);
    let reads = who.may("select", table);
    let mut after = model.clone();
    let (key, doc) = (table.key(&row), row.get("doc").and_then(Value::as_i64));
    let answer = if !body.keys().all(|column| may.contains(column))
        || (returning && !returned.iter().all(|column| reads.contains(column)))
        || !Model::leaves(who, table, &row)
        || (returning && !model.sees(who, table, &row))
    {
        who.refused()
    } else if model.rows(table).contains_key(&key)
        || doc.is_some_and(|doc| !model.docs.contains_key(&doc))
    {
        Answer(409, None)
    } else {
        after.rows_mut(table).insert(key, row.clone());
        Answer(201, returning.then(|| vec![shown(&row, &returned)]))
    };
    (request, answer, after)
}

fn update(dice: &mut Dice, model: &Model) -> (Request, Answer, Model) {
    let (who, table, returning) = (random_who(dice), random_table(dice), dice.below(2) == 0);
    let readable = some_of(dice, who, "select", table);
    let filter = Filter::random(dice, table, &readable);
    let mut set = some_of(dice, who, "update", table);
    set.retain(|column| !matches!(*column, "id" | "doc") || who != Who::Service);
    let set: Row =
        set.into_iter().map(|column| (column, random_value(dice, table, column))).collect();
    let returned = vec!["id"];
    let path = format!("/{}?{}&select=id&order=id", table.name(), filter.text());
    let request = Request { who, method: "PATCH", path, body: Some(json!(set)), returning };
    let mut after = model.clone();
    let (may, reads) = (who.may("update", table), who.may("select", table));
    if set.is_empty() {
        // Nothing to set is nothing to do, whoever asks.
        return (
            request,
            Answer(if returning { 200 } else { 204 }, returning.then(Vec::new)),
            after,
        );
    }
    let reads_all = reads.contains(&filter.column) && (!returning || reads.contains(&"id"));
    if !set.keys().all(|column| may.contains(column)) || !reads_all {
        return (request, who.refused(), after);
    }
    let mut touched = vec![];
    for row in model.rows(table).values() {
        if filter.leaves(row)
            && model.sees(who, table, row)
            && Model::reaches(who, "update", table, row)
        {
            let mut row = row.clone();
            row.extend(set.clone());
            // What is left has to be seen as well, since the filter reads.
            if !Model::leaves(who, table, &row) || !model.sees(who, table, &row) {
                return (request, who.refused(), model.clone());
            }
            touched.push(shown(&row, &returned));
            after.rows_mut(table).insert(table.key(&row), row);
        }
    }
    let answer = if returning { Answer(200, Some(touched)) } else { Answer(204, None) };
    (request, answer, after)
}

fn delete(dice: &mut Dice, model: &Model) -> (Request, Answer, Model) {
    let (who, table, returning) = (random_who(dice), random_table(dice), dice.below(2) == 0);
    let readable = some_of(dice, who, "select", table);
    let filter = Filter::random(dice, table, &readable);
    let path = format!("/{}?{}&select=id&order=id", table.name(), filter.text());
    let request = Request { who, method: "DELETE", path, body: None, returning };
    let mut after = model.clone();
    let reads = who.may("select", table);
    if who == Who::Anon || !reads.contains(&filter.column) {
        return (request, who.refused(), after);
    }
    let gone: Vec<i64> = model
        .rows(table)
        .iter()
        .filter(|(_, row)| {
            filter.leaves(row)
                && model.sees(who, table, row)
                && Model::reaches(who, "delete", table, row)
        })
        .map(|(id, _)| *id)
        .collect();
    if table == Table::Docs
        && model.notes.values().any(|note| gone.iter().any(|id| note["doc"] == json!(id)))
    {
        return (request, Answer(409, None), after);
    }
    let rows = gone.iter().map(|id| Row::from([("id", json!(id))])).collect();
    for id in gone {
        after.rows_mut(table).remove(&id);
    }
    let answer = if returning { Answer(200, Some(rows)) } else { Answer(204, None) };
    (request, answer, after)
}

/// What is really there.
fn there(howdah: &Howdah, table: Table) -> Vec<Value> {
    let text = howdah.value(&format!(
        "SELECT coalesce(json_agg(t ORDER BY id), '[]') FROM public.{} AS t",
        table.name()
    ));
    serde_json::from_str(&text).expect("rows")
}

#[test]
fn every_answer_is_what_a_model_of_the_policies_says() {
    let wanted = count(100_000, 3_000) as u64;
    let (mut drill, mut dice) = Drill::begin(
        "D14",
        format!(
            "{wanted} random requests of {USERS} users, nobody and the service, against a model of grants and policies; {CONNECTIONS} connections"
        ),
    );
    let howdah = Howdah::start(&[]);
    howdah.sql(SCHEMA);
    let mut apis = BTreeMap::from([
        (format!("{:?}", Who::Anon), Api::anon(&howdah, "public")),
        (format!("{:?}", Who::Service), Api::service(&howdah, "public")),
    ]);
    apis.extend(
        (0..USERS).map(|n| (format!("{:?}", Who::User(n)), Api::user(&howdah, "public", n))),
    );
    let fuzz = Fuzz { apis };
    let open = || Connection::open(howdah.address()).expect("a connection");
    let mut connections: Vec<Connection> = (0..CONNECTIONS).map(|_| open()).collect();
    let mut model = Model::default();
    let (mut asked, mut refused, mut seen) = (0, 0, 0);
    let mut compare = |drill: &mut Drill, request: &Request, answer: &Answer, wanted: &Answer| {
        asked += 1;
        refused += u64::from(matches!(answer.0, 401 | 403));
        seen += answer.1.as_ref().map_or(0, Vec::len);
        drill.check(answer == wanted, || {
            format!(
                "{:?} {} {} {:?} {}: {answer:?} instead of {wanted:?}",
                request.who, request.method, request.path, request.body, request.returning
            )
        });
        asked
    };
    loop {
        let reads: Vec<Vec<_>> = connections
            .iter()
            .map(|_| (0..READS).map(|_| read(&mut dice, &model)).collect())
            .collect();
        let answers: Vec<Vec<Answer>> = std::thread::scope(|scope| {
            let fuzz = &fuzz;
            let asking: Vec<_> = connections
                .iter_mut()
                .zip(&reads)
                .map(|(connection, reads)| {
                    scope.spawn(move || {
                        reads.iter().map(|(request, _)| fuzz.send(connection, request)).collect()
                    })
                })
                .collect();
            asking.into_iter().map(|asking| asking.join().expect("no panic")).collect()
        });
        for ((request, wanted), answer) in reads.iter().flatten().zip(answers.iter().flatten()) {
            compare(&mut drill, request, answer, wanted);
        }
        let mut last = 0;
        for turn in 0..WRITES {
            let (request, wanted, after) = write(&mut dice, &model);
            let answer = fuzz.send(&mut connections[turn as usize % CONNECTIONS], &request);
            last = compare(&mut drill, &request, &answer, &wanted);
            model = after;
        }
        for table in [Table::Docs, Table::Notes] {
            let (real, wanted) = (
                there(&howdah, table),
                model.rows(table).values().map(|row| json!(row)).collect::<Vec<_>>(),
            );
            drill.check(real == wanted, || {
                format!("{} after {last}: {real:?} instead of {wanted:?}", table.name())
            });
        }
        if last >= wanted {
            break;
        }
    }
    drill.figure(format!("0 divergences; {refused} refused, {seen} rows shown"));
    drill.end();
}
