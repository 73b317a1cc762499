-- howdah_private.auth_consume_code: try a code. The right one is taken, once; the fifth wrong one burns it.
--
-- One statement counts the try and compares, on the row's latest version: of any number of callers at once, five
-- are compared and one can win. The link that went out with the code stays good: else anybody could spoil it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner. They must return their refusal, not
--           raise it: a raise would take the try back.
-- Writes    attempts, and consumed_at if the code is right.
-- Returns   what it proves; all NULL: nothing, whatever the reason.
-- Timing    one digest, whether or not there is such a user (user_id NULL) or code.
CREATE FUNCTION howdah_private.auth_consume_code(
    user_id    pg_catalog.uuid,
    token_type auth.one_time_token_type,
    relates_to pg_catalog.text,
    code       pg_catalog.text,
    purposes   pg_catalog.text[] DEFAULT NULL
)
RETURNS howdah_private.one_time_proof
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_row   record;
    v_proof howdah_private.one_time_proof;
BEGIN
    UPDATE auth.one_time_tokens AS t
    SET attempts = t.attempts + 1,
        updated_at = pg_catalog.now(),
        consumed_at = CASE
            WHEN t.code_digest = howdah_private.auth_digest_code(t.id, auth_consume_code.code)
            THEN pg_catalog.clock_timestamp() END
    WHERE t.user_id = auth_consume_code.user_id
      AND t.token_type = auth_consume_code.token_type
      AND t.relates_to = pg_catalog.lower(auth_consume_code.relates_to)
      AND (auth_consume_code.purposes IS NULL OR t.purpose = ANY (auth_consume_code.purposes))
      AND t.consumed_at IS NULL
      AND t.attempts < 5
      AND t.code_expires_at > pg_catalog.clock_timestamp()
      AND howdah_private.auth_address_holds(t.user_id, t.token_type, t.relates_to)
    RETURNING t.id, t.user_id, t.token_type, t.purpose, t.relates_to, t.redirect_to, t.flow_state_id,
        t.consumed_at IS NOT NULL AS is_right
    INTO v_row;
    IF NOT FOUND THEN
        PERFORM howdah_private.auth_digest_code(pg_catalog.gen_random_uuid(), auth_consume_code.code);
    END IF;
    IF v_row.is_right IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    v_proof.token_id := v_row.id;
    v_proof.user_id := v_row.user_id;
    v_proof.token_type := v_row.token_type;
    v_proof.purpose := v_row.purpose;
    v_proof.relates_to := v_row.relates_to;
    v_proof.redirect_to := v_row.redirect_to;
    v_proof.flow_state_id := v_row.flow_state_id;
    RETURN v_proof;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_consume_code(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[])
    IS 'Try a code: the right one is taken, once; the fifth wrong one burns it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_consume_code(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_consume_code(
    pg_catalog.uuid, auth.one_time_token_type, pg_catalog.text, pg_catalog.text, pg_catalog.text[]) TO howdah_owner;
