#!/usr/bin/env python3
"""Interleaved load runs and the figures beside them; started by tests/bench/run, which names its environment.

Every round runs each server of each case once, odd rounds backwards, so that whatever else the machine does hits all
alike. A ratio is the median of the rounds' ratios, never a ratio of medians from different times.
"""
import argparse, json, os, pathlib, re, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request

E = os.environ
HERE = pathlib.Path(__file__).resolve().parent
WORK = pathlib.Path(E["WORK"])
TICK = os.sysconf("SC_CLK_TCK")
SETS = [
    # case, what pgbench runs for floor A (None: not measured), index on (owner, id)
    ("one", r"\set id random(1, 100000)" "\nSELECT row_to_json(t)::text FROM task t WHERE id = :id;", False),
    ("list", r"\set o random(1, 1000)" "\nSELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM task WHERE owner = owner_id(:o) ORDER BY id LIMIT 20) r;", False),
    ("list", r"\set o random(1, 1000)" "\nSELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM task WHERE owner = owner_id(:o) ORDER BY id LIMIT 20) r;", True),
    ("rows", "SELECT json_agg(row_to_json(r))::text FROM (SELECT * FROM task WHERE owner = owner_id(2000) ORDER BY id LIMIT 1000) r;", False),
    ("insert", r"\set o random(1001, 1016)" "\nINSERT INTO task (owner, title, done, priority, labels, extra) VALUES (owner_id(:o), 'Water the palms', false, 2, "
               "'{floor1,room2}', '{\"colour\":\"red\",\"litres\":5,\"note\":\"again\"}') RETURNING *;", False),
    ("call", "SELECT days_between('2024-01-03', '2025-03-01')::text;", False),
]
TITLE = {"one": "one row by key", "list": "20 rows of one owner", "rows": "1,000 rows", "insert": "insert", "call": "rpc"}
GOALS = {("one", False): (0.75, 1.33), ("list", False): (1.0, 1.0), ("list", True): (1.0, 1.0),
         ("rows", False): (1.6, 0.65), ("insert", False): (0.85, 1.18)}


def psql(sql):
    out = subprocess.run([E["PGBIN"] + "/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1"], input=sql, text=True, capture_output=True)
    if out.returncode:
        sys.exit("bench: " + out.stderr)
    return out.stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.005)
    sys.exit(f"bench: nothing listens on {port}")


def ticks(pid):
    """User and system ticks of a process with those of its ended children."""
    try:
        f = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(x) for x in f[11:15])


def children(pid):
    try:
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def memory_mb(pid, field="Rss"):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


class Servers:
    def __init__(self):
        self.port = {"howdah": free_port(), "floor": free_port()}
        self.process = {}
        self.postmaster = int((WORK / "data/postmaster.pid").read_text().split()[0])

    def start(self):
        log = open(WORK / "servers.log", "a")
        self.process["floor"] = subprocess.Popen([E["FLOOR_BIN"]], stdout=log, stderr=log, env=dict(
            E, LISTEN=f"127.0.0.1:{self.port['floor']}", DATABASE=f"host={WORK} user=dba dbname=bench"))
        began = time.monotonic()
        self.process["howdah"] = self.start_howdah(log)
        first = self.first_answer(began)
        wait_port(self.port["floor"])
        return first

    def start_howdah(self, log):
        return subprocess.Popen([E["HOWDAH_BIN"], "serve", "--port", str(self.port["howdah"]), "--db-url",
                                 f"host={WORK} user=howdah_proxy dbname=bench"], stdout=log, stderr=log)

    def first_answer(self, began):
        url = f"http://127.0.0.1:{self.port['howdah']}/auth/v1/health"
        while time.monotonic() - began < 10:
            try:
                urllib.request.urlopen(url, timeout=2).read()
                return (time.monotonic() - began) * 1000
            except OSError:
                time.sleep(0.001)
        sys.exit("bench: howdah serve does not answer:\n" + (WORK / "servers.log").read_text()[-2000:])

    def stop(self):
        for process in self.process.values():
            process.send_signal(signal.SIGTERM)
        for process in self.process.values():
            process.wait(15)

    def cpu(self, server):
        own = ticks(self.process[server].pid) if server in self.process else 0
        backends = sum(ticks(p) for p in [self.postmaster] + children(self.postmaster))
        return own, backends


