"""Sessions of psql side by side, one step at a time; for drills."""

import os
import subprocess
import time


class Session:
    def __init__(self, database):
        self.psql = subprocess.Popen([os.environ["PSQL"], "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip

    def begin(self, statement):
        """Sends it and does not wait: it may have to."""
        self.psql.stdin.write(f"{statement};\n\\echo ---\n")
        self.psql.stdin.flush()

    def end(self):
        lines = []
        for line in iter(self.psql.stdout.readline, "---\n"):
            assert line, "the session ended"
            lines.append(line.strip())
        return "\n".join(line for line in lines if line)

    def ask(self, statement):
        self.begin(statement)
        return self.end()

    def until(self, statement, wanted):
        for _ in range(500):
            if self.ask(statement) == wanted:
                return
            time.sleep(0.02)
        raise AssertionError(f"never {wanted}: {statement}")


def make_database(name):
    subprocess.run([os.environ["PSQL"], "-X", "-q", "-d", "postgres", "-c", f"CREATE DATABASE {name} TEMPLATE fresh"], check=True)


compared = 0


def same(found, wanted, what):
    global compared
    assert found == wanted, f"{what}: wanted {wanted}, got {found}"
    compared += 1


def close():
    print(f"{compared} passed, 0 failed")
