"""Push messages, end to end: an app registers its devices, what is sent to them arrives at the services as they want it."""

import json
import time
import uuid

import httpx
import pytest

from conftest import need, sql
from push_services import Apple, Firebase, WebPush, pem

SUFFIX = uuid.uuid4().hex[:8]


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class User:
    def __init__(self):
        email, password = f"push-{uuid.uuid4().hex}@example.com", "correct horse 4711 battery"
        admin = {"apikey": need("HOWDAH_SERVICE_KEY")}
        made = httpx.post(need("HOWDAH_URL") + "/auth/v1/admin/users", headers=admin,
                          json={"email": email, "password": password, "email_confirm": True})
        assert made.status_code == 200, made.text
        self.id = made.json()["id"]
        signed_in = httpx.post(need("HOWDAH_URL") + "/auth/v1/token?grant_type=password",
                               headers={"apikey": need("HOWDAH_ANON_KEY")}, json={"email": email, "password": password})
        assert signed_in.status_code == 200, signed_in.text
        self.token = signed_in.json()["access_token"]

    def ask(self, method, path, body=None):
        headers = {"apikey": need("HOWDAH_ANON_KEY"), "authorization": f"Bearer {self.token}"}
        return httpx.request(method, need("HOWDAH_URL") + path, headers=headers, json=body)

    def register(self, **what):
        answer = self.ask("POST", "/push/v1/devices", what)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]


def until(what, seconds=20):
    end = time.time() + seconds
    while not (found := what()):
        assert time.time() < end, "in vain"
        time.sleep(0.1)
    return found


def send(**arguments):
    given = ", ".join(f"{name} => {value}" for name, value in arguments.items())
    return int(sql(f"SELECT howdah.send_push({given})"))


def row(message):
    """The outbox's row of a message to one device, once it is settled."""
    query = ("SELECT state FROM howdah.outbox_history WHERE kind = 'push' "
             f"AND payload ->> 'message' = '{message}'")
    return until(lambda: sql(query))


def device(name):
    return json.loads(sql("SELECT jsonb_build_object('reason', retired_reason) FROM howdah.push_devices "
                          f"WHERE id = '{name}'") or "null")


@pytest.fixture(scope="module")
def services():
    key = httpx.get(need("HOWDAH_URL") + "/push/v1/key", headers={"apikey": need("HOWDAH_ANON_KEY")})
    assert key.status_code == 200, key.text
    web, firebase, apple = WebPush(key.json()["public_key"]), Firebase(), Apple()
    before = sql("SELECT howdah.get('courier.allowed_hosts')")
    sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')")
    app = {"app": f"app-{SUFFIX}"}
    sql(f"SELECT howdah.set_sender('fcm-{SUFFIX}', 'push', 'fcm', {literal(json.dumps({**app, 'endpoint': firebase.url}))}, "
        f"{literal(json.dumps(firebase.account()))})")
    settings = {**app, "endpoint": apple.url, "key_id": "KEY1234567", "team_id": "TEAM123456", "topic": "com.example.app"}
    sql(f"SELECT howdah.set_sender('apns-{SUFFIX}', 'push', 'apns', {literal(json.dumps(settings))}, {literal(pem(apple.key))})")
    yield web, firebase, apple
    sql(f"SELECT howdah.remove_sender('fcm-{SUFFIX}'), howdah.remove_sender('apns-{SUFFIX}')")
    sql(f"SELECT howdah.set('courier.allowed_hosts', {literal(before)})")
    for service in (web, firebase, apple):
        service.stop()
        assert service.problems == []


@pytest.fixture
def ada():
    return User()


def test_a_browser_decrypts_what_was_sent_to_it(services, ada):
    web = services[0]
    browser = ada.register(platform="web", subscription=web.subscription(f"/{ada.id}"), locale="it-IT", timezone="Europe/Rome")
    message = send(device_id=f"'{browser}'", title="'Ciao'", body="'è pronto'", data="'{\"order\": 7}'",
                   click_url="'https://shop.example/o/7'", collapse_key="'order-7'", ttl="600", priority="'high'")
    assert row(message) == "delivered"
    (one,) = web.named(ada.id)
    outbox_id = sql(f"SELECT id FROM howdah.outbox_history WHERE payload ->> 'message' = '{message}'")
    assert one["body"] == {
        "web_push": 8030,
        "notification": {"title": "Ciao", "body": "è pronto", "navigate": "https://shop.example/o/7", "tag": "order-7",
                         "data": {"order": 7, "howdah_id": outbox_id}},
    }
    headers = {name.lower(): value for name, value in one["headers"].items()}
    assert (headers["urgency"], headers["topic"]) == ("high", "order-7")
    assert 590 <= int(headers["ttl"]) <= 600


def test_a_message_may_fill_what_a_push_service_takes(services, ada):
    web = services[0]
    browser = ada.register(platform="web", subscription=web.subscription(f"/full/{ada.id}"))
    frame = len(json.dumps({"notification": {"body": "", "data": {"howdah_id": "9223372036854775807"}}}, separators=(",", ":")))
    most = 3993 - frame
    fits = send(device_id=f"'{browser}'", body=f"repeat('x', {most})", platforms="'{web}'")
    assert row(fits) == "delivered"
    assert len(web.named(f"/full/{ada.id}")[0]["body"]["notification"]["body"]) == most
    with pytest.raises(Exception) as problem:
        send(device_id=f"'{browser}'", body=f"repeat('x', {most + 1})", platforms="'{web}'")
    assert "3994 bytes for web, which takes 3993" in problem.value.stderr


