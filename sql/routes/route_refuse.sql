-- howdah_private.route_refuse: an error of the gateway's table as the answer of a built-in route outside of accounts.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   status and body of the code (core/src/error/codes.rs), with the message and hint given.
-- Raises    22023 for a code that is not in the table.
CREATE FUNCTION howdah_private.route_refuse(
    code pg_catalog.text,
    message pg_catalog.text DEFAULT NULL,
    hint pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(e.status, e.body, NULL)::auth.answer
    FROM howdah_private.api_error(route_refuse.code, route_refuse.message, route_refuse.hint) AS e
$$;
COMMENT ON FUNCTION howdah_private.route_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'An error of the gateway''s table as an answer.';
REVOKE EXECUTE ON FUNCTION howdah_private.route_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.route_refuse(pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
