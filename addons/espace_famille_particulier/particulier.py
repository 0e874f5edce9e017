"""API Particulier over HTTP. No Odoo here, and nothing of a person in any log."""

import json
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from .domain import particulier

TIMEOUT = 15
# Bytes: the longest answer is a few kilobytes.
LONGEST = 200_000

# At DEBUG it writes each address, in which a person is named.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(slots=True)
class Refused(Exception):
    """The service said no.

    :ivar outcome: one of those of `domain.particulier`
    :ivar code: of the service, e.g. 37003; may be empty
    :ivar wait: seconds before the same question may be asked again
    """

    outcome: str
    status: int
    code: str
    wait: float


class Unavailable(Exception):
    """No answer, half an answer, or none that can be understood."""


def is_safe(url):
    """Tell whether a token may be sent there: over TLS, or to this very machine."""
    parts = urlsplit(url or "")
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


class Service:
    """The service, asked with the token and in the name (SIRET) of a commune."""

    def __init__(self, url, token, recipient):
        self.url, self.recipient = url.rstrip("/"), recipient
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def introspect(self):
        """Return what the token may ask for: its scopes, as texts.

        :raise Refused: it is not known any more
        :raise Unavailable: nothing is known
        """
        answer = self._get("/api/introspect")
        data = answer.get("data", answer) if isinstance(answer, dict) else {}
        scopes = data.get("scopes") if isinstance(data, dict) else None
        if not isinstance(scopes, list):
            raise Unavailable("an answer without scopes")
        return [str(scope) for scope in scopes]

    def quotient(self, identity):
        """Return the `Quotient` of a person.

        :raise Refused: with what becomes of the question
        :raise Unavailable: nothing is known
        """
        answer = self._get(
            "/v3/dss/quotient_familial/identite",
            particulier.query(identity, self.recipient),
        )
        try:
            return particulier.read(answer)
        except particulier.Nonsense as error:
            raise Unavailable(str(error)) from None

    def _get(self, path, parameters=()):
        try:
            with self.session.get(
                self.url + path,
                params=parameters,
                timeout=TIMEOUT,
                # What would follow a redirection carries the token.
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = answer.raw.read(LONGEST, decode_content=True)
                status, headers = answer.status_code, answer.headers
        except (requests.RequestException, HTTPError, OSError) as error:
            # Its text names the address, and with it a person.
            raise Unavailable(type(error).__name__) from None
        payload = self._decoded(content)
        if status == 200:
            return payload
        code, retry_in = particulier.read_error(payload)
        raise Refused(
            particulier.outcome(status, code),
            status,
            code,
            particulier.wait(status, retry_in, headers.get("Retry-After")),
        )

    def _decoded(self, content):
        try:
            return json.loads(content)
        except ValueError:
            return None
