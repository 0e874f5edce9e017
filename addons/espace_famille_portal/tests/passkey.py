"""A passkey kept by a program, instead of a telephone, for tests over HTTP."""

import base64
import json
import secrets
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from odoo.addons.auth_passkey._vendor.webauthn.helpers import encode_cbor

# The owner was there, and was recognised; a new key comes along.
THERE, RECOGNISED, NEW_KEY = 0x01, 0x04, 0x40


def url64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Passkey:
    """One key for one site, as a browser answers for it."""

    def __init__(self, origin, host):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0

    def register(self, challenge):
        """Answer the challenge of a page that a passkey is added on."""
        numbers = self.key.public_key().public_numbers()
        # Kind 2, algorithm -7 and curve 1: ECDSA on P-256.
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        data = (
            self._head(NEW_KEY)
            + bytes(16)
            + len(self.id).to_bytes(2, "big")
            + self.id
            + encode_cbor(public)
        )
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            attestationObject=encode_cbor(attestation),
            clientDataJSON=self._client("webauthn.create", challenge),
        )

    def sign(self, challenge):
        """Answer the challenge of the log-in page."""
        self.count += 1
        data, client = self._head(), self._client("webauthn.get", challenge)
        signature = self.key.sign(
            data + sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        return self._answer(
            authenticatorData=data, clientDataJSON=client, signature=signature
        )

    def _head(self, flags=0):
        return (
            sha256(self.host.encode()).digest()
            + bytes([THERE | RECOGNISED | flags])
            + self.count.to_bytes(4, "big")
        )

    def _client(self, kind, challenge):
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin}
        ).encode()

    def _answer(self, **response):
        return {
            "id": url64(self.id),
            "rawId": url64(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {name: url64(value) for name, value in response.items()},
        }
