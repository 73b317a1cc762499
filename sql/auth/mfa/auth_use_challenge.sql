-- howdah_private.auth_use_challenge: a challenge of a factor that is still open, for who began it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner, and hold auth_lock_factors.
-- Returns   id and session_data, or the refusal: 422 mfa_factor_not_found, mfa_ip_address_mismatch, mfa_challenge_expired.
CREATE FUNCTION howdah_private.auth_use_challenge(
    factor_id pg_catalog.uuid, challenge_id pg_catalog.text,
    OUT id pg_catalog.uuid, OUT session_data pg_catalog.jsonb, OUT refusal auth.answer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row record;
BEGIN
    IF howdah_private.auth_is_uuid(auth_use_challenge.challenge_id) THEN
        SELECT c.id, c.created_at, c.verified_at, c.ip_address, c.web_authn_session_data INTO v_row
        FROM auth.mfa_challenges AS c
        WHERE c.id = auth_use_challenge.challenge_id::pg_catalog.uuid AND c.factor_id = auth_use_challenge.factor_id;
    END IF;
    IF v_row IS NULL OR NOT FOUND THEN
        refusal := howdah_private.auth_refuse_as(
            422, 'mfa_factor_not_found', 'MFA factor with the provided challenge ID not found');
    ELSIF v_row.verified_at IS NOT NULL OR v_row.ip_address IS DISTINCT FROM howdah_private.client_address() THEN
        refusal := howdah_private.auth_refuse('mfa_ip_address_mismatch');
    ELSIF v_row.created_at + pg_catalog.make_interval(secs => auth.get('mfa_challenge_expiry_duration')::pg_catalog.int4)
          <= pg_catalog.clock_timestamp() THEN
        DELETE FROM auth.mfa_challenges AS c WHERE c.id = v_row.id;
        refusal := howdah_private.auth_refuse('mfa_challenge_expired', pg_catalog.format(
            'MFA challenge %s has expired, verify against another challenge or create a new challenge.', v_row.id));
    ELSE
        id := v_row.id;
        session_data := v_row.web_authn_session_data;
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_use_challenge(pg_catalog.uuid, pg_catalog.text) IS 'A challenge of a factor that is still open.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_use_challenge(pg_catalog.uuid, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_use_challenge(pg_catalog.uuid, pg_catalog.text) TO howdah_owner;
