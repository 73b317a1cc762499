#!/usr/bin/env python3
"""Measures Howdah against the floors in interleaved rounds and prints one table. See ./run --help."""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from processes import busy_seconds, cpu_seconds, memory_mb
from stack import HERE, Stack, answers, free_port

CASES = {
    "one": "one row by key",
    "list": "20 rows of one owner, ordered",
    "list_indexed": "the same, index (owner, id)",
    "thousand": "1,000 rows",
    "insert": "insert, returning it",
    "call": "rpc",
    "deep": "10 rows, embeds three levels deep, filters on each",
    "bulk": "insert 1,000 rows in one request",
}
# Measured against the hand-written statement alone: what a floor in Rust would add says nothing more.
BARE = {"deep", "bulk"}
# Share of the floor (B, or A where there is no B) that Howdah is to reach: requests a second (at least), CPU a request (at most).
AIMS = {"one": (0.75, 1.33), "list": (1.0, 1.0), "list_indexed": (1.0, None), "thousand": (1.6, 0.65), "insert": (0.85, 1.18),
        "deep": (None, 1.3), "bulk": (0.8, None)}  # fmt: skip
CONNECTIONS = 16
# What lua/requests.lua asks in the case `deep`, of one owner.
DEEP = ("/rest/v1/project?select=id,name,stage(name,job(id,title,worker(name)))&owner=eq.{owner}&order=id&limit=10"
        "&stage.position=lte.3&stage.job.done=is.false")  # fmt: skip


def servers_of(case):
    return ["pgbench", "howdah"] if case in BARE else ["pgbench", "floor", "howdah"]


def floor_of(case):
    return "pgbench" if case in BARE else "floor"


def crates():
    """The body of the bulk insert, for both."""
    one = lambda n: {"label": f"Crate {n} of this load", "kind": n % 7, "weight": n * 0.25, "packed": "2025-03-04", "tags": ["a", f"t{n % 9}"]}  # noqa: E731
    rows = [one(n) for n in range(1000)]
    return json.dumps(rows, separators=(",", ":"))


def wrk(stack, server, case, seconds):
    port = stack.port if server == "howdah" else stack.floor_port
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s",
               "-s", str(HERE / "lua/requests.lua"), f"http://127.0.0.1:{port}"]  # fmt: skip
    environment = dict(os.environ, SERVER=server, WHAT=case, TOKENS=str(stack.tokens), BODY=crates() if case == "bulk" else "")
    out = subprocess.run(command, env=environment, text=True, capture_output=True)
    found = re.search(r"RESULT (\{.*\})", out.stdout)
    if not found:
        raise SystemExit(f"wrk, {server} {case}:\n{out.stdout}{out.stderr}")
    result = json.loads(found[1])
    return {"requests": result["requests"], "rate": result["requests"] / (result["us"] / 1e6),
            "p50": result["p50"], "p99": result["p99"], "bad": result["bad"]}  # fmt: skip


def pgbench(stack, case, seconds):
    arguments, environment = stack.pgbench_arguments()
    prefix = stack.folder / "pgbench"
    for old in stack.folder.glob("pgbench.*"):
        old.unlink()
    command = [str(stack.bindir() / "pgbench"), "-n", "-M", "prepared", f"-c{CONNECTIONS}", "-j2", f"-T{seconds}",
               "-l", "--log-prefix", str(prefix), "--sampling-rate", "0.1", "-f", str(HERE / f"pgbench/{case}.sql")]  # fmt: skip
    if case == "bulk":  # as a parameter, so that it travels with each request as it does over HTTP
        command += ["-D", f"body={crates()}"]
    command += arguments
    out = subprocess.run(command, env=dict(os.environ, **environment), text=True, capture_output=True)
    rate = re.search(r"tps = ([\d.]+)", out.stdout)
    count = re.search(r"actually processed: (\d+)", out.stdout)
    if not rate or not count:
        raise SystemExit(f"pgbench {case}:\n{out.stdout}{out.stderr}")
    times = sorted(int(line.split()[2]) for log in stack.folder.glob("pgbench.*") for line in log.read_text().splitlines())
    at = lambda q: float(times[min(len(times) - 1, int(len(times) * q))]) if times else 0.0  # noqa: E731
    # Its backends must have ended and been waited for, or their time is not in the postmaster's sum.
    time.sleep(0.3)
    return {"requests": int(count[1]), "rate": float(rate[1]), "p50": at(0.5), "p99": at(0.99), "bad": 0}


