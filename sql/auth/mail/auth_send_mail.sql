-- howdah_private.auth_send_mail: a mail to a user, as a row that commits with its cause.
--
-- recipient must be an address that is stored (of the user, or the new one that his row holds), never what a request sent: two
-- spellings of an address are two recipients (CVE-2024-27295).
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     kind as auth.templates_all lists them, or as the dialect calls them (signup, magiclink); data: further variables
--           (NewEmail, OldEmail, OldPhone, Provider, FactorType, Address, Agent, At; organization and role of organization_invite).
-- Writes    one row of the outbox; or nothing where a send_email hook takes the mail, or the setting of a notice is off.
-- Raises    55000 for a mail with a link while api_external_url is not set; PGRST if a hook refused or failed.
CREATE FUNCTION howdah_private.auth_send_mail(
    user_id     pg_catalog.uuid,
    kind        pg_catalog.text,
    recipient   pg_catalog.text,
    code        pg_catalog.text,
    token       pg_catalog.text,
    redirect_to pg_catalog.text,
    data        pg_catalog.jsonb
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_kind      CONSTANT pg_catalog.text := howdah_private.auth_mail_kind(auth_send_mail.kind);
    v_user      record;
    v_variables pg_catalog.jsonb;
    v_mail      record;
BEGIN
    IF COALESCE(auth_send_mail.recipient, '') = '' OR NOT howdah_private.auth_mail_wanted(v_kind) THEN
        RETURN;
    END IF;
    SELECT u.email, u.phone, u.email_change, u.raw_user_meta_data AS meta INTO v_user
    FROM auth.users AS u WHERE u.id = auth_send_mail.user_id;
    v_variables := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'SiteURL', auth.get('site_url'),
        'ConfirmationURL', CASE
            WHEN auth_send_mail.token IS NULL OR v_kind = 'reauthentication' THEN NULL
            -- Only who is signed in can accept: the app asks for it.
            WHEN v_kind = 'organization_invite' THEN howdah_private.auth_callback_url(
                auth_send_mail.redirect_to,
                pg_catalog.jsonb_build_object('invitation_token', auth_send_mail.token), NULL)
            ELSE howdah_private.auth_link(v_kind, auth_send_mail.token, auth_send_mail.redirect_to,
                                          page => auth.get('mailer_link_page')::pg_catalog.bool) END,
        'Token', auth_send_mail.code,
        'TokenHash', auth_send_mail.token,
        'RedirectTo', auth_send_mail.redirect_to,
        'Email', v_user.email,
        'NewEmail', CASE WHEN v_kind = 'email_change' THEN v_user.email_change END,
        'Phone', v_user.phone,
        'SendingTo', auth_send_mail.recipient,
        'Locale', COALESCE(v_user.meta ->> 'locale', auth.get('mailer_default_locale')),
        -- Flows write their data as rows have it.
        'FactorType', auth_send_mail.data -> 'factor_type',
        'Provider', auth_send_mail.data -> 'provider',
        'OldEmail', auth_send_mail.data -> 'old_email',
        'OldPhone', auth_send_mail.data -> 'old_phone',
        'Data', COALESCE(v_user.meta, '{}'))) || COALESCE(auth_send_mail.data, '{}');
    IF howdah_private.auth_mail_by_hook(auth_send_mail.user_id, v_kind, v_variables) THEN
        RETURN;
    END IF;
    v_mail := howdah_private.auth_render(v_kind, v_variables ->> 'Locale', v_variables);
    -- Whoever has the link is the user: no dump shows it.
    PERFORM howdah_private.outbox_add(
        'email', auth_send_mail.recipient,
        pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'template', v_kind, 'subject', v_mail.subject,
            'html', howdah_private.seal_field(v_mail.html, 'mail'), 'text', howdah_private.seal_field(v_mail.text, 'mail'),
            'link', howdah_private.seal_field(v_variables ->> 'ConfirmationURL', 'mail'),
            'code', howdah_private.seal_field(v_variables ->> 'Token', 'mail'))),
        lane => pg_catalog.split_part(auth_send_mail.recipient, '@', -1), user_id => auth_send_mail.user_id,
        expires_at => pg_catalog.now() + interval '1 day');
END
$$;
COMMENT ON FUNCTION howdah_private.auth_send_mail(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb)
    IS 'A mail to a user, as a row of the outbox.';
REVOKE EXECUTE
    ON FUNCTION howdah_private.auth_send_mail(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE
    ON FUNCTION howdah_private.auth_send_mail(pg_catalog.uuid, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb) TO howdah_owner;
