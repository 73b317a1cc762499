-- Plans of requests: nobody's by default, everybody's by rest.plan_enabled, single roles' by a grant.
CREATE TABLE public.film (id int PRIMARY KEY, title text);
GRANT SELECT ON public.film TO anon, authenticated;
CREATE FUNCTION public.asked(role text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT status || ' ' || coalesce(body::json -> 0 -> 'Plan' ->> 'Relation Name', body::json ->> 'message')
    FROM howdah.request('GET', '/rest/v1/film?id=eq.1', '{"accept": "application/vnd.pgrst.plan+json"}',
        token => howdah.mint_token(role)) $$;
SELECT public.asked('anon'), public.asked('authenticated');
GRANT EXECUTE ON FUNCTION howdah.explain_plan() TO authenticated;
SELECT public.asked('anon'), public.asked('authenticated');
REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM authenticated;
SELECT howdah.set('rest.plan_enabled', 'on');
SELECT public.asked('anon'), public.asked('authenticated');
SELECT howdah.reset('rest.plan_enabled');
SELECT public.asked('anon');
