"""What banks say of debits: pain.002 (refused before) and camt.054 (sent back after).

Sources: ISO 20022, messages pain.002.001.03 to .10 and camt.054.001.02 to .08 (read by
their elements, whatever the version); EPC130-08, EPC173-14 for the codes of reasons.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lxml import etree

# More is no file of a régie.
LARGEST = 20_000_000
NOT_PROVIDED = "NOTPROVIDED"
# Of pain.002: what was refused. PDNG, ACCP and the like are no news.
REFUSED = ("RJCT",)


class Unreadable(ValueError):
    """The file is none of those that are understood."""


class Return(NamedTuple):
    """A debit that was refused, or sent back.

    `amount` in euros, None where the file does not say it; `day` on which the money
    went back, None where nothing was taken; `mandate` and `message` are "" if unknown.
    """

    reference: str
    message: str
    mandate: str
    amount: Decimal | None
    reason: str
    day: date | None
    settled: bool


class Message(NamedTuple):
    """A file of the bank: what kind, its own reference, and what it sends back.

    `refused` is whether it refuses a whole message of ours, named by `original`.
    """

    kind: str
    reference: str
    original: str
    refused: bool
    reason: str
    returns: list


def read(content):
    """Return the `Message` that a file is.

    :param bytes content: the file
    :raise Unreadable: it is no XML, or no message that tells of debits
    """
    if not content or len(content) > LARGEST:
        raise Unreadable("size")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("xml") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("doctype")
    for element, reader in (
        ("CstmrPmtStsRpt", _read_status_report),
        ("BkToCstmrDbtCdtNtfctn", _read_notification),
    ):
        found = _find(root, element)
        if found is not None:
            return reader(found)
    raise Unreadable("kind")


def _read_status_report(report):
    """pain.002: the statuses of a message, of its lots and of single debits."""
    original = _text(report, "OrgnlGrpInfAndSts/OrgnlMsgId")
    whole = _text(report, "OrgnlGrpInfAndSts/GrpSts") in REFUSED
    returns = []
    for lot in _all(report, "OrgnlPmtInfAndSts"):
        lot_refused = _text(lot, "PmtInfSts") in REFUSED
        lot_reason = _reason(lot, "StsRsnInf")
        for one in _all(lot, "TxInfAndSts"):
            status = _text(one, "TxSts")
            if status in REFUSED or (lot_refused and not status):
                returns.append(
                    Return(
                        reference=_text(one, "OrgnlEndToEndId"),
                        message=original,
                        mandate=_text(one, "OrgnlTxRef/MndtRltdInf/MndtId")
                        or _text(one, "OrgnlTxRef/MndtRltdInf/DrctDbtMndt/MndtId"),
                        amount=_amount(_find(one, "OrgnlTxRef/Amt/InstdAmt")),
                        reason=_reason(one, "StsRsnInf") or lot_reason,
                        day=None,
                        settled=False,
                    )
                )
    return Message(
        "pain.002",
        _text(report, "GrpHdr/MsgId"),
        original,
        whole and not returns,
        _reason(_find(report, "OrgnlGrpInfAndSts"), "StsRsnInf"),
        returns,
    )


def _read_notification(notification):
    """camt.054: entries of the account that take debits back."""
    returns = []
    for entry in notification.iter("{*}Ntry"):
        # Money that leaves the account: a debit that came back.
        leaves = _text(entry, "CdtDbtInd") == "DBIT"
        day = _day(_find(entry, "BookgDt"))
        for one in entry.iter("{*}TxDtls"):
            direction = _text(one, "CdtDbtInd")
            reason = _reason(one, "RtrInf")
            if direction == "CRDT" or (not leaves and direction != "DBIT"):
                continue
            if not reason and not _is_return(entry, one):
                continue
            amount = _find(one, "Amt")
            if amount is None:
                amount = _find(one, "AmtDtls/TxAmt/Amt")
            original = _amount(_find(one, "AmtDtls/InstdAmt/Amt"))
            returns.append(
                Return(
                    reference=_text(one, "Refs/EndToEndId"),
                    message=_text(one, "Refs/MsgId"),
                    mandate=_text(one, "Refs/MndtId"),
                    amount=original if original is not None else _amount(amount),
                    reason=reason,
                    day=_day(_find(one, "RltdDts/IntrBkSttlmDt")) or day,
                    settled=True,
                )
            )
    return Message(
        "camt.054", _text(notification, "GrpHdr/MsgId"), "", False, "", returns
    )


def _is_return(entry, one):
    """Tell by the code of the transaction (family IDDT, unpaid) that it is a return."""
    for place in (one, entry):
        family = _text(place, "BkTxCd/Domn/Fmly/Cd")
        if family == "IDDT":
            return _text(place, "BkTxCd/Domn/Fmly/SubFmlyCd") in ("UPDD", "PRDD")
    return False


def _reason(element, name):
    """Return the code of a reason, four letters or figures; "" if there is none."""
    for one in _all(element, name) if element is not None else ():
        for place in ("Rsn/Cd", "Rsn/Prtry", "StsRsn/Cd"):
            if code := _text(one, place):
                return code[:35]
    return ""


def _amount(element):
    """Return the euros of an element, None without one or in another currency."""
    if element is None or element.get("Ccy", "EUR") != "EUR":
        return None
    try:
        amount = Decimal((element.text or "").strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _day(element):
    for name in ("Dt", "DtTm") if element is not None else ():
        try:
            return date.fromisoformat(_text(element, name)[:10])
        except ValueError:
            continue
    if element is not None and element.text:
        try:
            return date.fromisoformat(element.text.strip()[:10])
        except ValueError:
            return None
    return None


def _path(path):
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _find(element, path):
    return element.find(_path(path))


def _all(element, path):
    return element.findall(_path(path))


def _text(element, path):
    found = element.find(_path(path))
    return (found.text or "").strip() if found is not None else ""
