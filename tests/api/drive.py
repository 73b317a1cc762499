"""Validates both documents for every kind of caller, then drives the service by them: no 5xx, nothing that is not described.

drive.py SECONDS URL: wants HOWDAH_DB_URL, HOWDAH_ANON_KEY and HOWDAH_SERVICE_KEY.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV31SpecValidator

HERE = Path(__file__).parent
SCHEMAS = ["public", "Open {API} 100%"]
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


def sql(text):
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", os.environ["HOWDAH_DB_URL"], "-c", text]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def fetch(url, token, schema):
    headers = {"Authorization": f"Bearer {token}", "Accept-Profile": schema}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return json.load(answer)


# PostgREST gives a default as its expression, whatever the format says: such are no problem of ours.
EXPRESSION = re.compile(r"is not a '(date|time|date-time|uuid)'$")


def problems_of_swagger(document):
    found = (str(error.message) for error in OpenAPIV2SpecValidator(document).iter_errors())
    return [message for message in found if not EXPRESSION.search(message)]


def problems_of_v31(document):
    return [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()]


def drive(base, token, schema, seconds):
    url = f"{base}/openapi.json?schema={urllib.parse.quote(schema)}"
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", url,
        "--header", f"Authorization: Bearer {token}",
        "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing",
        "--max-time", str(seconds),
        "--continue-on-failure", "--no-color", "--warnings", "off",
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    # It keeps notes where it runs.
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def main():
    seconds, base = int(sys.argv[1]), sys.argv[2].rstrip("/")
    user = sql("""SELECT howdah.mint_token('authenticated', '{"sub": "00000000-0000-4000-8000-0000000000a1"}'::jsonb, '1 hour')""")
    callers = {
        "anybody": os.environ["HOWDAH_ANON_KEY"],
        "a user": user,
        "the service": os.environ["HOWDAH_SERVICE_KEY"],
    }
    share = max(5, seconds // (len(callers) * len(SCHEMAS)))
    passed = failed = requests = 0
    began = time.monotonic()

    def tell(name, problems):
        nonlocal passed, failed
        if problems:
            failed += 1
            print(f"FAILED {name}\n{problems}", flush=True)
        else:
            passed += 1
            print(f"ok {name}", flush=True)

    for schema in SCHEMAS:
        for caller, token in callers.items():
            swagger = fetch(f"{base}/rest/v1/", token, schema)
            tell(f"2.0 of {schema} for {caller}", "\n".join(problems_of_swagger(swagger)))
            document = fetch(f"{base}/openapi.json", token, schema)
            tell(f"3.1 of {schema} for {caller}", "\n".join(problems_of_v31(document)))
            status, output = drive(base, token, schema, share)
            cases = re.search(r"\d+ generated.*", output)
            requests += int(cases[0].split()[0]) if cases else 0
            # A machine too slow for its share of the time has shown nothing.
            tell(f"{schema} as {caller}: {cases[0] if cases else 'no case'}", output if status or not cases else "")
    form = "full" if seconds >= 600 else "reduced"
    title = f"schemathesis drives the service by its own description, as anybody, as a user and as a trusted server, {seconds} s in all"
    counts = f"{passed} passed, {failed} failed"
    # The line of docs/RELIABILITY.md (tests/src/drill.rs); schemathesis chooses its seeds itself.
    print("drill", "D21", title, form, "-", f"{time.monotonic() - began:.0f} s", counts, f"{requests} cases", sep="\t")
    print(counts)
    sys.exit(1 if failed else 0)


main()
