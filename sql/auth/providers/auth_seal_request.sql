-- howdah_private.auth_seal_request: a request as it may stand in howdah.outbox_entries: its body and its authorization sealed.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_seal_request(request pg_catalog.jsonb, context pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_request pg_catalog.jsonb := auth_seal_request.request;
    v_path    pg_catalog.text[];
BEGIN
    FOREACH v_path SLICE 1 IN ARRAY ARRAY[['headers', 'Authorization'], ['body', NULL]] LOOP
        v_path := pg_catalog.array_remove(v_path, NULL);
        IF v_request #>> v_path IS NOT NULL THEN
            v_request := pg_catalog.jsonb_set(v_request, v_path,
                howdah_private.seal_field(v_request #>> v_path, auth_seal_request.context));
        END IF;
    END LOOP;
    RETURN v_request;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_seal_request(
    pg_catalog.jsonb, pg_catalog.text) IS 'A request with its secrets sealed.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_seal_request(pg_catalog.jsonb, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_seal_request(pg_catalog.jsonb, pg_catalog.text) TO howdah_owner;
