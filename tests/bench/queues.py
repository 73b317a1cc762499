"""Queues: single messages beside pgmq's statements, batches, and claims over a million done messages that an old snapshot
keeps from being swept. See ./run --help.

Compared with is tests/bench/pgmq.sql: functions that do what pgmq's do, the way that it does it (statements made and planned at
each call, its columns and indexes), on the same server, in turn, both with commits flushed."""

import argparse
import os
import re
import statistics
import subprocess
import time

from measure import CONNECTIONS
from stack import HERE, Stack

# 1 KB, as it stands in the row.
PAD = "repeat('x', 1000)"


def one(schema):
    return (f"SELECT {schema}.send('bench', jsonb_build_object('n', 1, 'pad', {PAD}));\n"
            f"SELECT COALESCE(max(msg_id), 0) AS id FROM {schema}.read('bench', 30, 1) \\gset\n"
            f"SELECT {schema}.delete('bench', :id::bigint);\n")  # fmt: skip


def hundred(schema):
    return (f"SELECT count(*) FROM {schema}.send_batch('bench', array_fill(jsonb_build_object('n', 1, 'pad', {PAD}), ARRAY[100]));\n"
            f"SELECT COALESCE(array_agg(msg_id), '{{}}') AS ids FROM {schema}.read('bench', 30, 100) \\gset\n"
            f"SELECT count(*) FROM {schema}.delete('bench', :ids::bigint[]);\n")  # fmt: skip


# What a worker does while the million lies dead: a message comes, and is claimed.
CLAIM = (f"SELECT queue.send('dead', jsonb_build_object('n', 1, 'pad', {PAD}));\n"
         "SELECT msg_id FROM queue.read('dead', 30, 1) \\gset\nSELECT queue.delete('dead', :msg_id::bigint);\n")  # fmt: skip


def pgbench(stack, script, seconds, clients):
    """Transactions a second."""
    arguments, environment = stack.pgbench_arguments()
    file = stack.folder / "script.sql"
    file.write_text(script)
    out = subprocess.run(
        [str(stack.bindir() / "pgbench"), "-n", "-M", "prepared", f"-c{clients}", f"-j{min(clients, 2)}", f"-T{seconds}", "-f", str(file), *arguments],
        env=dict(os.environ, **environment), text=True, capture_output=True,
    )  # fmt: skip
    rate = re.search(r"tps = ([\d.]+)", out.stdout)
    if out.returncode or not rate or "aborted" in out.stderr:
        raise SystemExit(f"pgbench:\n{out.stdout}{out.stderr}")
    return float(rate[1])


def clean(stack):
    stack.sql("SELECT queue.purge('bench'); DELETE FROM pgmq.q_bench")
    stack.sql("VACUUM ANALYZE queue.messages_shared")
    stack.sql("VACUUM ANALYZE pgmq.q_bench")
    stack.sql("CHECKPOINT")


def beside(stack, what, script, rounds, seconds, clients, times):
    """Ours and pgmq's in turn, first the one, then the other; the median of the rounds' shares."""
    rates = {"queue": [], "pgmq": []}
    for number in range(-1, rounds):
        order = ("queue", "pgmq") if number % 2 else ("pgmq", "queue")
        for schema in order:
            clean(stack)
            rate = pgbench(stack, script(schema), seconds if number >= 0 else 1, clients) * times
            if number >= 0:
                rates[schema].append(rate)
    share = statistics.median(a / b for a, b in zip(rates["queue"], rates["pgmq"]))
    ours, theirs = (statistics.median(rates[s]) for s in ("queue", "pgmq"))
    print(f"  {what:44}{ours:10,.0f}/s   pgmq's statements {theirs:8,.0f}/s   {share:.2f} of them", flush=True)
    return ours, share


def verdict(name, value, aim, reached):
    print(f"  {name:60}{value:>12}   aim {aim}: {'reached' if reached else 'NOT reached'}", flush=True)


