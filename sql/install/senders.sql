-- howdah_private.install_senders: who carries text messages, chat messages, posts and push messages.
--
-- Runs as   invoker, a superuser, from howdah.install().
CREATE FUNCTION howdah_private.install_senders()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.senders (
        name       pg_catalog.text CONSTRAINT senders_pkey PRIMARY KEY
                   CONSTRAINT senders_name_check CHECK (name OPERATOR(pg_catalog.~) '^[A-Za-z0-9_.-]{1,64}$'),
        kind       pg_catalog.text NOT NULL
                   CONSTRAINT senders_kind_check CHECK (kind IN ('push', 'sms', 'chat', 'social')),
        driver     pg_catalog.text NOT NULL,
        settings   pg_catalog.jsonb NOT NULL DEFAULT '{}',
        secret     pg_catalog.text,
        hook_secret pg_catalog.text,
        weight     pg_catalog.int4 NOT NULL DEFAULT 1
                   CONSTRAINT senders_weight_check CHECK (weight BETWEEN 0 AND 1000),
        enabled    pg_catalog.bool NOT NULL DEFAULT true,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    CREATE INDEX senders_kind_idx ON howdah.senders (kind, driver) WHERE enabled;
    COMMENT ON TABLE howdah.senders IS
        'Accounts at services that carry push messages, text messages, chat messages and posts: howdah.set_sender, howdah.remove_sender.';
    COMMENT ON COLUMN howdah.senders.secret IS 'Sealed (howdah_private.secret_seal).';
    COMMENT ON COLUMN howdah.senders.hook_secret IS 'Sealed: what the provider signs notices with, if not with the secret.';
    COMMENT ON COLUMN howdah.senders.weight IS 'How often it is chosen among those of its kind; 0: only when it is named, or the others fail.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_senders() IS 'howdah.install(): senders.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_senders() FROM PUBLIC;
