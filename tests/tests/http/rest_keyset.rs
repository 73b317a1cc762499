//! `Prefer: page=keyset` and the cursors in `Link`.

use howdah_tests::api::{Api, component, user_id};
use howdah_tests::reply::Reply;
use howdah_tests::server::shared;
use howdah_tests::table::each;
use serde_json::json;

fn api() -> Api<'static> {
    Api::anon(shared(), "aggregates")
}

fn page(api: &Api<'_>, path: &str) -> Reply {
    api.rest("GET", path).prefer("page=keyset").send()
}

/// The address that `Link` gives for a relation: a query alone.
fn link(reply: &Reply, rel: &str) -> Option<String> {
    let suffix = format!(">; rel=\"{rel}\"");
    let header = reply.header("link")?;
    let found =
        header.split(", <").find_map(|part| part.trim_start_matches('<').strip_suffix(&suffix));
    found.map(|address| {
        assert!(address.starts_with('?'), "{address}");
        address.to_owned()
    })
}

/// Follows `next` from the first page on: the ids of each page, and the pages themselves.
fn walk(api: &Api<'_>, path: &str) -> (Vec<Vec<i64>>, Vec<Reply>) {
    let relation = path.split('?').next().unwrap();
    let (mut ids, mut replies) = (Vec::new(), vec![page(api, path)]);
    loop {
        let reply = replies.last().unwrap();
        ids.push(reply.column("id"));
        assert!(ids.len() < 60, "{ids:?}");
        let Some(next) = link(reply, "next") else {
            return (ids, replies);
        };
        replies.push(api.get(&format!("{relation}{next}")));
    }
}

/// Walks in pages of 7 and back again, and compares with the rows in one request.
fn walks(query: &str) {
    let api = api();
    let path = format!("/page?select=id,title&{query}&limit=7");
    let order = query.split('&').find_map(|p| p.strip_prefix("order=")).unwrap_or("id");
    let last_descends = order.rsplit(',').next().unwrap().contains(".desc");
    let tie = if order.split(',').any(|t| t == "id" || t.starts_with("id.")) {
        String::new()
    } else if last_descends {
        ",id.desc".to_owned()
    } else {
        ",id".to_owned()
    };
    let rest: Vec<&str> = query.split('&').filter(|p| !p.starts_with("order=")).collect();
    let all = api.ids(&format!("/page?select=id&order={order}{tie}&{}", rest.join("&")));
    let (pages, replies) = walk(&api, &path);
    assert_eq!(pages.concat(), all, "{query}");
    assert!(pages.iter().rev().skip(1).all(|page| page.len() == 7), "{pages:?}");
    // And back.
    let mut back = vec![pages.last().unwrap().clone()];
    let mut reply = replies.last().unwrap().clone();
    while let Some(previous) = link(&reply, "prev") {
        reply = api.get(&format!("/page{previous}"));
        back.push(reply.ids());
        assert!(back.len() < 60);
        let forward = link(&reply, "next").expect("the page that we came from follows");
        assert_eq!(api.ids(&format!("/page{forward}")), back[back.len() - 2], "{query}");
    }
    back.reverse();
    assert_eq!(back, pages, "{query}");
}

#[test]
fn walks_all_rows_in_every_order() {
    each(
        &[
            "order=id",
            "order=id.desc",
            "id=gt.3",
            "order=title",
            "order=title.desc",
            "order=title,id.desc",
            "order=title.desc,id",
            "order=score",
            "order=score.desc",
            "order=score.nullsfirst",
            "order=score.desc.nullslast",
            "order=score.desc.nullslast,seen.nullsfirst,title",
            "order=seen",
            "order=seen.desc",
            "order=seen.desc.nullslast",
            "order=seen,score.desc",
            "order=key",
            "order=mood.desc",
            "order=span",
            "order=bits,title",
            "order=place.desc,title.desc",
            "order=place,title.desc",
            "order=data->n",
            "order=data->n.desc.nullslast,title",
            "order=data->>t.desc",
            "order=data->deep->0.nullsfirst",
            "order=title&title=neq.title 1&or=(score.gt.2,score.is.null)",
            "order=author_id,title.desc,score",
        ],
        |query| walks(query),
    );
}

