-- howdah_private.mail_read_unsubscribe: what a link to unsubscribe says, if it is one of ours.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   list and address; NULLs for any other token.
CREATE FUNCTION howdah_private.mail_read_unsubscribe(
    token pg_catalog.text,
    OUT list pg_catalog.text,
    OUT address pg_catalog.text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_parts CONSTANT pg_catalog.text[] := pg_catalog.regexp_match(
        mail_read_unsubscribe.token, '^((?:[0-9a-f]{2})+)[.]([0-9a-f]{32})$');
    v_said  pg_catalog.text;
BEGIN
    IF v_parts IS NULL OR pg_catalog.length(mail_read_unsubscribe.token) > 1000 THEN
        RETURN;
    END IF;
    BEGIN
        v_said := pg_catalog.convert_from(pg_catalog.decode(v_parts[1], 'hex'), 'UTF8');
    EXCEPTION
        WHEN character_not_in_repertoire OR untranslatable_character THEN
            RETURN;
    END;
    -- Of equal length, and of no use to whoever measures: the hashes of both are compared.
    IF pg_catalog.sha256(pg_catalog.convert_to(v_parts[2], 'UTF8')) = pg_catalog.sha256(pg_catalog.convert_to(
        pg_catalog."left"(pg_catalog.encode(howdah_private.server_hmac('mail unsubscribe', v_said), 'hex'), 32), 'UTF8')) THEN
        list := pg_catalog.split_part(v_said, E'\n', 1);
        address := pg_catalog.split_part(v_said, E'\n', 2);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_read_unsubscribe(pg_catalog.text)
    IS 'What a link to unsubscribe says.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_read_unsubscribe(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_read_unsubscribe(pg_catalog.text) TO howdah_owner;
