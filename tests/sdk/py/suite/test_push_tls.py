"""Apple's service as it is: HTTP/2 over TLS, with a certificate that the courier must trust. On a Howdah of its own, whose courier trusts
the test's authority and nobody else's (SSL_CERT_FILE)."""

import datetime
import ipaddress
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conftest import sql
from push_services import Apple, pem
from test_push import User, device, literal, row, send, until

HOWDAH = os.environ.get("HOWDAH_BIN", os.path.join(os.path.dirname(__file__), "../../../../target/release/howdah"))


def certificate(name, issuer=None):
    """A key and its certificate: an authority's, or that of 127.0.0.1 by an authority (key, certificate)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
            .issuer_name(issuer[1].subject if issuer else subject).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True))
    if issuer:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return key, made.sign(issuer[0] if issuer else key, hashes.SHA256())


def context(folder, authority):
    """What a server shows that this authority vouches for."""
    key, made = certificate("apns", authority)
    path = folder / f"{uuid.uuid4().hex}.pem"
    path.write_text(pem(key) + made.public_bytes(serialization.Encoding.PEM).decode())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    tls.set_alpn_protocols(["h2"])
    return tls


def free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return str(made.getsockname()[1])


@pytest.fixture(scope="module")
def own():
    """A Howdah that trusts one authority; gives a folder and that authority."""
    # Not one of pytest's, which the server's user may not enter.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="howdah-tls-"))
    folder.chmod(0o755)
    authority = certificate("the test's authority")
    (folder / "ca.pem").write_bytes(authority[1].public_bytes(serialization.Encoding.PEM))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOWDAH_")}
    for name in ("HOWDAH_PG_CONFIG", "HOWDAH_TEST_USER"):
        if name in os.environ:
            environment[name] = os.environ[name]
    with open(folder / "up.log", "w") as log:
        up = subprocess.Popen(
            [HOWDAH, "up", "--json", "--data", str(folder / "d"), "--port", free_port(), "--pg-port", free_port()],
            env={**environment, "SSL_CERT_FILE": str(folder / "ca.pem")}, stdout=log, stderr=log)
    try:
        kept, file, end = dict(os.environ), folder / "d" / "env", time.time() + 60
        while not file.exists():
            assert up.poll() is None and time.time() < end, (folder / "up.log").read_text()
            time.sleep(0.1)
        for line in file.read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            if name.startswith("HOWDAH_"):
                os.environ[name] = value.strip("'\"")
        until(lambda: ready(), 60)
        sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*')")
        yield folder, authority
    finally:
        os.environ.clear()
        os.environ.update(kept)
        up.terminate()
        up.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def ready():
    try:
        return sql("SELECT count(*) FROM howdah.couriers WHERE seen_at > now() - interval '20 s'") != "0"
    except subprocess.CalledProcessError:
        return False


def apple_sender(apple, name):
    settings = {"app": name, "endpoint": apple.url, "key_id": "KEY1234567", "team_id": "TEAM123456", "topic": "com.example.app"}
    sql(f"SELECT howdah.set_sender('{name}', 'push', 'apns', {literal(json.dumps(settings))}, {literal(pem(apple.key))})")


def hexes(end):
    return uuid.uuid4().hex + uuid.uuid4().hex[:28] + end


def test_apple_is_asked_over_tls_in_http2(own):
    folder, authority = own
    apple = Apple(context(folder, authority))
    apple_sender(apple, "apple")
    ada, token, dead = User(), hexes("aaaa"), hexes("dead")
    good = ada.register(platform="apns", app="apple", token=token)
    gone = ada.register(platform="apns", app="apple", token=dead)
    message = send(device_id=f"'{good}'", title="'Hi'", collapse_key="'k'", priority="'high'")
    assert row(message) == "delivered"
    (one,) = apple.named(token)
    headers = one["headers"]
    assert (headers["apns-priority"], headers["apns-collapse-id"], headers["apns-topic"]) == ("10", "k", "com.example.app")
    assert uuid.UUID(headers["apns-id"])
    # 410: the device is retired.
    assert row(send(device_id=f"'{gone}'", title="'Hi'")) == "failed"
    assert device(gone) == {"reason": "unregistered"}
    assert device(good) == {"reason": None}
    assert (apple.problems, apple.refused, apple.connections) == ([], [], 1)
    apple.stop()


def test_whom_nobody_vouches_for_is_told_nothing(own):
    folder, _ = own
    sly = Apple(context(folder, certificate("somebody else's authority")))
    apple_sender(sly, "sly")
    one = User().register(platform="apns", app="sly", token=hexes("bbbb"))
    message = send(device_id=f"'{one}'", title="'secret'")
    query = ("SELECT error FROM howdah.deliveries AS d JOIN howdah.outbox_entries AS o ON o.id = d.outbox_id "
             f"WHERE o.payload ->> 'message' = '{message}' LIMIT 1")
    assert until(lambda: sql(query)) == "cannot_connect"
    assert sly.refused and sly.seen == []
    sly.stop()
