"""A double of a push service on this machine, and of the browsers it serves.

Real HTTP after RFC 8030: it looks at the signature of the sender (RFC 8292) and
decrypts as a browser does (RFC 8291), by another library than Odoo's own code.
"""

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class Browser:
    """A browser that subscribed; `received` are the messages that it could read."""

    name: str
    url: str
    status: int = 201
    received: list = field(default_factory=list)
    headers: list = field(default_factory=list)

    def __post_init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def endpoint(self):
        return f"{self.url}/wpush/{self.name}"

    @property
    def form(self):
        """What the page sends of it to the server."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.endpoint,
            "p256dh": coded(point),
            "auth": coded(self.auth),
        }

    def decrypted(self, body: bytes) -> dict:
        content = http_ece.decrypt(
            body, private_key=self.private, auth_secret=self.auth, version="aes128gcm"
        )
        return json.loads(content)


class PushDouble:
    """Serves as a context manager; `problems` is what was wrong with what came."""

    def __init__(self):
        self.browsers, self.problems, self.status = {}, [], None
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                double.take(self)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_args):
        self.server.shutdown()
        self.server.server_close()

    def browser(self, name: str) -> Browser:
        browser = self.browsers[name] = Browser(name, self.url)
        return browser

    def take(self, handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        browser = self.browsers.get(handler.path.removeprefix("/wpush/"))
        status = self.status or (browser.status if browser else 404)
        if browser and status == 201:
            try:
                self.check(handler.headers)
                browser.received.append(browser.decrypted(body))
                browser.headers.append(dict(handler.headers))
            except Exception as error:  # noqa: BLE001 - said by the test
                self.problems.append(repr(error))
                status = 400
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def check(self, headers):
        """Look at who sends (VAPID), and at what push services insist on."""
        scheme, _space, rest = headers["Authorization"].partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        head, claims, signature = parts["t"].split(".")
        key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), plain(parts["k"])
        )
        pair = plain(signature)
        pair = [int.from_bytes(half, "big") for half in (pair[:32], pair[32:])]
        key.verify(
            utils.encode_dss_signature(*pair),
            f"{head}.{claims}".encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        assert scheme == "vapid"
        assert json.loads(plain(claims))["aud"] == self.url
        assert headers["Content-Encoding"] == "aes128gcm"
        assert int(headers["TTL"]) >= 60