def run(stack, server, case, seconds):
    """One run, with the CPU that the server and Postgres used for each request, in µs."""
    pids = {"howdah": stack.proxy, "floor": lambda: stack.floor.pid, "pgbench": lambda: None}[server]()
    postgres = stack.postmaster()
    own = lambda: cpu_seconds(pids) if pids else 0.0  # noqa: E731
    server0, postgres0, busy0, start = own(), cpu_seconds(postgres), busy_seconds(), time.monotonic()
    result = pgbench(stack, case, seconds) if server == "pgbench" else wrk(stack, server, case, seconds)
    wall, each = time.monotonic() - start, 1e6 / max(1, result["requests"])
    result.update(server=server, case=case, cpu_server=(own() - server0) * each, cpu_postgres=(cpu_seconds(postgres) - postgres0) * each,
                  busy=(busy_seconds() - busy0) / wall)  # fmt: skip
    if case in ("insert", "bulk"):
        stack.clean(case)
    return result


def same_answers(stack):
    """Floor and Howdah must say the same before they are compared."""
    token = {line.split()[0]: line.split()[1] for line in stack.tokens.read_text().splitlines()}

    def get(port, path, owner=None, accept=None):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
        if owner:
            request.add_header("Authorization", f"Bearer {token[str(owner)]}")
        if accept:
            request.add_header("Accept", accept)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)

    uuid = lambda n: f"00000000-0000-4000-8000-{n:012d}"  # noqa: E731
    rest, floor = stack.port, stack.floor_port
    pairs = [
        (get(rest, "/rest/v1/task?id=eq.901", 1, "application/vnd.pgrst.object+json"), get(floor, "/one?id=901")),
        (get(rest, f"/rest/v1/task?owner=eq.{uuid(1)}&order=id&limit=20", 1), get(floor, f"/list?owner={uuid(1)}")),
        (get(rest, f"/rest/v1/task_indexed?owner=eq.{uuid(1)}&order=id&limit=20", 1), get(floor, f"/list_indexed?owner={uuid(1)}")),
        (get(rest, f"/rest/v1/task?owner=eq.{uuid(901)}&order=id&limit=1000", 901), get(floor, f"/thousand?owner={uuid(901)}")),
        (get(rest, "/rest/v1/rpc/open_tasks?priority=3", 1), get(floor, f"/call?owner={uuid(1)}&priority=3")),
    ]
    written = (HERE / "pgbench/deep.sql").read_text().split("\n", 1)[1].replace(":n::text", "'1'")
    pairs.append((get(rest, DEEP.format(owner=uuid(1)), 1), json.loads(stack.sql(written))))
    for howdah, wanted in pairs:
        if howdah != wanted or howdah in (None, [], 0):
            raise SystemExit(f"floor and Howdah differ:\n{json.dumps(wanted)[:300]}\n{json.dumps(howdah)[:300]}")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token['1']}"}
    request = urllib.request.Request(f"http://127.0.0.1:{rest}/rest/v1/crate", crates().encode(), headers)
    urllib.request.urlopen(request, timeout=10).close()
    made = stack.sql("SELECT count(*), sum(kind), sum(weight), count(DISTINCT tags) FROM public.crate").strip()
    if made != f"1000|{sum(n % 7 for n in range(1000))}|124875.00|9":
        raise SystemExit(f"the bulk insert made {made}")
    stack.clean("bulk")
    # Another's row is not there: authorization is what is being measured.
    if get(rest, "/rest/v1/task?id=eq.2", 1) != []:
        raise SystemExit("Howdah showed another owner's row")
    if get(rest, "/rest/v1/scan_naive?select=id.count()", 901) != [{"count": 1000}]:
        raise SystemExit("the scan does not meet 1,000 rows")


