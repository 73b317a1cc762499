-- howdah_private.install_outbox: what leaves the database, who carries it, and what came of it.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_outbox()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.outbox_entries (
        id           pg_catalog.int8 GENERATED ALWAYS AS IDENTITY
                     CONSTRAINT outbox_entries_pkey PRIMARY KEY,
        kind         pg_catalog.text NOT NULL,
        tenant       pg_catalog.text NOT NULL DEFAULT '',
        recipient    pg_catalog.text NOT NULL,
        lane         pg_catalog.text NOT NULL,
        user_id      pg_catalog.uuid,
        payload      pg_catalog.jsonb NOT NULL,
        state        pg_catalog.text NOT NULL DEFAULT 'due',
        cause        pg_catalog.text,
        created_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        due_at       pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at   pg_catalog.timestamptz,
        attempts     pg_catalog.int4 NOT NULL DEFAULT 0,
        max_attempts pg_catalog.int4 NOT NULL DEFAULT 8,
        lease        pg_catalog.uuid,
        leased_at    pg_catalog.timestamptz,
        leased_until pg_catalog.timestamptz,
        outcome      pg_catalog.text,
        scope        pg_catalog.text,
        step         pg_catalog.text,
        fingerprint  pg_catalog.bytea
    );
    -- By kind and tenant: what waits of one is not in the way of another.
    CREATE INDEX outbox_entries_due_idx ON howdah.outbox_entries (kind, tenant, due_at, id) WHERE state = 'due';
    CREATE INDEX outbox_entries_user_id_idx ON howdah.outbox_entries (user_id) WHERE user_id IS NOT NULL;
    CREATE INDEX outbox_entries_recipient_idx ON howdah.outbox_entries (recipient) WHERE kind IN ('email', 'sms');
    CREATE INDEX outbox_entries_leased_idx ON howdah.outbox_entries (leased_until) WHERE state = 'leased';
    CREATE UNIQUE INDEX outbox_entries_fetch_key ON howdah.outbox_entries (scope, step) WHERE kind = 'fetch';
    CREATE INDEX outbox_entries_fetched_idx ON howdah.outbox_entries (created_at) WHERE kind = 'fetch';
    -- Rows come and go: without this the planner and the claims see the dead ones for long.
    ALTER TABLE howdah.outbox_entries SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
    CREATE TRIGGER outbox_check BEFORE INSERT OR UPDATE ON howdah.outbox_entries
        FOR EACH ROW EXECUTE FUNCTION howdah_private.outbox_check();
    CREATE TRIGGER call_courier AFTER INSERT ON howdah.outbox_entries
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.call_courier();
    COMMENT ON TABLE howdah.outbox_entries IS
        'What is to leave the database: a row commits with its cause, the courier carries it (howdah.lease, howdah.settle). What is settled is in howdah.outbox_history.';
    COMMENT ON COLUMN howdah.outbox_entries.tenant IS 'Whose it is: each tenant''s rows are carried in turn.';
    COMMENT ON COLUMN howdah.outbox_entries.recipient IS 'Mail address, phone number, device, URL …, as a DBA wants to see it.';
    COMMENT ON COLUMN howdah.outbox_entries.lane IS 'What limits and the circuit breaker count by: mail domain, host:port, provider.';
    COMMENT ON COLUMN howdah.outbox_entries.user_id IS 'Whom it concerns: what of it goes with him.';
    COMMENT ON COLUMN howdah.outbox_entries.payload IS
        'What to carry. Secrets are {"sealed", "context"}, opened when it is leased: a dump shows none.';
    COMMENT ON COLUMN howdah.outbox_entries.cause IS 'The id of the request that caused it.';
    COMMENT ON COLUMN howdah.outbox_entries.expires_at IS 'Nobody wants it after that.';
    COMMENT ON COLUMN howdah.outbox_entries.lease IS 'Who settles must show it.';
    COMMENT ON COLUMN howdah.outbox_entries.outcome IS 'What came of the last attempt; of a fetch sealed, for it may hold tokens.';
    COMMENT ON COLUMN howdah.outbox_entries.scope IS 'Of a fetch: the flow that waits for it; step is its place in the flow.';
    COMMENT ON COLUMN howdah.outbox_entries.fingerprint IS
        'SHA-256 of the request that was asked: another one under the same scope and step gets nothing of it.';

    CREATE TABLE howdah.outbox_history (
        id           pg_catalog.int8 NOT NULL,
        kind         pg_catalog.text NOT NULL,
        tenant       pg_catalog.text NOT NULL,
        recipient    pg_catalog.text NOT NULL,
        lane         pg_catalog.text NOT NULL,
        user_id      pg_catalog.uuid,
        payload      pg_catalog.jsonb NOT NULL,
        state        pg_catalog.text NOT NULL
                     CONSTRAINT outbox_history_state_check CHECK (state IN ('delivered', 'failed', 'cancelled')),
        cause        pg_catalog.text,
        created_at   pg_catalog.timestamptz NOT NULL,
        due_at       pg_catalog.timestamptz NOT NULL,
        expires_at   pg_catalog.timestamptz,
        attempts     pg_catalog.int4 NOT NULL,
        max_attempts pg_catalog.int4 NOT NULL,
        outcome      pg_catalog.text,
        settled_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    ) PARTITION BY RANGE (settled_at);
    CREATE INDEX outbox_history_id_idx ON howdah.outbox_history (id);
    CREATE INDEX outbox_history_user_id_idx ON howdah.outbox_history (user_id) WHERE user_id IS NOT NULL;
    CREATE INDEX outbox_history_recipient_idx ON howdah.outbox_history (recipient) WHERE kind IN ('email', 'sms');
    CREATE INDEX outbox_history_failed_idx ON howdah.outbox_history (kind, settled_at) WHERE state = 'failed';
    COMMENT ON TABLE howdah.outbox_history IS
        'What was delivered, failed for good or was cancelled, by day; kept for outbox.keep_days. howdah.resend(id) sends one again.';

    CREATE TABLE howdah.delivery_attempts (
        outbox_id  pg_catalog.int8 NOT NULL,
        attempt    pg_catalog.int4 NOT NULL,
        kind       pg_catalog.text NOT NULL,
        recipient  pg_catalog.text NOT NULL,
        user_id    pg_catalog.uuid,
        transport  pg_catalog.text,
        state      pg_catalog.text NOT NULL
                   CONSTRAINT delivery_attempts_state_check CHECK (state IN ('delivered', 'failed', 'deferred')),
        error      pg_catalog.text,
        status     pg_catalog.int4,
        response   pg_catalog.text,
        started_at pg_catalog.timestamptz,
        ended_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        confirmed_at pg_catalog.timestamptz
    ) PARTITION BY RANGE (ended_at);
    CREATE INDEX delivery_attempts_outbox_id_idx ON howdah.delivery_attempts (outbox_id);
    CREATE INDEX delivery_attempts_user_id_idx ON howdah.delivery_attempts (user_id) WHERE user_id IS NOT NULL;
    COMMENT ON TABLE howdah.delivery_attempts IS 'One row an attempt to carry a row of the outbox, by day; kept for outbox.keep_days.';
    COMMENT ON COLUMN howdah.delivery_attempts.confirmed_at IS
        'When the carrier told what became of it: before, delivered means that the carrier has taken it.';
    COMMENT ON COLUMN howdah.delivery_attempts.response IS 'What the other side answered, at most 4 KB of it.';

    CREATE TABLE howdah.lanes (
        kind       pg_catalog.text NOT NULL,
        lane       pg_catalog.text NOT NULL,
        failures   pg_catalog.int4 NOT NULL,
        open_until pg_catalog.timestamptz,
        error      pg_catalog.text,
        failed_at  pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT lanes_pkey PRIMARY KEY (kind, lane)
    );
    COMMENT ON TABLE howdah.lanes IS
        'Lanes that fail: the circuit breaker. A lane with open_until in the future is left alone until then; one delivery closes it.';

    CREATE TABLE howdah.lane_limits (
        kind        pg_catalog.text NOT NULL,
        lane        pg_catalog.text NOT NULL,
        concurrency pg_catalog.int4 NOT NULL CONSTRAINT lane_limits_concurrency_check CHECK (concurrency BETWEEN 1 AND 1024),
        CONSTRAINT lane_limits_pkey PRIMARY KEY (kind, lane)
    );
    COMMENT ON TABLE howdah.lane_limits IS
        'Lanes with a limit of their own (howdah.limit_lane); for others webhook.concurrency and outbox.lane_concurrency hold.';

    CREATE TABLE howdah.outbox_pauses (
        kind      pg_catalog.text CONSTRAINT outbox_pauses_pkey PRIMARY KEY,
        paused_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        paused_by pg_catalog.text NOT NULL DEFAULT SESSION_USER
    );
    COMMENT ON TABLE howdah.outbox_pauses IS 'Kinds of rows that are not carried for now: howdah.pause, howdah.resume.';

    CREATE TABLE howdah.ticks (
        name pg_catalog.text CONSTRAINT ticks_pkey PRIMARY KEY,
        at   pg_catalog.timestamptz NOT NULL
    );
    COMMENT ON TABLE howdah.ticks IS 'When each regular task of howdah.tick() began last.';

    CREATE TABLE howdah.couriers (
        name       pg_catalog.text CONSTRAINT couriers_pkey PRIMARY KEY,
        version    pg_catalog.text NOT NULL,
        carrying   pg_catalog.int4 NOT NULL,
        started_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        seen_at    pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.couriers IS 'Couriers that have been heard of in the last day; each says so every 5 s.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_outbox() IS 'howdah.install(): the outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_outbox() FROM PUBLIC;
