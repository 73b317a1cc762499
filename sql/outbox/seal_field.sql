-- howdah_private.seal_field: a secret as it may stand in a payload.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   NULL of NULL, else {"sealed", "context", "tag"}: tag tells two secrets apart without telling either.
CREATE FUNCTION howdah_private.seal_field(plain pg_catalog.text, context pg_catalog.text)
RETURNS pg_catalog.jsonb
LANGUAGE sql STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pg_catalog.jsonb_build_object(
        'sealed', howdah_private.secret_seal(seal_field.plain, seal_field.context),
        'context', seal_field.context,
        'tag', pg_catalog.encode(pg_catalog.substr(
            howdah_private.server_hmac('seal_field', seal_field.context || E'\n' || seal_field.plain), 1, 16), 'hex'))
$$;
COMMENT ON FUNCTION howdah_private.seal_field(pg_catalog.text, pg_catalog.text)
    IS 'A secret as it may stand in a payload of howdah.outbox.';
REVOKE EXECUTE ON FUNCTION howdah_private.seal_field(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.seal_field(pg_catalog.text, pg_catalog.text) TO howdah_owner;
