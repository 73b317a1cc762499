-- howdah_private.install_mail: how mails are sent, what they say, and to whom none are sent.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_mail()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE howdah.email_transports (
        name       pg_catalog.text CONSTRAINT email_transports_pkey PRIMARY KEY
                   CONSTRAINT email_transports_name_check CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
        kind       pg_catalog.text NOT NULL
                   CONSTRAINT email_transports_kind_check
                   CHECK (kind IN ('smtp', 'resend', 'postmark', 'sendgrid', 'ses', 'mailgun', 'inbox')),
        settings   pg_catalog.jsonb NOT NULL DEFAULT '{}',
        secret     pg_catalog.text,
        hook_secret pg_catalog.text,
        weight     pg_catalog.int4 NOT NULL DEFAULT 1
                   CONSTRAINT email_transports_weight_check CHECK (weight BETWEEN 0 AND 1000),
        priority   pg_catalog.int4 NOT NULL DEFAULT 0,
        tenant     pg_catalog.text,
        updated_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.email_transports IS
        'How mails leave: howdah.set_email_transport. Of those of the lowest priority one is drawn by weight; a further attempt takes another.';
    COMMENT ON COLUMN howdah.email_transports.secret IS 'Password or API key, sealed.';
    COMMENT ON COLUMN howdah.email_transports.hook_secret IS 'What the provider''s notices are checked with, sealed.';
    COMMENT ON COLUMN howdah.email_transports.weight IS '0: not used.';
    COMMENT ON COLUMN howdah.email_transports.tenant IS 'For this tenant alone, who then has no other; NULL: for all who have none of their own.';

    CREATE TABLE howdah.email_template_versions (
        id         pg_catalog.int8 GENERATED ALWAYS AS IDENTITY
                   CONSTRAINT email_template_versions_pkey PRIMARY KEY,
        name       pg_catalog.text NOT NULL
                   CONSTRAINT email_template_versions_name_check CHECK (name ~ '^[a-z][a-z0-9_.-]{0,99}$'),
        locale     pg_catalog.text NOT NULL
                   CONSTRAINT email_template_versions_locale_check CHECK (locale ~ '^([a-z]{2,8}(-[a-z0-9]{1,8})*)?$'),
        subject    pg_catalog.text,
        html       pg_catalog.text,
        text       pg_catalog.text,
        layout     pg_catalog.text,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.email_template_versions IS
        'Every version of every template: a mail is rendered by the one that was in force when it was asked for.';
    COMMENT ON COLUMN howdah.email_template_versions.layout IS 'The template whose html is the frame: {% extends "layout" %}.';

    CREATE TABLE howdah.email_templates (
        name    pg_catalog.text NOT NULL,
        locale  pg_catalog.text NOT NULL,
        version pg_catalog.int8 NOT NULL
                CONSTRAINT email_templates_version_fkey REFERENCES howdah.email_template_versions (id),
        CONSTRAINT email_templates_pkey PRIMARY KEY (name, locale)
    );
    CREATE INDEX email_templates_version_idx ON howdah.email_templates (version);
    COMMENT ON TABLE howdah.email_templates IS 'The version of each template that is in force: howdah.set_email_template.';

    CREATE TABLE howdah.email_suppressions (
        address    pg_catalog.text NOT NULL,
        list       pg_catalog.text NOT NULL DEFAULT '',
        reason     pg_catalog.text NOT NULL
                   CONSTRAINT email_suppressions_reason_check CHECK (reason IN ('bounce', 'complaint', 'unsubscribe', 'manual')),
        detail     pg_catalog.text,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT email_suppressions_pkey PRIMARY KEY (address, list)
    );
    COMMENT ON TABLE howdah.email_suppressions IS
        'Addresses that no mail is sent to: howdah.suppress_email, howdah.allow_email. With a list: no mail of that list.';

    CREATE TABLE howdah.dkim_keys (
        domain     pg_catalog.text CONSTRAINT dkim_keys_pkey PRIMARY KEY,
        selector   pg_catalog.text NOT NULL,
        key        pg_catalog.text NOT NULL,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.dkim_keys IS 'What mails from a domain are signed with: howdah.set_dkim_key.';
    COMMENT ON COLUMN howdah.dkim_keys.key IS 'The private key in PEM, sealed.';

    CREATE TABLE howdah.email_certificates (
        url        pg_catalog.text CONSTRAINT email_certificates_pkey PRIMARY KEY,
        pem        pg_catalog.text NOT NULL,
        fetched_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE howdah.email_certificates IS 'With which Amazon SNS signs its notices; fetched anew after a day.';

    CREATE TABLE howdah.email_dedup_keys (
        tenant     pg_catalog.text NOT NULL,
        key        pg_catalog.text NOT NULL,
        outbox_id  pg_catalog.int8,
        created_at pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now(),
        CONSTRAINT email_dedup_keys_pkey PRIMARY KEY (tenant, key)
    );
    CREATE INDEX email_dedup_keys_created_at_idx ON howdah.email_dedup_keys (created_at);
    COMMENT ON TABLE howdah.email_dedup_keys IS 'Mails that were asked for with a dedup_key, for a week: the same key again is the same mail.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_mail() IS 'howdah.install(): mail.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_mail() FROM PUBLIC;
