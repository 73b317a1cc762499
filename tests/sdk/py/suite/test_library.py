"""supabase-py on the lending library: what an app does."""

import pytest
from conftest import client, holder, sql, user_id
from postgrest.exceptions import APIError


def refused(call):
    with pytest.raises(APIError) as caught:
        call.execute()
    return caught.value


def test_select_with_columns_order_and_limit(anon):
    rows = anon.table("book").select("title, year").order("year").order("title").limit(2).execute().data
    assert rows == [{"title": "La Divina Commedia", "year": 1472}, {"title": "Il Principe", "year": 1532}]


def test_select_everything(anon):
    rows = anon.table("author").select("*").execute().data
    assert str(len(rows)) == sql("SELECT count(*) FROM author")
    assert list(rows[0]) == ["id", "name", "born", "died"]


@pytest.mark.parametrize(
    ("method", "arguments", "where"),
    [
        ("eq", ("born", 1882), "born = 1882"),
        ("neq", ("born", 1882), "born <> 1882"),
        ("gt", ("born", 1900), "born > 1900"),
        ("gte", ("born", 1900), "born >= 1900"),
        ("lt", ("born", 1700), "born < 1700"),
        ("lte", ("died", 1700), "died <= 1700"),
        ("like", ("name", "%Brontë"), "name LIKE '%Brontë'"),
        ("ilike", ("name", "j% joyce"), "name ILIKE 'j% joyce'"),
        ("in_", ("name", ["Voltaire", "J. R. R. Tolkien"]), "name IN ('Voltaire', 'J. R. R. Tolkien')"),
        ("is_", ("born", "null"), "born IS NULL"),
    ],
)
def test_filters(anon, method, arguments, where):
    rows = getattr(anon.table("author").select("id"), method)(*arguments).execute().data
    assert len(rows) == int(sql(f"SELECT count(*) FROM author WHERE {where}")) > 0


def test_filters_combined(anon):
    def names(query):
        return [row["name"] for row in query.order("name").execute().data]

    table = lambda: anon.table("author").select("name")  # noqa: E731
    assert names(table().or_("name.eq.Voltaire,and(born.gt.1945,born.lt.1948,name.like.H*)")) == ["Harold Abelson", "Voltaire"]
    assert names(table().match({"born": 1882, "died": 1941})) == ["James Joyce", "Virginia Woolf"]
    assert names(table().not_.is_("born", "null").lt("born", 1400)) == ["Dante Alighieri"]


def test_values_are_values(anon):
    assert len(anon.table("book").select("title").eq("title", "Tess of the d'Urbervilles").execute().data) == 1
    for title in ['x"; --', "' OR 1=1", "%", "null", "🌹"]:
        assert anon.table("book").select("title").eq("title", title).execute().data == []


def test_embeds(anon):
    omens = anon.table("book").select("title, author(name)").eq("title", "Good Omens").execute().data
    assert sorted(a["name"] for a in omens[0]["author"]) == ["Neil Gaiman", "Terry Pratchett"]
    eco = anon.table("author").select("name, books:book!inner(title)").eq("books.title", "Il nome della rosa").execute().data
    assert eco == [{"name": "Umberto Eco", "books": [{"title": "Il nome della rosa"}]}]


def test_counts(anon):
    total = int(sql("SELECT count(*) FROM book"))
    page = anon.table("book").select("id", count="exact").order("id").range(5, 7).execute()
    assert (page.count, [row["id"] for row in page.data]) == (total, [6, 7, 8])
    head = anon.table("book").select("*", count="exact", head=True).execute()
    assert head.count == total


def test_single_and_maybe_single(anon):
    one = anon.table("author").select("name").eq("name", "Voltaire").single().execute()
    assert one.data == {"name": "Voltaire"}
    assert refused(anon.table("author").select("name").eq("name", "Nobody").single()).code == "PGRST116"
    assert refused(anon.table("author").select("name").single()).code == "PGRST116"
    assert anon.table("author").select("name").eq("name", "Nobody").maybe_single().execute() is None
    found = anon.table("author").select("name").eq("name", "Voltaire").maybe_single().execute()
    assert found.data == {"name": "Voltaire"}


