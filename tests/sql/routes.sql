-- Routes of the DBA's own, and what the proxy is told of them.
SELECT method, pattern, shape, function, lane, builtin FROM howdah.routes WHERE pattern LIKE '%/health' ORDER BY pattern;
SELECT howdah.proxy_config()::jsonb - '{generation,routes}'::text[] AS config;
SELECT howdah.proxy_config()::jsonb ->> 'generation' AS before \gset
SELECT howdah.proxy_config()::jsonb ->> 'generation' = :'before' AS stable;

CREATE SCHEMA "Odd schema";
CREATE FUNCTION public.hello(name text) RETURNS text LANGUAGE sql AS $$ SELECT 'hello ' || name $$;
CREATE FUNCTION "Odd schema"."f""n"() RETURNS text LANGUAGE sql AS $$ SELECT 'odd' $$;
CREATE PROCEDURE public.proc() LANGUAGE sql AS $$ SELECT 1 $$;
SELECT howdah.route('GET', '/hello/{name}', 'public.hello') IS NOT NULL AS routed;
SELECT howdah.route('POST', '/slow', '"Odd schema"."f""n"', lane => 'heavy', max_body => 5000000, timeout_ms => 60000) IS NOT NULL AS routed;
-- The same shape is the same route: it is changed, not doubled.
SELECT howdah.route('GET', '/hello/{who}', 'public.hello') IS NOT NULL AS changed;
SELECT method, pattern, shape, function, lane, max_body, timeout_ms FROM howdah.routes WHERE NOT builtin ORDER BY pattern;
SELECT jsonb_path_query_array(howdah.proxy_config()::jsonb, '$.routes[*] ? (!(@.pattern starts with "/auth/v1/"))') AS routes, howdah.proxy_config()::jsonb ->> 'generation' = :'before' AS same;
SELECT howdah.set('cors.origins', 'https://a.example, https://b.example:8443');
SELECT howdah.set('limits.timeout_ms', '60000');
SELECT howdah.proxy_config()::jsonb - '{generation,routes}'::text[] AS config;
SELECT howdah.set('cors.origins', '');
SELECT howdah.proxy_config()::jsonb -> 'cors_origins' AS none;

-- Refused.
\set VERBOSITY sqlstate
SELECT howdah.route('GET', '/x', 'public.nothing');
SELECT howdah.route('GET', '/x', 'hello');
SELECT howdah.route('GET', '/x', 'public.proc');
SELECT howdah.route('GET', '/x', 'public.hello(text)');
SELECT howdah.route('GET', '/x', 'public.hello; DROP TABLE howdah.keys');
SELECT howdah.route('FETCH', '/x', 'public.hello');
SELECT howdah.route('GET', 'x', 'public.hello');
SELECT howdah.route('GET', '/{a', 'public.hello');
SELECT howdah.route('GET', '/x', 'public.hello', 'slow');
SELECT howdah.route('GET', '/x', 'public.hello', max_body => -1);
SELECT howdah.route('GET', '/x', 'public.hello', timeout_ms => 0);
SELECT howdah.route(NULL, '/x', 'public.hello');
SELECT howdah.route('GET', '/auth/v1/health', 'public.hello');
SELECT howdah.route('GET', '/rest/v1/film', 'public.hello');
\set VERBOSITY default
SELECT count(*) AS unchanged FROM howdah.routes WHERE NOT builtin;

SELECT howdah.unroute('GET', '/hello/{x}'), howdah.unroute('GET', '/hello/{x}') AS again;
SELECT method, pattern FROM howdah.routes WHERE NOT builtin ORDER BY method, pattern;
SELECT action, detail FROM howdah.audit WHERE action LIKE '%route' ORDER BY id;
