-- howdah.pause: no row of this kind is carried until howdah.resume; they gather.
--
-- Runs as   definer: writes howdah.outbox_pauses.
-- Raises    22023 for what is no kind; fetches, for which requests wait, are not paused.
CREATE FUNCTION howdah.pause(kind pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pause.kind !~ '^[a-z][a-z_]{0,31}$' OR pause.kind = 'fetch' THEN
        RAISE EXCEPTION '% is no kind of message', pg_catalog.quote_literal(pause.kind)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'email, sms, push, webhook …: SELECT DISTINCT kind FROM howdah.outbox;';
    END IF;
    INSERT INTO howdah.outbox_pauses (kind, paused_by) VALUES (pause.kind, SESSION_USER)
    ON CONFLICT ON CONSTRAINT outbox_pauses_pkey DO NOTHING;
    PERFORM howdah_private.record_audit('outbox.pause', pg_catalog.jsonb_build_object('kind', pause.kind));
END
$$;
ALTER FUNCTION howdah.pause(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.pause(pg_catalog.text)
    IS 'No row of this kind is carried until howdah.resume; they gather.';
REVOKE EXECUTE ON FUNCTION howdah.pause(pg_catalog.text) FROM PUBLIC;
