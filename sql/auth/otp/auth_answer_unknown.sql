-- howdah_private.auth_answer_unknown: what a request for an address that gets no message is told: what one for an
-- address that gets one is told, unless the DBA prefers GoTrue's plainness.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_answer_unknown(refusal auth.answer, sent auth.answer)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF auth.get('otp_disclose_unknown')::pg_catalog.bool THEN
        RETURN auth_answer_unknown.refusal;
    END IF;
    RETURN auth_answer_unknown.sent;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_answer_unknown(auth.answer, auth.answer)
    IS 'What a request for an address that gets no message is told.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_answer_unknown(auth.answer, auth.answer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_answer_unknown(auth.answer, auth.answer) TO howdah_owner;