#[test]
fn walks_by_the_columns_of_a_related_row() {
    for order in [
        "author(name)",
        "author(name).desc",
        "author(rank).nullsfirst,title.desc",
        "author(rank).desc.nullslast",
    ] {
        let path = format!("/page?select=id,author(name),note(body)&order={order}&limit=6");
        let (pages, _) = walk(&api(), &path);
        let tie = if order.ends_with(".desc") || order.ends_with(".desc.nullslast") {
            ",id.desc"
        } else {
            ",id"
        };
        let all = api().ids(&format!("/page?select=id,author()&order={order}{tie}"));
        assert_eq!(pages.concat(), all, "{order}");
    }
}

#[test]
fn says_that_it_applied_and_links_to_what_there_is() {
    let first = page(&api(), "/page?select=id&limit=15");
    first.is(200).has("preference-applied", "page=keyset").has("content-range", "0-14/*");
    assert!(link(&first, "prev").is_none());
    assert_eq!(link(&first, "first").unwrap(), "?select=id&limit=15");
    let second = api().get(&format!("/page{}", link(&first, "next").unwrap()));
    second.is(200).has("preference-applied", None).has("content-range", "*/*");
    let third = api().get(&format!("/page{}", link(&second, "next").unwrap()));
    assert_eq!(third.ids(), (31..=40).collect::<Vec<_>>());
    assert!(link(&third, "next").is_none());
    assert!(link(&third, "prev").is_some());
    // A page that is full, and the last.
    let whole = page(&api(), "/page?select=id&limit=40");
    assert!(link(&whole, "next").is_none() && whole.ids().len() == 40);
    // Nothing asked, nothing said.
    api().get("/page?select=id&limit=5").has("link", None);
    // Without a limit all is one page.
    let all = page(&api(), "/page?select=id");
    assert!(link(&all, "next").is_none() && all.ids().len() == 40);
    page(&api(), "/page?select=id&limit=0").is(200).equals(json!([]));
}

#[test]
fn keeps_the_other_parameters() {
    let title = component("title 1");
    let path = format!(
        "/page?select=id,note(line)&note.order=line.desc&title=neq.{title}&or=(id.gt.3,score.is.null)&limit=4&offset=0&order=title"
    );
    let first = page(&api(), &path);
    let next = link(&first, "next").unwrap();
    let kept = "?select=id,note(line)&note.order=line.desc&title=neq.title%201&or=(id.gt.3,score.is.null)&limit=4&order=title&cursor=";
    assert!(next.starts_with(kept), "{next}");
    let second = api().get(&format!("/page{next}"));
    assert_eq!(second.ids().len(), 4);
    assert_eq!(second.json()[0]["note"][0]["line"], 1);
    // The limit of a Range, and of the settings, is the next page's too.
    let ranged =
        api().rest("GET", "/page?select=id").header("Range", "0-4").prefer("page=keyset").send();
    let next = link(&ranged, "next").unwrap();
    assert!(next.starts_with("?select=id&limit=5&cursor="), "{next}");
    assert_eq!(api().ids(&format!("/page{next}")), [6, 7, 8, 9, 10]);
    let again = api().rest("GET", &format!("/page{next}")).header("Range", "0-2").send();
    assert_eq!(again.ids(), [6, 7, 8]);
    // From an offset on.
    let later = page(&api(), "/page?select=id&limit=3&offset=10");
    later.has("content-range", "10-12/*");
    assert_eq!(api().ids(&format!("/page{}", link(&later, "next").unwrap())), [14, 15, 16]);
}

#[test]
fn counts_all_rows_whatever_the_page() {
    let count = |path: &str| api().rest("GET", path).prefer("page=keyset, count=exact").send();
    let first = count("/page?select=id&limit=30");
    first
        .is(206)
        .has("content-range", "0-29/40")
        .has("preference-applied", "count=exact, page=keyset");
    let second = count(&format!("/page{}", link(&first, "next").unwrap()));
    second.is(206).has("content-range", "*/40");
}

