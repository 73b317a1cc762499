-- A message as its reader gets it.
CREATE TYPE queue.message AS (
    msg_id       pg_catalog.int8,
    read_ct      pg_catalog.int4,
    enqueued_at  pg_catalog.timestamptz,
    last_read_at pg_catalog.timestamptz,
    vt           pg_catalog.timestamptz,
    message      pg_catalog.jsonb,
    headers      pg_catalog.jsonb
);
COMMENT ON TYPE queue.message IS 'A message as its reader gets it.';
REVOKE USAGE ON TYPE queue.message FROM PUBLIC;

-- How a queue stands.
CREATE TYPE queue.standing AS (
    queue_name           pg_catalog.text,
    queue_length         pg_catalog.int8,
    newest_msg_age_sec   pg_catalog.int4,
    oldest_msg_age_sec   pg_catalog.int4,
    total_messages       pg_catalog.int8,
    scrape_time          pg_catalog.timestamptz,
    queue_visible_length pg_catalog.int8
);
COMMENT ON TYPE queue.standing IS 'How a queue stands.';
REVOKE USAGE ON TYPE queue.standing FROM PUBLIC;

-- A row of queue.queues, which is not there yet when functions are made that take one.
CREATE TYPE howdah_private.queue_opened AS (
    id           pg_catalog.int4,
    name         pg_catalog.text,
    owner        pg_catalog.text,
    home         pg_catalog.int4,
    ids          pg_catalog.regclass,
    visibility   pg_catalog.int4,
    max_reads    pg_catalog.int4,
    dead_letter  pg_catalog.int4,
    dedup_window interval,
    keep         interval,
    priorities   pg_catalog.int2[],
    grouped      pg_catalog.bool
);
COMMENT ON TYPE howdah_private.queue_opened IS 'A queue, as functions on it need it: the first columns of queue.queues.';
REVOKE USAGE ON TYPE howdah_private.queue_opened FROM PUBLIC;

-- Where claims begin to look: a row of queue.floors.
CREATE TYPE howdah_private.queue_floor AS (
    queue    pg_catalog.int4,
    vt       pg_catalog.timestamptz,
    mark_id  pg_catalog.int8,
    mark_at  pg_catalog.timestamptz,
    mark_xid pg_catalog.xid8
);
COMMENT ON TYPE howdah_private.queue_floor IS 'Where the claims of a queue begin to look.';
REVOKE USAGE ON TYPE howdah_private.queue_floor FROM PUBLIC;
