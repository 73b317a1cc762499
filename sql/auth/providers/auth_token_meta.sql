-- howdah_private.auth_token_meta: of a token endpoint's answer what is no secret: expires_at and scope.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_token_meta(tokens pg_catalog.jsonb)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_seconds pg_catalog.text := auth_token_meta.tokens ->> 'expires_in';
BEGIN
    RETURN pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'expires_at', CASE WHEN v_seconds ~ '^[0-9]{1,8}$' THEN
            pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => v_seconds::pg_catalog.int4) END,
        'scope', pg_catalog.left(auth_token_meta.tokens ->> 'scope', 4096)));
END
$$;
COMMENT ON FUNCTION howdah_private.auth_token_meta(
    pg_catalog.jsonb) IS 'Of a token endpoint''s answer what is no secret.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_token_meta(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_token_meta(pg_catalog.jsonb) TO howdah_owner;
