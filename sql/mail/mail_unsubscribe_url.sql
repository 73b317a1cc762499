-- howdah_private.mail_unsubscribe_url: the link that takes an address off a list (RFC 8058). It says both, signed: it never ends to
-- work, and nobody makes one for somebody else.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.mail_unsubscribe_url(
    address pg_catalog.text,
    list pg_catalog.text
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_said CONSTANT pg_catalog.text := mail_unsubscribe_url.list || E'\n' || mail_unsubscribe_url.address;
BEGIN
    RETURN pg_catalog.rtrim(auth.get('api_external_url'), '/') || '/hooks/mail/unsubscribe?token='
        || pg_catalog.encode(pg_catalog.convert_to(v_said, 'UTF8'), 'hex') || '.'
        || pg_catalog.left(pg_catalog.encode(howdah_private.server_hmac('mail unsubscribe', v_said), 'hex'), 32);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_unsubscribe_url(pg_catalog.text, pg_catalog.text)
    IS 'The link that takes an address off a list.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_unsubscribe_url(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_unsubscribe_url(pg_catalog.text, pg_catalog.text) TO howdah_owner;