def load(servers, server, case, secs):
    own0, pg0 = servers.cpu(server)
    env = dict(E, SERVER=server, CASE=case, TOKENS=str(WORK / "tokens"))
    out = subprocess.run(["wrk", "-t2", "-c16", f"-d{secs}s", "--latency", "--timeout", "10s", "-s", str(HERE / "lua/load.lua"),
                          f"http://127.0.0.1:{servers.port[server]}"], env=env, capture_output=True, text=True)
    own1, pg1 = servers.cpu(server)
    m = re.search(r"RESULT (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)", out.stdout)
    if not m:
        sys.exit("bench: wrk failed: " + out.stdout + out.stderr)
    n = max(1, int(m[1]))
    return {"rps": n / (int(m[2]) / 1e6), "p50": float(m[3]) / 1000, "p99": float(m[4]) / 1000, "bad": int(m[5]),
            "cpu_server": (own1 - own0) / TICK * 1e6 / n, "cpu_pg": (pg1 - pg0) / TICK * 1e6 / n}


def pgbench(servers, script, secs):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir=WORK) as f:
        f.write(script)
        f.flush()
        _, pg0 = servers.cpu("none")
        out = subprocess.run([E["PGBIN"] + "/pgbench", "-n", "-M", "prepared", "-c16", "-j2", f"-T{secs}", "-f", f.name, "bench"],
                             capture_output=True, text=True)
        time.sleep(0.3)  # ended backends must have been waited for, or their time is lost
        _, pg1 = servers.cpu("none")
    n, tps = re.search(r"actually processed: (\d+)", out.stdout), re.search(r"tps = ([\d.]+)", out.stdout)
    if not n or not tps:
        sys.exit("bench: pgbench failed: " + out.stderr)
    return {"rps": float(tps[1]), "p50": 0.0, "p99": 0.0, "bad": 0, "cpu_server": 0.0,
            "cpu_pg": (pg1 - pg0) / TICK * 1e6 / max(1, int(n[1]))}


def cleanup(case):
    if case == "insert":
        psql("DELETE FROM task WHERE id > 101000;")
        psql("VACUUM ANALYZE task;")


def median(rows, key):
    return statistics.median(r[key] for r in rows)


def ratio(rows, floor, value):
    return statistics.median(value(a) / value(b) for a, b in zip(rows, floor) if value(b))


def cpu_of(r):
    return r["cpu_server"] + r["cpu_pg"]


def one_set(servers, case, script, index, args, out):
    psql("CREATE INDEX task_owner_id_idx ON task (owner, id);" if index else "DROP INDEX IF EXISTS task_owner_id_idx;")
    psql("VACUUM ANALYZE task;")
    runs = {"pgbench": [], "floor": [], "howdah": []}
    go = {"pgbench": lambda s: pgbench(servers, script, s), "floor": lambda s: load(servers, "floor", case, s),
          "howdah": lambda s: load(servers, "howdah", case, s)}
    for name in runs:
        go[name](1)
    cleanup(case)
    for number in range(args.rounds):
        for name in list(runs) if number % 2 == 0 else list(runs)[::-1]:
            r = go[name](args.secs)
            cleanup(case)
            runs[name].append(r)
            print(f"    {case}{' +index' if index else ''} round {number + 1} {name}: {r['rps']:.0f}/s", file=sys.stderr, flush=True)
            if out:
                out.write(json.dumps(dict(r, case=case, index=index, server=name, round=number)) + "\n")
    return runs


def row(case, index, runs):
    h, b, a = runs["howdah"], runs["floor"], runs["pgbench"]
    goal = GOALS.get((case, index))
    rps, cpu = ratio(h, b, lambda r: r["rps"]), ratio(h, b, cpu_of)
    verdict = "" if not goal else ("yes" if rps >= goal[0] and cpu <= goal[1] else "no")
    want = f"{goal[0]:.2f} / {goal[1]:.2f}" if goal else "-"
    per_cpu = 1e6 / cpu_of({k: median(h, k) for k in ("cpu_server", "cpu_pg")})
    return (f"| {TITLE[case]}{' (index)' if index else ''} | {median(a, 'rps'):.0f} | {median(b, 'rps'):.0f} | {median(h, 'rps'):.0f} "
            f"| {ratio(h, a, lambda r: r['rps']):.2f} | **{rps:.2f}** | **{cpu:.2f}** | {want} | {verdict} "
            f"| {median(h, 'cpu_server'):.0f} + {median(h, 'cpu_pg'):.0f} | {median(b, 'cpu_server'):.0f} + {median(b, 'cpu_pg'):.0f} "
            f"| {per_cpu:.0f} | {median(h, 'p50'):.2f} / {median(h, 'p99'):.1f} | {sum(r['bad'] for r in h)} |")


def idle_connections(port, pid, count=1000):
    held = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(b"GET /live HTTP/1.1\r\nhost: x\r\n\r\n")
        s.recv(4096)
        held.append(s)
    used = memory_mb(pid)
    for s in held:
        s.close()
    return used


