INSERT INTO public.crate (label, kind, weight, packed, tags) SELECT label, kind, weight, packed, tags FROM json_populate_recordset(NULL::public.crate, :body::json);
