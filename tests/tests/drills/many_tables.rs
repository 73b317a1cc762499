//! 2,000 tables slow neither a first request nor the next.

use howdah_tests::api::Api;
use howdah_tests::server::Howdah;
use std::time::{Duration, Instant};

#[test]
fn two_thousand_tables_do_not_slow_a_request() {
    let howdah = Howdah::start(&[]);
    howdah.sql("CREATE TABLE public.alone (id int PRIMARY KEY); INSERT INTO public.alone VALUES (1); GRANT SELECT ON public.alone TO anon");
    let api = Api::anon(&howdah, "public");
    let fastest = |path: &str| {
        (0..20)
            .map(|_| {
                let start = Instant::now();
                api.get(path).is(200);
                start.elapsed()
            })
            .min()
            .expect("twenty")
    };
    let before = fastest("/alone?select=id");
    // In portions: each table takes locks until its transaction ends.
    for portion in 0..20 {
        howdah.sql(&format!(
            "DO $$ BEGIN FOR n IN {from}..{to} LOOP
               EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, name text, parent int REFERENCES public.alone)', n);
               EXECUTE format('GRANT SELECT ON public.t%s TO anon', n);
             END LOOP; END $$",
            from = portion * 100,
            to = portion * 100 + 99
        ));
    }
    assert_eq!(
        howdah.value("SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$' AND relkind = 'r'"),
        "2000"
    );
    let start = Instant::now();
    api.get("/t1234?select=id,alone(id)").is(200);
    let first = start.elapsed();
    let after = fastest("/alone?select=id");
    println!("before {before:?}, first of a new table {first:?}, after {after:?}");
    assert!(first < Duration::from_millis(500), "the first request took {first:?}");
    assert!(after < before * 3 + Duration::from_millis(5), "{before:?} became {after:?}");
    // A name that is close to many: the hint's search is bounded too.
    let start = Instant::now();
    api.get("/t12345").fails(404, "PGRST205");
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    // Every one of them once: the caches stay bounded, the server goes on.
    for n in (0..2000).step_by(10) {
        api.get(&format!("/t{n}?select=id&limit=1")).is(200);
    }
    // All of them in one description: by one query, and kept until something changes.
    for target in ["/rest/v1/", "/openapi.json"] {
        let start = Instant::now();
        let document = api.call("GET", target).send();
        let made = start.elapsed();
        assert!(document.is(200).text().contains("t1999"));
        let start = Instant::now();
        api.call("GET", target).send().is(200);
        println!(
            "{target}: {} bytes in {made:?}, again in {:?}",
            document.body.len(),
            start.elapsed()
        );
        assert!(made < Duration::from_secs(10), "{target} took {made:?}");
    }
}
