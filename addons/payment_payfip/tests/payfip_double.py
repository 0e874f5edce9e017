"""A double of PayFiP on this machine: its web service and its payment page.

Real HTTP and SOAP 1.1 (document/literal) after the description (WSDL, XSD) that the
library eopayment ships: what is sent and what is answered is valid after it. No money
moves and nobody else is asked. Tests import `Double`; the demonstration runs this file:

    python payfip_double.py PORT [HOST]     until the standard input ends

Which code says what is not public for all of them: those of one's own errors are what
integrators report, and nothing in the addon depends on which is which.
"""

import sys
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import eopayment
from lxml import etree

RESOURCES = Path(eopayment.__file__).parent / "resource"
SCHEMA = RESOURCES / "PaiementSecuriseService_schema1.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/"
    "contrat_paiement_securise/PaiementSecuriseService"
)
ERRORS = "fr.gouv.finances.cp.tpa.webservice.exceptions."
FAULTS = (
    "FonctionnelleErreur",
    "TechDysfonctionnementErreur",
    "TechIndisponibiliteErreur",
    "TechProtocolaireErreur",
)
PARIS = ZoneInfo("Europe/Paris")
UTC = ZoneInfo("UTC")
# How long the page of a new payment can be opened.
OPENABLE = timedelta(minutes=15)
# The hour in Paris at which what was not paid is forgotten.
NIGHT = 3

CHOICES = {
    "card": ("P", "Payer par carte bancaire"),
    "debit": ("V", "Payer par prélèvement"),
    "refuse": ("R", "Carte refusée"),
    "refuse_debit": ("Z", "Prélèvement refusé"),
    "cancel": ("A", "Abandonner le paiement"),
    "close": ("", "Fermer la page sans rien dire"),
}
OUTCOMES = {
    "P": "payé par carte",
    "V": "payé par prélèvement",
    "R": "carte refusée",
    "Z": "prélèvement refusé",
    "A": "abandonné",
}


class Fault(Exception):
    """What the service answers in place of a result."""

    def __init__(self, kind, code="", words=""):
        super().__init__(kind)
        self.kind, self.code, self.words = kind, code, words


@dataclass
class Payment:
    """One that was asked for: `asked` as it was sent, `result` once there is one."""

    idop: str
    asked: dict
    created: datetime
    result: str = ""
    decided: datetime | None = None
    opened: bool = False


