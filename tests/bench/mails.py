"""Mails: asked for by 100,000 in one transaction, delivered to an SMTP server on loopback, another tenant's meanwhile, and how
soon after a commit the courier has claimed a row. See ./run --help."""

import argparse
import asyncio
import json
import random
import re
import threading
import time

from stack import Stack

PLAIN = ("howdah.send_email(\"to\" => 'u' || i || '@d' || i % 50 || '.example.net', subject => 'Hello ' || i, text => 'Hi there',"
         " tenant => 'first')")  # fmt: skip
TEMPLATE = ("howdah.send_email(\"to\" => 'u' || i || '@d' || i % 50 || '.example.net', template => 'bench',"
            " vars => jsonb_build_object('name', 'Ada ' || i, 'number', i))")  # fmt: skip
MANY = ("howdah.send_emails(array_agg(jsonb_build_object('to', 'u' || i || '@d' || i % 50 || '.example.net', 'subject', 'Hello ' || i,"
        " 'text', 'Hi there')))")  # fmt: skip


def verdict(name, value, aim, reached):
    print(f"  {name:60}{value:>12}   aim {aim}: {'reached' if reached else 'NOT reached'}", flush=True)


class Sink:
    """Takes every mail, and says 250 as a server does."""

    def __init__(self):
        self.taken, self.other = 0, None
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait(10)

    async def _serve(self, ready):
        server = await asyncio.start_server(self._session, "127.0.0.1", 0, limit=1 << 22)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def _session(self, reader, writer):
        writer.write(b"220 bench\r\n")
        try:
            while line := await reader.readline():
                verb, answer = line[:4].upper(), b"250 2.0.0 ok"
                if verb == b"EHLO":
                    answer = b"250-bench\r\n250-PIPELINING\r\n250 8BITMIME"
                elif verb == b"RCPT" and b"other@" in line:
                    self.other = self.other or time.monotonic()
                elif verb == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken += 1
                writer.write(b"221 bye\r\n" if verb == b"QUIT" else answer + b"\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def until(what, seconds):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise SystemExit("the mails do not come")
        time.sleep(0.01)


def enqueue(stack, call, many):
    """Seconds that one transaction takes, by the server's clock; it is undone. Triggers and NOTIFY included, the flush left out."""
    said = stack.sql(f"BEGIN; EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) SELECT {call} FROM generate_series(1, {many}) AS i; ROLLBACK")
    return float(re.search(r"Execution Time: ([\d.]+)", said)[1]) / 1000


def wake(stack, count):
    """Milliseconds from each commit until the courier has claimed the row: both by the database's clock."""
    took = []
    for number in range(count):
        time.sleep(random.uniform(0.02, 0.2))
        # What is read first after the commit, on the same connection.
        sent, id_ = stack.sql(
            f"SELECT howdah.send_email('w{number}@example.net', 'x', text => 'y') AS id \\gset\n"
            "SELECT extract(epoch FROM clock_timestamp()) * 1000 || ' ' || :id"
        ).split()
        until(lambda: stack.sql(f"SELECT count(*) FROM howdah.deliveries WHERE outbox_id = {id_}").strip() == "1", 30)
        claimed = stack.sql(f"SELECT extract(epoch FROM min(started_at)) * 1000 FROM howdah.deliveries WHERE outbox_id = {id_}")
        took.append(max(0.0, float(claimed) - float(sent)))
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run --mails", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="whether it works, not how fast it is")
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--wakes", type=int, default=500)
    asked = parser.parse_args()
    if asked.quick:
        asked.mails, asked.wakes = 2_000, 20
    stack, sink = Stack(None), Sink()
    try:
        settings = json.dumps({"host": "127.0.0.1", "port": sink.port, "tls": "none"})
        stack.sql(
            "SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), howdah.set('mail.from', 'Shop <shop@example.com>'),"
            " howdah.set('mail.address_limit', '0');"
            f" SELECT howdah.set_email_transport('sink', 'smtp', '{settings}');"
            " SELECT howdah.set_email_template('bench', subject => 'Hello {{ name }}', text => 'Dear {{ name }}, {{ number }}',"
            " html => '<p>Dear {{ name }}, <b>{{ number }}</b></p>')"
        )
        for name, call in (("send_email", PLAIN), ("send_email with a template", TEMPLATE), ("send_emails", MANY)):
            took = enqueue(stack, call, asked.mails)
            aim = 5 * asked.mails / 100_000
            verdict(f"{asked.mails:,} by {name} in one transaction, s", f"{took:.2f}", f"{aim:g}", took <= aim)

        begun = time.monotonic()
        stack.sql(f"SELECT count({PLAIN}) FROM generate_series(1, {asked.mails}) AS i")
        print(f"  sent and committed in {time.monotonic() - begun:.2f} s", flush=True)
        begun = time.monotonic()
        until(lambda: sink.taken >= asked.mails // 10, 600)
        before = time.monotonic()
        stack.sql("SELECT howdah.send_email('other@example.org', 'x', text => 'y', tenant => 'second')")
        until(lambda: sink.other, 600)
        verdict("another tenant's mail meanwhile, s", f"{sink.other - before:.2f}", "5", sink.other - before <= 5)
        until(lambda: sink.taken > asked.mails, 1200)
        rate = asked.mails / (time.monotonic() - begun)
        verdict("mails a second to a server on loopback", f"{rate:,.0f}", "500", rate >= 500)

        p50, p99 = wake(stack, asked.wakes)
        verdict("from commit to claim, p50 ms", f"{p50:.1f}", "10", p50 < 10)
        verdict("from commit to claim, p99 ms", f"{p99:.1f}", "100", p99 < 100)
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
