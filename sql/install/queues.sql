-- howdah_private.install_queues: queues and their messages.
--
-- Runs as   invoker, a superuser, from howdah.install(), once a database.
CREATE FUNCTION howdah_private.install_queues()
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE queue.queues (
        id           pg_catalog.int4 GENERATED ALWAYS AS IDENTITY CONSTRAINT queues_pkey PRIMARY KEY,
        name         pg_catalog.text NOT NULL CONSTRAINT queues_name_key UNIQUE
                     CONSTRAINT queues_name_check CHECK (name ~ '^[^[:cntrl:]]{1,100}$'),
        owner        pg_catalog.text NOT NULL,
        home         pg_catalog.int4 NOT NULL DEFAULT 0,
        ids          pg_catalog.regclass,
        visibility   pg_catalog.int4 NOT NULL DEFAULT 30
                     CONSTRAINT queues_visibility_check CHECK (visibility BETWEEN 0 AND 31536000),
        max_reads    pg_catalog.int4 CONSTRAINT queues_max_reads_check CHECK (max_reads > 0),
        dead_letter  pg_catalog.int4 CONSTRAINT queues_dead_letter_fkey REFERENCES queue.queues ON DELETE SET NULL
                     CONSTRAINT queues_dead_letter_check CHECK (dead_letter <> id),
        dedup_window interval NOT NULL DEFAULT '5 minutes'
                     CONSTRAINT queues_dedup_window_check CHECK (dedup_window BETWEEN '0' AND '30 days'),
        keep         interval CONSTRAINT queues_keep_check CHECK (keep > '0'),
        priorities   pg_catalog.int2[] NOT NULL DEFAULT '{0}',
        grouped      pg_catalog.bool NOT NULL DEFAULT false,
        dead         pg_catalog.int8 NOT NULL DEFAULT 0,
        created_at   pg_catalog.timestamptz NOT NULL DEFAULT pg_catalog.now()
    );
    COMMENT ON TABLE queue.queues IS 'The queues: queue.create(), queue.drop().';
    COMMENT ON COLUMN queue.queues.home IS 'Where its messages are: 0 in queue.messages_shared, its id in partitions of its own.';
    COMMENT ON COLUMN queue.queues.ids IS 'The sequence of its message ids.';
    COMMENT ON COLUMN queue.queues.priorities IS 'Those that its messages have had, highest first: claims look at each.';
    COMMENT ON COLUMN queue.queues.grouped IS 'Whether a message of it has had a group.';
    COMMENT ON COLUMN queue.queues.dead IS 'How many messages were given up.';

    CREATE TABLE queue.grants (
        queue   pg_catalog.int4 NOT NULL CONSTRAINT grants_queue_fkey REFERENCES queue.queues ON DELETE CASCADE,
        role    pg_catalog.text NOT NULL,
        "right" pg_catalog.text NOT NULL CONSTRAINT grants_right_check CHECK ("right" IN ('send', 'read')),
        CONSTRAINT grants_pkey PRIMARY KEY (queue, role, "right")
    );
    COMMENT ON TABLE queue.grants IS 'Which roles may send to a queue and read from it, its owner apart: queue.grant().';

    CREATE TABLE queue.floors (
        queue    pg_catalog.int4 CONSTRAINT floors_pkey PRIMARY KEY
                 CONSTRAINT floors_queue_fkey REFERENCES queue.queues ON DELETE CASCADE,
        vt       pg_catalog.timestamptz NOT NULL DEFAULT '-infinity',
        mark_id  pg_catalog.int8 NOT NULL DEFAULT 0,
        mark_at  pg_catalog.timestamptz NOT NULL DEFAULT '-infinity',
        mark_xid pg_catalog.xid8 NOT NULL DEFAULT '0'
    );
    COMMENT ON TABLE queue.floors IS 'Where claims begin to look: howdah_private.queue_raise_floor.';

    CREATE TABLE queue.messages (
        id           pg_catalog.int8 NOT NULL,
        enqueued_at  pg_catalog.timestamptz NOT NULL,
        vt           pg_catalog.timestamptz NOT NULL,
        last_read_at pg_catalog.timestamptz,
        queue        pg_catalog.int4 NOT NULL,
        home         pg_catalog.int4 NOT NULL,
        read_ct      pg_catalog.int4 NOT NULL DEFAULT 0,
        priority     pg_catalog.int2 NOT NULL DEFAULT 0,
        group_key    pg_catalog.text COLLATE "C",
        headers      pg_catalog.jsonb,
        message      pg_catalog.jsonb
    ) PARTITION BY LIST (home);
    CREATE INDEX messages_vt_idx ON queue.messages (queue, priority, vt, id) WHERE group_key IS NULL;
    CREATE INDEX messages_group_idx ON queue.messages (queue, group_key, id) WHERE group_key IS NOT NULL;
    COMMENT ON TABLE queue.messages IS 'The messages of all queues.';
    COMMENT ON COLUMN queue.messages.vt IS 'When it can be read: when it was sent, or is over for who has read it.';
    CREATE TABLE queue.messages_shared PARTITION OF queue.messages FOR VALUES IN (0);
    ALTER TABLE queue.messages_shared ADD CONSTRAINT messages_shared_pkey PRIMARY KEY (queue, id);
    -- Rows come and go: vacuum must follow.
    ALTER TABLE queue.messages_shared SET (
        autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_insert_scale_factor = 0.1);
    COMMENT ON TABLE queue.messages_shared IS 'The messages of queues without partitions of their own.';

    CREATE TABLE queue.archived (
        id           pg_catalog.int8 NOT NULL,
        enqueued_at  pg_catalog.timestamptz NOT NULL,
        archived_at  pg_catalog.timestamptz NOT NULL,
        queue        pg_catalog.int4 NOT NULL,
        read_ct      pg_catalog.int4 NOT NULL,
        dead         pg_catalog.bool NOT NULL DEFAULT false,
        group_key    pg_catalog.text COLLATE "C",
        headers      pg_catalog.jsonb,
        message      pg_catalog.jsonb,
        CONSTRAINT archived_pkey PRIMARY KEY (queue, id, archived_at)
    ) PARTITION BY RANGE (archived_at);
    COMMENT ON TABLE queue.archived IS 'Messages that were archived, by day; kept for queue.keep_days.';
    COMMENT ON COLUMN queue.archived.dead IS 'Given up after max_reads, with no queue for dead letters.';

    CREATE TABLE queue.dedup_keys (
        queue      pg_catalog.int4 NOT NULL CONSTRAINT dedup_keys_queue_fkey REFERENCES queue.queues ON DELETE CASCADE,
        key        pg_catalog.text NOT NULL,
        message    pg_catalog.int8 NOT NULL,
        expires_at pg_catalog.timestamptz NOT NULL,
        CONSTRAINT dedup_keys_pkey PRIMARY KEY (queue, key)
    );
    CREATE INDEX dedup_keys_expires_at_idx ON queue.dedup_keys (expires_at);
    COMMENT ON TABLE queue.dedup_keys IS 'Keys of messages sent lately: the same again is the same message.';

    CREATE TABLE queue.samples (
        queue  pg_catalog.int4 NOT NULL CONSTRAINT samples_queue_fkey REFERENCES queue.queues ON DELETE CASCADE,
        at     pg_catalog.timestamptz NOT NULL,
        sent   pg_catalog.int8 NOT NULL,
        length pg_catalog.int8 NOT NULL,
        CONSTRAINT samples_pkey PRIMARY KEY (queue, at)
    );
    COMMENT ON TABLE queue.samples IS 'How each queue stood, a row a minute for an hour: howdah.queue_stats reckons rates from it.';
END
$$;
COMMENT ON FUNCTION howdah_private.install_queues() IS 'howdah.install(): queues and their messages.';
REVOKE EXECUTE ON FUNCTION howdah_private.install_queues() FROM PUBLIC;
