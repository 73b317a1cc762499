-- howdah_private.doctor_courier: does what has to leave leave?
--
-- Runs as   invoker, of howdah_private.doctor.
CREATE FUNCTION howdah_private.doctor_courier()
RETURNS SETOF howdah_private.finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT 'courier', 'warning',
               pg_catalog.format('%s rows have been due for more than 30 s, and no courier has been heard of', pg_catalog.count(*)),
               '-- run: howdah courier --db-url …'
        FROM howdah.outbox AS o
        WHERE o.state = 'due' AND o.due < pg_catalog.now() - interval '30 s'
          AND (o.expires_at IS NULL OR o.expires_at > pg_catalog.now())
          AND NOT EXISTS (SELECT FROM howdah.couriers AS c WHERE c.seen_at > pg_catalog.now() - interval '30 s')
        HAVING pg_catalog.count(*) > 0
        UNION ALL
        SELECT 'courier-version', 'warning',
               pg_catalog.format('courier %s is version %s, and the extension %s', c.name, c.version, howdah.version()),
               '-- stop it, and start the howdah of this version'
        FROM howdah.couriers AS c
        WHERE c.seen_at > pg_catalog.now() - interval '30 s' AND c.version <> howdah.version()
        UNION ALL
        SELECT 'paused', 'warning',
               pg_catalog.format('%s has been paused by %s for more than a day, and %s rows wait', p.kind, p.paused_by,
                                 (SELECT pg_catalog.count(*) FROM howdah.outbox_entries AS o WHERE o.kind = p.kind)),
               pg_catalog.format('SELECT howdah.resume(%L);', p.kind)
        FROM howdah.outbox_pauses AS p
        WHERE p.paused_at < pg_catalog.now() - interval '1 day'
        UNION ALL
        SELECT 'mail-transport', 'warning', 'mails wait, and there is no transport that could take them',
               'SELECT howdah.set_email_transport(…);'
        WHERE NOT EXISTS (SELECT FROM howdah.email_transports)
          AND COALESCE(howdah.get('mail.inbox'), '') = ''
          AND EXISTS (SELECT FROM howdah.outbox_entries AS o
                      WHERE o.kind = 'email' AND o.created_at < pg_catalog.now() - interval '10 minutes');
END
$$;
COMMENT ON FUNCTION howdah_private.doctor_courier() IS 'Does what has to leave leave?';
REVOKE EXECUTE ON FUNCTION howdah_private.doctor_courier() FROM PUBLIC;
