use super::*;
use crate::rest::fixture::{self, Fixture, shape};
use crate::rest::shape::{Call, CallKind, Payload, RawKind};
use serde_json::json;

fn failure(verb: Verb, target: &str, query: &str) -> ApiError {
    let (shape, _) = shape(verb, target, query).unwrap();
    fixture::compile(&shape).unwrap_err()
}

fn sql(target: &str, query: &str) -> String {
    let (shape, _) = shape(Verb::Read, target, query).unwrap();
    fixture::compile(&shape).unwrap().main.sql
}

#[test]
fn hints_at_tables_named_alike() {
    let error = failure(Verb::Read, "films", "");
    assert_eq!((error.status, error.code.as_str()), (404, "PGRST205"));
    assert_eq!(error.message, "Could not find the table 'public.films' in the schema cache");
    assert_eq!(error.hint.unwrap(), "Perhaps you meant the table 'public.film'");
    assert_eq!(failure(Verb::Read, "something_else", "").hint, None);
    assert_eq!(failure(Verb::Read, &"film".repeat(10_000), "").hint, None);
}

#[test]
fn refuses_embeds_without_relationship() {
    let error = failure(Verb::Read, "film", "select=id,actr(name)");
    assert_eq!((error.status, error.code.as_str()), (400, "PGRST200"));
    assert_eq!(
        error.message,
        "Could not find a relationship between 'film' and 'actr' in the schema cache"
    );
    assert_eq!(
        error.details.unwrap(),
        "Searched for a foreign key relationship between 'film' and 'actr' in the schema 'public', but no matches \
         were found."
    );
    assert_eq!(error.hint.unwrap(), "Perhaps you meant 'actor' instead of 'actr'.");
    let error = failure(Verb::Read, "film", "select=id,director!nope(name)");
    assert_eq!(
        error.details.unwrap(),
        "Searched for a foreign key relationship between 'film' and 'director' using the hint 'nope' in the schema \
         'public', but no matches were found."
    );
    assert_eq!(error.hint, None);
}

#[test]
fn lists_ambiguous_relationships() {
    let error = failure(Verb::Read, "purchase", "select=address(street)");
    assert_eq!((error.status, error.code.as_str()), (300, "PGRST201"));
    assert_eq!(
        error.details.unwrap(),
        json!([
            {
                "cardinality": "many-to-one",
                "embedding": "purchase with address",
                "relationship": "purchase_billing_fkey using purchase(billing_id) and address(id)",
            },
            {
                "cardinality": "many-to-one",
                "embedding": "purchase with address",
                "relationship": "purchase_shipping_fkey using purchase(shipping_id) and address(id)",
            },
        ])
    );
    assert_eq!(
        error.hint.unwrap(),
        "Try changing 'address' to one of the following: 'address!purchase_billing_fkey', \
         'address!purchase_shipping_fkey'. Find the desired relationship in the 'details' key."
    );
}

