-- howdah_private.sender_check_name: raises 22023 unless there is a sender of that name and kind; NULL: any will do.
CREATE FUNCTION howdah_private.sender_check_name(kind pg_catalog.text, name pg_catalog.text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM howdah.senders AS s
                   WHERE s.kind = sender_check_name.kind AND s.name = sender_check_name.name)
        AND sender_check_name.name IS NOT NULL THEN
        RAISE EXCEPTION 'there is no sender "%" of kind %', sender_check_name.name, sender_check_name.kind
            USING ERRCODE = 'invalid_parameter_value', HINT = 'howdah.set_sender makes one; howdah.senders_all shows them.';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.sender_check_name(pg_catalog.text, pg_catalog.text)
    IS 'Whether there is such a sender.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_check_name(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_check_name(pg_catalog.text, pg_catalog.text) TO howdah_owner;
