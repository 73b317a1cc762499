-- What pgmq's functions do, written from its documentation: a table a queue, named in statements that are made anew for each
-- call. For the comparison of queues.py alone.
CREATE SCHEMA pgmq;
CREATE TYPE pgmq.message_record AS (
    msg_id bigint, read_ct int, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb
);
CREATE FUNCTION pgmq.create(queue_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE pgmq.%I (msg_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, read_ct int NOT NULL DEFAULT 0,
        enqueued_at timestamptz NOT NULL DEFAULT now(), vt timestamptz NOT NULL, message jsonb, headers jsonb)', 'q_' || queue_name);
    EXECUTE format('CREATE INDEX ON pgmq.%I (vt)', 'q_' || queue_name);
END $$;
CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb DEFAULT NULL, delay int DEFAULT 0)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (vt, message, headers) VALUES ($1, $2, $3) RETURNING msg_id', 'q_' || queue_name)
        USING clock_timestamp() + make_interval(secs => delay), msg, headers;
END $$;
CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay int DEFAULT 0)
RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('INSERT INTO pgmq.%I (vt, message) SELECT $1, unnest($2) RETURNING msg_id', 'q_' || queue_name)
        USING clock_timestamp() + make_interval(secs => delay), msgs;
END $$;
CREATE FUNCTION pgmq.read(queue_name text, vt int, qty int, conditional jsonb DEFAULT '{}')
RETURNS SETOF pgmq.message_record LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'WITH next AS (
            SELECT msg_id FROM pgmq.%1$I WHERE vt <= clock_timestamp() AND ($3 = ''{}'' OR message @> $3)
            ORDER BY msg_id LIMIT $1 FOR UPDATE SKIP LOCKED)
         UPDATE pgmq.%1$I AS q SET vt = clock_timestamp() + $2, read_ct = q.read_ct + 1
         FROM next WHERE q.msg_id = next.msg_id
         RETURNING q.msg_id, q.read_ct, q.enqueued_at, q.vt, q.message, q.headers', 'q_' || queue_name)
        USING qty, make_interval(secs => vt), conditional;
END $$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE gone bigint;
BEGIN
    EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = $1 RETURNING msg_id', 'q_' || queue_name) INTO gone USING msg_id;
    RETURN gone IS NOT NULL;
END $$;
CREATE FUNCTION pgmq.delete(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('DELETE FROM pgmq.%I WHERE msg_id = ANY ($1) RETURNING msg_id', 'q_' || queue_name) USING msg_ids;
END $$;
