-- howdah_private.auth_consume_token: take a link's secret, once.
--
-- One statement: of any number of callers at once, one gets the proof. The others wait for its row, look again
-- and find it consumed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    consumed_at, if there is such a secret, for one of these places and purposes, that is not
--           consumed, not expired, and whose address still holds.
-- Returns   what it proves; all NULL: nothing, whatever the reason.
CREATE FUNCTION howdah_private.auth_consume_token(
    token_types auth.one_time_token_type[],
    token       pg_catalog.text,
    purposes    pg_catalog.text[] DEFAULT NULL
)
RETURNS howdah_private.one_time_proof
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_proof howdah_private.one_time_proof;
BEGIN
    UPDATE auth.one_time_tokens AS t
    SET consumed_at = pg_catalog.clock_timestamp(), updated_at = pg_catalog.now(), code_digest = NULL
    WHERE t.token_hash = howdah_private.auth_token_digest(auth_consume_token.token)
      AND t.token_type = ANY (auth_consume_token.token_types)
      AND (auth_consume_token.purposes IS NULL OR t.purpose = ANY (auth_consume_token.purposes))
      AND t.consumed_at IS NULL
      AND t.expires_at > pg_catalog.clock_timestamp()
      AND howdah_private.auth_address_holds(t.user_id, t.token_type, t.relates_to)
    RETURNING t.id, t.user_id, t.token_type, t.purpose, t.relates_to, t.redirect_to, t.flow_state_id
    INTO v_proof;
    RETURN v_proof;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_consume_token(
    auth.one_time_token_type[], pg_catalog.text, pg_catalog.text[])
    IS 'Take a link''s secret, once.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_consume_token(
    auth.one_time_token_type[], pg_catalog.text, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_consume_token(
    auth.one_time_token_type[], pg_catalog.text, pg_catalog.text[]) TO howdah_owner;
