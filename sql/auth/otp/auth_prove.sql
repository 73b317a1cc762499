-- howdah_private.auth_prove: take the one-time secret of a verification, by link secret or by code, and apply it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    what auth_consume_token, auth_consume_code and auth_apply_proof write: tries are counted.
-- Takes     type as GoTrue's /verify; either secret, or code with a normal address.
-- Returns   refusal (status NULL: proven), the proof, half: the first of two confirmations.
CREATE FUNCTION howdah_private.auth_prove(
    type        pg_catalog.text,
    secret      pg_catalog.text,
    code        pg_catalog.text,
    address     pg_catalog.text,
    OUT refusal auth.answer,
    OUT proof   howdah_private.one_time_proof,
    OUT half    pg_catalog.bool
)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_places   auth.one_time_token_type[];
    v_purposes pg_catalog.text[];
    v_place    auth.one_time_token_type;
    v_user     pg_catalog.uuid;
    v_applied  record;
BEGIN
    -- A recovery ends sessions and may set a password; a sign-in does neither: one's secret is no good for the other.
    SELECT t.places::auth.one_time_token_type[], t.purposes::pg_catalog.text[] INTO v_places, v_purposes
    FROM (VALUES
        ('signup',       '{confirmation_token}',                                '{signup,magiclink}'),
        ('invite',       '{confirmation_token}',                                '{invite}'),
        ('magiclink',    '{recovery_token,confirmation_token}',                 '{magiclink}'),
        ('recovery',     '{recovery_token}',                                    '{recovery}'),
        ('email',        '{confirmation_token,recovery_token}',                 '{signup,magiclink,invite}'),
        ('email_change', '{email_change_token_current,email_change_token_new}', '{email_change}'),
        ('sms',          '{confirmation_token}',                                '{sms,signup}'),
        ('phone_change', '{phone_change_token}',                                '{phone_change}')
    ) AS t (type, places, purposes)
    WHERE t.type = auth_prove.type;
    IF NOT FOUND THEN
        refusal := howdah_private.auth_refuse('validation_failed', 'Unsupported verification type');
        RETURN;
    END IF;
    IF auth_prove.secret IS NOT NULL THEN
        proof := howdah_private.auth_consume_token(v_places, auth_prove.secret, v_purposes);
        IF (proof).user_id IS NULL THEN
            refusal := howdah_private.auth_refuse('otp_expired', 'Email link is invalid or has expired');
            RETURN;
        END IF;
    ELSE
        FOREACH v_place IN ARRAY v_places LOOP
            IF v_place IN ('email_change_token_new', 'phone_change_token') THEN
                proof := howdah_private.auth_consume_code_by_address(
                    v_place, auth_prove.address, auth_prove.code, v_purposes);
            ELSE
                v_user := howdah_private.auth_find_address(auth_prove.address);
                proof := howdah_private.auth_consume_code(
                    v_user, v_place, auth_prove.address, auth_prove.code, v_purposes);
            END IF;
            EXIT WHEN (proof).user_id IS NOT NULL;
        END LOOP;
        IF (proof).user_id IS NULL THEN
            refusal := howdah_private.auth_refuse('otp_expired');
            RETURN;
        END IF;
    END IF;
    v_applied := howdah_private.auth_apply_proof(proof);
    refusal := v_applied.refusal;
    half := v_applied.half;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_prove(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'Take the one-time secret of a verification and apply it.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_prove(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_prove(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
