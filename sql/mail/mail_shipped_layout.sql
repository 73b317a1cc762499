-- howdah_private.mail_shipped_layout: the frame of mails while nobody has set one: that of accounts' messages.
CREATE FUNCTION howdah_private.mail_shipped_layout()
RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT k.html FROM howdah_private.auth_template_kinds() AS k WHERE k.kind = 'layout');
END
$$;
COMMENT ON FUNCTION howdah_private.mail_shipped_layout()
    IS 'The frame of mails while nobody has set one.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_shipped_layout() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_shipped_layout() TO howdah_owner;
