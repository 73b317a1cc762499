-- howdah_private.auth_factor_method: what the claim amr calls a proof by this kind of factor.
CREATE FUNCTION howdah_private.auth_factor_method(factor_type auth.factor_type)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE auth_factor_method.factor_type
        WHEN 'totp' THEN 'totp' ELSE 'mfa/' || auth_factor_method.factor_type::pg_catalog.text END
$$;
COMMENT ON FUNCTION howdah_private.auth_factor_method(auth.factor_type) IS 'What the claim amr calls a proof by this kind of factor.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_factor_method(auth.factor_type) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_factor_method(auth.factor_type) TO howdah_owner;
