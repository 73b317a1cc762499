-- What pgmq 1.11 does for these calls, written anew from its documentation and from reading it, for the comparison of
-- queues.py alone: a table a queue with an index on vt; PL/pgSQL functions that check the name with one more function, put it
-- into a statement and EXECUTE that, so that it is planned at each call; the shorter send and send_batch are SQL functions
-- around the longest. No definer, no rights but those on tables.
CREATE SCHEMA pgmq;
CREATE TYPE pgmq.message_record AS (
    msg_id bigint, read_ct int, enqueued_at timestamptz, last_read_at timestamptz, vt timestamptz, message jsonb, headers jsonb
);
CREATE FUNCTION pgmq.table_of(queue_name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF queue_name ~ '[$;'']|--' THEN
        RAISE EXCEPTION 'not the name of a queue';
    END IF;
    RETURN lower('q_' || queue_name);
END $$;
CREATE FUNCTION pgmq.create(queue_name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE place text := pgmq.table_of(queue_name);
BEGIN
    EXECUTE format('CREATE TABLE pgmq.%I (msg_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, read_ct int NOT NULL DEFAULT 0,
        enqueued_at timestamptz NOT NULL DEFAULT now(), last_read_at timestamptz, vt timestamptz NOT NULL, message jsonb,
        headers jsonb)', place);
    EXECUTE format('CREATE INDEX ON pgmq.%I (vt)', place);
END $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE place text := pgmq.table_of(queue_name);
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (vt, message, headers) VALUES ($1, $2, $3) RETURNING msg_id', place)
        USING delay, msg, headers;
END $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb) RETURNS SETOF bigint LANGUAGE sql AS $$
    SELECT * FROM pgmq.send(queue_name, msg, NULL, clock_timestamp());
$$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay timestamptz)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE place text := pgmq.table_of(queue_name);
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (vt, message, headers)
        SELECT $1, unnest($2), unnest(COALESCE($3, ''{}''::jsonb[])) RETURNING msg_id', place) USING delay, msgs, headers;
END $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[]) RETURNS SETOF bigint LANGUAGE sql AS $$
    SELECT * FROM pgmq.send_batch(queue_name, msgs, NULL, clock_timestamp());
$$;
CREATE FUNCTION pgmq.read(queue_name text, vt int, qty int, conditional jsonb DEFAULT '{}')
RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
DECLARE place text := pgmq.table_of(queue_name);
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH next AS (
            SELECT msg_id FROM pgmq.%1$I
            WHERE vt <= clock_timestamp() AND CASE WHEN %2$L <> ''{}''::jsonb THEN (message @> %2$L)::int ELSE 1 END = 1
            ORDER BY msg_id LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE pgmq.%1$I AS q
         SET last_read_at = clock_timestamp(), vt = clock_timestamp() + %3$L, read_ct = q.read_ct + 1
         FROM next WHERE q.msg_id = next.msg_id
         RETURNING q.*', place, conditional, make_interval(secs => vt))
        USING qty;
END $$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    place text := pgmq.table_of(queue_name);
    gone  bigint;
BEGIN
    EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = $1 RETURNING msg_id', place) INTO gone USING msg_id;
    RETURN gone IS NOT NULL;
END $$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE place text := pgmq.table_of(queue_name);
BEGIN
    RETURN QUERY EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = ANY ($1) RETURNING msg_id', place) USING msg_ids;
END $$;