def backend_growth():
    """Private memory of a backend after 100,000 mixed requests, over one that has only connected (MB)."""
    stock = subprocess.Popen([E["PGBIN"] + "/psql", "-X", "-q", "-At"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stock.stdin.write("SELECT pg_backend_pid();\n")
    stock.stdin.flush()
    base = memory_mb(int(stock.stdout.readline()), "Private_Dirty")
    stock.communicate("")
    token = open(WORK / "tokens").readline().split()[1]
    headers = f"authorization: Bearer {token}\n".encode().hex()
    targets = ["task?id=eq.1", "task?order=id&limit=20", "task?select=id,title&done=is.true&limit=5", "rpc/days_between?a=2024-01-01&b=2024-02-01", "nothing"]
    calls = " ".join(f"WHEN {i} THEN '/rest/v1/{t}'" for i, t in enumerate(targets))
    session = subprocess.Popen([E["PGBIN"] + "/psql", "-X", "-q", "-At"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    session.stdin.write("SELECT pg_backend_pid();\n")
    session.stdin.flush()
    pid = int(session.stdout.readline())
    session.stdin.write("".join(
        f"SELECT count(*) FROM generate_series(1, 1000) g, LATERAL howdah_private.request('GET', CASE g % 5 {calls} END, '\\x{headers}', '') r;\n"
        for _ in range(100)))
    session.stdin.flush()
    for _ in range(100):
        session.stdout.readline()
    used = memory_mb(pid, "Private_Dirty")
    session.communicate("")
    return used - base


def policy_cost(rounds):
    """A naive policy's time over a hoisted one's, on a scan of 1,000 rows: medians of interleaved runs."""
    token = next(line.split()[1] for line in open(WORK / "tokens") if line.startswith("2000 "))
    headers = f"authorization: Bearer {token}\n".encode().hex()
    call = "SELECT count(*) FROM generate_series(1, 300) g, LATERAL howdah_private.request('HEAD', '/rest/v1/{t}?g=not.is.null'::text, '\\x{h}', '') r;"
    call = call.replace("?g=not.is.null", "?select=id")
    times = {"naive": [], "hoisted": []}
    for _ in range(rounds):
        for t in times:
            out = psql("\\timing on\n" + call.format(t=t, h=headers))
            times[t].append(float(re.search(r"Time: ([\d.]+) ms", out)[1]))
    return statistics.median(a / b for a, b in zip(times["naive"], times["hoisted"]))


def main():
    ap = argparse.ArgumentParser(prog="tests/bench/run")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--secs", type=int, default=6)
    ap.add_argument("--only", default=".", help="cases whose name matches")
    ap.add_argument("--quick", action="store_true", help="3 rounds of 2 s")
    ap.add_argument("--out", help="a file for every run's figures, a JSON line each")
    args = ap.parse_args()
    if args.quick:
        args.rounds, args.secs = 3, 2
    owners = list(range(1, 201)) + list(range(1001, 1017)) + [2000]
    (WORK / "tokens").write_text(psql("".join(
        f"SELECT '{n} ' || howdah.mint_token('authenticated', jsonb_build_object('sub', owner_id({n})), '1 day');" for n in owners)))
    servers = Servers()
    first = servers.start()
    try:
        pid = servers.process["howdah"].pid
        time.sleep(1)
        idle = memory_mb(pid)
        out = open(args.out, "a") if args.out else None
        lines = [row(case, index, one_set(servers, case, script, index, args, out))
                 for case, script, index in SETS if re.search(args.only, case)]
        loaded = memory_mb(pid)
        thousand = idle_connections(servers.port["howdah"], pid)
        print("\n| case | A pgbench /s | B floor /s | Howdah /s | ÷ A | rps ÷ B | CPU ÷ B | goal | met | CPU µs proxy + Postgres | B's | requests a CPU-second | p50 / p99 ms | bad |")
        print("|---|" + "---:|" * 13)
        print("\n".join(lines))
        print(f"\nproxy: {idle:.1f} MB idle (goal 15), {loaded:.1f} MB after the load (goal 40), {thousand:.1f} MB with 1,000 idle connections (goal 120); "
              f"first answer {first:.0f} ms after its start (goal 60)")
        print(f"backend: {backend_growth():.1f} MB over a stock one after 100,000 mixed requests (goal 12)")
        print(f"policy: owner = auth.uid() costs {policy_cost(max(5, args.rounds)):.3f} × owner = (SELECT auth.uid()) on a scan of 1,000 rows (goal 1.05)")
    finally:
        servers.stop()


main()
