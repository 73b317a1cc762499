-- howdah_private.auth_use_passkey: whose passkey made this response, if it is good.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the passkey's counter, flags and last use; an audit row that says why where the response is refused.
-- Returns   user_id and passkey_id; NULLs where it is refused: one answer for a passkey that nobody has and for a bad signature.
CREATE FUNCTION howdah_private.auth_use_passkey(
    party pg_catalog.jsonb, challenge pg_catalog.text, response pg_catalog.jsonb,
    OUT user_id pg_catalog.uuid, OUT passkey_id pg_catalog.uuid)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claim pg_catalog.jsonb := howdah_private.webauthn_identity(auth_use_passkey.response);
    v_row   record;
    v_told  pg_catalog.jsonb;
BEGIN
    SELECT p.id, p.user_id, p.credential_id, p.public_key, p.sign_count, p.backup_eligible, p.backed_up INTO v_row
    FROM auth.webauthn_credentials AS p
    WHERE p.credential_id = pg_catalog.decode(v_claim ->> 'credential_id', 'hex')
      AND p.user_id::pg_catalog.text = pg_catalog.lower(v_claim ->> 'user_id');
    IF NOT FOUND THEN
        RETURN;
    END IF;
    v_told := howdah_private.webauthn_authenticate(auth_use_passkey.party, auth_use_passkey.challenge, true,
        pg_catalog.jsonb_build_object(
            'credential_id', pg_catalog.encode(v_row.credential_id, 'hex'), 'public_key', pg_catalog.encode(v_row.public_key, 'hex'),
            'sign_count', v_row.sign_count, 'user_verified', true,
            'backup_eligible', v_row.backup_eligible, 'backed_up', v_row.backed_up),
        auth_use_passkey.response);
    IF NOT v_told ? 'refused' THEN
        UPDATE auth.webauthn_credentials AS p
        SET sign_count = (v_told ->> 'sign_count')::pg_catalog.int8,
            backup_eligible = (v_told ->> 'backup_eligible')::pg_catalog.bool,
            backed_up = (v_told ->> 'backed_up')::pg_catalog.bool,
            last_used_at = pg_catalog.clock_timestamp()
        WHERE p.id = v_row.id AND p.sign_count = v_row.sign_count
        RETURNING p.user_id, p.id INTO user_id, passkey_id;
        IF FOUND THEN
            RETURN;
        END IF;
        v_told := '{"refused": "the passkey was used at the same moment"}';
    END IF;
    PERFORM howdah_private.auth_audit('passkey_refused', v_row.user_id, pg_catalog.jsonb_build_object(
        'passkey_id', v_row.id, 'reason', pg_catalog.left(v_told ->> 'refused', 200)));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_use_passkey(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb)
    IS 'Whose passkey made this response, if it is good.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_use_passkey(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_use_passkey(pg_catalog.jsonb, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
