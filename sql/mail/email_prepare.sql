-- howdah_private.email_prepare: a mail for the courier: the message, and how it is to leave.
--
-- Runs as   invoker: howdah_private.outbox_prepare, for howdah.lease, which is howdah_owner.
-- Returns   {"smtp", "mail", "dkim", "transport"}, {"request", "transport"} or {"inbox": true}; {"refuse": "suppressed" |
--           "address_limit"}; {"defer": seconds} while there is no transport or no sender, or its domain has had enough for now.
CREATE FUNCTION howdah_private.email_prepare(
    entry howdah_private.outbox_entry
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry      CONSTANT howdah_private.outbox_entry := email_prepare.entry;
    v_mail       pg_catalog.jsonb := howdah_private.mail_compose(v_entry);
    v_settings   record;
    v_transport  pg_catalog.jsonb;
    v_to         pg_catalog.text[];
    v_suppressed pg_catalog.text[];
    v_limited    pg_catalog.jsonb;
    v_from       pg_catalog.text;
    v_domain     pg_catalog.text;
BEGIN
    v_settings := howdah_private.mail_settings();
    v_to := howdah_private.mail_recipients(v_mail);
    SELECT pg_catalog.array_agg(s.address) INTO v_suppressed FROM howdah.email_suppressions AS s
    WHERE s.address = ANY (v_to) AND s.list IN ('', COALESCE(v_mail ->> 'unsubscribe', ''));
    IF v_suppressed @> v_to THEN
        RETURN '{"refuse": "suppressed"}';
    ELSIF v_suppressed IS NOT NULL THEN
        v_mail := v_mail || pg_catalog.jsonb_build_object('only', ARRAY(
            SELECT t.address FROM pg_catalog.unnest(v_to) AS t (address) WHERE t.address <> ALL (v_suppressed)));
    END IF;
    v_transport := howdah_private.mail_transport(v_entry.id, v_entry.tenant, v_entry.attempts);
    IF v_transport IS NULL AND v_settings.inbox IS NOT NULL THEN
        v_transport := '{"name": "inbox", "kind": "inbox"}';
    END IF;
    v_from := COALESCE(v_mail ->> 'from', v_transport #>> '{settings,from}', v_settings.sender,
                       CASE WHEN v_transport ->> 'kind' = 'inbox' THEN 'howdah@localhost' END);
    IF v_transport IS NULL OR v_from IS NULL THEN
        RETURN '{"defer": 60}';
    END IF;
    IF v_entry.attempts = 1 AND v_settings.address_limit + v_settings.domain_limit > 0 THEN
        v_limited := howdah_private.mail_limited(
            v_entry.recipient, v_entry.lane, v_settings.address_limit, v_settings.domain_limit);
        IF v_limited IS NOT NULL THEN
            RETURN v_limited;
        END IF;
    END IF;
    IF v_transport ->> 'kind' = 'inbox' THEN
        RETURN pg_catalog.jsonb_build_object('inbox', true, 'transport', v_transport -> 'name');
    END IF;

    v_domain := pg_catalog.rtrim(pg_catalog.split_part(v_from, '@', -1), '>');
    v_mail := pg_catalog.jsonb_build_object('message_id', howdah_private.mail_message_id(
            v_entry.id, v_entry.created_at, pg_catalog.rtrim(pg_catalog.split_part(
                COALESCE(v_mail ->> 'from', v_settings.sender, v_from), '@', -1), '>')))
        || v_mail || pg_catalog.jsonb_build_object('from', v_from);
    IF v_mail ? 'unsubscribe' THEN
        v_mail := v_mail || pg_catalog.jsonb_build_object(
            'unsubscribe_url', howdah_private.mail_unsubscribe_url(v_entry.recipient, v_mail ->> 'unsubscribe'));
    END IF;
    IF v_transport ->> 'kind' = 'smtp' THEN
        RETURN pg_catalog.jsonb_build_object(
            'mail', v_mail, 'transport', v_transport -> 'name',
            'smtp', '{"port": 587, "tls": "starttls"}' || (v_transport -> 'settings') || CASE
                WHEN v_transport ->> 'secret' IS NULL THEN '{}'
                ELSE pg_catalog.jsonb_build_object('password', pg_catalog.jsonb_build_object(
                    'sealed', v_transport -> 'secret', 'context', 'email_transport:' || (v_transport ->> 'name'))) END)
            || COALESCE((
                SELECT pg_catalog.jsonb_build_object('dkim', pg_catalog.jsonb_build_object(
                    'domain', k.domain, 'selector', k.selector,
                    'key', pg_catalog.jsonb_build_object('sealed', k.key, 'context', 'dkim:' || k.domain)))
                FROM howdah.dkim_keys AS k WHERE k.domain = v_domain), '{}');
    END IF;
    -- A key that is missing or does not open is the DBA's to mend: the mail waits for it.
    RETURN howdah_private.mail_request(
        v_transport ->> 'kind', v_transport -> 'settings',
        COALESCE(howdah_private.secret_open(
            v_transport ->> 'secret', 'email_transport:' || (v_transport ->> 'name')), ''),
        v_mail, pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'))
        || pg_catalog.jsonb_build_object('transport', v_transport -> 'name');
END
$$;
COMMENT ON FUNCTION howdah_private.email_prepare(howdah_private.outbox_entry)
    IS 'A mail for the courier: the message, and how it is to leave.';
REVOKE EXECUTE ON FUNCTION howdah_private.email_prepare(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.email_prepare(howdah_private.outbox_entry) TO howdah_owner;