class Reader:
    """A session that has read once and then sits in its transaction."""

    def __init__(self, stack):
        self.process = subprocess.Popen([str(stack.bindir() / "psql"), "-XAtq", stack.env["HOWDAH_DB_URL"]],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        self.since = time.monotonic()
        self.process.stdin.write("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class;\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


def claims(stack, seconds):
    """p50 and p99 of a claim in milliseconds, one client."""
    arguments = ["-XAtq", stack.env["HOWDAH_DB_URL"]]
    psql = subprocess.Popen([str(stack.bindir() / "psql"), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        for statement, counted in (("SELECT queue.send('dead', '{\"n\": 1}')", False), ("SELECT msg_id FROM queue.read('dead', 30, 1)", True)):
            begin = time.monotonic()
            psql.stdin.write(statement + ";\n")
            psql.stdin.flush()
            answer = psql.stdout.readline()
            if counted:
                took.append((time.monotonic() - begin) * 1000)
                if not answer.strip():
                    raise SystemExit("a claim found nothing")
                psql.stdin.write(f"SELECT queue.delete('dead', {int(answer)});\n")
                psql.stdin.flush()
                psql.stdout.readline()
    psql.stdin.close()
    psql.wait(10)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)], len(took)


def dead(stack, messages, idle, seconds):
    """A million messages sent, read and deleted under an old snapshot, which then goes on being old."""
    reader = Reader(stack)
    script = hundred("queue").replace("'bench'", "'dead'")
    begin = time.monotonic()
    while int(stack.sql("SELECT COALESCE(pg_sequence_last_value(ids), 0) FROM queue.queues WHERE name = 'dead'") or 0) < messages:
        pgbench(stack, script, 10, 2)
    print(f"  {messages:,} messages sent, read and deleted under an old snapshot in {time.monotonic() - begin:.0f} s", flush=True)
    while time.monotonic() - reader.since < idle:
        pgbench(stack, CLAIM + "\\sleep 20 ms\n", min(10, max(1, int(idle - (time.monotonic() - reader.since)))), 1)
    held = time.monotonic() - reader.since
    p50, p99, count = claims(stack, seconds)
    kept = int(stack.sql("SELECT pg_stat_force_next_flush(); SELECT n_dead_tup FROM pg_stat_all_tables WHERE relid = 'queue.messages_shared'::regclass").split()[-1])
    print(f"  {count:,} claims after {held:.0f} s of it, {kept:,} dead rows kept: p50 {p50:.2f} ms")
    verdict("claim p99 over them, ms", f"{p99:.2f}", "50", p99 < 50)
    reader.stop()
    time.sleep(min(60, idle))
    p50, p99, _ = claims(stack, min(10, seconds))
    verdict("claim p99 a minute after the reader is gone, ms", f"{p99:.2f}", "50", p99 < 50)


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run --queues", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it works, not how fast it is")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=5, help="of each run")
    parser.add_argument("--messages", type=int, default=1_000_000, help="that lie dead")
    parser.add_argument("--idle", type=int, default=600, help="seconds that the old snapshot lives")
    parser.add_argument("--only", default="", help="single, batch, dead")
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds, asked.seconds, asked.messages, asked.idle = 1, 1, 20_000, 5
    wanted = lambda part: not asked.only or part in asked.only.split(",")  # noqa: E731
    stack = Stack(None)
    try:
        stack.sql((HERE / "pgmq.sql").read_text())
        stack.sql("SELECT pgmq.create('bench'); SELECT queue.create('bench'); SELECT queue.create('dead')")
        if wanted("single"):
            # As many as the other cases have: then it is the cores that are short, and not the wait for the disk.
            what = f"send, read, delete of 1 KB, {CONNECTIONS} clients"
            _, share = beside(stack, what, one, asked.rounds, asked.seconds, CONNECTIONS, 1)
            verdict("of pgmq's rate", f"{share:.2f}", "1.2", share >= 1.2)
        if wanted("batch"):
            ours, _ = beside(stack, "the same in batches of 100, messages", hundred, max(1, asked.rounds // 2), asked.seconds, 2, 100)
            verdict("messages a second in batches of 100", f"{ours:,.0f}", "20,000", ours >= 20_000)
        if wanted("dead"):
            dead(stack, asked.messages, asked.idle, 10 * asked.seconds)
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
