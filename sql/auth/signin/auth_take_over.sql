-- howdah_private.auth_take_over: a sign-up over an account that nobody has proven to be his.
--
-- Whoever signed up first may not be the address's owner: his password, his mails (one could be clicked by the owner, who
-- would then share the account with him), his flows, sessions and factors end here, and his metadata is not shown.
--
-- Runs as   invoker: auth.sign_up, by way of what calls it, is howdah_owner.
-- Writes    the users row and its own identity; deletes the rest.
-- Returns   a row of nulls; user_already_exists if somebody proved the account meanwhile; unexpected_failure if a trigger
--           of the app's raised.
CREATE FUNCTION howdah_private.auth_take_over(
    user_id pg_catalog.uuid,
    email pg_catalog.text,
    phone pg_catalog.text,
    password_hash pg_catalog.text,
    data pg_catalog.jsonb,
    confirm pg_catalog.bool
)
RETURNS auth.answer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_claims pg_catalog.jsonb := howdah_private.auth_own_claims(
        auth_take_over.user_id, auth_take_over.email, auth_take_over.phone,
        auth_take_over.confirm AND auth_take_over.email IS NOT NULL,
        auth_take_over.confirm AND auth_take_over.email IS NULL);
    v_now    pg_catalog.timestamptz := pg_catalog.now();
BEGIN
    UPDATE auth.users AS u
    SET encrypted_password = auth_take_over.password_hash,
        raw_user_meta_data = auth_take_over.data || v_claims,
        email_confirmed_at = CASE WHEN auth_take_over.confirm AND auth_take_over.email IS NOT NULL THEN v_now END,
        phone_confirmed_at = CASE WHEN auth_take_over.confirm AND auth_take_over.email IS NULL THEN v_now END,
        confirmation_sent_at = NULL, recovery_sent_at = NULL,
        created_at = v_now, updated_at = v_now
    WHERE u.id = auth_take_over.user_id AND u.email_confirmed_at IS NULL AND u.phone_confirmed_at IS NULL
        AND u.last_sign_in_at IS NULL;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('user_already_exists');
    END IF;
    PERFORM howdah_private.auth_end_sessions(auth_take_over.user_id);
    -- A code that somebody asked for to get in stays one: by it this sign-up's password is not confirmed but ended.
    DELETE FROM auth.one_time_tokens AS t
    WHERE t.user_id = auth_take_over.user_id AND NOT (t.purpose IN ('magiclink', 'sms') AND t.consumed_at IS NULL);
    DELETE FROM auth.flow_state AS f WHERE f.user_id = auth_take_over.user_id;
    DELETE FROM auth.mfa_factors AS f WHERE f.user_id = auth_take_over.user_id;
    DELETE FROM auth.identities AS i WHERE i.user_id = auth_take_over.user_id;
    INSERT INTO auth.identities (
        provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
    VALUES (
        auth_take_over.user_id::pg_catalog.text, auth_take_over.user_id, auth_take_over.data || v_claims,
        CASE WHEN auth_take_over.email IS NULL THEN 'phone' ELSE 'email' END, v_now, v_now, v_now);
    RETURN NULL;
EXCEPTION
    WHEN serialization_failure OR deadlock_detected THEN
        RAISE;
    WHEN OTHERS THEN
        RETURN howdah_private.auth_trigger_failed(SQLSTATE, SQLERRM);
END
$$;
COMMENT ON FUNCTION howdah_private.auth_take_over(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool)
    IS 'A sign-up over an account that nobody has proven to be his.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_take_over(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_take_over(
    pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool)
    TO howdah_owner;
