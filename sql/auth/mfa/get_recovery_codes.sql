-- auth.get_recovery_codes: how many recovery codes who asks has, and how many are unused (GET /factors/recovery-codes); never a code.
--
-- Runs as   definer: reads recovery codes, which no API role may see.
-- Returns   200 {"id", "type", "total", "remaining"}; 404 mfa_factor_not_found without a set.
CREATE FUNCTION auth.get_recovery_codes()
RETURNS auth.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller howdah_private.auth_caller := howdah_private.auth_mfa_caller();
    v_counts record;
BEGIN
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    SELECT s.mfa_factor_id, pg_catalog.count(c.id) AS total,
           pg_catalog.count(c.id) FILTER (WHERE c.consumed_at IS NULL) AS remaining
    INTO v_counts
    FROM auth.mfa_recovery_code_sets AS s
    LEFT JOIN auth.mfa_recovery_codes AS c ON c.mfa_recovery_code_set_id = s.id
    WHERE s.user_id = v_caller.user_id
    GROUP BY s.mfa_factor_id;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('mfa_factor_not_found', 'The user has not enrolled recovery codes');
    END IF;
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'id', v_counts.mfa_factor_id, 'type', 'recovery_code', 'total', v_counts.total, 'remaining', v_counts.remaining));
END
$$;
ALTER FUNCTION auth.get_recovery_codes() OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.get_recovery_codes() IS 'How many recovery codes who asks has, and how many are unused.';
REVOKE EXECUTE ON FUNCTION auth.get_recovery_codes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.get_recovery_codes() TO anon, authenticated, service_role;
