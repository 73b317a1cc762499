"""What schemathesis cannot know of the dialect: values that Postgres's types take, filters that reach rows, and answers
without a body that nobody asked for."""

import random
import zlib

import schemathesis
from hypothesis import strategies as st

NUMBER = st.integers(0, 255)
TEXT = st.text("abc xyz\"'\\,äت", max_size=8)


def joined(separator, *parts):
    return st.tuples(*parts).map(lambda values: separator.join(str(value) for value in values))


CLOCK = st.times().map(lambda t: t.isoformat())
DAY = st.dates().map(lambda d: d.isoformat())
ADDRESS = joined(".", NUMBER, NUMBER, NUMBER, NUMBER)

# Formats that are names of Postgres's types.
FORMATS = {
    "date-time-local": joined("T", DAY, CLOCK),
    "time-local": CLOCK,
    "time": CLOCK.map(lambda t: t + "+01:30"),
    "interval": joined(" ", NUMBER, st.just("days")),
    "bytea": st.binary(max_size=8).map(lambda b: "\\x" + b.hex()),
    "inet": ADDRESS,
    "cidr": ADDRESS,
    "macaddr": st.binary(min_size=6, max_size=6).map(lambda b: b.hex(":")),
    "money": NUMBER.map(str),
    "point": joined(",", NUMBER, NUMBER),
    "tsvector": st.text("abc ", max_size=12),
    "int4range": NUMBER.map(lambda n: f"[{n},{n + 2})"),
    "tstzmultirange": DAY.map(lambda d: "{[" + d + ",)}"),
    "xml": st.just("<a/>"),
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)

# Parameters of the grammar, not columns.
OWN = ("select", "order", "and", "or", "columns", "on_conflict", "limit", "offset")


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_of(rng, schema):
    """A filter's value that the column's type takes."""
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind in ("integer", "number"):
        return rng.choice(["eq.1", "gte.0", "in.(1,2,3)", "not.is.null", "lt.100", "eq(any).{1,2}"])
    if kind == "boolean":
        return rng.choice(["is.true", "is.null", "eq.false"])
    if kind == "array":
        return rng.choice(["cs.{}", "ov.{}", "not.is.null"])
    if "format" not in schema and "anyOf" not in schema:
        return rng.choice(["like.*a*", "neq.zzz", "in.(a,\"b,c\")", "is.null", "not.is.null", "imatch.^.", "gte.a"])
    return rng.choice(["is.null", "not.is.null"])


def columns_of(operation):
    """Properties of the rows that the operation is about."""
    components = operation.schema.raw_schema["components"]
    names = [p.name for p in operation.query]
    for reference in operation.definition.raw.get("parameters", []):
        component = reference.get("$ref", "").rsplit("/", 1)[-1].split(".")
        row = components["schemas"].get(component[0], {})
        if len(component) == 2 and "properties" in row:
            return {name: schema for name, schema in row["properties"].items() if name in names}
    return {}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Two thirds of the reads and filtered writes get a query that the grammar and the types take."""
    query = case.query
    columns = columns_of(case.operation)
    if not isinstance(query, dict) or not columns:
        return
    rng = random.Random(zlib.crc32(repr((case.path, sorted(query.items(), key=repr))).encode()))
    if rng.random() < 0.33:
        return
    names = sorted(columns)
    kept = {name: value for name, value in query.items() if name in ("limit", "offset") and rng.random() < 0.5}
    for name in rng.sample(names, min(len(names), rng.randrange(3))):
        kept[name] = value_of(rng, columns[name])
    some = rng.sample(names, rng.randrange(1, min(len(names), 5) + 1))
    if rng.random() < 0.5:
        kept["select"] = ",".join(map(quoted, some))
    if rng.random() < 0.3:
        kept["order"] = ",".join(quoted(name) + rng.choice(["", ".desc", ".asc.nullsfirst"]) for name in some[:2])
    if rng.random() < 0.2:
        kept["or"] = "(" + ",".join(f"{quoted(name)}.{value_of(rng, columns[name])}" for name in some) + ")"
    # Without a filter a DELETE empties the table, and what follows has nothing to read.
    if case.method.upper() in ("PATCH", "DELETE") and not any(name in kept for name in names):
        kept[names[0]] = "is.null"
    case.query = kept


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """OpenAPI cannot say that a body may be absent: one that was not asked for is no missing one."""
    asked = "return=representation" in str(response.request.headers.get("Prefer", ""))
    writes = case.method.upper() in ("POST", "PATCH", "PUT", "DELETE")
    absent = not response.content and "content-type" not in response.headers
    return not (absent and writes and response.status_code in (200, 201) and not asked)
