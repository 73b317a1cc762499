-- howdah.request: what a client would get, in psql: the same gateway, token check, role and policies.
--
-- Runs as   definer, for the gateway's sake: who may execute this needs no right on howdah_private. The
--           request itself runs as the role of its token, or as rest.anon_role without one.
-- Writes    what the request writes, in the caller's transaction; an answer that undoes the request's
--           work undoes that and nothing else.
-- Returns   status; headers, by lower-case name (values of a repeated one joined by ", "); the body as
--           text, in bytea's hex form where it is not text.
-- Raises    22023 for headers that are no object of texts, or hold a line break.
CREATE TYPE howdah.text_answer AS (
    status pg_catalog.int4,
    headers pg_catalog.jsonb,
    body pg_catalog.text
);
COMMENT ON TYPE howdah.text_answer IS 'What howdah.request() returns.';
REVOKE USAGE ON TYPE howdah.text_answer FROM PUBLIC;

CREATE FUNCTION howdah.request(
    method pg_catalog.text,
    path pg_catalog.text,
    headers pg_catalog.jsonb DEFAULT '{}',
    body pg_catalog.text DEFAULT NULL,
    token pg_catalog.text DEFAULT NULL
)
RETURNS howdah.text_answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_headers pg_catalog.text := '';
    v_header  record;
    v_answer  howdah.answer;
    v_fields  pg_catalog.jsonb;
    v_body    pg_catalog.text;
BEGIN
    IF pg_catalog.jsonb_typeof(request.headers) <> 'object' THEN
        RAISE EXCEPTION 'headers must be a JSON object' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR v_header IN
        SELECT pg_catalog.lower(h.key) AS name, h.value FROM pg_catalog.jsonb_each_text(request.headers) AS h
        UNION ALL
        SELECT 'authorization', 'Bearer ' || request.token WHERE request.token IS NOT NULL
    LOOP
        IF v_header.name !~ '^[!#$%&''*+.^_`|~0-9a-z-]+$' OR v_header.value ~ '[\r\n]' THEN
            RAISE EXCEPTION 'not a header: %', v_header.name USING ERRCODE = 'invalid_parameter_value';
        END IF;
        v_headers := v_headers || v_header.name || ': ' || COALESCE(v_header.value, '') || E'\n';
    END LOOP;

    v_answer := howdah_private.request(
        request.method, request.path, pg_catalog.convert_to(v_headers, 'UTF8'),
        COALESCE(pg_catalog.convert_to(request.body, 'UTF8'), ''::pg_catalog.bytea));

    SELECT pg_catalog.jsonb_object_agg(g.name, g.value) INTO v_fields
    FROM (
        SELECT pg_catalog.lower(pg_catalog.split_part(l.line, ': ', 1)) AS name,
               pg_catalog.string_agg(pg_catalog.substr(l.line, pg_catalog.strpos(l.line, ': ') + 2), ', ') AS value
        FROM pg_catalog.regexp_split_to_table(
            pg_catalog.encode(v_answer.headers, 'escape'), E'\n') AS l (line)
        WHERE l.line <> ''
        GROUP BY 1
    ) AS g;
    BEGIN
        v_body := pg_catalog.convert_from(v_answer.body, 'UTF8');
    EXCEPTION
        WHEN character_not_in_repertoire OR untranslatable_character THEN
            v_body := v_answer.body::pg_catalog.text;
    END;
    RETURN ROW(v_answer.status, v_fields, v_body)::howdah.text_answer;
END
$$;
ALTER FUNCTION howdah.request(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text,
                              pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.request(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.text,
                                   pg_catalog.text)
    IS 'What a client would get, in psql: the same gateway, token check, role and policies.';
REVOKE EXECUTE ON FUNCTION howdah.request(pg_catalog.text, pg_catalog.text, pg_catalog.jsonb,
                                          pg_catalog.text, pg_catalog.text) FROM PUBLIC;
