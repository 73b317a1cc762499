-- howdah_private.auth_refuse_token: an error in the words of OAuth, as GoTrue answers ID tokens.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_refuse_token(error pg_catalog.text, description pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN howdah_private.auth_reply(pg_catalog.jsonb_build_object(
        'error', auth_refuse_token.error, 'error_description', auth_refuse_token.description), 400);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_token(
    pg_catalog.text, pg_catalog.text) IS 'An error in the words of OAuth.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_token(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_token(pg_catalog.text, pg_catalog.text) TO howdah_owner;
