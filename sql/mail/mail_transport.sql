-- howdah_private.mail_transport: the transport of an attempt.
--
-- Transports of the lowest priority come first, among them in an order drawn by weight (the sum of their weights is the chance to be
-- first), drawn anew for each mail and the same at each of its attempts; each attempt takes the next, so that one that fails is
-- left for another.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
-- Returns   a row of howdah.email_transports: of the tenant's own, else of those for all; NULL if there is none.
CREATE FUNCTION howdah_private.mail_transport(
    id pg_catalog.int8,
    tenant pg_catalog.text,
    attempt pg_catalog.int4
)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_found pg_catalog.jsonb;
BEGIN
    WITH mine AS (
        SELECT t.*, t.tenant IS NOT NULL AS own FROM howdah.email_transports AS t
        WHERE t.weight > 0 AND (t.tenant IS NULL OR t.tenant = mail_transport.tenant)
    ), usable AS (
        SELECT m.*, pg_catalog.count(*) OVER () AS n,
               pg_catalog.row_number() OVER (
                   ORDER BY m.priority,
                            -- Exponential clocks: whose rings first is drawn by rate.
                            -pg_catalog.ln((1 + (pg_catalog.hashtextextended(m.name, mail_transport.id) & 1048575)) / 1048577.0)
                                / m.weight,
                            m.name) - 1 AS place
        FROM mine AS m
        WHERE m.own = (SELECT pg_catalog.bool_or(o.own) FROM mine AS o)
    )
    SELECT pg_catalog.jsonb_build_object('name', u.name, 'kind', u.kind, 'settings', u.settings, 'secret', u.secret)
    INTO v_found FROM usable AS u
    WHERE u.place = (GREATEST(mail_transport.attempt, 1) - 1) % u.n;
    RETURN v_found;
END
$$;
COMMENT ON FUNCTION howdah_private.mail_transport(pg_catalog.int8, pg_catalog.text, pg_catalog.int4)
    IS 'The transport of an attempt.';
REVOKE EXECUTE ON FUNCTION howdah_private.mail_transport(pg_catalog.int8, pg_catalog.text, pg_catalog.int4) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.mail_transport(pg_catalog.int8, pg_catalog.text, pg_catalog.int4) TO howdah_owner;
