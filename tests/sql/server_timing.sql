-- Server-Timing: the phases that a request came to, in milliseconds; nothing by default.
CREATE TABLE public.film (id int PRIMARY KEY, title text);
GRANT SELECT, INSERT ON public.film TO anon;
CREATE FUNCTION public.slow() RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT 1 FROM pg_sleep(0.05) $$;
CREATE FUNCTION public.phases(method text, path text, headers jsonb DEFAULT NULL, body text DEFAULT NULL, token text DEFAULT NULL)
    RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT r.status || ' ' || coalesce(regexp_replace(r.headers ->> 'server-timing', ';dur=\d+\.\d{3}', '', 'g'), 'none')
    FROM howdah.request(phases.method, phases.path, phases.headers, phases.body, phases.token) AS r $$;
SELECT public.phases('GET', '/rest/v1/film');
SELECT howdah.set('rest.server_timing', 'on');
SELECT public.phases('GET', '/rest/v1/film');
SELECT public.phases('POST', '/rest/v1/film', NULL, '{"id": 1}');
SELECT public.phases('OPTIONS', '/rest/v1/film');
SELECT public.phases('GET', '/rest/v1/');
SELECT public.phases('GET', '/rest/v1/film', token => 'no.such.token');
SELECT public.phases('GET', '/rest/v1/film?id=bad');
SELECT public.phases('GET', '/rest/v1/nowhere');
SELECT public.phases('GET', '/rest/v1/film?id=eq.bad');
SELECT public.phases('POST', '/rest/v1/film', NULL, '{"id": 1}');
SELECT public.phases('GET', '/auth/v1/health');
-- What was measured is where the time went.
SELECT substring(headers ->> 'server-timing' FROM 'transaction;dur=(\d+\.\d+)')::numeric >= 50 AS spent,
       substring(headers ->> 'server-timing' FROM 'parse;dur=(\d+\.\d+)')::numeric < 50 AS parsed
FROM howdah.request('POST', '/rest/v1/rpc/slow');
SELECT howdah.reset('rest.server_timing');
SELECT public.phases('GET', '/rest/v1/film');
