-- howdah_private.auth_mail_by_hook: give a mail to the function that is registered for send_email, if there is one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner; the function as its own role.
-- Returns   whether it took the mail.
-- Raises    P0001 if it refused or failed, notices apart: the request then fails, and nothing of it stays.
CREATE FUNCTION howdah_private.auth_mail_by_hook(
    user_id pg_catalog.uuid, kind pg_catalog.text, variables pg_catalog.jsonb
)
RETURNS pg_catalog.bool
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Of the two mails of a change, the one to the new address has its secrets under names of their own.
    v_new    CONSTANT pg_catalog.bool := COALESCE(
        auth_mail_by_hook.kind = 'email_change'
        AND auth_mail_by_hook.variables ->> 'SendingTo' = auth_mail_by_hook.variables ->> 'NewEmail'
        AND auth_mail_by_hook.variables ->> 'Email' <> '', false);
    v_code   CONSTANT pg_catalog.text := COALESCE(auth_mail_by_hook.variables ->> 'Token', '');
    v_token  CONSTANT pg_catalog.text := COALESCE(auth_mail_by_hook.variables ->> 'TokenHash', '');
    v_answer pg_catalog.jsonb;
BEGIN
    v_answer := howdah_private.auth_run_hook('send_email', pg_catalog.jsonb_build_object(
        'user', howdah_private.auth_user_json(auth_mail_by_hook.user_id),
        'email_data', pg_catalog.jsonb_build_object(
            'token', CASE WHEN v_new THEN '' ELSE v_code END,
            'token_hash', CASE WHEN v_new THEN '' ELSE v_token END,
            'token_new', CASE WHEN v_new THEN v_code ELSE '' END,
            'token_hash_new', CASE WHEN v_new THEN v_token ELSE '' END,
            'redirect_to', COALESCE(auth_mail_by_hook.variables ->> 'RedirectTo', ''),
            'email_action_type', CASE auth_mail_by_hook.kind
                WHEN 'confirmation' THEN 'signup' WHEN 'magic_link' THEN 'magiclink' ELSE auth_mail_by_hook.kind END,
            'site_url', auth.get('site_url'),
            'sending_to', auth_mail_by_hook.variables ->> 'SendingTo',
            'old_email', COALESCE(auth_mail_by_hook.variables ->> 'OldEmail', ''),
            'old_phone', COALESCE(auth_mail_by_hook.variables ->> 'OldPhone', ''),
            'provider', COALESCE(auth_mail_by_hook.variables ->> 'Provider', ''),
            'factor_type', COALESCE(auth_mail_by_hook.variables ->> 'FactorType', ''))));
    IF v_answer ? 'error' AND auth_mail_by_hook.kind LIKE '%\_notification' THEN
        -- What it tells of has happened: a notice that is not sent must not undo it. The hook's own warning names it.
        RETURN true;
    ELSIF v_answer ? 'error' THEN
        RAISE EXCEPTION 'the send_email hook refused: %', v_answer #>> '{error,message}' USING ERRCODE = 'raise_exception';
    END IF;
    RETURN v_answer IS NOT NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb)
    IS 'Give a mail to the hook send_email, if there is one.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
