-- Who may do what. A grant opens the table; the policies choose its rows. The catalogue is anybody's; a
-- member sees and makes own loans only; staff see and do all.

ALTER TABLE public.author      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.book        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.book_author ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.member      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.staff       ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.loan        ENABLE ROW LEVEL SECURITY;

-- Postgres lets everybody execute a new function: taken back, then granted by name.
REVOKE EXECUTE ON FUNCTION
    public.is_staff(), public.available(public.book), public.keep_copies(),
    public.search_books(text), public.borrow(bigint), public.give_back(bigint)
    FROM PUBLIC;

-- the catalogue
GRANT SELECT ON public.author, public.book, public.book_author, public.catalogue
    TO anon, authenticated;
GRANT EXECUTE ON FUNCTION public.available(public.book), public.search_books(text)
    TO anon, authenticated;
CREATE POLICY everybody_select ON public.author      FOR SELECT USING (true);
CREATE POLICY everybody_select ON public.book        FOR SELECT USING (true);
CREATE POLICY everybody_select ON public.book_author FOR SELECT USING (true);

-- members
GRANT SELECT ON public.member, public.loan, public.staff TO authenticated;
GRANT INSERT (book_id, member_id), UPDATE (returned_on) ON public.loan TO authenticated;
GRANT EXECUTE ON FUNCTION public.is_staff(), public.borrow(bigint), public.give_back(bigint)
    TO authenticated;
CREATE POLICY self_select ON public.member FOR SELECT TO authenticated
    USING (user_id = auth.uid());
CREATE POLICY self_select ON public.staff FOR SELECT TO authenticated
    USING (user_id = auth.uid());
CREATE POLICY borrower_select ON public.loan FOR SELECT TO authenticated
    USING (member_id = (SELECT m.id FROM public.member AS m WHERE m.user_id = auth.uid()));
CREATE POLICY borrower_insert ON public.loan FOR INSERT TO authenticated
    WITH CHECK (member_id = (SELECT m.id FROM public.member AS m WHERE m.user_id = auth.uid()));
CREATE POLICY borrower_update ON public.loan FOR UPDATE TO authenticated
    USING (member_id = (SELECT m.id FROM public.member AS m WHERE m.user_id = auth.uid()));

-- staff: asked once a statement, not once a row
GRANT INSERT, UPDATE, DELETE ON public.author, public.book, public.book_author, public.member
    TO authenticated;
CREATE POLICY staff_all ON public.author      TO authenticated USING ((SELECT public.is_staff()));
CREATE POLICY staff_all ON public.book        TO authenticated USING ((SELECT public.is_staff()));
CREATE POLICY staff_all ON public.book_author TO authenticated USING ((SELECT public.is_staff()));
CREATE POLICY staff_all ON public.member      TO authenticated USING ((SELECT public.is_staff()));
CREATE POLICY staff_all ON public.loan        TO authenticated USING ((SELECT public.is_staff()));

-- trusted servers, past the policies
GRANT SELECT, INSERT, UPDATE, DELETE
    ON public.author, public.book, public.book_author, public.member, public.staff, public.loan
    TO service_role;
GRANT SELECT ON public.catalogue TO service_role;
GRANT EXECUTE ON FUNCTION
    public.is_staff(), public.available(public.book),
    public.search_books(text), public.borrow(bigint), public.give_back(bigint)
    TO service_role;
