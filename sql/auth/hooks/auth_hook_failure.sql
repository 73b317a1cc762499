-- howdah_private.auth_hook_failure: the answer in the place of one that a hook did not give.
--
-- Runs as   invoker: it only builds a value.
CREATE FUNCTION howdah_private.auth_hook_failure(
    error_code pg_catalog.text,
    http_code pg_catalog.int4,
    message pg_catalog.text
)
RETURNS pg_catalog.jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object('error', pg_catalog.jsonb_build_object(
        'http_code', auth_hook_failure.http_code, 'message', auth_hook_failure.message,
        'error_code', auth_hook_failure.error_code))
$$;
COMMENT ON FUNCTION howdah_private.auth_hook_failure(pg_catalog.text, pg_catalog.int4, pg_catalog.text)
    IS 'The answer in the place of one that a hook did not give.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_hook_failure(pg_catalog.text, pg_catalog.int4, pg_catalog.text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_hook_failure(pg_catalog.text, pg_catalog.int4, pg_catalog.text)
    TO howdah_owner;
