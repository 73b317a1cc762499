-- howdah_private.auth_mail_by_hook: give a mail to the function that is registered for send_email, if there is one.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner; the function as its own role.
-- Returns   whether it took the mail.
-- Raises    PGRST if it refused or failed, notices apart: the client gets the hook's answer (howdah_private.auth_hook_refusal), and
--           nothing of the request stays.
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
    v_answer  pg_catalog.jsonb;
    v_refusal auth.answer;
BEGIN
    v_answer := howdah_private.auth_run_hook('send_email', pg_catalog.jsonb_build_object(
        'user', howdah_private.auth_hook_user(
            auth_mail_by_hook.user_id, auth_mail_by_hook.variables ->> 'SendingTo'),
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
    v_refusal := howdah_private.auth_hook_refusal('send_email', v_answer);
    -- What a notice tells of has happened: one that is not sent must not undo it.
    IF (v_refusal).status IS NOT NULL AND auth_mail_by_hook.kind NOT LIKE '%\_notification' THEN
        PERFORM howdah_private.auth_raise_refusal(v_refusal);
    END IF;
    RETURN v_answer IS NOT NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb)
    IS 'Give a mail to the hook send_email, if there is one.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_mail_by_hook(pg_catalog.uuid, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