#[test]
fn works_with_every_form_of_the_answer() {
    let one = api()
        .rest("GET", "/page?select=id&limit=1&order=title")
        .accept("application/vnd.pgrst.object+json")
        .prefer("page=keyset")
        .send();
    one.is(200).equals(json!({"id": 5}));
    let next = link(&one, "next").unwrap();
    let two = api()
        .rest("GET", &format!("/page{next}"))
        .accept("application/vnd.pgrst.object+json")
        .send();
    two.is(200).equals(json!({"id": 10}));
    let csv = api()
        .rest("GET", "/page?select=id&limit=2")
        .accept("text/csv")
        .prefer("page=keyset")
        .send();
    assert_eq!(csv.text(), "id\n1\n2");
    assert!(link(&csv, "next").is_some());
    let head = api().rest("HEAD", "/page?select=id&limit=2").prefer("page=keyset").send();
    assert!(head.is(200).body.is_empty());
    assert_eq!(link(&head, "next"), link(&csv, "next"));
    // The way back, in another form.
    let second = api()
        .rest("GET", &format!("/page{}", link(&csv, "next").unwrap()))
        .accept("text/csv")
        .send();
    let back = api()
        .rest("GET", &format!("/page{}", link(&second, "prev").unwrap()))
        .accept("text/csv")
        .send();
    assert_eq!(back.text(), csv.text());
}

#[test]
fn finds_the_key_where_there_is_one() {
    let (pages, _) = walk(&api(), "/note?select=id:line&limit=9");
    assert_eq!(pages.concat().len(), 80);
    let odd = page(&api(), &format!("/{}?order=v.desc&limit=4", component("Odd \"key")));
    assert!(link(&odd.is(200).clone(), "next").is_some());
    let (pages, _) = walk(&api(), "/page_view?select=id:number&order=title&limit=9");
    let mut ids = pages.concat();
    ids.sort_unstable();
    assert_eq!(ids, (1..=40).collect::<Vec<_>>());
    for path in ["/keyless?limit=2", "/page_groups?limit=2"] {
        let error = page(&api(), path).fails(400, "HW450");
        assert!(error["hint"].as_str().unwrap().contains("primary key"), "{error}");
    }
    for path in [
        "/page?select=title,count()&limit=2",
        "/page?select=title&distinct=*&limit=2",
        "/page?distinct=(title)&limit=2",
    ] {
        page(&api(), path).fails(400, "HW450");
    }
}

#[test]
fn tells_no_more_than_may_be_read() {
    // The key orders the rows, so it must be readable.
    page(&api(), "/half?select=open&limit=1").fails(401, "42501");
    page(&api(), "/half?select=open&order=open&limit=1").fails(401, "42501");
    let user = Api::user(shared(), "aggregates", 2);
    let (pages, _) = walk(&user, "/owned_page?select=id&order=v.desc&limit=3");
    let own = user.ids("/owned_page?select=id&order=v.desc,id.desc");
    assert_eq!(pages.concat(), own);
    assert_eq!(own.len(), 10, "{}", user_id(2));
    // Another's cursor finds one's own rows only.
    let mine = page(&user, "/owned_page?select=id&order=v.desc&limit=3");
    let theirs = Api::user(shared(), "aggregates", 1);
    let found = theirs.ids(&format!("/owned_page{}", link(&mine, "next").unwrap()));
    assert!(found.iter().all(|id| id % 3 == 0), "{found:?}");
}

#[test]
fn a_cursor_fits_its_own_order_only() {
    let first = page(&api(), "/page?select=id&order=title&limit=5");
    let next = link(&first, "next").unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap();
    let again =
        api().ids(&format!("/page?select=id,score&order=title&limit=2&id=gt.0&cursor={cursor}"));
    assert_eq!(again.len(), 2);
    for path in [
        format!("/page?select=id&order=title.desc&limit=5&cursor={cursor}"),
        format!("/page?select=id&order=mood&limit=5&cursor={cursor}"),
        format!("/page?select=id&limit=5&cursor={cursor}"),
        format!("/page?select=id&order=title,score&limit=5&cursor={cursor}"),
        format!("/page?select=id&order=title.nullsfirst&limit=5&cursor={cursor}"),
        format!("/page_view?order=title&limit=5&cursor={cursor}"),
        format!("/page?select=id&order=title&limit=5&offset=3&cursor={cursor}"),
        format!("/page?select=id&order=title&limit=5&cursor={cursor}A"),
        format!("/page?select=id&order=title&limit=5&cursor={}", &cursor[..cursor.len() - 2]),
        "/page?select=id&order=title&limit=5&cursor=".to_owned(),
        "/page?select=id&order=title&limit=5&cursor=%27);drop--".to_owned(),
        format!("/page?select=id&cursor={}", "A".repeat(5_000)),
    ] {
        api().get(&path).fails(400, "HW451");
    }
    // A filter on a column of that name stays one, and an argument.
    assert_eq!(api().ids("/cursor?cursor=eq.b"), [2]);
    assert_eq!(walk(&api(), "/cursor?cursor=in.(a,b)&limit=1").0, [[1], [2]]);
    api().get("/rpc/clerks?cursor=abc").fails(404, "PGRST202");
}

