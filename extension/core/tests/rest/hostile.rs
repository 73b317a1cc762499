use crate::fake::{Fake, coded};
use howdah_core::limits;

#[test]
fn bombs_are_refused_as_client_errors() {
    let fake = Fake::default();
    let keys: Vec<String> = (0..100_000).map(|i| format!("\"k{i}\":{i}")).collect();
    for body in [
        "[".repeat(1_000_000),
        "{\"a\":".repeat(1_000_000),
        format!("{{{}}}", keys.join(",")),
        format!("{{\"a\":{}}}", "9".repeat(1_000_000)),
        "{\"a\":\"\\ud800\"}".to_owned(),
        "{\"a\":\"\u{0}\"}".to_owned(),
        "{\"a\":\"".to_owned(),
    ] {
        for line in ["POST /film", "PATCH /film", "PUT /film?id=eq.1", "POST /rpc/now"] {
            assert_eq!(coded(&fake.fails(line, "", &body)), (400, "PGRST102"), "{}", &body[..9]);
        }
    }
    assert_eq!(coded(&fake.fails("POST /film", "", r#"{"a":"\u0000"}"#)), (400, "22P05"));
    let bytes = fake.send("POST /film", "", b"{\"a\":\"\xff\xfe\"}");
    assert_eq!(bytes.err().map(|e| e.status), Some(400));
    assert!(fake.ran.borrow().is_empty());
    // What a number cannot hold is for Postgres to say.
    assert_eq!(fake.ok("POST /film", "", "{\"a\":1e999999}").status, 201);
}

#[test]
fn targets_are_bounded() {
    let fake = Fake::default();
    let many = vec!["id=eq.1"; limits::PARAMS + 1].join("&");
    assert_eq!(fake.fails(&format!("GET /film?{many}"), "", "").status, 400);
    let deep = format!("GET /film?or={}id.eq.1{}", "(and".repeat(10_000), ")".repeat(10_000));
    assert_eq!(fake.fails(&deep, "", "").status, 400);
    for query in ["id=%ff", "id=eq.%00", "%ff=eq.1", "select=%00"] {
        assert_eq!(fake.fails(&format!("GET /film?{query}"), "", "").status, 400, "{query}");
    }
}

/// Mutated requests of every kind, through the planner: an answer, or an error below 500.
#[test]
fn no_request_makes_it_panic_or_answer_5xx() {
    let mut state = 42_u64;
    let mut next = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let lines = [
        "GET /film?select=id,t:title::text,meta->a->>b&id=in.(1,2)&order=id.desc&limit=3&offset=9",
        "POST /film?columns=id,title&on_conflict=id&select=*",
        "PATCH /film?or=(id.eq.1,and(title.like.*a*,not.year.is.null))",
        "PUT /film?id=eq.1",
        "DELETE /film?id=eq.%31",
        "GET /rpc/add?a=1&b=2",
        "POST /rpc/add",
        "OPTIONS /film",
        "HEAD /film",
    ];
    let headers = "accept: application/vnd.pgrst.object+json;nulls=stripped;q=0.5, */*;q=0.1\n\
                   prefer: return=representation, count=exact, handling=strict, max-affected=1\n\
                   range: 0-9\ncontent-type: application/json\naccept-profile: public\n";
    let body = r#"[{"id":1,"title":"\u00e9"},{"title":null,"id":-2.5e1}]"#;
    let mutate = |text: &str, times: usize, next: &mut dyn FnMut(usize) -> usize| {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..times {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = next(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"%,.()\"{}[]:;=& \\\n"[next(17)]),
            }
        }
        bytes
    };
    let fake = Fake { rows: 1, ..Fake::default() };
    let mut answered = 0;
    for round in 0..40_000 {
        let times = next(4);
        let line = mutate(lines[round % lines.len()], times, &mut next);
        let line = String::from_utf8_lossy(&line);
        let Some((_, target)) = line.split_once(' ') else {
            continue;
        };
        if !target.starts_with('/') {
            continue;
        }
        let times = next(3);
        let block = mutate(headers, times, &mut next);
        let times = next(3);
        let body = mutate(body, times, &mut next);
        match fake.send(&line, &String::from_utf8_lossy(&block), &body) {
            Ok(answer) => {
                answered += 1;
                let bad = answer.response.headers.lines().find(|line| !line.contains(": "));
                assert_eq!(bad, None);
            }
            Err(error) => assert!(error.status < 500, "{line} {error:?}"),
        }
        fake.shapes.borrow_mut().clear();
        fake.ran.borrow_mut().clear();
    }
    assert!(answered > 4_000, "{answered}");
}
