-- howdah_private.auth_refuse: an error of the dialect as an answer; its transaction commits.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   status and body of the slug (core/src/auth/error.rs), with the message and further members given.
-- Raises    22023 for a slug that is not in the table.
CREATE FUNCTION howdah_private.auth_refuse(
    error_code pg_catalog.text,
    message pg_catalog.text DEFAULT NULL,
    extra pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(e.status, e.body, NULL)::auth.answer
    FROM howdah_private.auth_error(auth_refuse.error_code, auth_refuse.message, auth_refuse.extra) AS e
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'An error of the dialect as an answer.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
