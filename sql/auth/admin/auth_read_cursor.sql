-- howdah_private.auth_read_cursor: where a page by keyset begins, from the opaque text that the page before it gave.
--
-- Runs as   invoker.
-- Returns   {"created_at", "id"}; {} for none; NULL for a text that no page gave.
CREATE FUNCTION howdah_private.auth_read_cursor(cursor pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text  pg_catalog.text := pg_catalog.translate(auth_read_cursor.cursor, '-_', '+/');
    v_place pg_catalog.jsonb;
BEGIN
    IF COALESCE(v_text, '') = '' THEN
        RETURN '{}';
    END IF;
    IF pg_catalog.length(v_text) > 400 THEN
        RETURN NULL;
    END IF;
    v_place := pg_catalog.convert_from(pg_catalog.decode(
        v_text || pg_catalog.repeat('=', (4 - pg_catalog.length(v_text) % 4) % 4), 'base64'), 'UTF8')::pg_catalog.jsonb;
    RETURN pg_catalog.jsonb_build_object(
        'created_at', (v_place ->> 'created_at')::pg_catalog.timestamptz,
        'id', (v_place ->> 'id')::pg_catalog.uuid)
        || CASE WHEN (v_place ->> 'created_at') IS NULL OR (v_place ->> 'id') IS NULL THEN NULL ELSE '{}'::pg_catalog.jsonb END;
EXCEPTION
    WHEN data_exception OR syntax_error THEN
        RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_read_cursor(pg_catalog.text)
    IS 'Where a page by keyset begins; NULL for a text that no page gave.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_read_cursor(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_read_cursor(pg_catalog.text)
    TO howdah_owner;
