-- howdah.set_email_transport: a way for mails to leave, or changes to one, from the next attempt on.
--
-- Runs as   definer: writes the transports, seals secrets.
-- Takes     kind smtp: settings {"host", "port", "tls": "starttls" (default) | "tls" | "none", "user", "hello", "ca" (PEM),
--           "connections"}, secret the password. resend, postmark, sendgrid, mailgun: secret the API key; mailgun
--           {"domain", "region": "us" | "eu"}; postmark {"stream"}; ses: {"region", "access_key_id"}, secret the secret access key. Any:
--           "from", for mails that name no sender. secret NULL: as it was. hook_secret: what the provider signs its notices with.
-- Writes    the row, and one howdah.audit row that names it.
-- Raises    22023 for settings that cannot work.
CREATE FUNCTION howdah.set_email_transport(
    name pg_catalog.text,
    kind pg_catalog.text,
    settings pg_catalog.jsonb DEFAULT '{}',
    secret pg_catalog.text DEFAULT NULL,
    weight pg_catalog.int4 DEFAULT 1,
    priority pg_catalog.int4 DEFAULT 0,
    tenant pg_catalog.text DEFAULT NULL,
    hook_secret pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_settings CONSTANT pg_catalog.jsonb := COALESCE(set_email_transport.settings, '{}');
    v_kind     CONSTANT pg_catalog.text := set_email_transport.kind;
    v_wrong    pg_catalog.text;
BEGIN
    v_wrong := CASE
        WHEN set_email_transport.name !~ '^[a-z][a-z0-9_-]{0,62}$' THEN 'a transport has a name like relay'
        WHEN v_kind NOT IN ('smtp', 'resend', 'postmark', 'sendgrid', 'ses', 'mailgun', 'inbox') THEN
            'kind: must be smtp, resend, postmark, sendgrid, ses, mailgun or inbox'
        WHEN pg_catalog.jsonb_typeof(v_settings) <> 'object' THEN 'settings: must be an object'
        WHEN v_settings ? 'password' OR v_settings ? 'api_key' THEN 'settings: secrets go into secret, which is sealed'
        WHEN v_settings ? 'from' AND COALESCE(pg_catalog.cardinality(
            howdah_private.mail_addresses(v_settings ->> 'from')), 0) <> 1 THEN 'from: must be like Shop <shop@example.com>'
        WHEN v_kind = 'smtp' AND COALESCE(v_settings ->> 'host', '') !~ '^[A-Za-z0-9._:-]{1,253}$' THEN
            'host: must be the name or address of a server'
        WHEN v_kind = 'smtp' AND COALESCE(v_settings ->> 'port', '587') !~ '^[0-9]{1,5}$' THEN 'port: must be a number'
        WHEN v_kind = 'smtp' AND COALESCE(v_settings ->> 'tls', 'starttls') NOT IN ('starttls', 'tls', 'none') THEN
            'tls: must be starttls, tls or none'
        WHEN v_kind = 'smtp' AND COALESCE(v_settings ->> 'hello', 'localhost') !~ '^[A-Za-z0-9._:-]{1,253}$' THEN
            'hello: must be the name of this machine'
        WHEN v_kind = 'smtp' AND COALESCE(v_settings ->> 'connections', '1') !~ '^[0-9]{1,3}$' THEN
            'connections: must be a number'
        WHEN v_kind = 'mailgun' AND COALESCE(v_settings ->> 'domain', '') !~ '^[A-Za-z0-9.-]{1,253}$' THEN
            'domain: must be the domain that Mailgun sends for'
        WHEN v_kind = 'mailgun' AND COALESCE(v_settings ->> 'region', 'us') NOT IN ('us', 'eu') THEN 'region: must be us or eu'
        WHEN v_kind = 'ses' AND COALESCE(v_settings ->> 'region', '') !~ '^[a-z0-9-]{1,30}$' THEN 'region: must be one of AWS'
        WHEN v_kind = 'ses' AND COALESCE(v_settings ->> 'access_key_id', '') !~ '^[A-Z0-9]{16,128}$' THEN
            'access_key_id: must be one of AWS'
    END;
    IF v_wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', v_wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO howdah.email_transports AS t (name, kind, settings, secret, hook_secret, weight, priority, tenant)
    VALUES (set_email_transport.name, v_kind, v_settings,
            howdah_private.secret_seal(set_email_transport.secret, 'email_transport:' || set_email_transport.name),
            howdah_private.secret_seal(set_email_transport.hook_secret, 'email_hook:' || set_email_transport.name),
            set_email_transport.weight, set_email_transport.priority, set_email_transport.tenant)
    ON CONFLICT ON CONSTRAINT email_transports_pkey
    DO UPDATE SET kind = excluded.kind, settings = excluded.settings, weight = excluded.weight,
                  priority = excluded.priority, tenant = excluded.tenant, updated_at = pg_catalog.now(),
                  secret = COALESCE(excluded.secret, t.secret),
                  hook_secret = COALESCE(excluded.hook_secret, t.hook_secret);
    PERFORM howdah_private.record_audit('set_email_transport', pg_catalog.jsonb_build_object(
        'name', set_email_transport.name, 'kind', v_kind));
END
$$;
ALTER FUNCTION howdah.set_email_transport(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4,
    pg_catalog.int4, pg_catalog.text, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.set_email_transport(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4,
    pg_catalog.int4, pg_catalog.text, pg_catalog.text)
    IS 'A way for mails to leave.';
REVOKE EXECUTE ON FUNCTION howdah.set_email_transport(
    pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text, pg_catalog.int4,
    pg_catalog.int4, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
