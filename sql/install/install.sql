-- howdah.install: make, or bring up to date, the tables that this version of the code works on.
--
-- The tables are ordinary objects, not members of the extension: pg_dump carries them whole, and DROP
-- EXTENSION refuses while they are there. Called again it changes nothing but grants put right.
--
-- Runs as   invoker; only a superuser may: it gives tables to howdah_owner.
-- Writes    the steps that howdah.migrations has not yet; in the caller's transaction: all or nothing.
-- Returns   a line that says what was done.
-- Raises    42501 unless superuser; 55000 if the tables were made by a later version.
CREATE FUNCTION howdah.install()
RETURNS pg_catalog.text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_last pg_catalog.int4 := 0;
    v_step pg_catalog.int4;
BEGIN
    IF pg_catalog.current_setting('is_superuser') <> 'on' THEN
        RAISE EXCEPTION 'only a superuser may install' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Two at once: the second waits and then finds everything made.
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('howdah.install', 0));

    IF pg_catalog.to_regclass('howdah.migrations') IS NULL THEN
        CREATE TABLE howdah.migrations (
            step       pg_catalog.int4 CONSTRAINT migrations_pkey PRIMARY KEY,
            version    pg_catalog.text NOT NULL,
            applied_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
        );
        COMMENT ON TABLE howdah.migrations IS 'The steps of howdah.install() that have run.';
    END IF;
    SELECT COALESCE(pg_catalog.max(m.step), 0) INTO v_last FROM howdah.migrations AS m;
    IF v_last > howdah_private.last_step() THEN
        RAISE EXCEPTION 'the tables were made by a later version of howdah'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'ALTER EXTENSION howdah UPDATE;';
    END IF;

    FOR v_step IN v_last + 1 .. howdah_private.last_step() LOOP
        EXECUTE pg_catalog.format(
            'SELECT howdah_private.%I()', 'install_step_' || pg_catalog.lpad(v_step::pg_catalog.text, 4, '0'));
        INSERT INTO howdah.migrations (step, version) VALUES (v_step, howdah.version());
    END LOOP;
    PERFORM howdah_private.install_routes();
    PERFORM howdah_private.apply_grants();
    PERFORM howdah_private.install_views();
    PERFORM howdah_private.tick_task('outbox_partitions');
    PERFORM howdah_private.install_queue_views();
    PERFORM howdah_private.install_job_views();
    PERFORM howdah_private.tick_task('queues');
    PERFORM howdah_private.tick_task('jobs');
    PERFORM howdah_private.key_file_make();
    PERFORM howdah_private.push_make_sender();

    RETURN pg_catalog.format(
        'howdah %s: %s', howdah.version(),
        CASE WHEN v_last = howdah_private.last_step() THEN 'nothing to do'
             WHEN v_last = 0 THEN 'installed'
             ELSE 'brought up to date' END);
END
$$;
COMMENT ON FUNCTION howdah.install() IS 'Make, or bring up to date, the tables that Howdah works on.';
REVOKE EXECUTE ON FUNCTION howdah.install() FROM PUBLIC;
