-- howdah_private.mail_html: a page of ours.
CREATE FUNCTION howdah_private.mail_html(
    title pg_catalog.text,
    body pg_catalog.text
)
RETURNS pg_catalog.text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN pg_catalog.format(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>%1$s</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}'
        'table{width:100%%;border-collapse:collapse}td,th{text-align:left;padding:.4rem;border-bottom:1px solid #8884}'
        'pre{white-space:pre-wrap}button{font:inherit;padding:.5rem 1rem}iframe{width:100%%;height:40rem;border:1px solid #8884}'
        '</style></head><body><h1>%1$s</h1>%2$s</body></html>',
        howdah_private.mail_escape(mail_html.title), mail_html.body);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_html(pg_catalog.text, pg_catalog.text)
    IS 'A page of ours.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_html(pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_html(pg_catalog.text, pg_catalog.text) TO howdah_owner;
