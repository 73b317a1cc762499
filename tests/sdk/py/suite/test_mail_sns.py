"""Notices of Amazon SES by way of SNS, signed by certificates that the test makes: what is fetched, from where, and when. The courier's part
is played: each test is one transaction, whose rows no courier sees."""

import base64
import datetime
import json
import subprocess

import pytest
from conftest import need
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from test_push import literal

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
HOST = "https://sns.eu-west-1.amazonaws.com/"
NOTICE = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
CONFIRM = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]


def certificate(name, issuer=None):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .issuer_name(issuer[1].subject if issuer else subject).serial_number(x509.random_serial_number())
            .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
            .sign(issuer[0] if issuer else key, hashes.SHA256()))
    return key, made


@pytest.fixture(scope="module")
def chain():
    authority = certificate("An authority")
    key, leaf = certificate("sns.amazonaws.com", authority)
    pem = lambda one: one.public_bytes(serialization.Encoding.PEM).decode()
    return key, pem(leaf) + pem(authority[1])


def notice(key, version, members, **more):
    said = {"MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": "2026-11-18T11:06:40.000Z",
            "SigningCertURL": HOST + "SimpleNotificationService-1.pem", "SignatureVersion": version, **more}
    text = "".join(f"{name}\n{said[name]}\n" for name in members if name in said)
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    said["Signature"] = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), algorithm)).decode()
    return said


def bounce(key, version="2", **more):
    message = {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [
        {"emailAddress": "Ada@example.net", "diagnosticCode": "smtp; 550 5.1.1 no"}]}}
    return notice(key, version, NOTICE, **{"Type": "Notification", "Message": json.dumps(message), **more})


def confirmation(key, url):
    return notice(key, "2", CONFIRM, Type="SubscriptionConfirmation", Token="t", Message="Do you want it?", SubscribeURL=url)


def play(*steps):
    """Notices that are posted, answers of the courier's (texts) in between; gives status or URL of each."""
    script = [f"BEGIN; SELECT FROM howdah.set_email_transport('py-ses', 'ses', "
              f"'{{\"region\": \"eu-west-1\", \"access_key_id\": \"AKIDEXAMPLEAKIDEXAMPLE\"}}', secret => 's', hook_secret => '{TOPIC}');"]
    for step in steps:
        if isinstance(step, dict):
            script.append(f"SELECT 'status=' || (r).status FROM (SELECT howdah.request('POST', '/hooks/mail/py-ses', '{{}}', {literal(json.dumps(step))}) AS r) AS x;")
        else:
            outcome = literal(json.dumps({"status": 200, "headers": {}, "body": step}))
            script.append("SELECT 'url=' || (l.payload -> 'request' ->> 'url') || CASE WHEN howdah.settle(l.id, l.lease, "
                          f"{outcome}) THEN '' ELSE ' lost' END FROM howdah.lease('{{fetch}}', 50, 30) AS l "
                          "JOIN howdah.outbox_entries AS o USING (id) WHERE o.scope LIKE 'sns:%';")
    script.append("SELECT 'fetches=' || count(*) FROM howdah.outbox_entries WHERE scope LIKE 'sns:%' AND state = 'due';"
                  "SELECT 'suppressed=' || coalesce(string_agg(address || ' ' || reason, ','), '') FROM howdah.email_suppressions "
                  "WHERE address = 'ada@example.net'; ROLLBACK")
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", need("HOWDAH_DB_URL")]
    run = subprocess.run(command, input="\n".join(script), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [line for line in run.stdout.splitlines() if line]


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_bounce_is_believed_once_the_certificate_is_there(chain, version):
    key, pem = chain
    said = bounce(key, version)
    again = bounce(key, version, MessageId="m-2")
    assert play(said, pem, said, again) == [
        "status=202", "url=" + said["SigningCertURL"], "status=200",
        # The certificate is kept.
        "status=200", "fetches=0", "suppressed=ada@example.net bounce",
    ]


def test_a_subscription_is_confirmed_by_the_courier(chain):
    key, pem = chain
    url = HOST + "?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=t"
    said = confirmation(key, url)
    assert play(said, pem, said, "<ConfirmSubscriptionResponse/>", said) == [
        "status=202", "url=" + said["SigningCertURL"], "status=202", "url=" + url, "status=200", "fetches=0", "suppressed=",
    ]


def test_nothing_is_asked_of_another_place(chain):
    key, pem = chain
    other = certificate("sns.amazonaws.com")[0]
    # Of another topic; a certificate from elsewhere; not https: nothing is fetched at all.
    for said in (
        bounce(key, TopicArn=TOPIC + "2"),
        bounce(key, SigningCertURL="https://sns.eu-west-1.amazonaws.com.evil.example/x.pem"),
        bounce(key, SigningCertURL="https://evil.example/sns.eu-west-1.amazonaws.com/x.pem"),
        bounce(key, SigningCertURL="http://sns.eu-west-1.amazonaws.com/x.pem"),
    ):
        assert play(said) == ["status=401", "fetches=0", "suppressed="]
    # Signed by another key; changed after it was signed; one version's signature as the other's.
    changed = {**bounce(key), "Message": bounce(key)["Message"].replace("Ada", "Eve")}
    for said in (bounce(other), changed, {**bounce(key), "SignatureVersion": "1"}, {**bounce(key), "Signature": ""}):
        assert play(said, pem, said) == ["status=202", "url=" + said["SigningCertURL"], "status=401", "fetches=0", "suppressed="]
    # A confirmation that would have us call somebody else.
    said = confirmation(key, "https://evil.example/?Action=ConfirmSubscription")
    assert play(said, pem, said) == ["status=202", "url=" + said["SigningCertURL"], "status=200", "fetches=0", "suppressed="]
