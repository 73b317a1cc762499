"""The push services, played on loopback: they check what the real ones check, with libraries that are not ours."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer

import h2.config
import h2.connection
import h2.events
import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def point(key):
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


class Service:
    """A server that keeps what it was asked."""

    def __init__(self):
        self.seen = []
        self.problems = []

    def named(self, name):
        return [one for one in self.seen if name in one["path"] or name in json.dumps(one["body"], default=str)]

    def start(self, server):
        self.server = server
        self.port = server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def http_service(service, answer):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                status, headers, text = answer(self.path, self.headers, body)
            except Exception as problem:  # a wrong token, a body that does not open
                service.problems.append(repr(problem))
                status, headers, text = 400, {}, "{}"
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    service.start(ThreadingHTTPServer(("127.0.0.1", 0), Handler))


class WebPush(Service):
    """RFC 8030, and the browser behind it: what arrives is decrypted with its keys."""

    def __init__(self, public_key):
        super().__init__()
        self.browser = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), http_ece_decode(public_key))
        self.sender, self.public_key = numbers, public_key
        http_service(self, self.answer)

    def subscription(self, path):
        encode = lambda data: jwt.utils.base64url_encode(data).decode()
        return {"endpoint": self.url + path, "keys": {"p256dh": encode(point(self.browser)), "auth": encode(self.auth)}}

    def answer(self, path, headers, body):
        scheme, rest = headers["authorization"].split(" ", 1)
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (scheme, parts["k"]) == ("vapid", self.public_key)
        claims = jwt.decode(parts["t"], self.sender, algorithms=["ES256"], audience=self.url)
        assert 0 < claims["exp"] - time.time() <= 86400
        assert headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) >= 0
        assert len(body) <= 4096
        plain = http_ece.decrypt(body, private_key=self.browser, auth_secret=self.auth, version="aes128gcm")
        self.seen.append({"path": path, "headers": dict(headers), "body": json.loads(plain), "claims": claims})
        return (410, {}, "") if "gone" in path else (201, {"location": "/m/1"}, "")


def http_ece_decode(text):
    return jwt.utils.base64url_decode(text)


class Firebase(Service):
    def __init__(self):
        super().__init__()
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.granted = 0
        http_service(self, self.answer)

    def account(self):
        return {
            "type": "service_account", "project_id": "proj-1", "private_key_id": "kid-1", "private_key": pem(self.key),
            "client_email": "push@proj-1.iam.gserviceaccount.com", "token_uri": self.url + "/token",
        }

    def answer(self, path, headers, body):
        if path == "/token":
            form = dict(pair.split("=") for pair in body.decode().split("&"))
            assert form["grant_type"] == "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
            claims = jwt.decode(
                form["assertion"], self.key.public_key(), algorithms=["RS256"], audience=self.url + "/token"
            )
            assert jwt.get_unverified_header(form["assertion"])["kid"] == "kid-1"
            assert claims["iss"] == "push@proj-1.iam.gserviceaccount.com"
            assert claims["scope"] == "https://www.googleapis.com/auth/firebase.messaging"
            self.granted += 1
            return 200, {}, json.dumps({"access_token": f"ya29.{self.granted}", "expires_in": 3599, "token_type": "Bearer"})
        assert path == "/v1/projects/proj-1/messages:send", path
        message = json.loads(body)["message"]
        before = len(self.named(message["token"]))
        self.seen.append({"path": path, "headers": dict(headers), "body": message})
        if headers["authorization"] != f"Bearer ya29.{self.granted}":
            return 401, {}, json.dumps({"error": {"status": "UNAUTHENTICATED"}})
        if "withdrawn" in message["token"] and before == 0:
            self.granted += 1  # what was given is good no more
            return 401, {}, json.dumps({"error": {"status": "UNAUTHENTICATED"}})
        if "busy" in message["token"] and before == 0:
            return 429, {"retry-after": "1"}, json.dumps({"error": {"status": "RESOURCE_EXHAUSTED"}})
        if "gone" in message["token"]:
            details = [{"errorCode": "UNREGISTERED"}]
            return 404, {}, json.dumps({"error": {"status": "NOT_FOUND", "details": details}})
        if "wrong" in message["token"]:
            details = [{"errorCode": "INVALID_ARGUMENT"}, {"fieldViolations": [{"field": "message.token"}]}]
            return 400, {}, json.dumps({"error": {"status": "INVALID_ARGUMENT", "details": details}})
        return 200, {}, json.dumps({"name": "projects/proj-1/messages/1"})


class Apple(Service):
    """HTTP/2 and nothing else; over TLS with a context, where a client says that it speaks it (ALPN)."""

    def __init__(self, tls=None):
        super().__init__()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.connections = 0
        service = self

        class Handler(BaseRequestHandler):
            def handle(self):
                service.connections += 1
                if tls is None:
                    return service.talk(self.request)
                try:
                    with tls.wrap_socket(self.request, server_side=True) as sock:
                        assert sock.selected_alpn_protocol() == "h2"
                        service.talk(sock)
                except OSError as refused:  # the client does not trust us
                    service.refused.append(str(refused))

        self.refused = []
        ThreadingTCPServer.daemon_threads = True
        self.start(ThreadingTCPServer(("127.0.0.1", 0), Handler))
        if tls is not None:
            self.url = self.url.replace("http:", "https:")

    def talk(self, sock):
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        sock.sendall(connection.data_to_send())
        heads, bodies = {}, {}
        while data := sock.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    text = lambda part: part.decode() if isinstance(part, bytes) else part
                    heads[event.stream_id] = {text(name): text(value) for name, value in event.headers}
                    bodies[event.stream_id] = b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    head, body = heads.pop(event.stream_id), bodies.pop(event.stream_id)
                    try:
                        status, answer = self.answer(head, body)
                    except Exception as problem:
                        self.problems.append(repr(problem))
                        status, answer = 400, {"reason": "Problem"}
                    answer = json.dumps(answer).encode() if answer else b""
                    headers = [(":status", str(status)), ("apns-id", head.get("apns-id", "none"))]
                    connection.send_headers(event.stream_id, headers, end_stream=not answer)
                    if answer:
                        connection.send_data(event.stream_id, answer, end_stream=True)
            sock.sendall(connection.data_to_send())

    def answer(self, head, body):
        assert head[":method"] == "POST" and head[":path"].startswith("/3/device/"), head
        scheme, token = head["authorization"].split(" ")
        assert scheme == "bearer"
        claims = jwt.decode(token, self.key.public_key(), algorithms=["ES256"])
        assert claims["iss"] == "TEAM123456" and jwt.get_unverified_header(token)["kid"] == "KEY1234567"
        assert 0 <= time.time() - claims["iat"] < 3600
        assert head["apns-topic"] == "com.example.app"
        path = head[":path"]
        before = len(self.named(path))
        self.seen.append({"path": path, "headers": head, "body": json.loads(body)})
        if path.endswith("dead"):
            return 410, {"reason": "Unregistered", "timestamp": int(time.time() * 1000)}
        if path.endswith("01d0"):
            return 410, {"reason": "Unregistered", "timestamp": 1000}
        if path.endswith("bad0"):
            return 400, {"reason": "BadDeviceToken"}
        if path.endswith("b0b0") and before == 0:
            return 503, {"reason": "ServiceUnavailable"}
        return 200, None
