-- howdah_private.mail_escape: a text within HTML.
CREATE FUNCTION howdah_private.mail_escape(
    value pg_catalog.text
)
RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
        COALESCE(mail_escape.value, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
END
$$;
COMMENT ON FUNCTION howdah_private.mail_escape(pg_catalog.text)
    IS 'A text within HTML.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_escape(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_escape(pg_catalog.text) TO howdah_owner;
