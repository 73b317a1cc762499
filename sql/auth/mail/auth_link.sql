-- howdah_private.auth_link: the link that takes a secret: GET /auth/v1/verify; with page, GET /auth/v1/confirm.
--
-- kind is the dialect's (signup, invite, magiclink, recovery, email_change) or a message's (confirmation, magic_link).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the link, from api_external_url alone.
-- Raises    55000 while it is not set.
CREATE FUNCTION howdah_private.auth_link(
    kind pg_catalog.text, token pg_catalog.text, redirect_to pg_catalog.text, page pg_catalog.bool DEFAULT false
)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_base pg_catalog.text := auth.get('api_external_url');
BEGIN
    IF v_base = '' THEN
        RAISE EXCEPTION 'accounts: api_external_url is not set, so links cannot be made'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT auth.set(''api_external_url'', ''https://api.example.com'');';
    END IF;
    RETURN howdah_private.auth_link_url(
        v_base,
        CASE WHEN auth_link.page THEN 'confirm' ELSE 'verify' END,
        auth_link.token,
        CASE auth_link.kind
            WHEN 'confirmation' THEN 'signup'
            WHEN 'magic_link' THEN 'magiclink'
            ELSE auth_link.kind END,
        COALESCE(auth_link.redirect_to, ''));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_link(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool)
    IS 'The link that takes a secret.';
REVOKE EXECUTE
    ON FUNCTION howdah_private.auth_link(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_link(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool) TO howdah_owner;
