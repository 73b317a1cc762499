-- howdah.impersonate: be a user, in this session, until howdah.stop_impersonating(): what a policy
-- shows him can be looked at from psql.
--
-- Runs as   invoker, with the caller's own right to SET ROLE; it gives none. Refused inside a request.
-- Sets      role (that of the claims, by default authenticated) and request.jwt.claims, which
--           auth.uid() and its sisters follow outside a request.
-- Raises    22023 for claims that are no object; 42501 if the caller may not SET ROLE.
CREATE FUNCTION howdah.impersonate(claims pg_catalog.jsonb)
RETURNS void
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims pg_catalog.jsonb;
BEGIN
    IF pg_catalog.jsonb_typeof(impersonate.claims) <> 'object' THEN
        RAISE EXCEPTION 'claims must be a JSON object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    v_claims := '{"role": "authenticated"}'::pg_catalog.jsonb || impersonate.claims;
    PERFORM pg_catalog.set_config('request.jwt.claims', v_claims::pg_catalog.text, false);
    PERFORM pg_catalog.set_config('role', v_claims ->> 'role', false);
END
$$;
COMMENT ON FUNCTION howdah.impersonate(pg_catalog.jsonb)
    IS 'Be the user whom these claims describe, in this session, until howdah.stop_impersonating().';
REVOKE EXECUTE ON FUNCTION howdah.impersonate(pg_catalog.jsonb) FROM PUBLIC;

CREATE FUNCTION howdah.impersonate(user_id pg_catalog.uuid)
RETURNS void
LANGUAGE plpgsql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah.impersonate(pg_catalog.jsonb_build_object('sub', impersonate.user_id));
END
$$;
COMMENT ON FUNCTION howdah.impersonate(pg_catalog.uuid)
    IS 'Be the user with this id, in this session, until howdah.stop_impersonating().';
REVOKE EXECUTE ON FUNCTION howdah.impersonate(pg_catalog.uuid) FROM PUBLIC;
