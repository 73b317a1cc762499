"""Mails as other people's software sees them: aiosmtpd with TLS and AUTH takes them, Python's parser reads them, dkimpy verifies."""

import datetime
import email
import email.policy
import json
import socket
import ssl
import time

import dkim
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from conftest import sql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


def certificate(folder):
    """A certificate for localhost that nobody but the transport trusts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return pem.decode(), context


class Taken:
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((session.authenticated, session.ssl is not None, envelope))
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"shop", "pässword".encode())
    return AuthResult(success=good, handled=False)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def server(tmp_path):
    ca, context = certificate(tmp_path)
    taken = Taken()
    running = []

    def start(**options):
        controller = Controller(
            taken, hostname="127.0.0.1", port=free_port(), authenticator=authenticate, auth_required=True, **options
        )
        controller.start()
        running.append(controller)
        return controller.port

    yield ca, context, taken, start
    for controller in running:
        controller.stop()


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def transport(tenant, settings, secret="pässword"):
    sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*, localhost:*')")
    sql(
        f"SELECT howdah.set_email_transport('py-{tenant}', 'smtp', {quote(json.dumps(settings))}, {quote(secret)}, tenant => '{tenant}')"
    )


def wait_for(what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_goes_over_tls_with_auth_and_reads_as_it_was_written(server, tls):
    ca, context, taken, start = server
    port = start(tls_context=context, require_starttls=True) if tls == "starttls" else start(ssl_context=context, auth_require_tls=False)
    tenant = f"py{tls}{port}"
    transport(tenant, {"host": "localhost", "port": port, "tls": tls, "user": "shop", "ca": ca})
    record = sql(f"SELECT howdah.set_dkim_key('{tenant}.example', 's1')")
    body = "Hi ü\n.\n..dots\n" + "x" * 2000 + "\nFrom me\n"
    files = [{"name": "Größe.txt", "type": "text/plain", "content": "aGVsbG8="}]
    ident = sql(
        f"SELECT howdah.send_email('Ada Ü <ada@example.net>', 'Grüße ' || repeat('lang ', 30) || '.', text => {quote(body)},"
        f" html => '<p>Hi</p>', \"from\" => 'Shop <shop@{tenant}.example>', tenant => '{tenant}',"
        f" attachments => {quote(json.dumps(files))})"
    )
    authenticated, encrypted, envelope = wait_for(lambda: taken.mails)[0]
    assert authenticated and (encrypted or tls == "tls")
    assert envelope.rcpt_tos == ["ada@example.net"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert not message.defects
    assert message["Subject"] == "Grüße " + "lang " * 30 + "."
    assert message["To"].addresses[0].display_name == "Ada Ü"
    assert message["Message-ID"].startswith(f"<{ident}.")
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == body.rstrip("\n")
    assert message.get_body(("html",)).get_content().strip() == "<p>Hi</p>"
    (attachment,) = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content()) == ("Größe.txt", "hello")

    # dkimpy, with the record that howdah gives for DNS.
    name, value = record.split(" IN TXT ")
    text = "".join(value.strip("()").replace('" "', "").split('"'))
    dns = {name.encode(): text.encode()}
    assert dkim.verify(envelope.content, dnsfunc=lambda asked, timeout=5: dns.get(asked))
    changed = envelope.content.replace(b"Subject:", b"Subject: x", 1)
    assert not dkim.verify(changed, dnsfunc=lambda asked, timeout=5: dns.get(asked))


def test_nothing_is_said_to_a_server_whose_certificate_is_not_trusted_or_without_tls(server):
    ca, context, taken, start = server
    port = start(tls_context=context, require_starttls=True)
    tenant = f"pyno{port}"
    transport(tenant, {"host": "localhost", "port": port, "tls": "starttls", "user": "shop"})
    one = sql(f"SELECT howdah.send_email('a@example.net', 'x', text => 'y', \"from\" => 's@e.example', tenant => '{tenant}')")
    error = f"SELECT error FROM howdah.deliveries WHERE outbox_id = {one} ORDER BY attempt LIMIT 1"
    assert wait_for(lambda: sql(error)) == "tls"
    sql(f"SELECT howdah.cancel({one})")
    plain = start(auth_require_tls=False)
    transport(tenant, {"host": "localhost", "port": plain, "tls": "starttls", "user": "shop", "ca": ca})
    two = sql(f"SELECT howdah.send_email('a@example.net', 'x', text => 'y', \"from\" => 's@e.example', tenant => '{tenant}')")
    assert wait_for(lambda: sql(error.replace(f"= {one}", f"= {two}"))) == "tls"
    sql(f"SELECT howdah.cancel({two})")
    transport(tenant, {"host": "localhost", "port": port, "tls": "starttls", "user": "shop", "ca": ca}, "wrong")
    three = sql(f"SELECT howdah.send_email('a@example.net', 'x', text => 'y', \"from\" => 's@e.example', tenant => '{tenant}')")
    assert wait_for(lambda: sql(error.replace(f"= {one}", f"= {three}"))) == "auth"
    sql(f"SELECT howdah.cancel({three})")
    assert taken.mails == []
