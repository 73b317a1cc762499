\set n random(901, 910)
SELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM public.task WHERE owner = ('00000000-0000-4000-8000-' || lpad(:n::text, 12, '0'))::uuid ORDER BY id LIMIT 1000) r;