def test_rpc(anon):
    found = anon.rpc("search_books", {"term": "brontë"}).execute().data
    assert sorted(b["title"] for b in found) == ["Jane Eyre", "Villette", "Wuthering Heights"]
    error = refused(anon.rpc("search_boks", {"term": "x"}))
    assert error.code == "PGRST202"


def test_policies(anon, ada, grace, service):
    assert refused(anon.table("loan").select("*")).code == "42501"
    loans = ada.table("loan").select("id, member(name)").execute().data
    assert loans and all(loan["member"]["name"] == "Ada" for loan in loans)
    total = int(sql("SELECT count(*) FROM loan"))
    assert len(grace.table("loan").select("id").execute().data) == total
    assert len(service.table("loan").select("id").execute().data) == total


def test_insert_update_delete(grace, ada):
    grace.table("author").delete().like("name", "PY Test%").execute()
    made = grace.table("author").insert({"name": "PY Test One", "born": 1900}).execute().data
    assert made[0]["born"] == 1900
    grace.table("author").insert([{"name": "PY Test Two"}, {"name": "PY Test Three"}]).execute()
    assert refused(grace.table("author").insert({"name": "PY Test One"})).code == "23505"
    assert refused(grace.table("author").update({"died": 1}).eq("name", "PY Test One")).code == "23514"
    changed = grace.table("author").update({"died": 1980}).like("name", "PY Test%").execute().data
    assert len(changed) == 3
    assert len(grace.table("author").delete().like("name", "PY Test%").execute().data) == 3
    assert refused(ada.table("author").insert({"name": "PY Test Four"})).code == "42501"


def test_upsert(grace):
    grace.table("author").delete().like("name", "PY Upsert%").execute()
    first = grace.table("author").upsert({"name": "PY Upsert", "born": 1}, on_conflict="name").execute().data[0]
    second = grace.table("author").upsert({"name": "PY Upsert", "born": 2}, on_conflict="name").execute().data[0]
    assert (first["id"], second["born"]) == (second["id"], 2)
    third = grace.table("author").upsert({"name": "PY Upsert", "born": 3}, on_conflict="name", ignore_duplicates=True).execute()
    assert third.data == []
    grace.table("author").delete().like("name", "PY Upsert%").execute()


def test_borrowing():
    haruka = holder({"sub": user_id(8)})
    book = int(sql("SELECT id FROM book WHERE title = 'Le Petit Prince'"))
    loan = haruka.rpc("borrow", {"book_id": book}).execute().data
    assert loan["book_id"] == book
    back = haruka.rpc("give_back", {"loan_id": loan["id"]}).execute().data
    assert back["returned_on"] is not None
    assert refused(haruka.rpc("borrow", {"book_id": -1})).code == "PT404"


def test_errors_carry_code_message_details_and_hint(anon):
    error = refused(anon.table("bok").select("*"))
    assert error.code == "PGRST205"
    assert error.hint == "Perhaps you meant the table 'public.book'"
    assert error.message == "Could not find the table 'public.bok' in the schema cache"
    assert refused(anon.table("book").select("titel")).code == "42703"
    assert refused(anon.table("book").select("title, staff(name)")).code == "PGRST200"


def test_another_schema():
    read = client(schema="read")
    rows = read.table("item").select("id").contains("tags", ["iron"]).order("id").execute().data
    assert [row["id"] for row in rows] == [1, 3, 6]
    rows = read.table("item").select("id").overlaps("tags", ["leather"]).execute().data
    assert rows == [{"id": 2}]
    rows = read.table("item").select("id").text_search("words", "anvil", {"config": "english"}).execute().data
    assert rows == [{"id": 1}]
