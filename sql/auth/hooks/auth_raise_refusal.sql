-- howdah_private.auth_raise_refusal: a refusal that undoes the request's work: raised where the answer of the flow cannot be reached.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Raises    PGRST, which the gateway answers with the refusal's status, error code and message.
CREATE FUNCTION howdah_private.auth_raise_refusal(refusal auth.answer)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'PGRST',
        MESSAGE = pg_catalog.jsonb_build_object(
            'code', (auth_raise_refusal.refusal).body -> 'error_code',
            'message', (auth_raise_refusal.refusal).body -> 'msg'),
        DETAIL = pg_catalog.jsonb_build_object(
            'status', (auth_raise_refusal.refusal).status, 'headers', '{}'::pg_catalog.jsonb);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_raise_refusal(auth.answer)
    IS 'A refusal that undoes the request''s work.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_raise_refusal(auth.answer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_raise_refusal(auth.answer) TO howdah_owner;
