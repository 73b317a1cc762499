"""Text messages, chats and posts, end to end: what a provider is asked, and what follows from its answer."""

import json
import uuid
from urllib.parse import parse_qs

import pytest

from conftest import sql
from push_services import Service, http_service
from test_push import literal, until

SUFFIX = uuid.uuid4().hex[:8]


class Provider(Service):
    """Any HTTP API: answers as each test says, once for each entry, then with success."""

    def __init__(self):
        super().__init__()
        self.answers = {}
        http_service(self, self.answer)

    def answer(self, path, headers, body):
        text = body.decode()
        form = "x-www-form-urlencoded" in headers.get("content-type", "")
        said = {name: values[0] for name, values in parse_qs(text).items()} if form else json.loads(text)
        self.seen.append({"path": path, "headers": dict(headers), "body": said})
        queue = self.answers.get(path.split("?")[0], [])
        status, document = queue.pop(0) if queue else (200, {"ok": True})
        return status, {"content-type": "application/json"}, json.dumps(document)


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    before = sql("SELECT howdah.get('courier.allowed_hosts')")
    sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')")
    yield provider
    sql(f"SELECT howdah.remove_sender(name) FROM howdah.senders WHERE name LIKE '%-{SUFFIX}'")
    sql(f"SELECT howdah.set('courier.allowed_hosts', {literal(before)})")
    provider.stop()
    assert provider.problems == []


def sender(provider, name, kind, driver, settings, secret="s3cret"):
    full = f"{name}-{SUFFIX}"
    settings = {"endpoint": provider.url, **settings}
    sql(f"SELECT howdah.set_sender('{full}', '{kind}', '{driver}', {literal(json.dumps(settings))}, {literal(secret)})")
    return full


def settled(outbox_id):
    return until(lambda: sql(f"SELECT state FROM howdah.outbox_history WHERE id = {outbox_id}"), 30)


