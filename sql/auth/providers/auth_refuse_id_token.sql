-- howdah_private.auth_refuse_id_token: an ID token that is no good, in GoTrue's words where it has some; what exactly is wrong is in the
-- server's log.
--
-- Runs as   invoker: auth.sign_in_with_id_token is howdah_owner.
CREATE FUNCTION howdah_private.auth_refuse_id_token(problem pg_catalog.text)
RETURNS auth.answer
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN CASE auth_refuse_id_token.problem
        WHEN 'ID token: the nonce is another' THEN howdah_private.auth_refuse_token('invalid nonce', 'Nonces mismatch')
        WHEN 'ID token: for another client' THEN
            howdah_private.auth_refuse_token('invalid request', 'Unacceptable audience in id_token')
        WHEN 'ID token: no subject' THEN
            howdah_private.auth_refuse_token('invalid request', 'Missing sub claim in id_token')
        ELSE howdah_private.auth_refuse_token('invalid request', 'Bad ID token') END;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_id_token(pg_catalog.text) IS 'An ID token that is no good.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_id_token(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_id_token(pg_catalog.text) TO howdah_owner;
