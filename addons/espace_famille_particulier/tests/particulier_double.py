"""A double of API Particulier on this machine: real HTTP, invented persons.

    python particulier_double.py PORT [HOST]

It knows whom it is told to know, and every way of going wrong: see `Double.faults`.
"""

import json
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "jeton-de-demonstration"
SCOPES = ["cnaf_quotient_familial", "cnaf_allocataires"]
PATH = "/v3/dss/quotient_familial/identite"


def error(code, title, retry_in=None):
    meta = {"provider": "CNAF & MSA"}
    if retry_in is not None:
        meta["retry_in"] = retry_in
    return {
        "errors": [
            {
                "code": code,
                "title": title,
                "detail": title,
                "source": None,
                "meta": meta,
            }
        ]
    }


# name: (status, code, retry_in)
FAULTS = {
    "no_token": (401, "00101", None),
    "token_unknown": (401, "00103", None),
    "token_ended": (401, "00105", None),
    "not_allowed": (403, "00100", None),
    "unknown": (404, "37003", None),
    "unknown_msa": (404, "35003", None),
    "twice": (409, "00015", None),
    "incomplete": (422, "00366", None),
    "recipient": (422, "00203", None),
    "too_many": (429, "00429", None),
    "broken": (502, "37999", None),
    "slow_caf": (504, "37001", None),
    "msa_down": (504, "37004", None),
    "later": (504, "00501", 120),
}


class Double:
    """The service; a context manager. `persons`: {(name, first name): (value, source)}.

    :ivar faults: names of faults, or of `half`, `wrong_json`, `no_number`, `redirect`,
        `slow`: each is used up by one question, in their order
    :ivar asked: the parameters of each question, as dicts of lists
    """

    def __init__(
        self, host="127.0.0.1", port=0, persons=None, told=None, knows_all=False
    ):
        self.persons = persons or {}
        self.knows_all = knows_all
        self.faults, self.asked, self.tokens = [], [], []
        self.pause = 0.0
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                double._answer(self)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer((host, port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{host}:{self.server.server_address[1]}"
        self.told = told or (lambda line: None)

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def _answer(self, handler):
        parts = urlsplit(handler.path)
        parameters = parse_qs(parts.query, keep_blank_values=True)
        token = handler.headers.get("Authorization", "")
        self.tokens.append(token)
        fault = self.faults.pop(0) if self.faults else ""
        if parts.path == PATH:
            self.asked.append(parameters)
        if not fault and token != f"Bearer {TOKEN}":
            fault = "token_unknown"
        if fault in FAULTS:
            status, code, retry_in = FAULTS[fault]
            return self._send(handler, status, error(code, fault, retry_in))
        if fault == "redirect":
            handler.send_response(302)
            handler.send_header("Location", f"{self.url}/elsewhere")
            handler.end_headers()
            return None
        if fault == "wrong_json":
            return self._raw(handler, 200, b'{"data": ')
        if fault == "half":
            handler.send_response(200)
            handler.send_header("Content-Length", "500")
            handler.end_headers()
            handler.wfile.write(b'{"data"')
            handler.close_connection = True
            return None
        if fault == "slow":
            threading.Event().wait(self.pause)
        if parts.path == "/api/introspect":
            return self._send(handler, 200, {"data": {"scopes": SCOPES}})
        if parts.path != PATH:
            return self._send(handler, 404, error("00404", "no such page"))
        if fault == "no_number":
            return self._send(handler, 200, {"data": {"quotient_familial": None}})
        return self._quotient(handler, parameters)

    def _quotient(self, handler, parameters):
        key = parameters["nomNaissance"][0], parameters["prenoms[]"][0]
        if self.knows_all and key not in self.persons:
            # An invented figure, the same each time; one in five is not known.
            drawn = zlib.crc32(" ".join(key).encode())
            if drawn % 5:
                source = "CNAF" if drawn % 3 else "MSA"
                self.persons[key] = 300 + drawn % 1200, source
        if key not in self.persons:
            self.told(f"API Particulier: {' '.join(key)} is not known")
            return self._send(handler, 404, error("37003", "unknown"))
        value, source = self.persons[key]
        self.told(f"API Particulier: {' '.join(key)} has {value} ({source})")
        return self._send(
            handler,
            200,
            {
                "data": {
                    "quotient_familial": {
                        "fournisseur": source,
                        "valeur": value,
                        "annee": 2026,
                        "mois": 12,
                        "annee_calcul": 2026,
                        "mois_calcul": 12,
                    },
                    "allocataires": [{"nom_naissance": "SECRET"}],
                    "enfants": [{"prenoms": "SECRET"}],
                    "adresse": {"numero_libelle_voie": "SECRET"},
                },
                "links": {},
                "meta": {},
            },
        )

    def _send(self, handler, status, payload):
        return self._raw(handler, status, json.dumps(payload).encode())

    def _raw(self, handler, status, content):
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)


def say(line):
    """Tell who started this what goes on."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    own_port = int(sys.argv[1])
    own_host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
    with Double(
        own_host,
        own_port,
        told=say,
        knows_all=True,
    ):
        say("ready")
        sys.stdin.read()
