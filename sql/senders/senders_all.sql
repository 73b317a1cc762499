-- howdah_private.senders_list: every sender without its secret; the source of the view below.
--
-- Runs as   definer: reads howdah.senders.
CREATE FUNCTION howdah_private.senders_list()
RETURNS TABLE (
    name pg_catalog.text, kind pg_catalog.text, driver pg_catalog.text, settings pg_catalog.jsonb, has_secret pg_catalog.bool, public_key pg_catalog.text, weight pg_catalog.int4,
    enabled pg_catalog.bool, created_at pg_catalog.timestamptz, updated_at pg_catalog.timestamptz
)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT s.name, s.kind, s.driver, s.settings, s.secret IS NOT NULL,
               CASE WHEN s.kind = 'push' AND s.driver = 'web' THEN
                   howdah_private.push_public_key(howdah_private.secret_open(s.secret, 'sender:' || s.name)) END,
               s.weight, s.enabled, s.created_at, s.updated_at
        FROM howdah.senders AS s ORDER BY s.kind, s.name;
END
$$;
ALTER FUNCTION howdah_private.senders_list() OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah_private.senders_list() IS 'What howdah.senders_all shows.';
REVOKE EXECUTE ON FUNCTION howdah_private.senders_list() FROM PUBLIC;

CREATE VIEW howdah.senders_all WITH (security_barrier) AS
    SELECT l.name, l.kind, l.driver, l.settings, l.has_secret, l.public_key, l.weight, l.enabled, l.created_at, l.updated_at
    FROM howdah_private.senders_list() AS l;
COMMENT ON VIEW howdah.senders_all IS 'Every sender without its secret; of Web Push the key that browsers subscribe with.';

CREATE VIEW howdah.sender_drivers AS
    SELECT d.driver, d.kind, d.needs FROM howdah_private.sender_drivers() AS d
    UNION ALL VALUES ('http', 'sms, chat, social', ARRAY['request']), ('web', 'push', ARRAY['secret']),
                     ('fcm', 'push', ARRAY['secret']), ('apns', 'push', ARRAY['key_id', 'team_id', 'topic', 'secret']);
COMMENT ON VIEW howdah.sender_drivers IS 'Drivers of senders, and what the settings of each need.';
