-- howdah_private.outbox_take: a row that was just leased, as the courier gets it.
--
-- Runs as   invoker: howdah.lease, which is howdah_owner.
-- Returns   what howdah_private.outbox_prepare made of it, its sealed fields opened; NULL if there is nothing to carry:
--           it has expired, was refused or put off, or a secret of it does not open.
-- Writes    the end of such a row, or when it is due.
CREATE FUNCTION howdah_private.outbox_take(entry howdah_private.outbox_entry)
RETURNS pg_catalog.jsonb
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_entry   CONSTANT howdah_private.outbox_entry := outbox_take.entry;
    v_payload pg_catalog.jsonb;
    v_refusal pg_catalog.text;
BEGIN
    IF v_entry.expires_at <= pg_catalog.clock_timestamp() THEN
        v_refusal := CASE v_entry.kind WHEN 'fetch' THEN 'timeout' ELSE 'expired' END;
    ELSE
        BEGIN
            v_payload := howdah_private.outbox_prepare(v_entry);
            v_refusal := v_payload ->> 'refuse';
            IF v_refusal IS NULL AND v_payload ? 'defer' THEN
                UPDATE howdah.outbox_entries AS o
                SET state = 'due', lease = NULL, leased_until = NULL, attempts = o.attempts - 1,
                    due_at = pg_catalog.now() + pg_catalog.make_interval(
                        secs => LEAST(GREATEST((v_payload ->> 'defer')::pg_catalog.float8, 1), 604800))
                WHERE o.id = v_entry.id;
                RETURN NULL;
            END IF;
            BEGIN
                v_payload := howdah_private.open_sealed(v_payload);
            EXCEPTION
                WHEN invalid_parameter_value THEN
                    v_refusal := 'secret_lost';
            END;
        EXCEPTION
            WHEN OTHERS THEN
                RAISE WARNING 'outbox %, kind %: it cannot be prepared (%)', v_entry.id, v_entry.kind, SQLSTATE;
                v_refusal := 'not_prepared';
        END;
    END IF;
    IF v_refusal IS NULL THEN
        RETURN v_payload;
    END IF;
    v_payload := pg_catalog.jsonb_build_object('error', v_refusal, 'permanent', true);
    IF v_entry.kind <> 'fetch' THEN
        PERFORM howdah_private.outbox_attempted(v_entry, pg_catalog.clock_timestamp(), 'failed', v_payload);
    END IF;
    PERFORM howdah_private.outbox_end(v_entry.id, 'failed', v_payload);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION howdah_private.outbox_take(howdah_private.outbox_entry)
    IS 'A row that was just leased, as the courier gets it.';
REVOKE EXECUTE ON FUNCTION howdah_private.outbox_take(howdah_private.outbox_entry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.outbox_take(howdah_private.outbox_entry) TO howdah_owner;
