use super::*;

#[test]
fn defaults_are_those_of_the_table() {
    let settings = Settings::default();
    assert_eq!(settings.problems, Vec::<String>::new());
    assert_eq!(settings.rest.schemas, ["public"]);
    assert_eq!(settings.rest.anon_role.as_deref(), Some("anon"));
    assert_eq!(settings.rest.max_rows, None);
    assert_eq!(settings.rest.tx_end, TxEnd { rollback: false, allow_override: false });
    assert!(settings.rest.aggregates_enabled && !settings.rest.plan_enabled);
    assert_eq!(settings.jwt.role_claim, ClaimPath::default());
    assert_eq!(settings.jwt.audience, None);
    assert_eq!(settings.cors_origins, ["*"]);
    assert_eq!(
        settings.limits,
        Limits { max_body: 1 << 20, timeout_ms: 30_000, ..Limits::default() }
    );
    assert_eq!(Settings::from_pairs([]), settings);
}

#[test]
fn keys_are_unique_and_every_definition_is_complete() {
    for (at, definition) in definitions().iter().enumerate() {
        assert!(definitions()[..at].iter().all(|other| other.key != definition.key));
        assert!(!definition.kind.is_empty() && definition.description.ends_with('.'));
        assert_eq!(check(definition.key, definition.default).as_deref(), Ok(definition.default));
        assert_eq!(default_value(definition.key), Ok(Some(definition.default)));
        assert!(markdown().contains(&format!("| `{}` |", definition.key)));
        assert!(!definition.description.contains('|') && !definition.kind.contains('|'));
    }
    // What DESIGN.md names.
    for key in [
        "rest.schemas",
        "rest.extra_search_path",
        "rest.anon_role",
        "rest.pre_request",
        "rest.max_rows",
        "rest.tx_end",
        "rest.plan_enabled",
        "rest.aggregates_enabled",
        "rest.openapi_mode",
        "rest.server_timing",
        "rest.error_verbosity",
        "rest.legacy_target_names",
        "jwt.audience",
        "jwt.role_claim",
        "cors.origins",
        "howdah.error_detail",
    ] {
        assert!(default_value(key).is_ok(), "{key}");
    }
}

#[test]
fn rows_override_defaults() {
    let settings = Settings::from_pairs([
        ("rest.schemas", "api , SPECIAL \"@/\\#~_-,تست,api"),
        ("rest.extra_search_path", ""),
        ("rest.anon_role", ""),
        ("rest.pre_request", "api.check_request"),
        ("rest.max_rows", "1000"),
        ("rest.tx_end", "rollback-allow-override"),
        ("rest.plan_enabled", "ON"),
        ("rest.aggregates_enabled", "off"),
        ("rest.openapi_mode", "disabled"),
        ("rest.server_timing", "1"),
        ("rest.error_verbosity", "minimal"),
        ("rest.legacy_target_names", "true"),
        ("jwt.audience", "authenticated"),
        ("jwt.role_claim", ".app_metadata.role"),
        (
            "cors.origins",
            "https://a.example, http://localhost:3000,http://[::1]:8080,capacitor://localhost",
        ),
        ("courier.allowed_hosts", "LocalHost:9000, [::1]:*,10.0.0.1:443"),
        ("howdah.error_detail", "safe"),
        ("limits.max_body", "1024"),
        ("limits.timeout_ms", "600000"),
        ("app.settings.z", ""),
        ("app.settings.mail.from", "a@b.c"),
    ]);
    assert_eq!(settings.problems, Vec::<String>::new());
    assert_eq!(settings.rest.schemas, ["api", "SPECIAL \"@/\\#~_-", "تست"]);
    assert!(settings.rest.extra_search_path.is_empty());
    assert_eq!(settings.rest.anon_role, None);
    let pre = settings.rest.pre_request.unwrap();
    assert_eq!((pre.0.as_deref(), pre.1.as_str()), (Some("api"), "check_request"));
    assert_eq!(settings.rest.max_rows, Some(1000));
    assert_eq!(settings.rest.tx_end, TxEnd { rollback: true, allow_override: true });
    assert!(settings.rest.plan_enabled && settings.rest.server_timing);
    assert!(settings.rest.legacy_target_names && !settings.rest.aggregates_enabled);
    assert_eq!(settings.rest.openapi_mode, OpenApiMode::Disabled);
    assert_eq!(settings.rest.error_verbosity, ErrorVerbosity::Minimal);
    assert_eq!(settings.error_detail, ErrorDetail::Safe);
    assert_eq!(settings.jwt.audience.as_deref(), Some("authenticated"));
    assert_eq!(settings.cors_origins.len(), 4);
    assert_eq!(settings.courier_allowed_hosts, ["localhost:9000", "[::1]:*", "10.0.0.1:443"]);
    assert_eq!(
        settings.limits,
        Limits { max_body: 1024, timeout_ms: 600_000, ..Limits::default() }
    );
    let app: Vec<_> = settings.app.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(app, [("app.settings.mail.from", "a@b.c"), ("app.settings.z", "")]);
}

