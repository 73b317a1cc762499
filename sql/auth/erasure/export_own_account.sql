-- auth.export_own_account: what the tables of auth hold of the user who asks, without secrets.
--
-- Runs as   definer: reads the tables of auth, for nobody but the caller (howdah_private.auth_caller).
CREATE FUNCTION auth.export_own_account(
    OUT relation pg_catalog.text,
    OUT data pg_catalog.jsonb
)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_caller();
BEGIN
    IF (v_caller.refusal).status IS NULL THEN
        RETURN QUERY SELECT a.relation, a.data FROM auth.export_account(v_caller.user_id) AS a;
    END IF;
END
$$;
ALTER FUNCTION auth.export_own_account()
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.export_own_account()
    IS 'What the tables of auth hold of the user who asks.';
REVOKE EXECUTE ON FUNCTION auth.export_own_account() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.export_own_account()
    TO authenticated;
