-- howdah_private.sender_pick: by which account a message goes: by weight, and by another one when it is tried again.
--
-- The order is drawn from the message's id, so that it is the same at each attempt.
--
-- Runs as   invoker: what prepares messages for the courier is howdah_owner.
-- Takes     driver, app: of push messages; named: this sender alone.
-- Returns   no row if none is enabled; secret open.
CREATE FUNCTION howdah_private.sender_pick(
    kind pg_catalog.text, message_id pg_catalog.int8, attempt pg_catalog.int4, driver pg_catalog.text DEFAULT NULL, app pg_catalog.text DEFAULT NULL, named pg_catalog.text DEFAULT NULL
)
RETURNS TABLE (name pg_catalog.text, uses pg_catalog.text, settings pg_catalog.jsonb, secret pg_catalog.text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        WITH able AS (
            SELECT s.*, pg_catalog.count(*) OVER () AS n,
                   -- The smaller the likelier to be first: of rate weight.
                   CASE s.weight WHEN 0 THEN 'infinity'::pg_catalog.float8 ELSE
                       -pg_catalog.ln(((pg_catalog.hashtextextended(s.name, sender_pick.message_id) & 9007199254740991) + 1)
                           / 9007199254740993::pg_catalog.float8) / s.weight END AS place
            FROM howdah.senders AS s
            WHERE s.kind = sender_pick.kind AND s.enabled
              AND (sender_pick.driver IS NULL OR s.driver = sender_pick.driver)
              AND (sender_pick.app IS NULL OR COALESCE(s.settings ->> 'app', sender_pick.app) = sender_pick.app)
              AND (sender_pick.named IS NULL OR s.name = sender_pick.named)
        )
        SELECT a.name, a.driver, a.settings, howdah_private.secret_open(a.secret, 'sender:' || a.name)
        FROM able AS a
        ORDER BY a.place, a.name
        LIMIT 1 OFFSET (SELECT (GREATEST(sender_pick.attempt, 1) - 1) % pg_catalog.max(b.n) FROM able AS b);
END
$$;
COMMENT ON FUNCTION howdah_private.sender_pick(
    pg_catalog.text, pg_catalog.int8, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'By which account a message goes.';
REVOKE EXECUTE ON FUNCTION howdah_private.sender_pick(
    pg_catalog.text, pg_catalog.int8, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.sender_pick(
    pg_catalog.text, pg_catalog.int8, pg_catalog.int4, pg_catalog.text, pg_catalog.text, pg_catalog.text) TO howdah_owner;
