-- howdah_private.auth_consume_code_by_address: try a code for a new address, which several users may be about to
-- take. A try counts against each of them, in one order for all callers: none waits in a ring.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    as auth_consume_code. At most the five latest secrets of the address are looked at.
-- Returns   as auth_consume_code.
CREATE FUNCTION howdah_private.auth_consume_code_by_address(
    token_type auth.one_time_token_type,
    address    pg_catalog.text,
    code       pg_catalog.text,
    purposes   pg_catalog.text[] DEFAULT NULL
)
RETURNS howdah_private.one_time_proof
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_users pg_catalog.uuid[];
    v_user  pg_catalog.uuid;
    v_proof howdah_private.one_time_proof;
BEGIN
    SELECT pg_catalog.array_agg(l.user_id ORDER BY l.user_id) INTO v_users
    FROM (SELECT t.user_id FROM auth.one_time_tokens AS t
          WHERE t.relates_to = auth_consume_code_by_address.address
            AND t.token_type = auth_consume_code_by_address.token_type AND t.consumed_at IS NULL
            AND t.code_expires_at > pg_catalog.clock_timestamp()
          ORDER BY t.created_at DESC LIMIT 5) AS l;
    FOREACH v_user IN ARRAY COALESCE(v_users, ARRAY[NULL::pg_catalog.uuid]) LOOP
        v_proof := howdah_private.auth_consume_code(
            v_user, auth_consume_code_by_address.token_type, auth_consume_code_by_address.address,
            auth_consume_code_by_address.code, auth_consume_code_by_address.purposes);
        EXIT WHEN v_proof.user_id IS NOT NULL;
    END LOOP;
    RETURN v_proof;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_consume_code_by_address(
    auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    IS 'Try a code for a new address, which several users may be about to take.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_consume_code_by_address(
    auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_consume_code_by_address(
    auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[]) TO howdah_owner;