#[test]
fn a_forged_cursor_is_only_a_place_in_the_order() {
    let first = page(&api(), "/page?select=id&limit=5");
    let next = link(&first, "next").unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // Every character changed in turn: a clear refusal, or rows that may be read anyhow.
    for at in 0..cursor.len() {
        let mut bytes = cursor.as_bytes().to_vec();
        let place = alphabet.iter().position(|b| *b == bytes[at]).unwrap();
        bytes[at] = alphabet[(place + 21) % 64];
        let forged = String::from_utf8(bytes).unwrap();
        let reply = api().get(&format!("/page?select=id&limit=5&cursor={forged}"));
        match reply.status {
            200 => assert!(reply.ids().len() <= 5),
            400 => {
                reply.refused();
            }
            _ => {
                reply.is(400);
            }
        }
    }
}

#[test]
fn rows_that_come_and_go_neither_double_nor_hide_the_others() {
    let howdah = shared();
    for order in ["v", "v.desc", "v.desc,id", "id", "id.desc", "v.nullsfirst,id.desc"] {
        howdah.sql(
            "TRUNCATE aggregates.moving; INSERT INTO aggregates.moving SELECT n * 1000, nullif(n % 5, 4) FROM generate_series(1, 60) n",
        );
        let path = format!("/moving?select=id&order={order}&limit=7");
        let mut reply = page(&api(), &path);
        let mut seen = reply.ids();
        let mut step = 0;
        while let Some(next) = link(&reply, "next") {
            step += 1;
            // New rows everywhere, and some of the odd tens gone: the border row of the page among them.
            let border = seen.last().unwrap();
            howdah.sql(&format!(
                "INSERT INTO aggregates.moving SELECT n * 1000 + {step}, nullif(n % 5, 4) FROM generate_series(1, 60) n;
                 DELETE FROM aggregates.moving WHERE id % 1000 = 0 AND id / 1000 % 2 = 1 AND (id / 1000 % 6 = {step} % 6 OR id = {border})"
            ));
            reply = api().get(&format!("/moving{next}"));
            seen.extend(reply.ids());
            assert!(step < 200, "{order}: {seen:?}");
            if step > 8 {
                // Enough of the flood; let the walk end.
                howdah.sql("DELETE FROM aggregates.moving WHERE id % 1000 <> 0");
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{order}: a row came twice");
        for id in (1..=60).filter(|n| n % 2 == 0).map(|n| n * 1000) {
            assert!(seen.contains(&id), "{order}: {id} was there throughout");
        }
    }
}

#[test]
fn uses_the_index_of_the_order() {
    let howdah = shared();
    howdah.sql("ANALYZE aggregates.page");
    let first = page(&api(), "/page?select=id&order=title.desc&limit=5");
    let next = link(&first, "next").unwrap();
    // As the statement is written: one comparison of rows.
    let plan = howdah.value(
        "SET enable_seqscan = off; SET enable_sort = off; EXPLAIN (FORMAT json, COSTS off) SELECT id FROM aggregates.page
         WHERE (title, id) < ('title 3', 20) ORDER BY title DESC, id DESC LIMIT 6",
    );
    assert!(plan.contains("Index Cond") && plan.contains("Backward"), "{plan}");
    assert_eq!(api().ids(&format!("/page{next}")).len(), 5);
}

#[test]
fn psql_walks_the_same() {
    let howdah = shared();
    let ask = |target: &str| {
        let headers = json!({"Accept-Profile": "aggregates", "Prefer": "page=keyset"});
        howdah.request_in_sql("GET", target, &headers, None, None)
    };
    let first = ask("/rest/v1/page?select=id&order=title&limit=3");
    let next = link(&first, "next").unwrap();
    assert_eq!(
        Some(next.clone()),
        link(&page(&api(), "/page?select=id&order=title&limit=3"), "next")
    );
    assert_eq!(ask(&format!("/rest/v1/page{next}")).ids(), [20, 25, 30]);
}
