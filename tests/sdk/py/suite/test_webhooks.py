"""Webhooks as a receiver sees them who verifies with the library of Standard Webhooks."""

import base64
import json
import os
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from conftest import sql
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
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


def ed25519(public):
    assert public.startswith("whpk_")
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))


def signed(headers, body):
    return f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body


def test_a_key_pair_signs_for_who_wants_no_secret():
    with receiver() as (url, got):
        secret = sql(f"SELECT howdah.set_webhook_endpoint('py-pair', '{url}')")
        public = sql("SELECT howdah.rotate_webhook_secret('py-pair', kind => 'v1a')")
        assert sql("SELECT howdah.webhook_secret('py-pair')") == public
        sql("SELECT howdah.webhook('py-pair', 'a.b', '{\"n\": 1.0}')")
        headers, body = wait(got, 1)
        # For a day the secret signs as well.
        assert Webhook(secret).verify(body, headers)["data"] == {"n": 1.0}
        pair, hmac = headers["webhook-signature"].split(" ")
        assert hmac.startswith("v1,")
        signature = base64.b64decode(pair.removeprefix("v1a,"))
        ed25519(public).verify(signature, signed(headers, body))
        with pytest.raises(InvalidSignature):
            ed25519(public).verify(signature, signed(headers, body + b" "))
        # From then on it stays a pair.
        other = sql("SELECT howdah.rotate_webhook_secret('py-pair', keep => '0')")
        sql("SELECT howdah.webhook('py-pair', 'a.b', '{}')")
        headers, body = wait(got, 2)
        ed25519(other).verify(base64.b64decode(headers["webhook-signature"].removeprefix("v1a,")), signed(headers, body))
        sql("SELECT howdah.remove_webhook_endpoint('py-pair')")


def test_we_take_what_a_key_pair_signs():
    key = Ed25519PrivateKey.generate()
    public = "whpk_" + base64.b64encode(key.public_key().public_bytes_raw()).decode()
    queue = f"py_pair_{time.time_ns()}"
    sql(f"SELECT queue.create('{queue}'); SELECT howdah.inbound('py-pair', 'standard', '{public}', queue => '{queue}')")
    body = json.dumps({"type": "order.paid"}).encode()
    headers = {"webhook-id": f"msg_{time.time_ns()}", "webhook-timestamp": str(int(time.time()))}
    signature = "v1a," + base64.b64encode(key.sign(signed(headers, body))).decode()
    url = os.environ["HOWDAH_URL"] + "/hooks/in/py-pair"
    ask = lambda content, signature: httpx.post(url, content=content, headers={**headers, "webhook-signature": signature})
    forged = "v1a," + base64.b64encode(Ed25519PrivateKey.generate().sign(signed(headers, body))).decode()
    for content, wrong in ((body + b" ", signature), (body, forged), (body, "v1," + signature[4:])):
        answer = ask(content, wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "HW401") and answer.json()["hint"]
    assert ask(body, signature).json() == {"received": True}
    assert sql(f"SELECT count(*) FROM queue.read('{queue}', 30, 5)") == "1"
    sql(f"SELECT howdah.off_inbound('py-pair'); SELECT queue.drop('{queue}')")


def test_we_take_what_the_standard_library_signs():
    import datetime

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
