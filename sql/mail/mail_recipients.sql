-- howdah_private.mail_recipients: whom a mail goes to: to, cc and bcc, or those of them who are left.
CREATE FUNCTION howdah_private.mail_recipients(
    mail pg_catalog.jsonb
)
RETURNS pg_catalog.text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_list pg_catalog.text := '';
BEGIN
    IF mail_recipients.mail ? 'only' THEN
        RETURN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(mail_recipients.mail -> 'only'));
    ELSIF pg_catalog.jsonb_typeof(mail_recipients.mail -> 'to') = 'string' THEN
        RETURN ARRAY[mail_recipients.mail ->> 'to'];
    END IF;
    SELECT pg_catalog.string_agg(a.address, ',') INTO v_list
    FROM pg_catalog.jsonb_array_elements_text(
        (mail_recipients.mail -> 'to') || COALESCE(mail_recipients.mail -> 'cc', '[]')
            || COALESCE(mail_recipients.mail -> 'bcc', '[]')) AS a (address);
    RETURN howdah_private.mail_addresses(v_list);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_recipients(pg_catalog.jsonb)
    IS 'Whom a mail goes to.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_recipients(pg_catalog.jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_recipients(pg_catalog.jsonb) TO howdah_owner;
