-- howdah_private.auth_note_sign_in: remember from where a user signed in, and tell him when it is from where he did not before (ASVS
-- 6.3.5).
--
-- A place is the network (/24, /56) and the program, its versions apart: else each update of a browser would be a stranger. It is
-- remembered for 90 days after the last sign-in, so one after a long absence is told as well. A user's first sign-in tells nobody
-- anything, nor does a session that is made in psql.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     since: when he had signed in last before; NULL: never.
-- Writes    auth.sign_in_places, once a day for each; a notice new_sign_in.
CREATE FUNCTION howdah_private.auth_note_sign_in(user_id pg_catalog.uuid, since pg_catalog.timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c_kept  CONSTANT pg_catalog.interval := '90 days';
    v_now   CONSTANT pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_from  CONSTANT pg_catalog.inet := howdah_private.client_address();
    v_agent CONSTANT pg_catalog.text := pg_catalog.left(howdah_private.request_header('user-agent'), 512);
    v_hash  pg_catalog.bytea;
    v_new   pg_catalog.bool;
BEGIN
    IF v_from IS NULL THEN
        RETURN;
    END IF;
    v_hash := pg_catalog.substr(howdah_private.server_hmac('sign-in place', pg_catalog.concat_ws(
        ' ', auth_note_sign_in.user_id, howdah_private.auth_network(v_from),
        pg_catalog.regexp_replace(v_agent, '[0-9]+', '', 'g'))), 1, 16);
    IF EXISTS (SELECT 1 FROM auth.sign_in_places AS p
               WHERE p.user_id = auth_note_sign_in.user_id AND p.place_hash = v_hash
                 AND p.seen_at > v_now - interval '1 day') THEN
        RETURN;
    END IF;
    DELETE FROM auth.sign_in_places AS p
    WHERE p.user_id = auth_note_sign_in.user_id AND p.seen_at < v_now - c_kept;
    INSERT INTO auth.sign_in_places AS p (user_id, place_hash, seen_at)
    VALUES (auth_note_sign_in.user_id, v_hash, v_now)
    ON CONFLICT ON CONSTRAINT sign_in_places_pkey DO UPDATE SET seen_at = excluded.seen_at
    -- Of two sign-ins at once one has made the row.
    RETURNING p.xmax = 0 INTO v_new;
    IF auth_note_sign_in.since IS NOT NULL AND v_new THEN
        PERFORM howdah_private.auth_notify(
            auth_note_sign_in.user_id, 'new_sign_in', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                'Address', pg_catalog.host(v_from), 'Agent', howdah_private.auth_agent_name(v_agent),
                'At', pg_catalog.to_char(v_now AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))));
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_note_sign_in(pg_catalog.uuid, pg_catalog.timestamptz)
    IS 'Remember from where a user signed in, and tell him when it is from elsewhere.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_note_sign_in(pg_catalog.uuid, pg_catalog.timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_note_sign_in(pg_catalog.uuid, pg_catalog.timestamptz) TO howdah_owner;
