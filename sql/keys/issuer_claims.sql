-- howdah_private.issuer_claims: the claims that every token of ours begins with.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   iss, and aud where the setting asks for one: a token without it would be refused.
CREATE FUNCTION howdah_private.issuer_claims()
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_audience pg_catalog.text := NULLIF(howdah.get('jwt.audience'), '');
BEGIN
    RETURN pg_catalog.jsonb_strip_nulls(
        pg_catalog.jsonb_build_object('iss', 'howdah', 'aud', v_audience));
END
$$;
COMMENT ON FUNCTION howdah_private.issuer_claims() IS 'The claims that every token of ours begins with.';
REVOKE EXECUTE ON FUNCTION howdah_private.issuer_claims() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.issuer_claims() TO howdah_owner;
