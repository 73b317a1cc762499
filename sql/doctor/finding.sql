-- howdah_private.finding: what howdah.doctor shows, a row each.
CREATE TYPE howdah_private.finding AS (
    "check" pg_catalog.text,
    level   pg_catalog.text,
    finding pg_catalog.text,
    repair  pg_catalog.text
);
COMMENT ON TYPE howdah_private.finding IS 'What howdah.doctor shows, a row each. level: error or warning.';
REVOKE USAGE ON TYPE howdah_private.finding FROM PUBLIC;
