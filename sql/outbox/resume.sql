-- howdah.resume: rows of this kind are carried again.
--
-- Runs as   definer: writes howdah.outbox_pauses.
-- Raises    22023 for what is no kind; fetches, for which requests wait, are not paused.
CREATE FUNCTION howdah.resume(kind pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF resume.kind !~ '^[a-z][a-z_]{0,31}$' OR resume.kind = 'fetch' THEN
        RAISE EXCEPTION '% is no kind of message', pg_catalog.quote_literal(resume.kind)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'email, sms, push, webhook …: SELECT DISTINCT kind FROM howdah.outbox;';
    END IF;
    DELETE FROM howdah.outbox_pauses AS p WHERE p.kind = resume.kind;
    PERFORM pg_catalog.pg_notify('howdah_courier', '');
    PERFORM howdah_private.record_audit('outbox.resume', pg_catalog.jsonb_build_object('kind', resume.kind));
END
$$;
ALTER FUNCTION howdah.resume(pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.resume(pg_catalog.text)
    IS 'Rows of this kind are carried again.';
REVOKE EXECUTE ON FUNCTION howdah.resume(pg_catalog.text) FROM PUBLIC;
