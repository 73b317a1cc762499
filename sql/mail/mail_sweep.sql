-- howdah_private.mail_sweep: what of mail is kept for a while only: dedup keys, a week.
--
-- Runs as   invoker: howdah.tick, which is howdah_owner.
CREATE FUNCTION howdah_private.mail_sweep()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM howdah.email_dedup_keys AS k
    WHERE (k.tenant, k.key) IN (
        SELECT o.tenant, o.key FROM howdah.email_dedup_keys AS o
        WHERE o.created_at < pg_catalog.now() - interval '7 days'
        ORDER BY o.created_at LIMIT 5000);
END
$$;
COMMENT ON FUNCTION howdah_private.mail_sweep()
    IS 'What of mail is kept for a while only.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_sweep() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_sweep() TO howdah_owner;
