"""PayFiP's web service: what is asked of it, and what comes back. No Odoo here.

The library eopayment speaks the protocol. It ignores the address that it is given, so
the transport below is aimed by itself.
"""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from eopayment import payfip_ws
from zeep.transports import Transport

from . import const

# The service writes its hours so.
PARIS = ZoneInfo("Europe/Paris")
# Long enough for a slow answer, short enough for a family that waits.
TIMEOUT = 15
CODE = re.compile(r"[A-Z]\d")
IDOP = re.compile(r"[0-9A-Za-z-]{8,64}")
# "P5": not known yet; "P1": unknown, what was never paid is forgotten each night.
NOT_YET, NEVER = "P5", "P1"

# zeep writes at these levels what is sent, which names persons.
logging.getLogger("zeep.transports").setLevel(logging.INFO)
logging.getLogger("zeep.wsdl").setLevel(logging.INFO)


class Refused(Exception):
    """The service understood and said no.

    :ivar code: a letter and a digit
    :ivar words: what the service says of it, in French
    """

    def __init__(self, code, words):
        super().__init__(f"{code} {words}".strip())
        self.code, self.words = code, words


class Unavailable(Exception):
    """No answer, half an answer, or none that can be understood: nothing is known."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What the service says of a payment: texts as it writes them, cents for sums."""

    idop: str
    result: str
    numcli: str
    refdet: str
    cents: int
    mode: str
    paid_at: datetime | None


class _Aimed(Transport):
    """Sends to one address, whatever the description of the service names."""

    def __init__(self, address, timeout):
        super().__init__(operation_timeout=timeout)
        self.address = address

    def post(self, address, message, headers):
        return super().post(self.address, message, headers)


class Service:
    """The three operations, at an address.

    :param float timeout: seconds to wait for an answer, TIMEOUT if None
    """

    def __init__(self, address=const.SERVICE_URL, timeout=None):
        self.timeout = timeout or TIMEOUT
        transport = _Aimed(address, self.timeout)
        self.soap = payfip_ws.PayFiP(zeep_client_kwargs={"transport": transport})

    def labels(self, numcli):
        """Return how the treasury calls this client: texts that are not empty.

        :raise Refused: it does not know the number
        :raise Unavailable: no answer
        """
        found = self._ask(self.soap.get_info_client, numcli)
        if found is None or found.numcli != numcli:
            raise Unavailable("incomplete answer")
        labels = (found.libelleN1, found.libelleN2, found.libelleN3)
        return [label for label in labels if label]

    def open(self, **asked):
        """Open a payment; return its number (idOp), which leads to the page.

        :param asked: as `eopayment` takes them: numcli, saisie, exer, refdet, montant,
            mel, url_notification, url_redirect, objet
        :raise Refused: something of it does not suit the service
        :raise Unavailable: no answer
        """
        idop = self._ask(self.soap.get_idop, **asked)
        if not isinstance(idop, str) or not IDOP.fullmatch(idop):
            raise Unavailable("incomplete answer")
        return idop

    def payment(self, idop):
        """Return the `Payment` of a number.

        :raise Refused: NOT_YET while nothing is known, NEVER for what was not paid
        :raise Unavailable: no answer, or half of one
        """
        found = self._ask(self.soap.get_info_paiement, idop)
        needed = ("idOp", "resultrans", "numcli", "refdet", "montant")
        if found is None or not all(getattr(found, name, None) for name in needed):
            raise Unavailable("incomplete answer")
        if not found.montant.isascii() or not found.montant.isdigit():
            raise Unavailable("an amount that is no number")
        return Payment(
            idop=found.idOp,
            result=found.resultrans,
            numcli=found.numcli,
            refdet=found.refdet,
            cents=int(found.montant),
            mode=found.saisie or "",
            paid_at=read_moment(found.dattrans, found.heurtrans),
        )

    def _ask(self, operation, *args, **kwargs):
        try:
            return operation(*args, **kwargs, timeout=self.timeout)
        except payfip_ws.PayFiPError as error:
            code = str(error.code)
            if CODE.fullmatch(code):
                raise Refused(code, str(error.message).strip()) from None
            raise Unavailable(_kind(error)) from None


def _kind(error):
    """Say what kind of trouble this is, without what was sent."""
    name = str(error.message).rpartition(".")[2] if error.code == "unknown" else ""
    return name if name.isalnum() else str(error.code)


def read_moment(day, hour):
    """Return when a payment was made, naive UTC; None where it is not said.

    :param str day: ddmmyyyy in Paris
    :param str hour: hhmm
    """
    try:
        local = datetime.strptime(f"{day}{hour}", "%d%m%Y%H%M")
    except ValueError:
        return None
    moment = local.replace(tzinfo=PARIS).astimezone(UTC)
    return moment.replace(tzinfo=None)


def normal(words, length=100):
    """Return what of a text the service takes: letters, digits and single spaces."""
    return (payfip_ws.normalize_objet(words) or "")[:length].strip()


def refdet(reference, tag):
    """Return a reference of 6 to 30 letters and digits, by which a payment is found.

    :param str reference: of the invoices, as people read it
    :param str tag: letters and digits that no other payment has; used where the
        reference is too long or too short to be told from others
    """
    base = normal(reference, 1000).replace(" ", "").upper()
    if const.SHORTEST_REFDET <= len(base) <= const.LONGEST_REFDET:
        return base
    return tagged(base, tag)


def tagged(base, tag):
    """Return the beginning of a reference with a tag behind it, as long as it may be.

    A short tag is filled with zeros, so that the whole has its six signs.
    """
    tag = f"T{tag:0>{const.SHORTEST_REFDET - 1}}"
    return f"{base[: const.LONGEST_REFDET - len(tag)]}{tag}"
