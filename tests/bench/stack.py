"""What is measured: a Howdah of its own with the bench's rows, and the floor beside it on the same Postgres."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from processes import children, command

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
READERS, BIG, WRITERS = list(range(1, 901, 18)), list(range(901, 911)), list(range(1001, 1021))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, check, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what}: not there after {seconds} s")


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


class Stack:
    def __init__(self, floor_binary):
        self.binary = os.environ.get("HOWDAH_BIN", str(ROOT / "target/release/howdah"))
        self.folder = Path(tempfile.mkdtemp(prefix="howdah-bench."))
        self.folder.chmod(0o755)
        self.data = self.folder / "d"
        self.log = open(self.folder / "log", "wb")
        self.port, self.pg_port, self.floor_port = free_port(), free_port(), free_port()
        self.up = self.floor = None
        try:
            self._start(floor_binary)
        except BaseException:
            self.stop()
            raise

    def _start(self, floor_binary):
        arguments = ["up", "--json", "--port", str(self.port), "--pg-port", str(self.pg_port), "--data", str(self.data)]
        self.up = subprocess.Popen([self.binary, *arguments], stdout=self.log, stderr=self.log)
        ready = f"http://127.0.0.1:{self.port}/ready"
        try:
            wait_for("howdah up", lambda: answers(ready) or self.up.poll() is not None, 120)
        finally:
            if self.up.poll() is not None:
                print(Path(self.log.name).read_text())
                raise SystemExit("howdah up ended")
        self.env = self._variables()
        self.sql((HERE / "schema.sql").read_text())
        # Statistics and visibility, so that every run meets the same table.
        for table in ("task", "task_indexed", "scan_naive", "scan_wrapped", "project", "stage", "job", "worker"):
            self.sql(f"VACUUM (FREEZE, ANALYZE) public.{table}")
        self.sql("CHECKPOINT")
        self.tokens = self.folder / "tokens"
        numbers = ",".join(map(str, READERS + BIG + WRITERS))
        self.tokens.write_text(
            self.sql(
                "SELECT n || ' ' || howdah.mint_token('authenticated', jsonb_build_object('sub', public.owner_id(n)), interval '1 day')"
                f" FROM unnest(ARRAY[{numbers}]) n"
            )
        )
        if floor_binary is None:
            return
        self.floor = subprocess.Popen(
            [floor_binary],
            env=dict(os.environ, FLOOR_LISTEN=f"127.0.0.1:{self.floor_port}", FLOOR_DB=self.socket_url()),
            stdout=self.log,
            stderr=self.log,
        )
        wait_for("the floor", lambda: answers(f"http://127.0.0.1:{self.floor_port}/one?id=1"), 20)

    def _variables(self):
        out = {}
        for line in (self.data / "env").read_text().splitlines():
            words = shlex.split(line, comments=True)
            for word in words:
                name, equals, value = word.partition("=")
                if equals:
                    out[name] = value
        return out

    def socket_url(self):
        """The DBA's connection over the socket that the proxy uses: the floor gets no worse a way."""
        dba, proxy = urllib.parse.urlsplit(self.env["HOWDAH_DB_URL"]), urllib.parse.urlsplit(self.env["HOWDAH_PROXY_DB_URL"])
        return dba._replace(netloc=dba.netloc.rpartition("@")[0] + "@" + proxy.netloc.rpartition("@")[2]).geturl()

    def sql(self, text):
        done = subprocess.run(
            [str(self.bindir() / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", self.env["HOWDAH_DB_URL"], "-f", "-"],
            input=text, text=True, capture_output=True,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    @staticmethod
    def bindir():
        program = os.environ.get("PG_CONFIG") or subprocess.run([str(ROOT / "scripts/pg-config")], text=True, capture_output=True, check=True).stdout.strip()
        return Path(subprocess.run([program, "--bindir"], text=True, capture_output=True, check=True).stdout.strip())

    def pgbench_arguments(self):
        url = urllib.parse.urlsplit(self.socket_url())
        host, _, port = url.netloc.rpartition("@")[2].rpartition(":")
        user, _, password = url.netloc.rpartition("@")[0].partition(":")
        return (
            ["-h", urllib.parse.unquote(host), "-p", port, "-U", user, url.path.lstrip("/")],
            {"PGPASSWORD": urllib.parse.unquote(password)},
        )

    def postmaster(self):
        return int(next(self.data.rglob("postmaster.pid")).read_text().split()[0])

    def proxy(self):
        """The pid of `howdah serve`, wherever it stands below `up`."""
        todo = [self.up.pid]
        while todo:
            pid = todo.pop()
            words = command(pid)
            if len(words) > 1 and words[1] == "serve":
                return pid
            todo += children(pid)
        raise SystemExit("howdah serve does not run")

    def proxy_backends(self):
        return [int(p) for p in self.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'howdah_proxy'").split()]

    def clean(self, case):
        """Takes the inserted rows out again."""
        if case == "bulk":
            self.sql("TRUNCATE public.crate")
            return
        self.sql("DELETE FROM public.task WHERE id > 100000")
        self.sql("VACUUM (ANALYZE) public.task")

    def stop(self):
        for process in (self.floor, self.up):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
        self.log.close()
        if re.match(r"howdah-bench\.", self.folder.name):
            shutil.rmtree(self.folder, ignore_errors=True)
