"""The client `postgrest` alone, sync and async, every builder method against the schema `proof`."""

import asyncio
import inspect

import pytest
from conftest import need, sql
from postgrest import APIError, AsyncPostgrestClient, SyncPostgrestClient


class Database:
    """One of the two clients; `go` executes a request on either."""

    def __init__(self, kind, token, schema="proof"):
        self.loop = asyncio.new_event_loop()
        self.client = kind(
            f"{need('HOWDAH_URL')}/rest/v1",
            schema=schema,
            headers={"apikey": need("HOWDAH_ANON_KEY"), "Authorization": f"Bearer {token}"},
        )
        self.table, self.rpc, self.schema = self.client.from_, self.client.rpc, self.client.schema

    def wait(self, result):
        return self.loop.run_until_complete(result) if inspect.isawaitable(result) else result

    def go(self, request):
        return self.wait(request.execute())

    def data(self, request):
        return self.go(request).data

    def fails(self, request, code):
        with pytest.raises(APIError) as caught:
            self.go(request)
        assert caught.value.code == code, caught.value.json()
        return caught.value

    def ships(self, shaped):
        """The ids of the ships that a filter leaves."""
        return sorted(row["id"] for row in self.data(shaped(self.table("ship").select("id"))))

    def close(self):
        self.wait(self.client.aclose())
        self.loop.close()


def clean():
    sql(
        "DELETE FROM proof.ship WHERE name LIKE 'py %'; DELETE FROM proof.log_line WHERE batch LIKE 'py %';"
        " DELETE FROM proof.port WHERE id BETWEEN 8000 AND 8999"
    )


@pytest.fixture(scope="module")
def token():
    return sql("SELECT howdah.mint_token('authenticated', '{\"sub\":\"00000000-0000-4000-8000-000000000001\"}')")


@pytest.fixture(params=[SyncPostgrestClient, AsyncPostgrestClient], ids=["sync", "async"], scope="module")
def db(request, token):
    clean()
    made = Database(request.param, token)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def cleaned(request):
    """What a test wrote goes with it."""
    yield
    if any(word in request.node.name for word in ["insert", "upsert", "update"]):
        clean()


def test_select(db):
    assert db.data(db.table("port").select("*").eq("id", 1)) == [{"id": 1, "name": "Genova", "country": "IT", "berths": 40}]
    assert db.data(db.table("port").select("id", "town:name").eq("id", 2)) == [{"id": 2, "town": "Bergen"}]
    assert db.data(db.table("ship").select('"gross tons"').eq("id", 1)) == [{"gross tons": 4000}]
    row = db.data(db.table("ship").select("line:meta->>line, power:meta->engine->power").eq("id", 1))
    assert row == [{"line": "north", "power": 900}]


@pytest.mark.parametrize(
    ("method", "arguments", "ids"),
    [
        ("eq", ("name", "Aurora"), [1]),
        ("neq", ("built", 1950), [2, 3, 5]),
        ("gt", ("built", 1975), [3, 5]),
        ("gte", ("built", 1975), [2, 3, 5]),
        ("lt", ("built", 1975), [1]),
        ("lte", ("built", 1975), [1, 2]),
        ("is_", ("built", None), [4]),
        ("is_", ("built", "not_null"), [1, 2, 3, 5]),
        ("like", ("name", "%or%"), [1, 2]),
        ("ilike", ("name", "%OR%"), [1, 2]),
        ("like_all_of", ("name", "%or%,B%"), [2]),
        ("like_any_of", ("name", "%nl%,B%"), [2, 4]),
        ("ilike_all_of", ("name", "%OR%,b%"), [2]),
        ("ilike_any_of", ("name", "%NL%,b%"), [2, 4]),
        ("in_", ("id", [1, 3, 99]), [1, 3]),
        ("in_", ("name", ["Éire, the (bold)", "Dunlin"]), [4, 5]),
        ("cs", ("cargo", ["grain"]), [1, 3]),
        ("cd", ("cargo", ["grain", "coal", "oil"]), [1, 2, 4, 5]),
        ("ov", ("cargo", ["coal", "oil"]), [1, 2, 5]),
        ("contains", ("cargo", ["grain"]), [1, 3]),
        ("contains", ("draught", "[6,7)"), [2]),
        ("contains", ("meta", {"line": "north", "engine": {"kind": "steam"}}), [1]),
        ("contained_by", ("cargo", ["grain", "coal", "oil"]), [1, 2, 4, 5]),
        ("contained_by", ("draught", "[0,9)"), [1, 2]),
        ("contained_by", ("meta", {"line": "west", "more": 1}), [5]),
        ("overlaps", ("draught", "[2,6)"), [1, 2]),
        ("sl", ("draught", (9, 12)), [1, 2]),
        ("sr", ("draught", (5, 8)), [3, 5]),
        ("nxl", ("draught", (4, 8)), [2, 3, 5]),
        ("nxr", ("draught", (9, 12)), [1, 2, 3]),
        ("adj", ("draught", (7, 9)), [2, 3]),
        ("range_gt", ("draught", (5, 8)), [3, 5]),
        ("range_gte", ("draught", (4, 8)), [2, 3, 5]),
        ("range_lt", ("draught", (9, 12)), [1, 2]),
        ("range_lte", ("draught", (9, 12)), [1, 2, 3]),
        ("range_adjacent", ("draught", (7, 9)), [2, 3]),
        ("fts", ("log", "'oil' | 'fruit'"), [2, 3]),
        ("plfts", ("log", "grain ship"), [1]),
        ("phfts", ("log", "fast ship"), [2]),
        ("wfts", ("log", "ship -fast"), [1]),
        ("match", ({"flag": "white", "built": 1990},), [3]),
        ("or_", ("built.lt.1960,and(flag.eq.white,built.gt.2000),id.in.(4)",), [1, 4, 5]),
        ("filter", ("meta->>line", "not.eq", "north"), [3, 5]),
    ],
)
def test_filters(db, method, arguments, ids):
    assert db.ships(lambda q: getattr(q, method)(*arguments)) == ids


