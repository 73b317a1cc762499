-- howdah_private.sender_check_text: raises 22023 unless there is a text, and not too long a one.
CREATE FUNCTION howdah_private.sender_check_text(text pg_catalog.text, most pg_catalog.int4)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF COALESCE(pg_catalog.btrim(sender_check_text.text), '') = '' THEN
        RAISE EXCEPTION 'a message has a text' USING ERRCODE = 'invalid_parameter_value';
    ELSIF pg_catalog.char_length(sender_check_text.text) > sender_check_text.most THEN
        RAISE EXCEPTION 'the message has % characters, more than %',
            pg_catalog.char_length(sender_check_text.text), sender_check_text.most USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.sender_check_text(pg_catalog.text, pg_catalog.int4)
    IS 'Whether there is a text, and not too long a one.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_check_text(pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_check_text(pg_catalog.text, pg_catalog.int4) TO howdah_owner;
