-- howdah_private.auth_provider_callback: where providers send the browser back to. Of api_external_url alone.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    55000 while it is not set.
CREATE FUNCTION howdah_private.auth_provider_callback()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_base pg_catalog.text := pg_catalog.rtrim(auth.get('api_external_url'), '/');
BEGIN
    IF v_base = '' THEN
        RAISE EXCEPTION 'accounts: api_external_url is not set, so providers cannot send anybody back'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT auth.set(''api_external_url'', ''https://api.example.com'');';
    END IF;
    -- GoTrue's own setting ends with the prefix.
    RETURN CASE WHEN v_base LIKE '%/auth/v1' THEN v_base ELSE v_base || '/auth/v1' END || '/callback';
END
$$;
COMMENT ON FUNCTION howdah_private.auth_provider_callback() IS 'Where providers send the browser back to.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_provider_callback() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_provider_callback() TO howdah_owner;
