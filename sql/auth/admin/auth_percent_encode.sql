-- howdah_private.auth_percent_encode: a text as a value of a query string.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_percent_encode(text pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.string_agg(
        CASE WHEN c.char ~ '^[A-Za-z0-9._~-]$' THEN c.char
             ELSE pg_catalog.regexp_replace(pg_catalog.upper(pg_catalog.encode(pg_catalog.convert_to(c.char, 'UTF8'), 'hex')),
                                            '(..)', '%\1', 'g') END,
        '' ORDER BY c.place)
    FROM pg_catalog.regexp_split_to_table(auth_percent_encode.text, '') WITH ORDINALITY AS c (char, place)
$$;
COMMENT ON FUNCTION howdah_private.auth_percent_encode(pg_catalog.text)
    IS 'A text as a value of a query string.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_percent_encode(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_percent_encode(pg_catalog.text)
    TO howdah_owner;
