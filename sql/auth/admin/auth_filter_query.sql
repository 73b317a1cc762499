-- howdah_private.auth_filter_query: filter and sort of a list, as a link to its next page repeats them.
--
-- Runs as   invoker.
CREATE FUNCTION howdah_private.auth_filter_query(filter pg_catalog.text, sort pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT COALESCE('&filter=' || howdah_private.auth_percent_encode(NULLIF(auth_filter_query.filter, '')), '')
        || COALESCE('&sort=' || howdah_private.auth_percent_encode(NULLIF(auth_filter_query.sort, '')), '')
$$;
COMMENT ON FUNCTION howdah_private.auth_filter_query(pg_catalog.text, pg_catalog.text)
    IS 'Filter and sort of a list, as links repeat them.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_filter_query(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_filter_query(pg_catalog.text, pg_catalog.text)
    TO howdah_owner;
