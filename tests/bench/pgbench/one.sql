\set id random(1, 90000)
SELECT row_to_json(t)::text FROM public.task t WHERE id = :id;