#[test]
fn a_bad_row_is_named_and_changes_nothing() {
    let settings = Settings::from_pairs([("rest.max_rows", "many"), ("no.such", "x")]);
    assert_eq!(settings.problems.len(), 2);
    assert!(settings.problems[0].starts_with("rest.max_rows: must be a whole number"));
    let unchanged = Settings { problems: Vec::new(), ..settings };
    assert_eq!(unchanged, Settings::default());
}

#[test]
fn refuses_bad_values_and_says_what_is_right() {
    for (key, value, says) in [
        ("rest.schemas", "", "at least one"),
        ("rest.schemas", "public,", "empty item"),
        ("rest.schemas", "public,howdah_private", "may not expose \"howdah_private\""),
        ("rest.schemas", "pg_catalog", "may not expose"),
        ("rest.anon_role", "a\nb", "no quotes"),
        ("rest.pre_request", "a.b.c", "schema.function"),
        ("rest.pre_request", ".f", "name of 1"),
        ("rest.max_rows", "-1", "whole number"),
        ("rest.max_rows", "+1", "whole number"),
        ("rest.max_rows", "1e3", "whole number"),
        ("rest.max_rows", "99999999999999999999", "whole number"),
        ("rest.tx_end", "Commit", "one of commit, commit-allow-override"),
        ("rest.plan_enabled", "", "on or off"),
        ("jwt.audience", "a\nb", "one line"),
        ("jwt.role_claim", "role", "$.role"),
        ("jwt.role_claim", "", "$.role"),
        ("cors.origins", "*, https://a.example", "either * alone"),
        ("cors.origins", "https://a.example/", "no origin"),
        ("cors.origins", "https://*.example", "no origin"),
        ("cors.origins", "a.example", "no origin"),
        ("cors.origins", "https://A.example", "no origin"),
        ("cors.origins", "https://a.example:0", "no origin"),
        ("cors.origins", "https://a.example:+80", "no origin"),
        ("cors.origins", "https://[::1", "no origin"),
        ("cors.origins", "https://[::1]x", "no origin"),
        ("cors.origins", "null", "no origin"),
        ("cors.origins", "https://u@a.example", "no origin"),
        ("rest.openapi_server_proxy_uri", "javascript:alert(1)", "http or https"),
        ("rest.openapi_server_proxy_uri", "https://a.example/?x", "http or https"),
        ("rest.openapi_server_proxy_uri", "https://a b", "http or https"),
        ("courier.allowed_hosts", "*", "no place"),
        ("courier.allowed_hosts", "*:443", "no place"),
        ("courier.allowed_hosts", "a.example", "no place"),
        ("courier.allowed_hosts", "https://a.example:443", "no place"),
        ("courier.allowed_hosts", "a.example:0", "no place"),
        ("courier.allowed_hosts", "u@a.example:1", "no place"),
        ("courier.allowed_hosts", "a.example:1:2", "no place"),
        ("howdah.error_detail", "none", "one of normal, safe"),
        ("limits.max_body", "1023", "from 1024"),
        ("limits.timeout_ms", "0", "from 100"),
        ("app.settings.", "x", "app.settings.region"),
        ("app.settings.a..b", "x", "app.settings.region"),
        ("app.settings.a-b", "x", "app.settings.region"),
        ("app.settings.a", "\0", "at most"),
    ] {
        let message = check(key, value).expect_err(&format!("{key}={value:?}"));
        assert!(message.contains(says), "{key}={value:?}: {message}");
    }
}

#[test]
fn hints_at_the_setting_that_was_meant() {
    assert!(
        check("rest.max_row", "1").unwrap_err().ends_with("perhaps you meant \"rest.max_rows\"")
    );
    assert!(check("db-max-rows", "1").unwrap_err().contains("howdah.settings_all"));
    let long = check(&"x\n".repeat(10_000), "1").unwrap_err();
    assert!(long.len() < 300 && !long.contains('\n'));
}

#[test]
fn stores_the_normal_form() {
    assert_eq!(check("rest.plan_enabled", " TRUE ").as_deref(), Ok("on"));
    assert_eq!(check("rest.plan_enabled", "0").as_deref(), Ok("off"));
    assert_eq!(check("rest.schemas", " a, b ").as_deref(), Ok("a, b"));
    assert_eq!(check("app.settings.x", " as is ").as_deref(), Ok(" as is "));
}