def median(results, server, case, key):
    return statistics.median(r[key] for r in results if r["server"] == server and r["case"] == case)


def of_floor(results, server, case, value):
    """A server's share of the floor: the median of the rounds' ratios, never a ratio of figures from different times."""
    pairs = zip(*([r for r in results if r["server"] == s and r["case"] == case] for s in (server, floor_of(case))))
    return statistics.median(value(one) / value(floor) for one, floor in pairs)


def cpu(result):
    return result["cpu_server"] + result["cpu_postgres"]


def report(results, cases):
    results = sorted(results, key=lambda r: r["round"])
    head = (f"{'':34}{'req/s':>9}{'share':>7}{'spread':>8}{'p50 ms':>8}{'p99 ms':>8}{'server µs':>11}{'PG µs':>8}{'CPU µs':>8}{'share':>7}"
            f"{'req/CPU s':>11}")  # fmt: skip
    print("\n" + head)
    for case in cases:
        print(CASES[case])
        of = lambda server, key: median(results, server, case, key)  # noqa: E731
        share = lambda server, value: of_floor(results, server, case, value)  # noqa: E731
        names = {"pgbench": "A  pgbench, prepared", "floor": "B  axum, no authorization", "howdah": "   Howdah, JWT and policies"}
        for server in servers_of(case):
            name = names[server]
            rates = [r["rate"] for r in results if r["server"] == server and r["case"] == case]
            spread = (max(rates) - min(rates)) / statistics.median(rates)
            each = of(server, "cpu_server") + of(server, "cpu_postgres")
            print(f"  {name:32}{of(server, 'rate'):9,.0f}{share(server, lambda r: r['rate']):7.2f}{spread:8.0%}"
                  f"{of(server, 'p50') / 1000:8.2f}{of(server, 'p99') / 1000:8.2f}{of(server, 'cpu_server'):11.1f}"
                  f"{of(server, 'cpu_postgres'):8.1f}{each:8.1f}{share(server, cpu):7.2f}{1e6 / each:11,.0f}")  # fmt: skip
        if case in AIMS:
            rate, used = share("howdah", lambda r: r["rate"]), share("howdah", cpu)
            least, most = AIMS[case]
            floor, told = "A" if case in BARE else "B", []
            if least:
                told.append(f"{rate:.2f} of {floor}'s requests, aim {least}: {'reached' if rate >= least else 'NOT reached'}")
            if most:
                told.append(f"{used:.2f} of {floor}'s CPU, aim {most}: {'reached' if used <= most else 'NOT reached'}")
            print("     " + "; ".join(told))
    bad = sum(r["bad"] for r in results)
    if bad:
        print(f"\n{bad} requests failed: these figures are void")
    return bad


def figure(name, value, unit, aim):
    print(f"  {name:48}{value:9.1f} {unit:3} aim {aim:g}: {'reached' if value <= aim else 'NOT reached'}")


def policy_cost(stack, rounds, seconds):
    """CPU of Postgres for a scan of 1,000 rows: the policy as one writes it, beside the wrapped way."""
    shares = []
    for _ in range(rounds):
        naive, wrapped = run(stack, "howdah", "scan_naive", seconds), run(stack, "howdah", "scan_wrapped", seconds)
        shares.append(naive["cpu_postgres"] / wrapped["cpu_postgres"])
    print(f"  owner = auth.uid(), of the wrapped way's CPU     {statistics.median(shares):9.2f}     aim 1.05: "
          f"{'reached' if statistics.median(shares) <= 1.05 else 'NOT reached'}")  # fmt: skip


