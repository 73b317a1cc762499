#!/usr/bin/env python3
"""Measures accounts in interleaved rounds: refreshes beside floor A's inserts (pgbench, prepared), sign-ins with a password beside the
machine's raw argon2id, and what a request pays for its token. Called by ./run --accounts.

Sign-ins come from as many clients at once as the other cases have (CONNECTIONS), each of an account of its own: fewer than the queue
before the hashes takes, so none is shed, and one that is counts as no sign-in."""

import argparse
import json
import os
import re
import statistics
import subprocess

from measure import CONNECTIONS, pgbench
from stack import HERE, ROOT, Stack

# Least share of the floor.
AIMS = {"refresh": 0.5, "sign_in": 0.8}
# Most time of a verification, in µs.
COSTS = {"cached": 2, "es256": 150}
CHAINS, PEOPLE = 200, 64
PASSWORD = "a password of the bench"


def prepare(stack):
    """Users with a session each and one password, and no rate limit: neither those of settings nor those of rows alone."""
    stack.sql(
        "UPDATE auth.rate_limits SET count = 0 WHERE setting IS NULL;"
        "SELECT auth.set(s.name, '0') FROM auth.settings_all AS s WHERE s.name LIKE 'rate\\_limit\\_%';"
        "INSERT INTO auth.users (id, aud, role, email, email_confirmed_at, created_at, updated_at, encrypted_password, raw_app_meta_data)"
        " SELECT gen_random_uuid(), 'authenticated', 'authenticated', 'bench' || n || '@example.com', now(), now(), now(), p.hash,"
        "  '{\"provider\": \"email\", \"providers\": [\"email\"]}'"
        f" FROM generate_series(1, {CHAINS}) AS n, (SELECT howdah_private.password_hash('{PASSWORD}') AS hash) AS p;"
    )
    people = stack.folder / "people"
    people.write_text("".join(f"bench{n}@example.com\n" for n in range(1, PEOPLE + 1)))
    return people


def chains(stack):
    """One refresh token for each chain, of new sessions."""
    tokens = stack.folder / "chains"
    tokens.write_text(
        stack.sql(
            "SELECT howdah_private.auth_issue_session(u.id, 'password') ->> 'refresh_token' FROM auth.users AS u WHERE u.email LIKE 'bench%'"
        )
    )
    return tokens


def wrk(stack, case, file, seconds):
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s",
               "-s", str(HERE / "lua/accounts.lua"), f"http://127.0.0.1:{stack.port}"]  # fmt: skip
    out = subprocess.run(command, env=dict(os.environ, WHAT=case, FILE=str(file)), text=True, capture_output=True)
    found = re.search(r"RESULT (\{.*\})", out.stdout)
    if not found:
        raise SystemExit(f"wrk, {case}:\n{out.stdout}{out.stderr}")
    result = json.loads(found[1])
    return {"rate": (result["requests"] - result["bad"]) / (result["us"] / 1e6), **result}


def costs():
    """Of the core alone: hashes a second with both cores, and a verification's time."""
    out = subprocess.run(
        ["cargo", "run", "--release", "--locked", "--quiet", "-p", "howdah-core", "--example", "account_costs"],
        cwd=ROOT, text=True, capture_output=True,
    )  # fmt: skip
    if out.returncode:
        raise SystemExit(out.stderr)
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("floor", help="the floor's binary, as tests/bench/run builds it")
    given = parser.parse_args()
    stack = Stack(given.floor)
    try:
        people = prepare(stack)
        rounds = []
        for n in range(given.rounds):
            raw = costs()
            refresh = wrk(stack, "refresh", chains(stack), given.seconds)
            insert = pgbench(stack, "insert", given.seconds)
            stack.clean("insert")
            sign_in = wrk(stack, "sign_in", people, given.seconds)
            rounds.append({"refresh": refresh, "insert": insert, "sign_in": sign_in, "raw": raw})
            print(f"round {n + 1}: refresh {refresh['rate']:,.0f}/s, insert (A) {insert['rate']:,.0f}/s, sign-in {sign_in['rate']:.1f}/s "
                  f"({sign_in['bad']} shed), argon2id {raw['hashes']:.1f}/s", flush=True)  # fmt: skip
    finally:
        stack.stop()
    share = {
        "refresh": statistics.median(r["refresh"]["rate"] / r["insert"]["rate"] for r in rounds),
        "sign_in": statistics.median(r["sign_in"]["rate"] / r["raw"]["hashes"] for r in rounds),
    }
    for case, name in (("refresh", "refresh, of floor A's inserts"), ("sign_in", "sign-in, of raw argon2id")):
        print(f"  {name:40}{share[case]:8.2f}  aim {AIMS[case]}: {'reached' if share[case] >= AIMS[case] else 'NOT reached'}")
    for key, name in (("cached", "token verified before, µs"), ("es256", "token verified anew (ES256), µs")):
        cost = statistics.median(r["raw"][key] for r in rounds)
        print(f"  {name:40}{cost:8.2f}  aim {COSTS[key]}: {'reached' if cost <= COSTS[key] else 'NOT reached'}")
    p99 = statistics.median(r["refresh"]["p99"] for r in rounds)
    print(f"  refresh: p99 {p99 / 1000:.1f} ms with {CONNECTIONS} clients; failed {sum(r['refresh']['bad'] for r in rounds)}")


if __name__ == "__main__":
    main()
