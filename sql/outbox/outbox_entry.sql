-- howdah_private.outbox_entry: a row of howdah.outbox_entries, as those who prepare and settle it get it. A type of
-- the extension: the table itself is made later, by howdah.install(), and can stand in no signature.
CREATE TYPE howdah_private.outbox_entry AS (
    id           pg_catalog.int8,
    kind         pg_catalog.text,
    tenant       pg_catalog.text,
    recipient    pg_catalog.text,
    lane         pg_catalog.text,
    user_id      pg_catalog.uuid,
    payload      pg_catalog.jsonb,
    attempts     pg_catalog.int4,
    max_attempts pg_catalog.int4,
    created_at   pg_catalog.timestamptz,
    expires_at   pg_catalog.timestamptz,
    cause        pg_catalog.text
);
COMMENT ON TYPE howdah_private.outbox_entry IS 'A row of the outbox that is being carried; attempts counts this one.';