def test_a_subscription_that_is_gone_is_retired(services, ada):
    browser = ada.register(platform="web", subscription=services[0].subscription(f"/gone/{ada.id}"))
    assert row(send(device_id=f"'{browser}'", title="'x'")) == "failed"
    assert device(browser) == {"reason": "unregistered"}
    again = send(user_id=f"'{ada.id}'", title="'x'")
    assert sql(f"SELECT enqueued FROM howdah.push_messages_all WHERE id = {again}") == "0"


def test_firebase_gets_messages_with_one_token_for_all(services, ada):
    firebase = services[1]
    devices = [ada.register(platform="fcm", app=f"app-{SUFFIX}", token=f"fine-{n}-{ada.id}") for n in range(5)]
    before = firebase.granted
    message = send(user_id=f"'{ada.id}'", title="'Hi'", data="'{\"n\": 1}'", badge="3", collapse_key="'c'")
    until(lambda: len(firebase.named(f"-{ada.id}")) == len(devices))
    assert firebase.granted - before <= 1
    body = firebase.named(f"-{ada.id}")[0]["body"]
    assert body["notification"] == {"title": "Hi"}
    assert body["data"]["n"] == "1" and body["data"]["howdah_id"].isdigit()
    assert body["android"]["collapse_key"] == "c" and body["android"]["ttl"].endswith("s")
    assert row(message).startswith("delivered")


@pytest.mark.parametrize("token, reason", [("gone", "unregistered"), ("wrong", "bad_token")])
def test_firebase_says_which_tokens_are_no_good(services, ada, token, reason):
    one = ada.register(platform="fcm", app=f"app-{SUFFIX}", token=f"{token}-{ada.id}")
    assert row(send(device_id=f"'{one}'", title="'x'")) == "failed"
    assert device(one) == {"reason": reason}


@pytest.mark.parametrize("token, asked", [("busy", 2), ("withdrawn", 2)])
def test_firebase_is_asked_again_when_it_is_busy_or_takes_the_token_no_more(services, ada, token, asked):
    one = ada.register(platform="fcm", app=f"app-{SUFFIX}", token=f"{token}-{ada.id}")
    assert row(send(device_id=f"'{one}'", title="'x'")) == "delivered"
    assert len(services[1].named(f"{token}-{ada.id}")) == asked
    assert device(one) == {"reason": None}


def test_apple_is_spoken_to_in_http2_with_a_token(services, ada):
    apple = services[2]
    hexes = [uuid.uuid4().hex + uuid.uuid4().hex[:28] + end for end in ("aaaa", "bbbb", "cccc")]
    for token in hexes:
        ada.register(platform="apns", app=f"app-{SUFFIX}", token=token)
    connections = apple.connections
    message = send(user_id=f"'{ada.id}'", title="'Hi'", badge="1", sound="'ding'", collapse_key="'k'", priority="'high'")
    for token in hexes:
        one = until(lambda: apple.named(token))[0]
        assert one["body"]["aps"] == {"alert": {"title": "Hi"}, "badge": 1, "sound": "ding"}
        headers = one["headers"]
        assert (headers["apns-push-type"], headers["apns-priority"], headers["apns-collapse-id"]) == ("alert", "10", "k")
        assert uuid.UUID(headers["apns-id"]) and int(headers["apns-expiration"]) > time.time()
    assert apple.connections - connections <= 2
    assert row(message).startswith("delivered")


def test_apple_says_which_tokens_are_no_good_and_since_when(services, ada):
    tokens = {end: uuid.uuid4().hex + uuid.uuid4().hex[:28] + end for end in ("dead", "bad0", "01d0")}
    ids = {end: ada.register(platform="apns", app=f"app-{SUFFIX}", token=token) for end, token in tokens.items()}
    for one in ids.values():
        assert row(send(device_id=f"'{one}'", title="'x'")) == "failed"
    assert device(ids["dead"]) == {"reason": "unregistered"}
    assert device(ids["bad0"]) == {"reason": "bad_token"}
    # It was gone before it registered: it is there again.
    assert device(ids["01d0"]) == {"reason": None}


def test_another_attempt_has_the_same_apns_id(services, ada):
    token = uuid.uuid4().hex + uuid.uuid4().hex[:28] + "b0b0"
    one = ada.register(platform="apns", app=f"app-{SUFFIX}", token=token)
    assert row(send(device_id=f"'{one}'", title="'x'")) == "delivered"
    first, second = services[2].named(token)
    assert first["headers"]["apns-id"] == second["headers"]["apns-id"]
    assert first["body"] == second["body"]


def test_nobody_sees_or_removes_anothers_device(services, ada):
    grace = User()
    one = ada.register(platform="fcm", app=f"app-{SUFFIX}", token=f"private-{ada.id}")
    assert [d["id"] for d in ada.ask("GET", "/push/v1/devices").json()] == [one]
    assert f"private-{ada.id}" not in ada.ask("GET", "/push/v1/devices").text
    assert grace.ask("GET", "/push/v1/devices").json() == []
    assert grace.ask("DELETE", f"/push/v1/devices/{one}").status_code == 404
    assert ada.ask("DELETE", f"/push/v1/devices/{one}").status_code == 204
    assert ada.ask("GET", "/push/v1/devices").json() == []


def test_no_secret_is_to_be_seen(services):
    shown = sql("SELECT string_agg(to_jsonb(s)::text, ' ') FROM howdah.senders_all s")
    assert "has_secret" in shown and "PRIVATE KEY" not in shown
    kept = sql("SELECT string_agg(s::text, ' ') FROM howdah.senders s")
    assert "PRIVATE KEY" not in kept and "proj-1.iam" not in kept
    history = sql("SELECT string_agg(o::text, ' ') FROM howdah.outbox_history o WHERE kind = 'push'")
    assert "PRIVATE KEY" not in history and "ya29" not in history
