-- howdah_private.inbound_body: a body as JSON: JSON as it is, a form as an object (its field payload, as GitHub and Slack send JSON,
-- read), other text as a string.
--
-- Returns   NULL for what is none of these. An empty body is {}.
CREATE FUNCTION howdah_private.inbound_body(raw pg_catalog.bytea)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_text pg_catalog.text;
    v_form pg_catalog.jsonb;
BEGIN
    IF COALESCE(pg_catalog.length(inbound_body.raw), 0) = 0 THEN
        RETURN '{}';
    END IF;
    v_text := pg_catalog.convert_from(inbound_body.raw, 'UTF8');
    IF howdah_private.request_header('content-type') ~* '^application/x-www-form-urlencoded' THEN
        v_form := howdah_private.form_fields(inbound_body.raw);
        BEGIN
            RETURN COALESCE((v_form ->> 'payload')::pg_catalog.jsonb, v_form);
        EXCEPTION
            WHEN data_exception THEN
                RETURN v_form;
        END;
    END IF;
    BEGIN
        RETURN v_text::pg_catalog.jsonb;
    EXCEPTION
        WHEN data_exception THEN
            RETURN pg_catalog.to_jsonb(v_text);
    END;
EXCEPTION
    WHEN character_not_in_repertoire OR untranslatable_character THEN
        RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.inbound_body(pg_catalog.bytea) IS 'A body as JSON.';
REVOKE EXECUTE ON FUNCTION howdah_private.inbound_body(pg_catalog.bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.inbound_body(pg_catalog.bytea) TO howdah_owner;
