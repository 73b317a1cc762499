-- howdah_private.auth_same_issuer: is an identity that is kept of the issuer that speaks now?
--
-- A provider's row that is pointed elsewhere must not make the new issuer's subjects the old one's users. Names that GoTrue wrote
-- for one issuer at different times are one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_same_issuer(kept pg_catalog.text, now pg_catalog.text)
RETURNS pg_catalog.bool
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN auth_same_issuer.kept IS NULL OR auth_same_issuer.kept = auth_same_issuer.now
        OR (auth_same_issuer.now = 'https://accounts.google.com'
            AND auth_same_issuer.kept IN ('accounts.google.com', 'https://www.googleapis.com/userinfo/v2/me'))
        OR (auth_same_issuer.now LIKE 'https://graph.facebook.com/%' AND auth_same_issuer.kept = 'https://www.facebook.com')
        OR (auth_same_issuer.now = 'https://www.linkedin.com/oauth' AND auth_same_issuer.kept = 'https://www.linkedin.com')
        OR (auth_same_issuer.now = 'https://api.x.com' AND auth_same_issuer.kept LIKE 'https://api.twitter.com/%');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_same_issuer(
    pg_catalog.text, pg_catalog.text) IS 'Is an identity that is kept of the issuer that speaks now?';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_same_issuer(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_same_issuer(pg_catalog.text, pg_catalog.text) TO howdah_owner;