#[test]
fn finds_relationships_by_hint() {
    let joined = |query: &str| {
        let sql = sql("address", query);
        (sql.contains("\"billing_id\" ="), sql.contains("\"shipping_id\" ="))
    };
    assert_eq!(joined("select=purchase!billing_id(amount)"), (true, false));
    assert_eq!(joined("select=purchase!purchase_shipping_fkey(amount)"), (false, true));
    // The key by its own name, from either side.
    assert_eq!(joined("select=purchase_billing_fkey(amount)"), (true, false));
    // Many-to-many by its junction, or by either of its keys.
    for hint in ["film_actor", "film_actor_film_id_fkey", "film_actor_actor_id_fkey"] {
        let sql = sql("film", &format!("select=actor!{hint}(name)"));
        assert!(sql.contains(r#"INNER JOIN "public"."film_actor""#), "{hint}");
    }
}

#[test]
fn tells_the_two_sides_of_a_table_that_refers_to_itself() {
    let children = r#""person_1"."boss_id" = "person"."id""#;
    let parent = r#""person_1"."id" = "person"."boss_id""#;
    for (embed, side) in [
        ("person", children),
        ("person!person_boss_id_fkey", children),
        ("person!boss_id", children),
        ("person!id", parent),
        ("boss_id", parent),
        ("person_boss_id_fkey", parent),
    ] {
        let sql = sql("person", &format!("select={embed}(id)"));
        assert!(sql.contains(side), "{embed}: {sql}");
    }
}

#[test]
fn tells_the_two_directions_of_a_junction_of_one_table() {
    let error = failure(Verb::Read, "stop", "select=stop(name)");
    assert_eq!(error.code, "PGRST201");
    assert_eq!(
        error.hint.unwrap(),
        "Try changing 'stop' to one of the following: 'stop!leg_to_fkey', 'stop!leg_from_fkey'. Find the desired \
         relationship in the 'details' key."
    );
    let onward = sql("stop", "select=stop!leg_to_fkey(name)");
    assert!(onward.contains(r#"ON "stop_1"."id" = "leg_1"."to_id""#), "{onward}");
    assert!(onward.contains(r#"WHERE "leg_1"."from_id" = "stop"."id""#), "{onward}");
}

#[test]
fn views_have_the_keys_of_their_tables() {
    let cases = [
        // From a view, to a view, between views.
        ("card", "director(name)", r#""director_1"."id" = "card"."maker""#),
        ("director", "card(number)", r#""card_1"."maker" = "director"."id""#),
        ("card", "crew(full_name)", r#""crew_1"."id" = "card"."maker""#),
        ("crew", "card(number)", r#""card_1"."maker" = "crew"."id""#),
        // By key and by column, as they are called in the view.
        ("card", "film_director_id_fkey(name)", r#""director_1"."id" = "card"."maker""#),
        ("card", "maker(name)", r#""director_1"."id" = "card"."maker""#),
        ("card", "crew!maker(full_name)", r#""crew_1"."id" = "card"."maker""#),
        ("director", "card!film_director_id_fkey(number)", r#""card_1"."maker" = "director"."id""#),
        // The name decides between a table and its view.
        ("director", "film(id)", r#""film_1"."director_id" = "director"."id""#),
        // By a junction.
        ("card", "actor(name)", r#"WHERE "film_actor_1"."film_id" = "card"."number""#),
        ("actor", "card(number)", r#"ON "card_1"."number" = "film_actor_1"."film_id""#),
        // A view of the junction itself has no way through it.
        ("cast", "film(id)", r#""film_1"."id" = "cast"."film""#),
        ("film", "cast(name)", r#""cast_1"."film" = "film"."id""#),
        // A table's reference to itself.
        ("team", "person(id)", r#""person_1"."boss_id" = "team"."nr""#),
        ("person", "team(nr)", r#""team_1"."chief" = "person"."id""#),
        ("team", "team(nr)", r#""team_1"."chief" = "team"."nr""#),
        ("team", "chief(id)", r#""person_1"."id" = "team"."chief""#),
    ];
    for (parent, embed, side) in cases {
        let sql = sql(parent, &format!("select={embed}"));
        assert!(sql.contains(side), "{parent} {embed}: {sql}");
    }
    // A key whose columns the view does not show is none of its.
    assert_eq!(failure(Verb::Read, "nameless", "select=film(id)").code, "PGRST200");
    assert_eq!(failure(Verb::Read, "film", "select=nameless(name)").code, "PGRST200");
}

#[test]
fn a_view_that_may_repeat_rows_gives_one_to_a_to_one_embed() {
    let once = |parent: &str, query: &str| !sql(parent, query).contains("LIMIT 1");
    assert!(once("badge", "select=team(nr)"));
    assert!(!once("film", "select=crew(id)"));
    assert!(!once("film", "select=crew(id)&limit=5&crew.limit=3"));
    assert!(sql("film", "select=crew(id)&crew.limit=0").contains("LIMIT 0"));
    assert!(once("director", "select=card(number)"));
}

#[test]
fn embeds_one_to_one_as_one_from_both_sides() {
    assert!(sql("person", "select=badge(code)").contains("to_json_row("));
    assert!(sql("badge", "select=person(name)").contains("to_json_row("));
}

#[test]
fn checks_filters_and_orders_on_embeds() {
    let error = failure(Verb::Read, "film", "select=id,director(name)&director=eq.1");
    assert_eq!(error.code, "PGRST120");
    let error = failure(Verb::Read, "film", "select=id,director(name)&or=(director.gt.1,id.eq.1)");
    assert_eq!(error.code, "PGRST120");
    let error = failure(Verb::Read, "film", "select=id&order=director(name)");
    assert_eq!(error.code, "PGRST108");
    let error = failure(Verb::Read, "film", "select=id,actor(name)&order=actor(name)");
    assert_eq!(error.code, "PGRST118");
    assert_eq!(
        error.details.unwrap(),
        "'film' and 'actor' do not form a many-to-one or one-to-one relationship"
    );
}

#[test]
fn refuses_aggregates_when_they_are_off() {
    let mut settings = fixture::settings();
    settings.aggregates_enabled = false;
    for query in ["select=count()", "select=id,actor(id.max())", "select=...director(id.max())"] {
        let (shape, _) = shape(Verb::Read, "film", query).unwrap();
        let error = crate::rest::compile(&shape, &Fixture::new(), &settings).unwrap_err();
        assert_eq!(error.code, "PGRST123", "{query}");
    }
}

#[test]
fn checks_written_columns() {
    let (mut shape, _) = shape(Verb::Insert, "film", "").unwrap();
    shape.write.payload = Payload::Object;
    shape.write.columns = vec!["title".to_owned(), "nope".to_owned()];
    let error = fixture::compile(&shape).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (400, "PGRST204"));
    assert_eq!(error.message, "Could not find the 'nope' column of 'film' in the schema cache");
    // Those that a row leaves to their defaults, too.
    shape.write.columns.pop();
    shape.write.defaults = vec!["year".to_owned()];
    assert!(fixture::compile(&shape).is_ok());
    shape.write.defaults.push("nope".to_owned());
    assert_eq!(fixture::compile(&shape).unwrap_err().code, "PGRST204");
}

#[test]
fn puts_by_the_whole_primary_key_only() {
    for query in [
        "",
        "film_id=eq.1",
        "film_id=eq.1&actor_id=gt.2",
        "film_id=eq.1&actor_id=eq.2&part=eq.x",
        "film_id=eq.1&film_id=eq.2",
        "film_id=eq.1&actor_id=not.eq.2",
        "film_id=eq.1&actor_id=eq(any).{2}",
        "or=(film_id.eq.1,actor_id.eq.2)",
    ] {
        assert_eq!(failure(Verb::Put, "film_actor", query).code, "PGRST105", "{query}");
    }
    assert_eq!(failure(Verb::Put, "film", "id=eq.1&limit=1").code, "PGRST114");
    // Without a primary key, no row can be named.
    assert_eq!(failure(Verb::Put, "note", "body=eq.1").code, "PGRST105");
}

fn call_failure(target: &str, kind: CallKind, arguments: &[&str]) -> ApiError {
    let (mut shape, _) = shape(Verb::Call, target, "").unwrap();
    shape.call = Call { kind, arguments: arguments.iter().map(|a| (*a).to_owned()).collect() };
    fixture::compile(&shape).unwrap_err()
}

#[test]
fn says_which_function_it_looked_for() {
    let error = call_failure("add", CallKind::Json, &["a", "c"]);
    assert_eq!((error.status, error.code.as_str()), (404, "PGRST202"));
    assert_eq!(error.message, "Could not find the function public.add(a, c) in the schema cache");
    assert_eq!(
        error.details.unwrap(),
        "Searched for the function public.add with parameters a, c or with a single unnamed json/jsonb parameter, but \
         no matches were found in the schema cache."
    );
    assert_eq!(error.hint.unwrap(), "Perhaps you meant to call the function public.add(a, b)");
    let error = call_failure("addd", CallKind::Query, &[]);
    assert_eq!(
        error.message,
        "Could not find the function public.addd without parameters in the schema cache"
    );
    assert_eq!(error.hint.unwrap(), "Perhaps you meant to call the function public.add");
    let error = call_failure("add", CallKind::Raw(RawKind::Text), &[]);
    assert_eq!(error.message, "Could not find the function public.add in the schema cache");
}

#[test]
fn names_overloads_that_it_cannot_choose_between() {
    let error = call_failure("same", CallKind::Query, &["a"]);
    assert_eq!((error.status, error.code.as_str()), (300, "PGRST203"));
    assert_eq!(
        error.message,
        "Could not choose the best candidate function between: public.same(a => integer), public.same(a => text)"
    );
}

#[test]
fn requires_arguments_without_default() {
    assert_eq!(call_failure("add", CallKind::Query, &["b"]).code, "PGRST202");
    assert_eq!(call_failure("total", CallKind::Query, &[]).code, "PGRST202");
    // An unnamed argument is reached by a body only.
    assert_eq!(call_failure("take", CallKind::Query, &[]).code, "PGRST202");
    assert_eq!(call_failure("take", CallKind::Query, &[""]).code, "PGRST202");
}

#[test]
fn takes_filters_for_arguments_only_if_it_must() {
    let split = |target: &str, query: &str| {
        let (shape, _) = shape(Verb::Call, target, query).unwrap();
        (shape.call.arguments, shape.query.filters.len())
    };
    assert_eq!(split("films_of", "director=1&id=eq.2"), (vec!["director".to_owned()], 1));
    assert_eq!(split("joined", "v=eq.a&v=is.null"), (vec!["v".to_owned(), "v".to_owned()], 0));
    // `b` has a default, so the function can do without.
    assert_eq!(split("add", "a=1&b=eq.2"), (vec!["a".to_owned()], 1));
    assert_eq!(split("nowhere", "a=eq.1"), (vec![], 1));
}

#[test]
fn results_are_no_wider_than_postgres_has_room_for() {
    let stars = |n: usize| format!("select={}", vec!["*"; n].join(","));
    assert!(!sql("film", &stars(160)).is_empty());
    for query in [
        stars(161),
        format!("select={},...director({})", ["*"; 159].join(","), ["*"; 4].join(",")),
        format!("{}&order={}", stars(160), vec!["title->a"; 51].join(",")),
        format!("select={},count()", vec!["*"; 90].join(",")),
    ] {
        let error = failure(Verb::Read, "film", &query);
        assert_eq!((error.status, error.code.as_str()), (400, "PGRST100"), "{query}");
    }
    // Of embeds, each has room of its own.
    let wide = vec!["*"; 300].join(",");
    assert!(
        !sql("film", &format!("select={},director({wide})", vec!["*"; 150].join(","))).is_empty()
    );
}
