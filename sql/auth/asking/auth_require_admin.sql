-- howdah_private.auth_require_admin: may who asks use the admin API?
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   an answer whose status is NULL if so: the token's role is one of the setting jwt_admin_roles, or there is no request at
--           all (a DBA in psql, whom EXECUTE let in); else 401 no_authorization, 403 bad_jwt or not_admin.
CREATE FUNCTION howdah_private.auth_require_admin()
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_problem pg_catalog.text := howdah_private.token_problem();
    v_none    auth.answer;
BEGIN
    IF v_problem IS NOT NULL THEN
        RETURN howdah_private.auth_refuse(
            pg_catalog.split_part(v_problem, ': ', 1),
            pg_catalog.substr(v_problem, pg_catalog.strpos(v_problem, ': ') + 2));
    END IF;
    IF NOT howdah_private.request_active()
       OR auth.role() = ANY (pg_catalog.string_to_array(auth.get('jwt_admin_roles'), ',')) THEN
        RETURN v_none;
    END IF;
    IF howdah_private.request_header('authorization') IS NULL THEN
        RETURN howdah_private.auth_refuse('no_authorization');
    END IF;
    RETURN howdah_private.auth_refuse('not_admin');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_require_admin() IS 'Whether who asks may use the admin API: NULL status if so, else the refusal.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_require_admin() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_require_admin() TO howdah_owner;
