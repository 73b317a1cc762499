-- howdah_private.open_sealed: a payload with its sealed fields opened, or without them.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   the value; each {"sealed", "context" …} in it as its text, or, where opened is false, without
--           "sealed": two that ask for the same thing are then equal, though no two seals are.
-- Raises    22023 if a seal does not open: other key, other context, or torn.
CREATE FUNCTION howdah_private.open_sealed(value pg_catalog.jsonb, opened pg_catalog.bool DEFAULT true)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_plain pg_catalog.text;
BEGIN
    CASE pg_catalog.jsonb_typeof(open_sealed.value)
        WHEN 'object' THEN
            IF open_sealed.value ?& ARRAY['sealed', 'context'] THEN
                IF NOT open_sealed.opened THEN
                    RETURN open_sealed.value - 'sealed';
                END IF;
                v_plain := howdah_private.secret_open(
                    open_sealed.value ->> 'sealed', open_sealed.value ->> 'context');
                IF v_plain IS NULL THEN
                    RAISE EXCEPTION 'a sealed field does not open' USING ERRCODE = 'invalid_parameter_value';
                END IF;
                RETURN pg_catalog.to_jsonb(v_plain);
            END IF;
            RETURN COALESCE((
                SELECT pg_catalog.jsonb_object_agg(f.key, howdah_private.open_sealed(f.value, open_sealed.opened))
                FROM pg_catalog.jsonb_each(open_sealed.value) AS f), '{}');
        WHEN 'array' THEN
            RETURN COALESCE((
                SELECT pg_catalog.jsonb_agg(howdah_private.open_sealed(e.value, open_sealed.opened) ORDER BY e.n)
                FROM pg_catalog.jsonb_array_elements(open_sealed.value) WITH ORDINALITY AS e (value, n)), '[]');
        ELSE
            RETURN open_sealed.value;
    END CASE;
END
$$;
COMMENT ON FUNCTION howdah_private.open_sealed(pg_catalog.jsonb, pg_catalog.bool)
    IS 'A payload with its sealed fields opened, or without them.';
REVOKE EXECUTE ON FUNCTION howdah_private.open_sealed(pg_catalog.jsonb, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.open_sealed(pg_catalog.jsonb, pg_catalog.bool) TO howdah_owner;