def test_not(db):
    assert db.ships(lambda q: q.not_.eq("flag", "white")) == [1, 2]
    assert db.ships(lambda q: q.not_.is_("built", "null").not_.in_("id", [1, 2])) == [3, 5]
    assert db.ships(lambda q: q.not_.contains("cargo", ["grain"]).lt("id", 4)) == [2]


@pytest.mark.parametrize(
    ("query", "options", "ids"),
    [
        ("ship & carries", {"config": "english"}, [1, 2]),
        ("carries ships", {"config": "english", "type": "plain"}, [1, 2]),
        ("fast ship", {"config": "english", "type": "phrase"}, [2]),
        ("carries -fast", {"config": "english", "type": "web_search"}, [1]),
        ("bold", {"config": "simple"}, [5]),
    ],
)
def test_text_search(db, query, options, ids):
    assert db.ships(lambda q: q.text_search("log", query, options)) == ids


def test_values_are_values(db):
    for value in ["' OR 1=1 --", '"', "\\", "(", ",", "*", "🌹", "null", "a&b=c#d+e"]:
        assert db.ships(lambda q: q.eq("name", value)) == [], value


def test_order(db):
    def by(build):
        return [row["id"] for row in db.data(build(db.table("ship").select("id")))]

    assert by(lambda q: q.order("built")) == [1, 2, 3, 5, 4]
    assert by(lambda q: q.order("built", desc=True)) == [4, 5, 3, 2, 1]
    assert by(lambda q: q.order("built", desc=True, nullsfirst=False)) == [5, 3, 2, 1, 4]
    assert by(lambda q: q.order("built", nullsfirst=True)) == [4, 1, 2, 3, 5]
    assert by(lambda q: q.order("home", nullsfirst=False).order("id", desc=True)) == [1, 3, 2, 5, 4]


def test_limit_offset_and_range(db):
    def page(build):
        return [row["id"] for row in db.data(build(db.table("ship").select("id").order("id")))]

    assert page(lambda q: q.limit(2)) == [1, 2]
    assert page(lambda q: q.limit(2).offset(3)) == [4, 5]
    assert page(lambda q: q.range(1, 3)) == [2, 3, 4]
    assert page(lambda q: q.range(50, 60)) == []


def test_embeds(db):
    row = db.data(db.table("ship").select("name, port(name), visit(id)").eq("id", 1).order("id", desc=True, foreign_table="visit"))
    assert row == [{"name": "Aurora", "port": {"name": "Genova"}, "visit": [{"id": 2}, {"id": 1}]}]
    one = db.table("ship").select("visit(id)").eq("id", 1).order("id", foreign_table="visit")
    assert db.data(one.limit(1, foreign_table="visit")) == [{"visit": [{"id": 1}]}]
    two = db.table("ship").select("visit(id)").eq("id", 1).order("id", foreign_table="visit")
    assert db.data(two.range(1, 1, foreign_table="visit")) == [{"visit": [{"id": 2}]}]
    inner = db.data(db.table("ship").select("id, visit!inner(id)").eq("visit.port_id", 3).order("id"))
    assert inner == [{"id": 1, "visit": [{"id": 2}]}, {"id": 3, "visit": [{"id": 5}]}]
    either = db.table("ship").select("id, visit!inner(id)").or_("fee.gt.150,fee.lt.50", reference_table="visit").order("id")
    assert [row["id"] for row in db.data(either)] == [2, 3]
    hinted = db.data(db.table("voyage").select("from:port!voyage_from(name), to:to_port(name)").eq("id", 1))
    assert hinted == [{"from": {"name": "Genova"}, "to": {"name": "Bergen"}}]
    assert db.data(db.table("ship").select("name, ...port(country)").eq("id", 1)) == [{"name": "Aurora", "country": "IT"}]
    assert db.data(db.table("visit").select("fee.sum(), id.count()")) == [{"sum": 400.5, "count": 5}]
    # PGRST201, whose details are a list: this client can only pass its status on.
    db.fails(db.table("voyage").select("port(name)"), 300)


