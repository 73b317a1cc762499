-- howdah_private.mail_asked: one mail as it is asked for, checked, as it is kept.
--
-- A template is rendered here, so that what is wrong with it or its variables is an error of whoever sends; and again when the
-- mail is carried, by the same version and with the same variables, which gives the same text: of 100,000 mails the variables are
-- kept, not 100,000 copies of the text.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Takes     the arguments of howdah.send_email as members.
-- Returns   the address that it goes to first, and the payload.
-- Raises    22023 for a member that is wrong, a template that does not exist or does not render; 55000 for unsubscribe while
--           api_external_url is not set.
CREATE FUNCTION howdah_private.mail_asked(
    asked pg_catalog.jsonb,
    OUT address pg_catalog.text,
    OUT payload pg_catalog.jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_name     CONSTANT pg_catalog.text := mail_asked.asked ->> 'template';
    v_list     CONSTANT pg_catalog.text := mail_asked.asked ->> 'unsubscribe';
    v_template record;
    v_made     record;
BEGIN
    payload := howdah_private.mail_accept(mail_asked.asked);
    address := payload #>> '{to,0}';
    IF pg_catalog."right"(address, 1) = '>' THEN
        address := (howdah_private.mail_addresses(address))[1];
    END IF;
    IF v_name IS NOT NULL THEN
        v_template := howdah_private.mail_template(v_name, mail_asked.asked ->> 'locale');
        v_made := howdah_private.mail_template_render(
            v_template.subject, v_template.html, v_template.text, v_template.layout,
            COALESCE(mail_asked.asked -> 'vars', '{}'));
        IF COALESCE(payload ->> 'subject', v_made.subject, '') = '' THEN
            RAISE EXCEPTION 'the template "%" makes no subject', v_name USING ERRCODE = 'invalid_parameter_value';
        END IF;
        payload := payload || pg_catalog.jsonb_build_object(
            'version', v_template.id, 'layout', v_template.layout_id, 'vars', COALESCE(mail_asked.asked -> 'vars', '{}'));
    END IF;
    IF v_list IS NOT NULL THEN
        IF auth.get('api_external_url') = '' THEN
            RAISE EXCEPTION 'mail: api_external_url is not set, so links to unsubscribe cannot be made'
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'SELECT auth.set(''api_external_url'', ''https://api.example.com'');';
        END IF;
        IF v_list !~ '^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$' THEN
            RAISE EXCEPTION 'unsubscribe: must be the name of a list: letters, digits, spaces, dots and hyphens'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- The link is its reader's own.
        IF pg_catalog.cardinality(howdah_private.mail_recipients(payload)) <> 1 THEN
            RAISE EXCEPTION 'unsubscribe: a mail of a list goes to one address'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        payload := payload || pg_catalog.jsonb_build_object('unsubscribe', v_list);
    END IF;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_asked(pg_catalog.jsonb)
    IS 'One mail as it is asked for, checked, as it is kept.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_asked(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_asked(pg_catalog.jsonb) TO howdah_owner;
