-- howdah_private.auth_oauth_scope: the scopes asked for, each once, in their order; the default for none; NULL if one is not known.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_oauth_scope(wanted pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_known  pg_catalog.text[] := pg_catalog.string_to_array(auth.get('oauth_server_scopes'), ',');
    v_scopes pg_catalog.text[];
BEGIN
    IF COALESCE(pg_catalog.btrim(auth_oauth_scope.wanted), '') = '' THEN
        RETURN auth.get('oauth_server_default_scope');
    END IF;
    SELECT pg_catalog.array_agg(s.scope ORDER BY s.n) INTO v_scopes
    FROM (SELECT t.scope, pg_catalog.min(t.n) AS n
          FROM pg_catalog.regexp_split_to_table(pg_catalog.btrim(pg_catalog.left(auth_oauth_scope.wanted, 4096)), ' +')
               WITH ORDINALITY AS t (scope, n) GROUP BY t.scope) AS s;
    IF v_scopes <@ v_known THEN
        RETURN pg_catalog.array_to_string(v_scopes, ' ');
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_oauth_scope(pg_catalog.text) IS 'The scopes asked for; NULL if one is not known.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_oauth_scope(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_oauth_scope(pg_catalog.text) TO howdah_owner;