def test_counts(db):
    for count in ["exact", "planned", "estimated"]:
        assert isinstance(db.go(db.table("ship").select("id", count=count).limit(1)).count, int)
    page = db.go(db.table("ship").select("id", count="exact").limit(2))
    assert (page.count, len(page.data)) == (5, 2)
    head = db.go(db.table("ship").select("id", count="exact", head=True))
    assert (head.count, head.data) == (5, [])
    assert db.go(db.table("ship").select("id")).count is None


def test_single_and_maybe_single(db):
    assert db.data(db.table("port").select("name").eq("id", 1).single()) == {"name": "Genova"}
    assert db.fails(db.table("port").select("*").eq("id", 99).single(), "PGRST116").details == "The result contains 0 rows"
    db.fails(db.table("port").select("*").single(), "PGRST116")
    assert db.data(db.table("port").select("name").eq("id", 1).maybe_single()) == {"name": "Genova"}
    assert db.go(db.table("port").select("*").eq("id", 99).maybe_single()) is None


def test_csv(db):
    text = db.data(db.table("ship").select("id, name, built").in_("id", [4, 5]).order("id").csv())
    assert text.rstrip("\n") == 'id,name,built\n4,Dunlin,\n5,"Éire, the (bold)",2005'


def test_explain(db):
    sql("GRANT EXECUTE ON FUNCTION howdah.explain_plan() TO authenticated")
    try:
        text = db.go(db.table("ship").select("id").eq("id", 1).explain())
        assert "Scan" in text and "ship" in text
        plan = db.data(db.table("ship").select("id").explain(format="json", analyze=True, verbose=True, buffers=True))
        assert plan[0]["Execution Time"] > 0
    finally:
        sql("REVOKE EXECUTE ON FUNCTION howdah.explain_plan() FROM authenticated")
    db.fails(db.table("ship").select("id").explain(format="json"), "PGRST107")


def test_computed_fields_and_relationships(db):
    assert db.data(db.table("ship").select("id, age").eq("id", 1)) == [{"id": 1, "age": 70}]
    assert db.ships(lambda q: q.gt("age", 40)) == [1, 2]
    assert db.data(db.table("ship").select("id, homes(name)").eq("id", 1)) == [{"id": 1, "homes": {"name": "Genova"}}]
    hull = db.table("port").select("name, guests(name)").eq("id", 3).order("name", foreign_table="guests")
    assert db.data(hull) == [{"name": "Hull", "guests": [{"name": "Aurora"}, {"name": "Calypso"}]}]


def test_insert(db):
    assert db.data(db.table("ship").insert({"name": "py one"}))[0]["flag"] == "white"
    assert db.data(db.table("ship").insert({"name": "py two"}, returning="minimal")) == []
    rows = [{"name": "py three", "cargo": []}, {"name": "py four", "cargo": ["a,b", '"']}]
    several = db.go(db.table("ship").insert(rows, count="exact"))
    assert (several.count, [row["cargo"] for row in several.data]) == (2, [[], ["a,b", '"']])
    db.fails(db.table("ship").insert({"name": "py one"}), "23505")
    db.fails(db.table("ship").insert({"nome": "py"}), "PGRST204")


def test_insert_of_missing_columns(db):
    def rows(tag):
        return [{"batch": tag, "n": 1}, {"batch": tag, "note": "given"}]

    nulls = db.data(db.table("log_line").insert(rows("py nulls")))
    assert [(row["n"], row["note"]) for row in nulls] == [(1, None), (None, "given")]
    defaults = db.data(db.table("log_line").insert(rows("py defaults"), default_to_null=False))
    assert [(row["n"], row["note"]) for row in defaults] == [(1, "blank"), (None, "given")]


