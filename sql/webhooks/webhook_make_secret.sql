-- howdah_private.webhook_make_secret: a secret of 32 random bytes.
CREATE FUNCTION howdah_private.webhook_make_secret()
RETURNS pg_catalog.text
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
    -- base64url to base64: 32 bytes are 43 digits and one of padding.
    SELECT 'whsec_' || pg_catalog.translate(howdah_private.random_token(32), '-_', '+/') || '='
$$;
COMMENT ON FUNCTION howdah_private.webhook_make_secret() IS 'A secret of 32 random bytes.';
REVOKE EXECUTE ON FUNCTION howdah_private.webhook_make_secret() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.webhook_make_secret() TO howdah_owner;
