-- howdah_private.auth_proof_method: what a session that a proof opens says of itself (claim amr): recovery, so that
-- policies may know it; otp for all others.
CREATE FUNCTION howdah_private.auth_proof_method(proof howdah_private.one_time_proof)
RETURNS pg_catalog.text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT CASE (auth_proof_method.proof).purpose WHEN 'recovery' THEN 'recovery' ELSE 'otp' END $$;
COMMENT ON FUNCTION howdah_private.auth_proof_method(howdah_private.one_time_proof)
    IS 'What a session that a proof opens says of itself (claim amr).';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_proof_method(howdah_private.one_time_proof) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_proof_method(howdah_private.one_time_proof) TO howdah_owner;