def test_upsert(db):
    port = db.table
    assert db.data(port("port").upsert({"id": 8000, "name": "py a", "berths": 1}))[0]["berths"] == 1
    assert db.data(port("port").upsert({"id": 8000, "name": "py a", "berths": 2}))[0]["berths"] == 2
    assert db.data(port("port").insert({"id": 8000, "name": "py a", "berths": 3}, upsert=True))[0]["berths"] == 3
    other = db.go(port("port").upsert({"id": 8001, "name": "py a"}, on_conflict="name", count="exact"))
    assert (other.data[0]["id"], other.count) == (8001, 1)
    assert db.data(port("port").upsert({"id": 8001, "name": "py b"}, ignore_duplicates=True)) == []
    mixed = [{"id": 8001, "name": "py c"}, {"id": 8002, "name": "py d"}]
    assert [row["id"] for row in db.data(port("port").upsert(mixed, ignore_duplicates=True))] == [8002]
    made = db.data(db.table("ship").upsert([{"name": "py up"}], on_conflict="name", default_to_null=False))
    assert (made[0]["flag"], made[0]["cargo"]) == ("white", [])


def test_update_and_delete(db):
    db.go(db.table("ship").insert([{"name": "py u 1"}, {"name": "py u 2"}], returning="minimal", default_to_null=False))
    changed = db.go(db.table("ship").update({"built": 1901}, count="exact").like("name", "py u %"))
    assert (changed.count, [row["built"] for row in changed.data]) == (2, [1901, 1901])
    assert db.data(db.table("ship").update({"built": 1902}, returning="minimal").eq("name", "py u 1")) == []
    db.fails(db.table("ship").update({"built": 1}).eq("name", "py u 1"), "23514")
    db.fails(db.table("ship").update({"built": 1950}).like("name", "py u %").max_affected(1), "PGRST124")
    db.fails(db.table("ship").delete().like("name", "py u %").max_affected(1), "PGRST124")
    gone = db.go(db.table("ship").delete(count="exact").like("name", "py u %").max_affected(2))
    assert (gone.count, len(gone.data)) == (2, 2)
    assert db.data(db.table("ship").delete(returning="minimal").like("name", "py u %")) == []


def test_rpc(db):
    assert db.data(db.rpc("flag_of", {"ship_name": "Aurora"})) == "red"
    assert db.data(db.rpc("flag_of", {"ship_name": "Aurora"}, get=True)) == "red"
    assert db.data(db.rpc("add_up", {"numbers": [1, 2, 3]})) == 6
    assert db.data(db.rpc("echo", {"body": {"a": [1, None]}})) == {"a": [1, None]}
    assert db.data(db.rpc("ring", {})) == "dong"
    assert db.data(db.rpc("nothing", {})) == []
    head = db.go(db.rpc("fleet", {"of_flag": "green"}, count="exact", head=True))
    assert head.count == 1
    assert db.go(db.rpc("fleet", {"of_flag": "white"}, count="exact")).count == 2


def test_rpc_reads_like_a_table(db):
    def white(**options):
        return db.rpc("fleet", {"of_flag": "white"}, **options)

    assert db.data(white().select("id").order("id", desc=True)) == [{"id": 5}, {"id": 3}]
    assert db.data(white(get=True).select("id").gt("built", 2000)) == [{"id": 5}]
    assert db.data(white().select("id").order("id").range(1, 1)) == [{"id": 5}]
    assert db.data(white().select("id").order("id").limit(1).offset(1)) == [{"id": 5}]
    assert db.data(white().select("name, port(name)").eq("id", 3).single()) == {"name": "Calypso", "port": {"name": "Bergen"}}
    db.fails(white().eq("id", 99).maybe_single(), "PGRST116")
    assert db.data(white().select("id").order("id").csv()).rstrip("\n") == "id\n3\n5"


def test_another_schema(db):
    other = db.schema("read")
    found = db.wait(other.from_("item").select("id").eq("id", 1).execute())
    assert found.data == [{"id": 1}]
    hidden = db.schema("howdah_private")
    with pytest.raises(APIError) as caught:
        db.wait(hidden.from_("x").select("*").execute())
    assert caught.value.code == "PGRST106"


def test_errors(db):
    missing = db.fails(db.table("shp").select("*"), "PGRST205")
    assert missing.hint == "Perhaps you meant the table 'proof.ship'"
    assert missing.message == "Could not find the table 'proof.shp' in the schema cache"
    db.fails(db.table("ship").select("nome"), "42703")
    db.fails(db.table("ship").select("id").eq("id", "x"), "22P02")
    db.fails(db.table("hold").select("*"), "42501")
    db.fails(db.rpc("flet", {"of_flag": "red"}), "PGRST202")
    raised = db.fails(db.rpc("raises", {"state": "P0001", "message": "no"}), "P0001")
    assert (raised.message, raised.details, raised.hint) == ("no", "the detail", "the hint")
