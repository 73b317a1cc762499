//! The Chinook data under policies of the tests' own: a customer sees own invoices, an employee its customers'.
//! Skipped where the data is not beside the project.

use howdah_tests::api::Api;
use howdah_tests::database::chinook_file;
use howdah_tests::server::shared;
use serde_json::{Value, json};

/// A caller with these claims, or None (and a line that says so) without the data.
fn caller(claims: Value) -> Option<Api<'static>> {
    if chinook_file().is_none() {
        println!("skipped: no Chinook data");
        return None;
    }
    Some(Api::holder(shared(), "chinook", "authenticated", claims))
}

#[test]
fn chinook_catalogue_reads_deep() {
    let Some(mut api) = caller(json!({})) else { return };
    api.token = None;
    let reply = api.get("/artist?select=name,album(title,track(name,genre(name)))&artist_id=eq.1&album.order=album_id&album.limit=1&album.track.order=track_id&album.track.limit=2");
    reply.is(200).equals(json!([{"name": "AC/DC", "album": [{"title": "For Those About To Rock We Salute You", "track": [
        {"name": "For Those About To Rock (We Salute You)", "genre": {"name": "Rock"}},
        {"name": "Put The Finger On You", "genre": {"name": "Rock"}}
    ]}]}]));
    let counted = api.rest("GET", "/track?select=track_id&limit=5").prefer("count=exact").send();
    counted.is(206).has("content-range", "0-4/3503");
    let playlist = api
        .get("/playlist?select=name,track(name)&playlist_id=eq.18&track.order=track_id")
        .is(200)
        .json();
    assert_eq!(playlist[0]["track"].as_array().map(Vec::len), Some(1));
    let whole = api.get("/track?select=*&order=track_id");
    let wanted = shared().value(
        "SELECT json_agg(whole.*) FROM (SELECT * FROM chinook.track ORDER BY track_id) AS whole",
    );
    assert!(whole.is(200).text() == wanted, "3,503 rows, byte for byte");
    assert_eq!(
        api.get(
            "/track?select=track_id&name=ilike.*rock*&milliseconds=gt.300000&order=track_id&limit=3"
        )
        .column("track_id")
        .len(),
        3
    );
    api.get("/customer").fails(401, "42501");
    api.get("/invoice").fails(401, "42501");
}

#[test]
fn chinook_customers_see_their_own_invoices() {
    let howdah = shared();
    for customer in [1, 2, 59] {
        let Some(api) = caller(json!({"customer_id": customer})) else { return };
        let wanted = howdah.value(&format!("SELECT json_agg(whole.*) FROM (SELECT invoice_id, total FROM chinook.invoice WHERE customer_id = {customer} ORDER BY 1) AS whole"));
        assert_eq!(
            api.get("/invoice?select=invoice_id,total&order=invoice_id").is(200).text(),
            wanted
        );
        assert_eq!(api.get("/customer?select=customer_id").column("customer_id"), [customer]);
        assert_eq!(
            api.get("/invoice?select=customer_id")
                .column("customer_id")
                .iter()
                .filter(|c| **c != customer)
                .count(),
            0
        );
        let lines = howdah.value(&format!("SELECT count(*) FROM chinook.invoice_line JOIN chinook.invoice USING (invoice_id) WHERE customer_id = {customer}"));
        let counted = api.rest("HEAD", "/invoice_line").prefer("count=exact").send();
        assert!(
            counted.header("content-range").is_some_and(|r| r.ends_with(&format!("/{lines}"))),
            "{:?}",
            counted.headers
        );
        let spent = howdah.value(&format!(
            "SELECT sum(total) FROM chinook.invoice WHERE customer_id = {customer}"
        ));
        assert_eq!(api.rpc("spent", json!({"customer": customer})).is(200).text(), spent);
        assert_eq!(
            api.rpc("spent", json!({"customer": 3})).is(200).text(),
            "0",
            "another customer's"
        );
        assert_eq!(api.get("/employee?select=employee_id").is(200).json(), json!([]));
    }
}

#[test]
fn chinook_employees_see_their_customers_invoices() {
    let howdah = shared();
    let Some(api) = caller(json!({"employee_id": 3})) else { return };
    let customers = howdah.value("SELECT json_agg(customer_id ORDER BY customer_id) FROM chinook.customer WHERE support_rep_id = 3");
    let customers: Vec<i64> = serde_json::from_str(&customers).expect("a list");
    assert_eq!(
        api.get("/customer?select=customer_id&order=customer_id").column("customer_id"),
        customers
    );
    let invoices = howdah.value("SELECT json_agg(invoice_id ORDER BY invoice_id) FROM chinook.invoice JOIN chinook.customer USING (customer_id) WHERE support_rep_id = 3");
    let invoices: Vec<i64> = serde_json::from_str(&invoices).expect("a list");
    assert_eq!(
        api.get("/invoice?select=invoice_id&order=invoice_id").column("invoice_id"),
        invoices
    );
    let theirs = api.get("/customer?select=customer_id,invoice(invoice_id,invoice_line(track(name)))&customer_id=eq.1").is(200).json();
    assert_eq!(theirs[0]["invoice"].as_array().map(Vec::len), Some(7));
    let boss = api
        .get("/customer?select=employee(first_name,boss:reports_to(first_name))&customer_id=eq.1")
        .is(200)
        .json();
    assert_eq!(boss[0]["employee"]["first_name"], "Jane");
    assert_eq!(boss[0]["employee"]["boss"], Value::Null, "the boss is hidden by policy");
}

#[test]
fn chinook_is_written_by_those_who_may() {
    let Some(employee) = caller(json!({"employee_id": 4})) else { return };
    let Some(customer) = caller(json!({"customer_id": 4})) else { return };
    let insert = |api: &Api, customer: i64| {
        api.rest("POST", "/invoice?select=invoice_id,total")
            .prefer("tx=rollback, return=representation")
            .json(json!({"customer_id": customer, "invoice_date": "2026-01-01", "total": 1.98}))
            .send()
    };
    let made = insert(&employee, 4).is(201).json();
    assert_eq!(made[0]["total"], 1.98);
    insert(&employee, 1).fails(403, "42501");
    let foreign = employee
        .rest("PATCH", "/customer?customer_id=eq.1")
        .prefer("return=representation")
        .json(json!({"company": "x"}))
        .send();
    foreign.is(200).equals(json!([]));
    let own = employee
        .rest("PATCH", "/customer?customer_id=eq.4&select=company")
        .prefer("tx=rollback, return=representation")
        .json(json!({"company": "Howdah"}))
        .send();
    own.is(200).equals(json!([{"company": "Howdah"}]));
    customer
        .rest("PATCH", "/customer?customer_id=eq.4")
        .prefer("return=representation")
        .json(json!({"company": "x"}))
        .send()
        .is(200)
        .equals(json!([]));
    customer.rest("DELETE", "/customer?customer_id=eq.4").send().fails(403, "42501");
}