@dataclass
class Double:
    """The service, its page, and what tests have it do.

    :ivar clients: {client number: how the treasury calls it}; any if empty
    :ivar notify: when a result is told: once, twice, before (the payer is led back),
        kept (until `deliver`) or never
    :ivar call: how: (GET or POST, name of the parameter)
    :ivar trouble: "" or 502, timeout, half, garbage: of the next answers
    :ivar faults: kinds of faults, or `Fault`, that answer the next calls
    :ivar lies: {field: text} that replaces what is true in the answers on payments
    """

    port: int = 0
    host: str = "127.0.0.1"
    clients: dict = field(default_factory=dict)
    notify: str = "once"
    call: tuple = ("POST", "idop")
    trouble: str = ""
    patience: float = 2.0
    faults: list = field(default_factory=list)
    lies: dict = field(default_factory=dict)
    tell: object = None

    def __post_init__(self):
        self.payments, self.kept, self.calls = {}, [], []
        self.ahead = timedelta()
        self.lock = threading.Lock()
        self.schema = etree.XMLSchema(etree.parse(str(SCHEMA)))

    # === Running === #

    def __enter__(self):
        handler = type("Handler", (Handler,), {"double": self})
        self.server = ThreadingHTTPServer((self.host, self.port), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    @property
    def service_url(self):
        return f"{self.url}/tpa/services/securite"

    @property
    def payment_url(self):
        return f"{self.url}/tpa/paiementws.web"

    # === Its clock === #

    def now(self):
        """Return its moment, naive UTC."""
        return datetime.now(UTC).replace(tzinfo=None) + self.ahead

    def advance(self, **time_passed):
        """Let time pass: minutes, hours, days."""
        self.ahead += timedelta(**time_passed)

    def _night_has_passed(self, payment):
        def local(moment):
            return moment.replace(tzinfo=UTC).astimezone(PARIS) - timedelta(hours=NIGHT)

        return local(self.now()).date() > local(payment.created).date()

    # === The web service === #

    def answer(self, body):
        """Return (status, XML) of a SOAP request."""
        try:
            envelope = etree.fromstring(body)
            [request] = envelope.find(f"{{{SOAP}}}Body")
            self.schema.assertValid(request)
        except (etree.LxmlError, ValueError, TypeError):
            return self._fault(Fault("TechProtocolaireErreur", words="XML invalide"))
        operation = etree.QName(request).localname
        sent = {e.tag: e.text or "" for arg in request for e in arg}
        self.calls.append((operation, sent))
        try:
            if self.faults:
                raised = self.faults.pop(0)
                raise raised if isinstance(raised, Fault) else Fault(raised, "S1")
            values = getattr(self, f"_{operation}")(sent)
        except Fault as fault:
            return self._fault(fault)
        reply = etree.Element(f"{{{SERVICE}}}{operation}Response")
        returned = etree.SubElement(reply, "return")
        for name in sorted(values, key=str.lower):
            etree.SubElement(returned, name).text = values[name]
        self.schema.assertValid(reply)
        return 200, self._envelope(reply)

    def _envelope(self, content):
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"S": SOAP})
        etree.SubElement(envelope, f"{{{SOAP}}}Body").append(content)
        return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")

    def _fault(self, fault):
        element = etree.Element(f"{{{SOAP}}}Fault")
        etree.SubElement(element, "faultcode").text = "S:Server"
        etree.SubElement(element, "faultstring").text = ERRORS + fault.kind
        detail = etree.SubElement(element, "detail")
        error = etree.SubElement(detail, f"{{{SERVICE}}}{fault.kind}")
        for name in ("code", "descriptif", "libelle", "message"):
            text = fault.code if name == "code" else fault.words
            etree.SubElement(error, name).text = text
        etree.SubElement(error, "severite").text = "2"
        self.schema.assertValid(error)
        return 500, self._envelope(element)

    def _creerPaiementSecurise(self, sent):
        for code, wrong, words in self._objections(sent):
            if wrong:
                raise Fault("FonctionnelleErreur", code, words)
        with self.lock:
            idop = f"{len(self.payments) + 1:04}-double-{time.time_ns():x}"
            self.payments[idop] = Payment(idop, sent, self.now())
        return {"idOp": idop}

    def _objections(self, sent):
        mel, refdet = sent.get("mel", ""), sent.get("refdet", "")
        montant, objet = sent.get("montant", ""), sent.get("objet", "")
        plain = objet.isascii() and objet.replace(" ", "").isalnum()
        known = sent.get("numcli") in self.clients or not self.clients
        digits = len(sent.get("numcli", "")) == 6 and sent["numcli"].isdigit()
        yield "N1", not (known and digits), "Numéro de client inconnu"
        yield "S1", sent.get("saisie") not in ("T", "X", "W"), "Mode de saisie invalide"
        year = sent.get("exer", "")
        yield "D1", len(year) != 4 or not year.isdigit(), "Exercice invalide"
        right = 6 <= len(refdet) <= 30 and refdet.isascii() and refdet.isalnum()
        yield "R3", not right, "Le format du paramètre REFDET n'est pas conforme"
        yield "M1", not montant.isdigit(), "Montant invalide"
        in_range = montant.isdigit() and 100 <= int(montant) <= 10_000_000
        yield "M5", not in_range, "Montant hors limites"
        yield "A1", not mel, "Adresse mel absente"
        yield "A2", "@" not in mel or not 6 <= len(mel) <= 80, "Adresse mel incorrecte"
        yield "T4", bool(objet) and (len(objet) > 100 or not plain), "Objet invalide"
        for code, name in (("T1", "urlnotif"), ("T2", "urlredirect")):
            address = sent.get(name, "")
            web = address.startswith(("http://", "https://")) and len(address) < 250
            yield code, not web, f"{name} invalide"

    def _recupererDetailClient(self, sent):
        number = sent.get("numCli", "")
        if self.clients and number not in self.clients:
            raise Fault("FonctionnelleErreur", "N1", "Numéro de client inconnu")
        label = self.clients.get(number, "COMMUNE D'ESSAI")
        return {"numcli": number, "libelleN1": label, "libelleN2": "REGIE"}

    def _recupererDetailPaiementSecurise(self, sent):
        payment = self.payments.get(sent.get("idOp", ""))
        if not payment:
            raise Fault("FonctionnelleErreur", "P1", "IdOp incorrect.")
        if not payment.result:
            if self._night_has_passed(payment):
                raise Fault("FonctionnelleErreur", "P1", "IdOp incorrect.")
            raise Fault(
                "FonctionnelleErreur",
                "P5",
                "PENDING Résultat de la transaction non connu.",
            )
        local = payment.decided.replace(tzinfo=UTC).astimezone(PARIS)
        names = ("exer", "mel", "montant", "numcli", "objet", "refdet", "saisie")
        truth = {
            **{name: payment.asked.get(name, "") for name in names},
            "idOp": payment.idop,
            "resultrans": payment.result,
            "dattrans": f"{local:%d%m%Y}",
            "heurtrans": f"{local:%H%M}",
            "numauto": "123456" if payment.result == "P" else "",
        }
        told = {**truth, **self.lies}
        return {name: text for name, text in told.items() if text is not None}

    # === What payers do === #

    def last(self):
        """Return the payment that was asked for last."""
        return list(self.payments.values())[-1]

    def decide(self, payment, choice, quietly=False):
        """Do what a button of the page does; return where the payer is led, or "".

        :param str choice: a key of CHOICES
        :param bool quietly: tell nobody
        """
        result = CHOICES[choice][0]
        if not result:
            return ""
        payment.result, payment.decided = result, self.now()
        cents = int(payment.asked["montant"])
        if self.tell:
            self.tell(
                f"PayFiP: {cents // 100},{cents % 100:02} € {OUTCOMES[result]}, "
                f"référence {payment.asked['refdet']}"
            )
        if not quietly:
            self._notify(payment)
        name = self.call[1]
        return f"{payment.asked['urlredirect']}?{name}={payment.idop}"

    def _notify(self, payment):
        if self.notify == "kept":
            self.kept.append(payment)
        elif self.notify == "before":
            self.deliver(payment)
        elif self.notify in ("once", "twice"):
            for _time in range(2 if self.notify == "twice" else 1):
                threading.Thread(target=self.deliver, args=(payment,)).start()

    def deliver(self, payment):
        """Notify of a payment now; return the status of the answer, None without."""
        method, name = self.call
        data = urllib.parse.urlencode({name: payment.idop})
        address = payment.asked["urlnotif"]
        if method == "GET":
            request = urllib.request.Request(f"{address}?{data}")
        else:
            request = urllib.request.Request(address, data=data.encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status
        except OSError:
            return None

    def openable(self, payment):
        """Tell whether the page of a payment can be used."""
        if payment.result in ("P", "V"):
            return False
        in_time = self.now() - payment.created <= OPENABLE
        payment.opened = payment.opened or in_time
        return payment.opened and not self._night_has_passed(payment)

    def page(self, payment):
        """Return the HTML of the payment page."""
        cents = int(payment.asked["montant"])
        buttons = "".join(
            f'<button name="choice" value="{choice}" class="{choice}">'
            f"{escape(words)}</button>"
            for choice, (_result, words) in CHOICES.items()
        )
        rows = (
            ("Montant", f"{cents // 100},{cents % 100:02}\N{NO-BREAK SPACE}€"),
            ("Référence de la dette", payment.asked["refdet"]),
            ("Objet", payment.asked.get("objet", "")),
            ("Adresse électronique", payment.asked["mel"]),
        )
        lines = "".join(
            f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows
        )
        return shell(
            "Payer en ligne",
            "<p class='note'><strong>Démonstration.</strong> Cette page imite celle "
            "de PayFiP : aucun argent ne circule.</p>"
            f"<dl>{lines}</dl>"
            f"<form method='post'><input type='hidden' name='idop' "
            f"value='{escape(payment.idop)}'>{buttons}</form>",
        )


STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f3f5f7;color:#161616}
main{max-width:34rem;margin:2rem auto;padding:1.5rem;background:#fff;
border-top:4px solid #000091}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}dt{font-weight:bold}
dd{margin:0;overflow-wrap:anywhere}form{display:grid;gap:.5rem;margin-top:1.5rem}
button{font:inherit;min-height:44px;border:1px solid #000091;background:#fff;
color:#000091;cursor:pointer}button.card,button.debit{background:#000091;color:#fff}
.note{background:#fff4e5;padding:.75rem;border-left:4px solid #b34000}
"""


def shell(title, content):
    """Return a page."""
    return (
        f"<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title} – PayFiP (démonstration)</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )


class Handler(BaseHTTPRequestHandler):
    """Hands requests to its `double`."""

    double = None

    def log_message(self, *_args):
        """Say nothing: payments are told by `tell`."""

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        sent = dict(urllib.parse.parse_qsl(parts.query))
        if not parts.path.endswith("/paiementws.web"):
            return self._page(404, shell("Page inconnue", ""))
        payment = self.double.payments.get(sent.get("idop") or sent.get("idOp"))
        if not payment or not self.double.openable(payment):
            text = "<p>Ce paiement n’existe pas, n’existe plus ou est terminé.</p>"
            return self._page(410, shell("Paiement inconnu", text))
        return self._page(200, self.double.page(payment))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urllib.parse.urlsplit(self.path).path
        if path.endswith("/services/securite"):
            return self._service(body)
        sent = dict(urllib.parse.parse_qsl(body.decode()))
        payment = self.double.payments.get(sent.get("idop"))
        if not payment or not self.double.openable(payment):
            return self._page(410, shell("Paiement inconnu", ""))
        target = self.double.decide(payment, sent.get("choice", "close"))
        if not target:
            return self._page(200, shell("Page fermée", "<p>Rien n’a été payé.</p>"))
        self.send_response(303)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _service(self, body):
        trouble = self.double.trouble
        if trouble == "502":
            return self._page(502, "<html><body>Bad Gateway</body></html>")
        if trouble == "timeout":
            time.sleep(self.double.patience)
            return None
        if trouble == "garbage":
            return self._page(200, "<html><body>Maintenance</body></html>")
        status, content = self.double.answer(body)
        if trouble == "half":
            content = content[: len(content) // 2]
        return self._send(status, content, "text/xml; charset=utf-8")

    def _page(self, status, text):
        return self._send(status, text.encode(), "text/html; charset=utf-8")

    def _send(self, status, content, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main(port, host="127.0.0.1"):
    """Serve until the standard input ends; the first line written is empty."""

    def tell(line):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    with Double(port=port, host=host, tell=tell):
        tell("")
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
