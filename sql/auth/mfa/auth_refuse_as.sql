-- howdah_private.auth_refuse_as: an error of the dialect under another status than the table has, where the dialect gives one slug several.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_refuse_as(
    status pg_catalog.int4,
    error_code pg_catalog.text,
    message pg_catalog.text DEFAULT NULL,
    extra pg_catalog.jsonb DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_answer auth.answer := howdah_private.auth_refuse(
        auth_refuse_as.error_code, auth_refuse_as.message, auth_refuse_as.extra);
BEGIN
    v_answer.status := auth_refuse_as.status;
    v_answer.body := v_answer.body::pg_catalog.jsonb || pg_catalog.jsonb_build_object('code', auth_refuse_as.status);
    RETURN v_answer;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_refuse_as(pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'An error of the dialect under another status than the table has.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_refuse_as(pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_refuse_as(pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
