-- howdah_private.auth_close_ceremony: use up a ceremony: whatever comes of it, it is not for a second response.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   its challenge, or the refusal: 400 validation_failed, webauthn_challenge_not_found, webauthn_challenge_expired.
-- Races     the row ends with the one statement that reads it.
CREATE FUNCTION howdah_private.auth_close_ceremony(
    user_id pg_catalog.uuid, challenge_type pg_catalog.text, challenge_id pg_catalog.text,
    OUT challenge pg_catalog.text, OUT refusal auth.answer)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_end pg_catalog.timestamptz;
BEGIN
    IF COALESCE(auth_close_ceremony.challenge_id, '') = '' THEN
        refusal := howdah_private.auth_refuse('validation_failed', 'challenge_id is required');
        RETURN;
    END IF;
    IF NOT howdah_private.auth_is_uuid(auth_close_ceremony.challenge_id) THEN
        refusal := howdah_private.auth_refuse('validation_failed', 'challenge_id must be a valid UUID');
        RETURN;
    END IF;
    DELETE FROM auth.webauthn_challenges AS c
    WHERE c.id = auth_close_ceremony.challenge_id::pg_catalog.uuid
      AND c.challenge_type = auth_close_ceremony.challenge_type
      AND c.user_id IS NOT DISTINCT FROM auth_close_ceremony.user_id
    RETURNING c.session_data ->> 'challenge', c.expires_at INTO challenge, v_end;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('webauthn_challenge_not_found');
    ELSIF v_end <= pg_catalog.clock_timestamp() THEN
        refusal := howdah_private.auth_refuse('webauthn_challenge_expired');
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_close_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) IS 'Use up a ceremony.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_close_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_close_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
