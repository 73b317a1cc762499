\set n random(1, 900)
\set p random(1, 5)
SELECT to_json(public.open_tasks_of(('00000000-0000-4000-8000-' || lpad(:n::text, 12, '0'))::uuid, :p))::text;
