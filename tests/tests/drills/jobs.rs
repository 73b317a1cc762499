//! Jobs and schedules as couriers run them: under clocks that jump, under kills, side by side (THREATS D2, D4, D8, I3, I4, I6, I7).

use howdah_tests::cluster::Cluster;
use howdah_tests::drill::{Courier, Dice, closing, count, wait};
use howdah_tests::server::Howdah;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const WORK: &str = "
    CREATE ROLE app; CREATE SCHEMA w AUTHORIZATION app; SET ROLE app;
    CREATE SEQUENCE w.begun; CREATE SEQUENCE w.at_once; CREATE TABLE w.ran (name text, at timestamptz DEFAULT clock_timestamp());
    -- What it counts by sequences is counted also where it is undone.
    CREATE FUNCTION w.work(name text, seconds float8) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('w.begun');
        IF NOT pg_try_advisory_xact_lock(hashtext(name)) THEN
            PERFORM nextval('w.at_once');
        END IF;
        INSERT INTO w.ran VALUES (name);
        PERFORM pg_sleep(seconds);
    END $$;
    CREATE FUNCTION w.raise() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM jobs.log('about to'); RAISE 'sold out' USING ERRCODE = 'SHOP1'; END $$;
    CREATE FUNCTION w.deep(n int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN w.deep(n + 1); END $$;
    CREATE FUNCTION w.large() RETURNS text LANGUAGE sql AS $$ SELECT repeat('x', 300000000) $$;
    CREATE FUNCTION w.try(how text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        EXECUTE how;
        RETURN 'did it as ' || current_user;
    EXCEPTION WHEN OTHERS THEN RETURN current_user || ' ' || SQLSTATE;
    END $$;
    RESET ROLE;";

fn value(db: &Howdah, what: &str) -> i64 {
    db.value(&format!("SELECT {what}")).parse().unwrap_or_else(|_| panic!("{what}"))
}

fn couriers(db: &Howdah, count: usize) -> Vec<Courier> {
    (0..count).map(|_| Courier::start(&db.courier_db_url, &["--job-connections", "2"])).collect()
}

fn enqueue(db: &Howdah, call: &str) -> i64 {
    value(db, &format!("jobs.enqueue({call}, run_as => 'app')"))
}

/// `state sqlstate attempt` of each run of a job.
fn runs(db: &Howdah, job: i64) -> String {
    db.value(&format!(
        "SELECT coalesce(string_agg(concat_ws(' ', state, coalesce(sqlstate, error), attempt), ', ' ORDER BY ended_at), '')
         FROM howdah.job_runs WHERE job_id = {job} AND state NOT IN ('due', 'running')"
    ))
}

/// Kills couriers in the midst of jobs: each run counted, effects once, never two of one schedule at once.
#[test]
fn a_job_whose_courier_is_killed_runs_again_and_never_twice_at_once() {
    let begun = Instant::now();
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    db.sql(WORK);
    let mut dice = Dice::new("jobs-killed");
    let kills = count(50, 3);
    db.sql("SELECT jobs.schedule('skips', '2 seconds', function => 'w.work', args => '{\"name\": \"skips\", \"seconds\": 3}', run_as => 'app', overlap => 'skip', max_attempts => 9)");
    let mut crew = couriers(db, 3);
    let once = enqueue(db, r#"'w.work', '{"name": "once", "seconds": 8}', max_attempts => 100"#);
    wait(20, "both run", || value(db, "count(*) FROM jobs.jobs WHERE lease IS NOT NULL") == 2);
    let mut lost = 0;
    for _ in 0..kills {
        // Whichever runs it: two of three are killed in the midst of a job more often than not.
        wait(60, "a job runs", || {
            db.sql("UPDATE jobs.jobs SET run_at = now() WHERE lease IS NULL");
            value(db, "count(*) FROM jobs.jobs WHERE lease IS NOT NULL") > 0
        });
        std::thread::sleep(Duration::from_millis(dice.below(800)));
        for courier in crew.drain(..) {
            courier.kill();
            lost += 1;
        }
        crew = couriers(db, 3);
        std::thread::sleep(Duration::from_millis(1000 + dice.below(2000)));
    }
    wait(90, "the one that was killed is done", || {
        db.sql("UPDATE jobs.jobs SET run_at = now() WHERE lease IS NULL");
        value(
            db,
            &format!("count(*) FROM howdah.job_runs WHERE job_id = {once} AND state = 'succeeded'"),
        ) == 1
    });
    wait(60, "a slot after that", || {
        value(
            db,
            "count(*) FROM howdah.job_runs WHERE state = 'succeeded' AND work LIKE 'w.work%' AND ended_at > now() - interval '3 s'",
        ) > 0
    });
    let told = runs(db, once);
    assert!(told.contains("deferred courier_lost 1, "), "{told}");
    let attempts = value(db, &format!("max(attempt) FROM howdah.job_runs WHERE job_id = {once}"));
    assert_eq!(
        value(db, &format!("count(*) FROM howdah.job_runs WHERE job_id = {once}")),
        attempts,
        "each attempt is counted"
    );
    assert_eq!(
        value(db, "count(*) FROM w.ran WHERE name = 'once'"),
        1,
        "its effects are there once"
    );
    let (done, ran) = (
        value(
            db,
            "count(*) FROM howdah.job_runs WHERE state = 'succeeded' AND job_id <> 0 AND slot IS NOT NULL",
        ),
        value(db, "count(*) FROM w.ran WHERE name = 'skips'"),
    );
    assert!((0..=1).contains(&(ran - done)), "{ran} ran, {done} are in the books");
    assert_eq!(db.value("SELECT is_called FROM w.at_once"), "f", "never two at once");
    assert_eq!(value(db, "count(*) - count(DISTINCT slot) FROM jobs.slots"), 0);
    let skipped = value(db, "count(*) FROM howdah.job_runs WHERE state = 'skipped'");
    let found = format!(
        "{lost} couriers killed: one job succeeded at attempt {attempts}, a schedule ran {ran} times and skipped {skipped}, never two at once; {} begun",
        value(db, "last_value FROM w.begun")
    );
    closing(
        "I4",
        &format!("three couriers killed ×{kills} while they run jobs"),
        begun,
        kills,
        &found,
    );
}

/// Time limits, cancelling, poison, and what a job may not do, by a real courier.
#[test]
fn a_job_ends_when_it_must_and_leaves_nothing_to_the_next() {
    let begun = Instant::now();
    let cluster = Cluster::start_with_howdah(false);
    let db = &cluster.db;
    db.sql(WORK);
    db.sql("CREATE ROLE rich SUPERUSER; GRANT EXECUTE ON FUNCTION jobs.enqueue TO app");
    let _courier = Courier::start(&db.courier_db_url, &["--job-connections", "1"]);
    let ends = |job: i64, as_: &str| {
        wait(60, as_, || !matches!(&*runs(db, job), "" | "deferred"));
        assert_eq!(runs(db, job), as_);
    };
    ends(
        enqueue(db, r#"'w.work', '["late", 60]', timeout_s => 1, max_attempts => 1"#),
        "failed 57014 1",
    );
    ends(enqueue(db, "'w.raise', max_attempts => 1"), "failed SHOP1 1");
    ends(enqueue(db, "'w.deep', '[1]', max_attempts => 1"), "failed 54001 1");
    ends(enqueue(db, "'w.large', max_attempts => 1"), "failed 54000 1");
    assert_eq!(
        db.value("SELECT logs::text FROM howdah.job_runs WHERE sqlstate = 'SHOP1'"),
        r#"{"NOTICE: about to"}"#
    );
    let running = enqueue(db, r#"'w.work', '["cancelled", 60]'"#);
    wait(10, "it runs", || {
        value(db, "count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1
    });
    assert_eq!(db.value(&format!("SELECT jobs.cancel({running})")), "t");
    ends(running, "cancelled 57014 1");
    assert_eq!(value(db, "count(*) FROM w.ran"), 0, "what did not end well is undone");

    // As who it runs, whatever it tries; each by a job of its own.
    let before = enqueue(db, r#"'w.try', '["SELECT 1"]'"#);
    ends(before, "succeeded 1");
    let tries = [
        "SET ROLE howdah_courier",
        "SET ROLE postgres",
        "SET ROLE rich",
        "RESET ROLE",
        "SET SESSION AUTHORIZATION DEFAULT",
        "SET SESSION AUTHORIZATION postgres",
        "SELECT set_config('role', 'howdah_courier', false)",
        "SELECT * FROM howdah.lease('{email}', 1, 10)",
        "SELECT howdah.settle(1, gen_random_uuid(), '{}')",
        "SELECT howdah.settle_batch('{1}', '{a}', '{b}')",
        "SELECT * FROM howdah.claim_job(10)",
        "SELECT howdah.run_job(1, gen_random_uuid())",
        "SELECT howdah.fail_job(1, gen_random_uuid(), '', '', '{}')",
        "SELECT howdah.tick()",
        "SELECT howdah.courier_beat('x', 'y', 1)",
        "SELECT * FROM howdah.courier_stats()",
        "SELECT howdah_private.run_as('postgres', 'SELECT 1', 1, false)",
        "SELECT * FROM howdah.outbox_entries",
        "SELECT * FROM jobs.jobs",
        "DELETE FROM jobs.runs",
        "SELECT * FROM auth.users",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "ALTER ROLE app SUPERUSER",
        "ALTER ROLE howdah_courier PASSWORD 'x'",
        "CREATE ROLE eve",
        "GRANT howdah_courier TO app",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid()",
        "SELECT jobs.enqueue('w.try', '[\"SELECT 1\"]', run_as => 'postgres')",
        "SELECT jobs.enqueue('w.try', '[\"SELECT 1\"]', caller => 'postgres')",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "COMMIT",
        "DISCARD ALL",
    ];
    for how in tries {
        let job = enqueue(
            db,
            &format!("'w.try', jsonb_build_array({})", howdah_tests::database::literal(how)),
        );
        wait(20, how, || runs(db, job) == "succeeded 1");
        let told = db
            .value(&format!("SELECT result #>> '{{}}' FROM howdah.job_runs WHERE job_id = {job}"));
        assert!(told.starts_with("app ") && told.len() == "app 12345".len(), "{how}: {told}");
    }
    // What it changes in the session is not the next one's.
    for how in [
        "SET search_path = w",
        "PREPARE p AS SELECT 1",
        "LISTEN howdah_courier",
        "SELECT pg_advisory_lock(1)",
        "CREATE TEMP TABLE jobs (n int)",
        "SET statement_timeout = 1",
    ] {
        let job = enqueue(
            db,
            &format!("'w.try', jsonb_build_array({})", howdah_tests::database::literal(how)),
        );
        wait(20, how, || runs(db, job) == "succeeded 1");
    }
    db.sql("CREATE FUNCTION w.left_over() RETURNS text LANGUAGE sql AS $$
        SELECT concat_ws(' ', current_user, session_user, current_setting('search_path'), current_setting('statement_timeout'),
            (SELECT count(*) FROM pg_prepared_statements WHERE name = 'p'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND pid = pg_backend_pid()),
            (SELECT count(*) FROM pg_listening_channels()), to_regclass('pg_temp.jobs')) $$");
    let job = enqueue(db, "'w.left_over'");
    ends(job, "succeeded 1");
    let told =
        db.value(&format!("SELECT result #>> '{{}}' FROM howdah.job_runs WHERE job_id = {job}"));
    assert_eq!(told, "app howdah_courier \"$user\", public 1min 0 0 0");
    let found = "each ends as the role that asked for it, and leaves nothing to the next job";
    closing(
        "I7",
        "jobs that try to leave their role, or leave something behind",
        begun,
        tries.len(),
        found,
    );
}

/// `2026-03-28 20:00:00+00` as seconds from now.
fn ahead(db: &Howdah, at: &str) -> i64 {
    let wanted = value(db, &format!("extract(epoch FROM timestamptz '{at}')::int8"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    wanted - now as i64
}

/// D8: a clock that jumps ahead and back, summer time, a leap day, 2038; three couriers. Each slot is enqueued once and run once.
#[test]
fn each_slot_has_one_job_whatever_the_clock_does() {
    let begun = Instant::now();
    let mut cluster = Cluster::make(true);
    cluster.set_clock(0);
    cluster.start();
    let start = ahead(&cluster.db, "2026-03-28 19:59:50+00");
    cluster.set_clock(start);
    cluster.db.sql("CREATE EXTENSION howdah; SELECT howdah.install()");
    let db = &cluster.db;
    db.sql(WORK);
    db.sql("SELECT howdah.set('jobs.keep_days', '3000')");
    assert_eq!(db.value("SELECT clock_timestamp()::date"), "2026-03-28", "the clock is set");
    for (name, cron, more) in [
        ("minutes", "* * * * *", "overlap => 'queue', backfill => true"),
        ("seconds", "20 seconds", "overlap => 'queue', backfill => true"),
        ("last", "*/5 * * * *", "overlap => 'queue'"),
        (
            "berlin",
            "30 2 * * *",
            "overlap => 'queue', backfill => true, timezone => 'Europe/Berlin'",
        ),
        ("leap", "0 12 29 2 *", "overlap => 'queue', backfill => true"),
    ] {
        db.sql(&format!(
            "SELECT jobs.schedule('{name}', '{cron}', function => 'w.work', args => '{{\"name\": \"{name}\", \"seconds\": 0}}', run_as => 'app', max_attempts => 20, {more})"
        ));
    }
    let crew = couriers(db, 3);
    let set = |at: &str| cluster.set_clock(ahead(db, at));
    let slots = |name: &str| {
        value(
            db,
            &format!(
                "count(*) FROM jobs.slots t JOIN jobs.schedules s ON s.id = t.schedule WHERE s.name = '{name}'"
            ),
        )
    };
    // Whether it has a slot of then or later; how many are missing between its first and its last.
    let seen = |name: &str, at: &str| {
        value(
            db,
            &format!(
                "count(*) FROM jobs.slots t JOIN jobs.schedules s ON s.id = t.schedule WHERE s.name = '{name}' AND t.slot >= '{at}'"
            ),
        ) > 0
    };
    let gaps = |name: &str, seconds: i64| {
        value(
            db,
            &format!(
                "(extract(epoch FROM max(t.slot) - min(t.slot)) / {seconds} + 1 - count(*))::int8
             FROM jobs.slots t JOIN jobs.schedules s ON s.id = t.schedule WHERE s.name = '{name}'"
            ),
        )
    };
    // Runs, of which slots are forgotten after a week.
    let ran = |name: &str| value(db, &format!("count(*) FROM w.ran WHERE name = '{name}'"));
    let settled = || {
        // Seen to up to the clock's time, and done.
        value(db, "count(*) FROM jobs.schedules WHERE next_slot <= clock_timestamp()") == 0 && {
            db.sql("UPDATE jobs.jobs SET run_at = now() WHERE lease IS NULL AND run_at > now()");
            value(db, "count(*) FROM jobs.jobs") == 0
        }
    };
    set("2026-03-28 20:00:01+00");
    wait(30, "the first minute", || seen("minutes", "2026-03-28 20:00+00") && settled());

    set("2026-03-28 23:00:01+00");
    wait(120, "three hours", || {
        seen("minutes", "2026-03-28 23:00+00") && seen("last", "2026-03-28 23:00+00") && settled()
    });
    assert_eq!(gaps("minutes", 60) + gaps("seconds", 20), 0);
    assert!(slots("minutes") >= 181 && slots("seconds") >= 541);
    assert_eq!(slots("last"), 2, "of those without backfill the last");

    // Back: nothing until it is where it was. Ahead again, 61 s at once, 5 s back.
    let before = (slots("minutes"), slots("seconds"));
    set("2026-03-28 20:00:30+00");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!((slots("minutes"), slots("seconds")), before, "nothing while it is back");
    set("2026-03-28 23:05:02+00");
    wait(30, "more minutes", || seen("minutes", "2026-03-28 23:05+00") && settled());
    let before = slots("minutes");
    set("2026-03-28 23:04:57+00");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(slots("minutes"), before, "five seconds back");
    crew.iter().for_each(|courier| courier.signal("STOP"));
    set("2026-03-28 23:06:03+00");
    std::thread::sleep(Duration::from_secs(1));
    crew.iter().for_each(|courier| courier.signal("CONT"));
    wait(30, "the minute of a stall", || seen("minutes", "2026-03-28 23:06+00") && settled());
    assert_eq!((gaps("minutes", 60), gaps("seconds", 20)), (0, 0), "each, and no other");
    // The rest would be millions.
    db.sql("SELECT jobs.unschedule(n) FROM unnest('{minutes, seconds, last}'::text[]) AS n");

    let berlin = |wanted: &str| {
        db.value(&format!(
            "SELECT count(*) FROM jobs.slots t JOIN jobs.schedules s ON s.id = t.schedule WHERE s.name = 'berlin' AND t.slot = '{wanted}'"
        ))
    };
    // 02:30 is left out: the moment of the change stands in for it.
    set("2026-03-29 00:59:57+00");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(ran("berlin"), 0, "not before the change");
    wait(20, "the change to summer time", || ran("berlin") == 1 && settled());
    assert_eq!(berlin("2026-03-29 01:00+00"), "1");
    // 02:30 comes twice: the first counts.
    set("2026-10-25 00:29:57+00");
    wait(120, "every day of a summer", || ran("berlin") == 211 && settled());
    assert_eq!(berlin("2026-10-25 00:30+00"), "1");
    set("2026-10-25 01:30:01+00");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(ran("berlin"), 211, "not again an hour later");
    set("2026-10-26 01:30:01+00");
    wait(30, "the day after", || ran("berlin") == 212 && settled());
    assert_eq!(berlin("2026-10-26 01:30+00"), "1");
    db.sql("SELECT jobs.unschedule('berlin')");
    // Effects, and in the books.
    let again = "SELECT 1 FROM howdah.job_runs WHERE state = 'succeeded' GROUP BY job_id HAVING count(*) > 1";
    let done = value(db, "count(*) FROM howdah.job_runs WHERE state = 'succeeded'");
    let other = "count(*) FROM howdah.job_runs WHERE state NOT IN ('succeeded', 'deferred')";
    assert_eq!((value(db, "count(*) FROM w.ran"), value(db, other)), (done, 0));
    assert_eq!(value(db, &format!("count(*) FROM ({again}) AS twice")), 0);
    let deferred = value(db, "count(*) FROM howdah.job_runs WHERE state = 'deferred'");
    set("2028-03-01 00:00:00+00");
    wait(60, "a leap day", || slots("leap") == 1 && settled());
    assert_eq!(value(db, "count(*) FROM jobs.slots WHERE slot = '2028-02-29 12:00+00'"), 1);
    db.sql("SELECT jobs.unschedule('leap')");
    set("2038-01-19 03:14:00+00");
    db.sql("SELECT jobs.schedule('end', '5 seconds', function => 'w.work', args => '[\"end\", 0]', run_as => 'app', overlap => 'queue', backfill => true, max_attempts => 20)");
    set("2038-01-19 03:14:21+00");
    wait(30, "beyond 2^31 seconds", || {
        value(db, "count(*) FROM jobs.slots WHERE slot > '2038-01-19 03:14:07+00'") >= 2
            && settled()
    });

    let beyond = "count(*) FROM jobs.slots t JOIN jobs.schedules s ON s.id = t.schedule WHERE s.name = 'end'";
    db.sql("SELECT jobs.schedule('end', '0 0 1 1 *', command => 'SELECT 1', run_as => 'app')");
    wait(20, "the last of them", settled);
    assert_eq!((ran("leap"), ran("end")), (1, value(db, beyond)));
    let found = format!(
        "{} slots of 6 schedules, each enqueued and run once; {deferred} attempts were put off",
        value(db, "count(*) FROM w.ran")
    );
    closing(
        "D8",
        "13 jumps of the server's clock: ±3 h, both changes of daylight saving, a leap day, 2038, 5 s back; 3 couriers",
        begun,
        13,
        &found,
    );
}
