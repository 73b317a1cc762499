"""Webhooks as a receiver sees them who verifies with the library of Standard Webhooks."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import sql
from standardwebhooks import Webhook, WebhookVerificationError


@contextmanager
def receiver(statuses=()):
    """A server that keeps what it is sent and answers with these statuses, then with 200."""
    got, left = [], list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(left.pop(0) if left else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    before = sql("SELECT howdah.get('courier.allowed_hosts')")
    place = f"127.0.0.1:{server.server_port}"
    sql(f"SELECT howdah.set('courier.allowed_hosts', '{place}')")
    try:
        yield f"http://{place}/hooks", got
    finally:
        sql(f"SELECT howdah.set('courier.allowed_hosts', '{before}')")
        server.shutdown()


def wait(got, count, seconds=20):
    end = time.monotonic() + seconds
    while len(got) < count and time.monotonic() < end:
        time.sleep(0.02)
    assert len(got) == count
    return got[-1]


def test_a_receiver_verifies_with_the_standard_library():
    with receiver() as (url, got):
        sql(f"SELECT howdah.webhook('{url}', 'user.created', '{{\"name\": \"Ünï\"}}')")
        headers, body = wait(got, 1)
        secret = sql(f"SELECT howdah.webhook_secret('{url}')")
        verified = Webhook(secret).verify(body, headers)
        assert verified["type"] == "user.created" and verified["data"] == {"name": "Ünï"}
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(sql("SELECT howdah.webhook_secret('https://other.example/')")).verify(body, headers)


def test_while_a_secret_changes_both_verify_and_an_attempt_keeps_its_id():
    with receiver([500, 200]) as (url, got):
        first = sql(f"SELECT howdah.set_webhook_endpoint('py-rotation', '{url}')")
        sql("SELECT howdah.webhook('py-rotation', 'a.b', '{\"n\": 1.0}')")
        wait(got, 1)
        second = sql("SELECT howdah.rotate_webhook_secret('py-rotation')")
        headers, body = wait(got, 2)
        assert headers["webhook-id"] == got[0][0]["webhook-id"] and body == got[0][1]
        assert headers["webhook-timestamp"] > got[0][0]["webhook-timestamp"]
        for secret in (first, second):
            assert Webhook(secret).verify(body, headers)["data"] == {"n": 1.0}
        Webhook(first).verify(body, got[0][0])
        with pytest.raises(WebhookVerificationError):
            Webhook(second).verify(body, got[0][0])
        sql("SELECT howdah.remove_webhook_endpoint('py-rotation')")


def test_we_take_what_the_standard_library_signs():
    import datetime
    import os

    import httpx

    secret = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
    sql(
        "CREATE SCHEMA IF NOT EXISTS py_hooks; CREATE TABLE IF NOT EXISTS py_hooks.got (message jsonb);"
        "DO $$ BEGIN IF to_regrole('py_hooks') IS NULL THEN CREATE ROLE py_hooks; END IF; END $$;"
        "GRANT USAGE ON SCHEMA py_hooks TO py_hooks; GRANT INSERT ON py_hooks.got TO py_hooks;"
        "CREATE OR REPLACE FUNCTION py_hooks.take(event jsonb) RETURNS void LANGUAGE sql AS"
        " 'INSERT INTO py_hooks.got VALUES (event)'"
    )
    sql(f"SELECT howdah.inbound('py-in', 'standard', '{secret}', function => 'py_hooks.take', role => 'py_hooks')")
    body = json.dumps({"type": "order.paid", "data": {"id": 7}})
    now = datetime.datetime.now(datetime.timezone.utc)
    message = f"msg_{time.time_ns()}"
    headers = {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, now, body),
        "content-type": "application/json",
    }
    url = os.environ["HOWDAH_URL"] + "/hooks/in/py-in"
    assert httpx.post(url, content=body + " ", headers=headers).status_code == 401
    assert httpx.post(url, content=body, headers=headers).json() == {"received": True}
    assert httpx.post(url, content=body, headers=headers).json() == {"received": True, "repeated": True}
    assert sql("SELECT count(*), max(message #>> '{body,data,id}') FROM py_hooks.got") == "1|7"
    sql("SELECT howdah.off_inbound('py-in'); DROP SCHEMA py_hooks CASCADE; DROP ROLE py_hooks")
