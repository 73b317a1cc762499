//! The lending library of `make run`, as its readers, members and staff use it.

use howdah_tests::api::{Api, user_id};
use howdah_tests::server::{Howdah, shared};
use serde_json::{Value, json};

const ADA: u32 = 1;

fn staff(howdah: &Howdah) -> Api<'_> {
    Api::holder(
        howdah,
        "public",
        "authenticated",
        json!({"sub": "00000000-0000-4000-8000-0000000000a1"}),
    )
}

#[test]
fn shows_the_catalogue_to_anybody() {
    let api = Api::anon(shared(), "public");
    let reply =
        api.get("/book?select=title,year,author(name)&title=eq.Good Omens&author.order=name");
    reply.is(200).equals(json!([{"title": "Good Omens", "year": 1990, "author": [{"name": "Neil Gaiman"}, {"name": "Terry Pratchett"}]}]));
    api.get("/catalogue?title=eq.Good Omens&select=authors")
        .is(200)
        .equals(json!([{"authors": "Terry Pratchett, Neil Gaiman"}]));
    api.get("/rpc/search_books?term=brontë&select=title&limit=1")
        .is(200)
        .equals(json!([{"title": "Jane Eyre"}]));
    let counted = api.rest("GET", "/book?limit=1").prefer("count=exact").send();
    let total = shared().value("SELECT count(*) FROM public.book");
    counted.is(206).has("content-range", format!("0-0/{total}").as_str());
    api.get("/book?title=eq.こころ&select=language").is(200).equals(json!([{"language": "ja"}]));
    api.get("/member").fails(401, "42501");
    api.get("/loan").fails(401, "42501");
    api.post("/book", json!({"title": "x", "year": 1, "language": "en"})).fails(401, "42501");
}

#[test]
fn shows_members_their_own_loans() {
    let howdah = shared();
    let ada = Api::user(howdah, "public", ADA);
    let own = howdah.value(&format!("SELECT count(*) FROM public.loan JOIN public.member m ON m.id = member_id WHERE user_id = '{}'", user_id(ADA)));
    assert_eq!(ada.ids("/loan?select=id").len().to_string(), own);
    ada.get("/member?select=name").is(200).equals(json!([{"name": "Ada"}]));
    let through = ada.get("/loan?select=member!inner(name)").json();
    assert!(
        through.as_array().is_some_and(
            |rows| !rows.is_empty() && rows.iter().all(|r| r["member"]["name"] == "Ada")
        ),
        "{through}"
    );
    assert_eq!(Api::user(howdah, "public", 99).ids("/loan?select=id"), [] as [i64; 0]);
    let all = howdah.value("SELECT count(*) FROM public.loan");
    assert_eq!(staff(howdah).ids("/loan?select=id").len().to_string(), all);
}

#[test]
fn lends_and_takes_back() {
    let howdah = shared();
    let (ada, emeka) = (Api::user(howdah, "public", 6), Api::user(howdah, "public", 5));
    let free = howdah.value("SELECT b.id FROM public.book b WHERE public.available(b) > 0 AND copies = 1 AND title <> 'Test of a Title' ORDER BY id DESC LIMIT 1");
    let free: i64 = free.parse().expect("an id");
    let loan = ada.rpc("borrow", json!({"book_id": free})).is(200).json();
    assert_eq!(loan["book_id"], free);
    let again = emeka.rpc("borrow", json!({"book_id": free}));
    again.fails(409, "PT409");
    emeka.rpc("give_back", json!({"loan_id": loan["id"]})).fails(404, "PT404");
    // Not for somebody else either.
    let body = json!({"book_id": free, "member_id": loan["member_id"]});
    emeka.post("/loan", body).refused();
    let back = ada.rpc("give_back", json!({"loan_id": loan["id"]})).is(200).json();
    assert_ne!(back["returned_on"], Value::Null);
    ada.rpc("borrow", json!({"book_id": -1})).fails(404, "PT404");
    Api::user(howdah, "public", 98).rpc("borrow", json!({"book_id": free})).fails(403, "PT403");
    Api::anon(howdah, "public").rpc("borrow", json!({"book_id": free})).fails(401, "42501");
}

#[test]
fn lets_staff_keep_the_catalogue() {
    let howdah = shared();
    let grace = staff(howdah);
    let made = grace
        .rest("POST", "/book?select=id,title")
        .prefer("return=representation")
        .json(json!({"title": "Test of a Title", "year": 2001, "language": "en"}))
        .send()
        .is(201)
        .json();
    let id = made[0]["id"].clone();
    grace
        .rest("PATCH", &format!("/book?id=eq.{id}"))
        .json(json!({"copies": -1}))
        .send()
        .fails(400, "23514");
    let ada = Api::user(howdah, "public", ADA);
    ada.rest("PATCH", &format!("/book?id=eq.{id}"))
        .prefer("return=representation")
        .json(json!({"copies": 9}))
        .send()
        .is(200)
        .equals(json!([]));
    ada.rest("DELETE", &format!("/book?id=eq.{id}"))
        .prefer("return=representation")
        .send()
        .is(200)
        .equals(json!([]));
    ada.post("/book", json!({"title": "Forged", "year": 2001, "language": "en"}))
        .fails(403, "42501");
    grace.rest("DELETE", &format!("/book?id=eq.{id}")).send().is(204);
}
