use super::*;

fn status(sqlstate: &str) -> u16 {
    from_database(sqlstate, "m", None, None, false).status
}

#[test]
fn prints_four_keys_in_order_without_spaces() {
    let body = ApiError::bad_body("Empty or invalid json").body();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        r#"{"code":"PGRST102","details":null,"hint":null,"message":"Empty or invalid json"}"#
    );
    let error = ApiError::new(Code::AmbiguousRelationship, &["a", "b\"\n"])
        .details(serde_json::json!([{"cardinality": "many-to-one"}]))
        .hint("try");
    assert_eq!(
        String::from_utf8(error.body()).unwrap(),
        r#"{"code":"PGRST201","details":[{"cardinality":"many-to-one"}],"hint":"try","message":"Could not embed because more than one relationship was found for 'a' and 'b\"\n'"}"#
    );
}

#[test]
fn answers_json_with_proxy_status() {
    let response = ApiError::new(Code::NoTable, &["public.x"]).to_response();
    assert_eq!(response.status, 404);
    assert_eq!(
        response.headers,
        "Content-Type: application/json; charset=utf-8\nProxy-Status: PostgREST; error=PGRST205\n"
    );
}

#[test]
fn token_problems_are_named_in_the_challenge() {
    let expired = ApiError::new(Code::TokenClaims, &["JWT expired"]);
    assert_eq!(
        expired.headers,
        "WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"JWT expired\"\n"
    );
    assert_eq!(ApiError::new(Code::TokenRequired, &[]).headers, "WWW-Authenticate: Bearer\n");
}

#[test]
fn headers_cannot_be_split() {
    let error = ApiError::new(Code::Body, &[""]).header("X", "a\nSet-Cookie: b").header("Y\n", "");
    assert_eq!(error.headers, "");
    let quoted = ApiError::new(Code::TokenClaims, &["a\nb"]);
    assert_eq!(quoted.headers.lines().count(), 1);
}

#[test]
fn sqlstates_have_the_dialects_status() {
    let expected = [
        ("08006", 503),
        ("09000", 500),
        ("0LP01", 403),
        ("0P000", 403),
        ("23503", 409),
        ("23505", 409),
        ("23502", 400),
        ("23514", 400),
        ("25006", 405),
        ("25P02", 500),
        ("28000", 403),
        ("2D000", 500),
        ("38000", 500),
        ("39000", 500),
        ("3B000", 500),
        ("40001", 500),
        ("42P01", 404),
        ("42883", 404),
        ("42P17", 500),
        ("42703", 400),
        ("53100", 503),
        ("53400", 500),
        ("54001", 500),
        ("55P03", 500),
        ("57014", 500),
        ("57P01", 503),
        ("58030", 500),
        ("F0000", 500),
        ("HV000", 500),
        ("P0001", 400),
        ("P0002", 500),
        ("XX000", 500),
        ("22P02", 400),
        ("22P05", 400),
        ("21000", 500),
        ("", 400),
        ("é", 400),
    ];
    for (sqlstate, expected) in expected {
        assert_eq!(status(sqlstate), expected, "{sqlstate}");
    }
}

#[test]
fn statuses_that_depend_on_the_message() {
    let status = |state, message| from_database(state, message, None, None, false).status;
    assert_eq!(status("21000", "UPDATE requires a WHERE clause"), 400);
    assert_eq!(status("22023", "role \"x\" does not exist"), 401);
    assert_eq!(status("22023", "bad time zone"), 400);
    assert_eq!(status("42883", "function xmlagg(integer) does not exist"), 406);
}

#[test]
fn denied_privilege_asks_for_a_token_only_where_there_was_none() {
    let message = "permission denied for table t";
    let anonymous = from_database("42501", message, None, None, true);
    assert_eq!((anonymous.status, anonymous.headers.as_str()), (401, "WWW-Authenticate: Bearer\n"));
    let known = from_database("42501", message, None, None, false);
    assert_eq!((known.status, known.headers.as_str()), (403, ""));
}

#[test]
fn sql_chooses_the_status() {
    let error = from_database("PT402", "Payment Required", Some("d"), Some("h"), true);
    assert_eq!((error.status, error.code.as_str()), (402, "PT402"));
    assert_eq!(error.message, "Payment Required");
    assert_eq!(from_database("PT503", "later", Some("d"), None, true).message, "later");
    assert_eq!(status("PTxyz"), 500);
    assert_eq!(status("PT100"), 500);
    assert_eq!(status("PT999"), 500);
}