def starts(stack, times):
    """Milliseconds from the start of `howdah serve` to its first answer that came from Postgres."""
    took = []
    for _ in range(times):
        port = free_port()
        request = "GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        begin = time.monotonic()
        serve = subprocess.Popen([stack.binary, "serve", "--port", str(port), "--db-url", stack.env["HOWDAH_PROXY_DB_URL"]],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        while True:
            if time.monotonic() - begin > 10:
                serve.kill()
                raise SystemExit("howdah serve did not answer in 10 s")
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
                    s.sendall(request)
                    if b" 200 " in s.recv(200):
                        break
            except OSError:
                pass
            time.sleep(0.001)
        took.append((time.monotonic() - begin) * 1000)
        serve.terminate()
        serve.wait(15)
    return statistics.median(took)


def fresh_proxy(stack):
    """Resident MB of a proxy that has answered a few requests, then with 1,000 idle connections."""
    port = free_port()
    serve = subprocess.Popen([stack.binary, "serve", "--port", str(port), "--db-url", stack.env["HOWDAH_PROXY_DB_URL"]],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    connections = []
    try:
        while not answers(f"http://127.0.0.1:{port}/ready"):
            time.sleep(0.02)
        time.sleep(0.5)
        idle = memory_mb(serve.pid)
        for _ in range(1000):
            s = socket.create_connection(("127.0.0.1", port), timeout=5)
            s.sendall(b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n")
            connections.append(s)
        for s in connections:
            if b" 200 " not in s.recv(400):
                raise SystemExit("an idle connection was not answered")
        return idle, memory_mb(serve.pid)
    finally:
        for s in connections:
            s.close()
        serve.terminate()
        serve.wait(15)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: whether it works, not how fast it is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each run")
    parser.add_argument("--only", default="", help="cases, separated by commas: " + ", ".join(CASES))
    parser.add_argument("--out", default="", help="append every run to this file, a JSON object a line")
    parser.add_argument("floor", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    rounds, seconds = (1, 1) if asked.quick else (asked.rounds, asked.seconds)
    cases = [c for c in CASES if not asked.only or c in asked.only.split(",")]
    stack = Stack(asked.floor)
    try:
        same_answers(stack)
        stock = int(memory_backend(stack) * 10) / 10
        results = []
        for case in cases:  # warm: plans, pages, connections
            for server in servers_of(case):
                run(stack, server, case, 1)
        for number in range(rounds):
            # Each round once in this order and once in that, so that whatever else the machine does meets all alike.
            order = [(c, s) for c in cases for s in servers_of(c)]
            for case, server in order if number % 2 == 0 else reversed(order):
                if sys.stderr.isatty():
                    print(f"\rround {number + 1} of {rounds}: {case} {server:24}", end="", file=sys.stderr, flush=True)
                result = dict(run(stack, server, case, seconds), round=number)
                results.append(result)
                if asked.out:
                    with Path(asked.out).open("a") as out:
                        out.write(json.dumps(result) + "\n")
            if not sys.stderr.isatty():
                print(f"round {number + 1} of {rounds} done", file=sys.stderr, flush=True)
        bad = report(results, cases)
        asked_of_howdah = sum(r["requests"] for r in results if r["server"] == "howdah")
        grown = max(memory_mb(pid, "RssAnon") for pid in stack.proxy_backends()) - stock
        print(f"\nafter {asked_of_howdah:,} measured requests of Howdah")
        policy_cost(stack, rounds, 1 if asked.quick else 2)
        figure("proxy, resident after the bench", memory_mb(stack.proxy()), "MB", 40)
        figure("a backend, more private memory than a stock one", grown, "MB", 12)
        idle, thousand = fresh_proxy(stack)
        figure("proxy, resident when idle", idle, "MB", 15)
        figure("proxy, resident with 1,000 idle connections", thousand, "MB", 120)
        figure("howdah serve, from start to first answer", starts(stack, 3 if asked.quick else 7), "ms", 60)
    finally:
        stack.stop()
    sys.exit(1 if bad else 0)


def memory_backend(stack):
    """Private memory of a stock backend that has run one of the statements."""
    held = subprocess.Popen([str(stack.bindir() / "psql"), "-XAtq", stack.env["HOWDAH_DB_URL"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    held.stdin.write("SELECT row_to_json(t) FROM public.task t WHERE id = 1 \\g /dev/null\nSELECT pg_backend_pid();\n")
    held.stdin.flush()
    pid = int(held.stdout.readline())
    private = memory_mb(pid, "RssAnon")
    held.stdin.close()
    held.wait(10)
    return private


if __name__ == "__main__":
    main()
