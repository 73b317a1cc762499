-- howdah_private.auth_redirect_answer: send a browser on. What is in the address is a secret: it is not kept by
-- caches, and the page that it leads to tells it to nobody.
CREATE FUNCTION howdah_private.auth_redirect_answer(target pg_catalog.text)
RETURNS auth.answer
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(303, NULL, pg_catalog.jsonb_build_object(
        'Location', auth_redirect_answer.target,
        'Cache-Control', 'no-store',
        'Referrer-Policy', 'no-referrer'))::auth.answer
$$;
COMMENT ON FUNCTION howdah_private.auth_redirect_answer(pg_catalog.text) IS 'Send a browser on.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_redirect_answer(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_redirect_answer(pg_catalog.text) TO howdah_owner;
