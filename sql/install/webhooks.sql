-- howdah_private.install_webhooks: whom webhooks go to, whose changes they tell of, and whose come in.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_webhooks()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.webhook_endpoints (
        name            pg_catalog.text CONSTRAINT webhook_endpoints_pkey PRIMARY KEY,
        url             pg_catalog.text NOT NULL,
        events          pg_catalog.text[],
        tenant          pg_catalog.text NOT NULL DEFAULT '',
        secret          pg_catalog.text NOT NULL,
        previous_secret pg_catalog.text,
        previous_until  pg_catalog.timestamptz,
        headers         pg_catalog.text,
        disabled_at     pg_catalog.timestamptz,
        disabled_reason pg_catalog.text,
        created_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.webhook_endpoints IS 'Who is sent webhooks: howdah.set_webhook_endpoint.';
    COMMENT ON COLUMN howdah.webhook_endpoints.events IS 'Which of howdah.publish; NULL: all.';
    COMMENT ON COLUMN howdah.webhook_endpoints.secret IS 'Sealed, as previous_secret, which signs beside it until previous_until, and headers.';
    COMMENT ON COLUMN howdah.webhook_endpoints.disabled_at IS 'It is sent nothing since: it said 410 Gone.';

    CREATE TABLE howdah.change_captures (
        id             pg_catalog.int8 GENERATED ALWAYS AS IDENTITY CONSTRAINT change_captures_pkey PRIMARY KEY,
        name           pg_catalog.text NOT NULL CONSTRAINT change_captures_name_key UNIQUE,
        table_schema   pg_catalog.text NOT NULL,
        table_name     pg_catalog.text NOT NULL,
        table_key      pg_catalog.text NOT NULL,
        role           pg_catalog.text NOT NULL,
        path           pg_catalog.text NOT NULL,
        events         pg_catalog.text[] NOT NULL,
        filter         pg_catalog.text,
        columns        pg_catalog.text[],
        column_numbers pg_catalog.int2[],
        url            pg_catalog.text,
        endpoint       pg_catalog.text,
        queue          pg_catalog.text,
        lane           pg_catalog.text,
        headers        pg_catalog.jsonb,
        tenant         pg_catalog.text NOT NULL DEFAULT '',
        created_at     pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT change_captures_target_check CHECK (pg_catalog.num_nonnulls(url, endpoint, queue) = 1)
    );
    COMMENT ON TABLE howdah.change_captures IS 'Whose changes are handed on, and to whom: howdah.on_change. The triggers are on the tables.';
    COMMENT ON COLUMN howdah.change_captures.role IS 'Who made it: what was written is read, and filtered, as him, with search_path path.';
    COMMENT ON COLUMN howdah.change_captures.table_key IS 'Tells the table from one that was restored from a dump.';

    CREATE TABLE howdah.inbound_hooks (
        name            pg_catalog.text CONSTRAINT inbound_hooks_pkey PRIMARY KEY,
        kind            pg_catalog.text NOT NULL,
        options         pg_catalog.jsonb NOT NULL,
        secret          pg_catalog.text NOT NULL,
        previous_secret pg_catalog.text,
        previous_until  pg_catalog.timestamptz,
        queue           pg_catalog.text,
        schema_name     pg_catalog.text,
        function_name   pg_catalog.text,
        role            pg_catalog.text,
        keep            interval NOT NULL,
        created_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at      pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT inbound_hooks_target_check CHECK (pg_catalog.num_nonnulls(queue, function_name) = 1)
    );
    COMMENT ON TABLE howdah.inbound_hooks IS 'Providers whose webhooks are taken at /hooks/in/<name>: howdah.inbound.';
    COMMENT ON COLUMN howdah.inbound_hooks.secret IS 'Sealed, as previous_secret, which is good beside it until previous_until.';

    CREATE TABLE howdah.inbound_seen (
        hook  pg_catalog.text NOT NULL,
        id    pg_catalog.text NOT NULL,
        until pg_catalog.timestamptz NOT NULL,
        CONSTRAINT inbound_seen_pkey PRIMARY KEY (hook, id)
    );
    CREATE INDEX inbound_seen_until_idx ON howdah.inbound_seen (until);
    COMMENT ON TABLE howdah.inbound_seen IS 'Deliveries that were taken: the same again is answered and not taken.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_webhooks() IS 'howdah.install(): webhooks.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_webhooks() FROM PUBLIC;
