-- howdah_private.auth_check_attributes: what an administrator gives for a user, read before anything is written.
--
-- Runs as   invoker.
-- Returns   e-mail and phone in their normal form, NULL where not given; or the refusal of the first that is not right.
CREATE FUNCTION howdah_private.auth_check_attributes(
    INOUT email pg_catalog.text,
    INOUT phone pg_catalog.text,
    role pg_catalog.text,
    user_metadata pg_catalog.jsonb,
    app_metadata pg_catalog.jsonb,
    OUT refusal auth.answer
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_given pg_catalog.text;
BEGIN
    v_given := NULLIF(auth_check_attributes.email, '');
    email := howdah_private.auth_normalize_email(v_given);
    IF v_given IS NOT NULL AND email IS NULL THEN
        refusal := howdah_private.auth_refuse('validation_failed', 'Unable to validate email address: invalid format');
        RETURN;
    END IF;
    v_given := NULLIF(auth_check_attributes.phone, '');
    phone := howdah_private.auth_normalize_phone(v_given);
    IF v_given IS NOT NULL AND phone IS NULL THEN
        refusal := howdah_private.auth_refuse('validation_failed', 'Invalid phone number format (E.164 required)');
        RETURN;
    END IF;
    IF pg_catalog.jsonb_typeof(auth_check_attributes.user_metadata) NOT IN ('object', 'null')
       OR pg_catalog.jsonb_typeof(auth_check_attributes.app_metadata) NOT IN ('object', 'null') THEN
        refusal := howdah_private.auth_refuse('bad_json', 'user_metadata and app_metadata must be objects');
    ELSIF COALESCE(auth_check_attributes.role, '') <> ''
          AND NOT EXISTS (SELECT 1 FROM howdah.roles AS r WHERE r.role = pg_catalog.btrim(auth_check_attributes.role)) THEN
        -- A token that names it would be refused at every request.
        refusal := howdah_private.auth_refuse('validation_failed', pg_catalog.format(
            'role "%s" is not one that a token may name', pg_catalog.left(auth_check_attributes.role, 63)));
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_check_attributes(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                         pg_catalog.jsonb, pg_catalog.jsonb)
    IS 'What an administrator gives for a user, read before anything is written.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_check_attributes(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                                pg_catalog.jsonb, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_check_attributes(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                               pg_catalog.jsonb, pg_catalog.jsonb)
    TO howdah_owner;
