-- howdah_private.mail_hook_sns: whether a notification is of this topic of Amazon SNS.
--
-- Runs as   invoker: howdah.mail_hook, which is howdah_owner.
-- Writes    the certificate, for a day; a subscription to the topic is confirmed.
-- Returns   NULL while the certificate, or the confirmation, is fetched.
CREATE FUNCTION howdah_private.mail_hook_sns(
    topic pg_catalog.text,
    body pg_catalog.bytea
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_scope  CONSTANT pg_catalog.text := 'sns:' || pg_catalog.md5(mail_hook_sns.body);
    v_url    CONSTANT pg_catalog.text := howdah_private.sns_certificate_url(mail_hook_sns.body);
    v_notice pg_catalog.jsonb;
    v_pem    pg_catalog.text;
    v_answer pg_catalog.jsonb;
BEGIN
    IF v_url IS NULL THEN
        RETURN false;
    END IF;
    v_notice := pg_catalog.convert_from(mail_hook_sns.body, 'UTF8')::pg_catalog.jsonb;
    -- Before anything is fetched: anybody can send a notification of a topic of his own.
    IF v_notice ->> 'TopicArn' IS DISTINCT FROM mail_hook_sns.topic THEN
        RETURN false;
    END IF;
    SELECT c.pem INTO v_pem FROM howdah.email_certificates AS c
    WHERE c.url = v_url AND c.fetched_at > pg_catalog.now() - interval '1 day';
    IF NOT FOUND THEN
        v_answer := howdah_private.fetch(v_scope, 'certificate', pg_catalog.jsonb_build_object('method', 'GET', 'url', v_url));
        IF v_answer IS NULL THEN
            RETURN NULL;
        ELSIF (v_answer ->> 'status') IS DISTINCT FROM '200' THEN
            RETURN false;
        END IF;
        v_pem := v_answer ->> 'body';
    END IF;
    IF NOT howdah_private.sns_genuine(mail_hook_sns.body, v_pem) THEN
        RETURN false;
    END IF;
    IF v_answer IS NOT NULL THEN
        INSERT INTO howdah.email_certificates AS c (url, pem) VALUES (v_url, v_pem)
        ON CONFLICT ON CONSTRAINT email_certificates_pkey DO UPDATE SET pem = excluded.pem, fetched_at = pg_catalog.now();
    END IF;
    IF v_notice ->> 'Type' = 'SubscriptionConfirmation' AND howdah_private.sns_url(v_notice ->> 'SubscribeURL') THEN
        IF howdah_private.fetch(v_scope, 'subscribe', pg_catalog.jsonb_build_object(
            'method', 'GET', 'url', v_notice ->> 'SubscribeURL')) IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    PERFORM howdah_private.fetch_forget(v_scope);
    RETURN true;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_hook_sns(pg_catalog.text, pg_catalog.bytea)
    IS 'Whether a notification is of this topic of Amazon SNS.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_hook_sns(pg_catalog.text, pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_hook_sns(pg_catalog.text, pg_catalog.bytea) TO howdah_owner;
