-- howdah_private.auth_redirect: where a link or a sign-in leads.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   what is wanted if it is on the origin of site_url or uri_allow_list names it, else site_url: a target that is not
--           allowed is no error, as in GoTrue, so that nobody learns what is allowed by asking.
-- Raises    55000 while site_url or api_external_url is not set, for known and unknown accounts alike: no link is ever made
--           from what a request says of its host.
CREATE FUNCTION howdah_private.auth_redirect(wanted pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_site pg_catalog.text := auth.get('site_url');
BEGIN
    IF v_site = '' OR auth.get('api_external_url') = '' THEN
        RAISE EXCEPTION 'accounts: % is not set, so links cannot be made',
            CASE WHEN v_site = '' THEN 'site_url' ELSE 'api_external_url' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT auth.set(''site_url'', ''https://app.example.com''), auth.set(''api_external_url'', ''https://api.example.com'');';
    END IF;
    RETURN CASE
        WHEN howdah_private.auth_redirect_allowed(v_site, auth.get('uri_allow_list'), auth_redirect.wanted)
            THEN auth_redirect.wanted
        ELSE v_site END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_redirect(pg_catalog.text) IS 'Where a link or a sign-in leads.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_redirect(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_redirect(pg_catalog.text) TO howdah_owner;
