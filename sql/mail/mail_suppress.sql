-- howdah_private.mail_suppress: no mail to an address any more, or none of a list.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Writes    a row of howdah.email_suppressions, unless there is one.
CREATE FUNCTION howdah_private.mail_suppress(
    address pg_catalog.text,
    reason pg_catalog.text,
    list pg_catalog.text DEFAULT '',
    detail pg_catalog.text DEFAULT NULL
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO howdah.email_suppressions AS s (address, list, reason, detail)
    VALUES (mail_suppress.address, COALESCE(mail_suppress.list, ''), mail_suppress.reason,
            pg_catalog."left"(mail_suppress.detail, 1000))
    ON CONFLICT ON CONSTRAINT email_suppressions_pkey DO NOTHING;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_suppress(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'No mail to an address any more.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_suppress(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_suppress(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
