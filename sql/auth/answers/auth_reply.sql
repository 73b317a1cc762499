-- howdah_private.auth_reply: an answer of this body.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_reply(
    body pg_catalog.jsonb,
    status pg_catalog.int4 DEFAULT 200,
    headers pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT ROW(auth_reply.status, auth_reply.body, auth_reply.headers)::auth.answer $$;
COMMENT ON FUNCTION howdah_private.auth_reply(pg_catalog.jsonb, pg_catalog.int4, pg_catalog.jsonb) IS 'An answer of this body.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_reply(pg_catalog.jsonb, pg_catalog.int4, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_reply(pg_catalog.jsonb, pg_catalog.int4, pg_catalog.jsonb) TO howdah_owner;
