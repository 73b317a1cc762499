-- howdah_private.auth_open_ceremony: write down a ceremony that was begun.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    the challenge; the end of up to ten that are over, so that the table stays as long as what is in use.
-- Returns   its id and when it ends (Unix seconds).
CREATE FUNCTION howdah_private.auth_open_ceremony(
    user_id pg_catalog.uuid, challenge_type pg_catalog.text, challenge pg_catalog.text,
    OUT id pg_catalog.uuid, OUT expires_at pg_catalog.int8)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_now pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_end pg_catalog.timestamptz := v_now + pg_catalog.make_interval(
        secs => auth.get('webauthn_challenge_expiry_duration')::pg_catalog.int4);
BEGIN
    DELETE FROM auth.webauthn_challenges AS c
    WHERE c.id IN (SELECT o.id FROM auth.webauthn_challenges AS o WHERE o.expires_at < v_now
                   ORDER BY o.expires_at LIMIT 10 FOR UPDATE SKIP LOCKED);
    id := pg_catalog.gen_random_uuid();
    expires_at := pg_catalog.floor(EXTRACT(epoch FROM v_end));
    INSERT INTO auth.webauthn_challenges (id, user_id, challenge_type, session_data, created_at, expires_at)
    VALUES (id, auth_open_ceremony.user_id, auth_open_ceremony.challenge_type,
            pg_catalog.jsonb_build_object('challenge', auth_open_ceremony.challenge), v_now, v_end);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_open_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) IS 'Write down a ceremony that was begun.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_open_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_open_ceremony(pg_catalog.uuid, pg_catalog.text, pg_catalog.text) TO howdah_owner;
