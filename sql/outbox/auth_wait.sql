-- howdah_private.auth_wait: what a flow returns while a fetch of this scope is under way.
--
-- Runs as   invoker: the flows that call it are howdah_owner.
-- Returns   202 with the header Howdah-Wait, which the proxy keeps for itself: it waits and makes the same
--           request again. In psql it is seen as it is: ask again.
CREATE FUNCTION howdah_private.auth_wait(scope pg_catalog.text)
RETURNS auth.answer
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(202, pg_catalog.jsonb_build_object('msg', 'Under way: make the same request again'),
               pg_catalog.jsonb_build_object('Howdah-Wait', auth_wait.scope))::auth.answer
$$;
COMMENT ON FUNCTION howdah_private.auth_wait(pg_catalog.text) IS 'The answer that makes the proxy wait and ask again.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_wait(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_wait(pg_catalog.text) TO howdah_owner;
