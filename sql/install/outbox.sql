-- howdah_private.install_outbox: what leaves the database, and who carries it.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_outbox()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.outbox (
        id           pg_catalog.int8 GENERATED ALWAYS AS IDENTITY
                     CONSTRAINT outbox_pkey PRIMARY KEY,
        kind         pg_catalog.text NOT NULL
                     CONSTRAINT outbox_kind_check CHECK (kind ~ '^[a-z][a-z_]{0,31}$'),
        recipient    pg_catalog.text NOT NULL,
        user_id      pg_catalog.uuid,
        payload      pg_catalog.jsonb NOT NULL,
        state        pg_catalog.text NOT NULL DEFAULT 'due'
                     CONSTRAINT outbox_state_check
                     CHECK (state IN ('due', 'leased', 'done', 'failed', 'cancelled')),
        cause        pg_catalog.text,
        created_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        due_at       pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        expires_at   pg_catalog.timestamptz,
        attempts     pg_catalog.int4 NOT NULL DEFAULT 0,
        max_attempts pg_catalog.int4 NOT NULL DEFAULT 8
                     CONSTRAINT outbox_max_attempts_check CHECK (max_attempts BETWEEN 1 AND 100),
        lease        pg_catalog.uuid,
        leased_until pg_catalog.timestamptz,
        settled_at   pg_catalog.timestamptz,
        outcome      pg_catalog.text,
        scope        pg_catalog.text,
        step         pg_catalog.text,
        fingerprint  pg_catalog.bytea,
        CONSTRAINT outbox_lease_check
            CHECK ((state = 'leased') = (lease IS NOT NULL AND leased_until IS NOT NULL)),
        CONSTRAINT outbox_settled_at_check
            CHECK ((settled_at IS NULL) = (state IN ('due', 'leased'))),
        CONSTRAINT outbox_fetch_check
            CHECK (kind <> 'fetch' OR (scope IS NOT NULL AND step IS NOT NULL AND fingerprint IS NOT NULL))
    );
    -- By kind: mails that wait for a sender must not be in the way of fetches.
    CREATE INDEX outbox_due_idx ON howdah.outbox (kind, due_at, id) WHERE state = 'due';
    CREATE INDEX outbox_user_id_idx ON howdah.outbox (user_id) WHERE user_id IS NOT NULL;
    CREATE INDEX outbox_messages_idx ON howdah.outbox (recipient, id) WHERE kind IN ('email', 'sms');
    CREATE INDEX outbox_leased_idx ON howdah.outbox (leased_until) WHERE state = 'leased';
    CREATE UNIQUE INDEX outbox_fetch_key ON howdah.outbox (scope, step) WHERE kind = 'fetch';
    CREATE INDEX outbox_fetched_idx ON howdah.outbox (created_at) WHERE kind = 'fetch';
    -- Rows come and go: without this the planner and the claims see the dead ones for long.
    ALTER TABLE howdah.outbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
    CREATE TRIGGER call_courier AFTER INSERT ON howdah.outbox
        FOR EACH STATEMENT EXECUTE FUNCTION howdah_private.call_courier();
    COMMENT ON TABLE howdah.outbox IS
        'What leaves the database: a row commits with its cause, the courier carries it (howdah.lease, howdah.settle).';
    COMMENT ON COLUMN howdah.outbox.recipient IS 'Mail address, phone number, host:port …: what limits count by.';
    COMMENT ON COLUMN howdah.outbox.user_id IS 'Whom it concerns: what of it goes with him.';
    COMMENT ON COLUMN howdah.outbox.payload IS
        'What to carry. Secrets are {"sealed", "context"}, opened when it is leased: a dump shows none.';
    COMMENT ON COLUMN howdah.outbox.cause IS 'The id of the request that caused it.';
    COMMENT ON COLUMN howdah.outbox.expires_at IS 'Nobody wants it after that.';
    COMMENT ON COLUMN howdah.outbox.lease IS 'Who settles must show it.';
    COMMENT ON COLUMN howdah.outbox.outcome IS 'What came of it; of a fetch sealed, for it may hold tokens.';
    COMMENT ON COLUMN howdah.outbox.scope IS 'Of a fetch: the flow that waits for it; step is its place in the flow.';
    COMMENT ON COLUMN howdah.outbox.fingerprint IS
        'SHA-256 of the request that was asked: another one under the same scope and step gets nothing of it.';

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