def test_twilio_gets_a_form(provider):
    name = sender(provider, "twilio", "sms", "twilio", {"account_sid": "AC1", "from": "+15550199"})
    sent = sql(f"SELECT howdah.send_sms('+1 555 0100', 'Ciao & \"ciao\"', sender => '{name}')")
    assert settled(sent) == "delivered"
    (one,) = [one for one in provider.seen if one["path"].startswith("/2010-04-01")]
    assert one["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert one["body"] == {"To": "+15550100", "From": "+15550199", "Body": 'Ciao & "ciao"'}
    assert one["headers"]["authorization"] == "Basic QUMxOnMzY3JldA=="


def test_an_answer_that_says_no_with_a_200_is_tried_again(provider):
    name = sender(provider, "slack", "chat", "slack", {"channel": "#ops"})
    provider.answers["/api/chat.postMessage"] = [(200, {"ok": False, "error": "ratelimited"})]
    sent = sql(f"SELECT howdah.send_chat('{name}', 'Disk full')")
    assert settled(sent) == "delivered"
    first, second = [one for one in provider.seen if one["path"] == "/api/chat.postMessage"]
    assert first["body"] == second["body"], "the same id, so that it is posted once"
    assert first["body"]["channel"] == "#ops" and uuid.UUID(first["body"]["client_msg_id"])


def test_a_token_that_has_to_be_got_first_is_got_once(provider):
    name = sender(provider, "bsky", "social", "bluesky", {"identifier": "shop.example"})
    login = "/xrpc/com.atproto.server.createSession"
    provider.answers[login] = [(200, {"accessJwt": "jwt-1", "did": "did:plc:1"})]
    for text in ("one", "two"):
        assert settled(sql(f"SELECT howdah.post_social('{name}', '{text}', 'https://shop.example/')")) == "delivered"
    assert len([one for one in provider.seen if one["path"] == login]) == 1
    first, second = [one for one in provider.seen if one["path"].endswith("putRecord")]
    assert first["headers"]["authorization"] == "Bearer jwt-1"
    assert first["body"]["record"]["embed"]["external"]["uri"] == "https://shop.example/"
    assert first["body"]["rkey"] < second["body"]["rkey"]


def test_a_sender_of_ones_own_and_its_refusal(provider):
    settings = {
        "shop": "north", "from": "Shop",
        "request": {"method": "POST", "url": provider.url + "/own/{{ shop }}?to={{ to }}", "headers": {"x-key": "{{ secret }}"},
                    "json": {"to": "{{ to }}", "text": "{{ body }}", "from": "{{ from }}", "ref": "{{ id }}"}},
        "ok_when": {"/status": "queued"},
    }
    name = sender(provider, "own", "sms", "http", settings)
    provider.answers["/own/north"] = [(200, {"status": "queued"}), (400, {"status": "bad number"})]
    sent = sql(f"SELECT howdah.send_sms('+390612345678', 'Ciao', sender => '{name}')")
    assert settled(sent) == "delivered"
    (one,) = [one for one in provider.seen if one["path"].startswith("/own")]
    assert one["path"] == "/own/north?to=%2B390612345678"
    assert one["body"] == {"to": "+390612345678", "text": "Ciao", "from": "Shop", "ref": sent}
    refused = sql(f"SELECT howdah.send_sms('+390612345679', 'Ciao', sender => '{name}')")
    assert settled(refused) == "failed"
    assert "bad number" in sql(f"SELECT response FROM howdah.deliveries WHERE outbox_id = {refused}")


def test_no_sender_reaches_what_is_near_by(provider):
    settings = {"request": {"url": "https://127.0.0.2:9/x", "json": {"t": "{{ body }}"}}}
    name = sender(provider, "near", "sms", "http", settings)
    sent = sql(f"SELECT howdah.send_sms('+15550100', 'x', sender => '{name}')")
    assert settled(sent) == "failed"
    assert sql(f"SELECT error FROM howdah.deliveries WHERE outbox_id = {sent}") == "address_not_allowed"


def test_a_users_token_that_has_ended_is_refreshed_before_he_posts(provider):
    network = f"net-{SUFFIX}"
    options = {"authorization_endpoint": provider.url + "/authorize", "token_endpoint": provider.url + "/refresh",
               "userinfo_endpoint": provider.url + "/me", "claim_mapping": {"sub": "/id"}}
    sql(f"SELECT auth.set_provider('{network}', 'client', 'hush', kind => 'oauth2', options => {literal(json.dumps(options))})")
    user, identity = str(uuid.uuid4()), str(uuid.uuid4())
    sql(f"""INSERT INTO auth.users (id, email) VALUES ('{user}', '{user}@example.com');
        INSERT INTO auth.identities (id, user_id, provider, provider_id, identity_data)
        VALUES ('{identity}', '{user}', '{network}', 'acct-7', '{{"sub": "acct-7"}}');
        INSERT INTO auth.provider_tokens (identity_id, user_id, provider, access_token, refresh_token, expires_at)
        VALUES ('{identity}', '{user}', '{network}', howdah_private.secret_seal('at-1', 'token:{identity}'),
                howdah_private.secret_seal('rt-1', 'token:{identity}'), now() - interval '1 hour')""")
    name = sender(provider, "social", "social", "mastodon", {"provider": network})
    provider.answers["/refresh"] = [(200, {"access_token": "at-2", "refresh_token": "rt-2", "expires_in": 3600, "token_type": "Bearer"})]
    for text in ("Ciao", "Again"):
        post = sql(f"SELECT howdah.post_social('{name}', '{text}', user_id => '{user}')")
        assert settled(post) == "delivered"
    (asked,) = [one for one in provider.seen if one["path"] == "/refresh"]
    assert (asked["body"]["grant_type"], asked["body"]["refresh_token"]) == ("refresh_token", "rt-1")
    posts = [one for one in provider.seen if one["path"] == "/api/v1/statuses"]
    assert [(one["headers"]["authorization"], one["body"]["status"]) for one in posts] == [("Bearer at-2", "Ciao"), ("Bearer at-2", "Again")]
    # The provider gives no more: the post ends as failed, and says why.
    sql(f"UPDATE auth.provider_tokens SET expires_at = now() - interval '1 hour', updated_at = clock_timestamp() WHERE identity_id = '{identity}'")
    provider.answers["/refresh"] = [(400, {"error": "invalid_grant"})]
    post = sql(f"SELECT howdah.post_social('{name}', 'Never', user_id => '{user}')")
    assert settled(post) == "failed"
    assert sql(f"SELECT error FROM howdah.deliveries WHERE outbox_id = {post}") == "no_provider_token"
    assert sql("SELECT count(*) FROM howdah.outbox_history WHERE payload::text ~ 'at-[12]|rt-[12]'") == "0"
    sql(f"DELETE FROM auth.users WHERE id = '{user}'; SELECT auth.remove_provider('{network}')")