#[test]
fn sql_sets_the_whole_response() {
    let error = from_database(
        "PGRST",
        r#"{"code":"123","message":"Payment Required","details":"Quota","hint":"Upgrade"}"#,
        Some(r#"{"status":402,"status_text":"Pay","headers":{"X-Powered-By":"Nerd Rage"}}"#),
        None,
        true,
    );
    assert_eq!(error.status, 402);
    assert_eq!(error.headers, "X-Powered-By: Nerd Rage\nReason-Phrase: Pay\n");
    assert_eq!(
        String::from_utf8(error.body()).unwrap(),
        r#"{"code":"123","details":"Quota","hint":"Upgrade","message":"Payment Required"}"#
    );
}

#[test]
fn a_raised_response_without_its_json_is_500() {
    let good = r#"{"code":"1","message":"m"}"#;
    for (message, detail, details) in [
        ("INVALID", None, "Invalid JSON value for MESSAGE: 'INVALID'"),
        (r#"{"code":"1"}"#, None, "Invalid JSON value for MESSAGE: '{\"code\":\"1\"}'"),
        (good, None, "DETAIL is missing in the RAISE statement"),
        (good, Some("x"), "Invalid JSON value for DETAIL: 'x'"),
        (
            good,
            Some(r#"{"status":99,"headers":{}}"#),
            "Invalid JSON value for DETAIL: '{\"status\":99,\"headers\":{}}'",
        ),
        (
            good,
            Some(r#"{"status":400,"headers":{"a":1}}"#),
            "Invalid JSON value for DETAIL: '{\"status\":400,\"headers\":{\"a\":1}}'",
        ),
    ] {
        let error = from_database("PGRST", message, detail, None, false);
        assert_eq!((error.status, error.code.as_str()), (500, "PGRST121"));
        assert_eq!(error.details, Some(details.into()));
    }
}

#[test]
fn server_errors_show_a_public_text_only() {
    let secret = "could not open file \"base/1/2\": canary";
    for state in ["XX000", "58030", "42P17", "40001", "53100", "08006", "HV000", "57P01", "55000"] {
        let error = from_database(state, secret, Some("canary"), Some("canary"), false);
        let body = String::from_utf8(error.to_response().body).unwrap();
        assert!(!body.contains("canary") && !body.contains("base/1"), "{body}");
        assert_eq!(error.code, state);
    }
    let timeout = "canceling statement due to statement timeout";
    assert_eq!(from_database("57014", timeout, None, None, false).message, timeout);
}

#[test]
fn safe_mode_withholds_values_and_names() {
    for (state, message) in [
        ("23505", "duplicate key value violates unique constraint \"canary_key\""),
        ("23502", "null value in column \"canary\" of relation \"canary\""),
        ("23P01", "conflicting key value violates exclusion constraint \"canary\""),
        ("22P02", "invalid input syntax for type integer: \"canary\""),
        ("42501", "permission denied for table canary"),
        ("42P01", "relation \"canary\" does not exist"),
        ("42704", "type \"canary\" does not exist"),
    ] {
        let shown = from_database(state, message, Some("canary"), Some("canary"), false);
        assert_eq!(shown.message, message);
        let error = shown.clone().withhold();
        let body = String::from_utf8(error.body()).unwrap();
        assert!(!body.contains("canary"), "{body}");
        assert_eq!((error.code, error.status), (shown.code, shown.status));
    }
    let raised = from_database("P0001", "said on purpose", Some("canary"), None, false).withhold();
    assert_eq!((raised.message.as_str(), raised.details), ("said on purpose", None));
}

#[test]
fn codes_are_unique_and_documented() {
    let doc = markdown();
    let mut seen = std::collections::HashSet::new();
    for code in Code::ALL {
        assert!(seen.insert(code.spec().code), "{code:?}");
        assert!(doc.contains(&format!("| {} | {} |", code.spec().code, code.spec().status)));
    }
    assert!(doc.contains("| 23505 | 409 |") && doc.contains("| 08… | 503 |"));
}

#[test]
fn minimal_verbosity_leaves_code_and_message() {
    let error =
        ApiError::new(Code::NoTable, &["public.x"]).hint("Perhaps you meant y").details("d");
    let response = error.to_minimal_response();
    assert_eq!(response.status, 404);
    assert_eq!(
        String::from_utf8(response.body).unwrap(),
        r#"{"code":"PGRST205","message":"Could not find the table 'public.x' in the schema cache"}"#
    );
}
