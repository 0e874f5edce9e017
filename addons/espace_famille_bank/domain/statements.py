"""What files of banks say of an account: CAMT.053, CAMT.054 and CFONB 120 (AFB120).

A file is read whole or refused: who reads half a statement books half the truth. So
the encoding, the end of the file and the sums are looked at before anything is kept.

Sources: ISO 20022, camt.053.001.02 to .08 and camt.054.001.02 to .08 (read by their
elements, whatever the version); CFONB, "Relevé de compte sur support informatique"
(records of 120 characters 01, 04, 05 and 07).
"""

import hashlib
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from lxml import etree

CAMT_053, CAMT_054, CFONB = "camt.053", "camt.054", "cfonb120"
# More is no file of a régie.
LARGEST = 20_000_000
MOST_LINES = 20_000
# More words than a bank takes from who pays.
LONGEST = 1000

# Why a file is refused.
EMPTY, SIZE, ENCODING, KIND, HALF, SUMS, ACCOUNTS, CURRENCY, DETAILS, VALUES = (
    *("empty", "size", "encoding", "kind", "half", "sums"),
    *("accounts", "currency", "details", "values"),
)

WIDTH = 120
# The last character of a CFONB amount is a figure and the sign at once.
SIGNS = {
    **{char: (str(n), 1) for n, char in enumerate("{ABCDEFGHI")},
    **{char: (str(n), -1) for n, char in enumerate("}JKLMNOPQR")},
}
# Which of the records 05 tell who paid and what for.
TOLD = ("LIB", "LCC", "LC2", "LCS", "RCN", "REF", "NPY", "NPO", "RUM", "   ")


class Refused(ValueError):
    """The file is not read; `code` says why, `place` where."""

    def __init__(self, code, place=""):
        super().__init__(code)
        self.code = code
        self.place = place


class Entry(NamedTuple):
    """One movement: `cents` come in above zero and go out below it.

    `key` is the same wherever the bank tells of this movement again.
    """

    day: date
    cents: int
    label: str
    payer: str
    reference: str
    reason: str
    key: str


class Statement(NamedTuple):
    """What one file says of one account; `opening` and `closing` None where unsaid.

    `account` is an IBAN, or bank, branch and number as in CFONB (21 characters).
    """

    kind: str
    account: str
    number: str
    opening: int | None
    closing: int | None
    entries: tuple

    @property
    def days(self):
        """Return the first and the last day of which the file tells."""
        days = [entry.day for entry in self.entries]
        return min(days), max(days)


def read(content):
    """Return the `Statement` that a file is.

    :param bytes content: the file
    :raise Refused: it is none, not whole, or does not add up
    """
    if not content or not content.strip():
        raise Refused(EMPTY)
    if len(content) > LARGEST:
        raise Refused(SIZE)
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
    if start.startswith(b"<") or b"\x00" in content[:200]:
        statement = _read_camt(content)
    elif start.startswith(b"01"):
        statement = _read_cfonb(content)
    else:
        raise Refused(KIND)
    if not statement.entries:
        raise Refused(EMPTY)
    if len(statement.entries) > MOST_LINES:
        raise Refused(SIZE)
    _check_sums(statement)
    return statement._replace(entries=tuple(map(_short, _numbered(statement.entries))))


def plain(content, kind):
    """Return a file that was read as other readers take it.

    :param bytes content: the file
    :param str kind: as `Statement` has it
    """
    if kind != CFONB:
        return content
    return "\n".join(_records(content)).encode("latin-1", "replace")


def is_account(account, iban):
    """Tell whether the account of a file is this IBAN of a journal.

    :param str account: as `Statement` has it
    :param str iban: without spaces
    """
    iban = "".join(iban.split()).upper()
    return bool(account) and account in (iban, iban[4:25] if _is_french(iban) else iban)


def _is_french(iban):
    return iban[:2] in ("FR", "MC") and len(iban) == 27


def _check_sums(statement):
    """Refuse a file whose movements do not lead from one balance to the other."""
    if statement.opening is None or statement.closing is None:
        return
    moved = sum(entry.cents for entry in statement.entries)
    if statement.opening + moved != statement.closing:
        raise Refused(SUMS)


def _numbered(entries):
    """Tell apart entries that are the same to the letter, in their order."""
    seen = Counter()
    for entry in entries:
        seen[entry.key] += 1
        yield entry._replace(key=f"{entry.key}-{seen[entry.key]}")


def _short(entry):
    return entry._replace(
        label=entry.label[:LONGEST],
        payer=entry.payer[:LONGEST],
        reference=entry.reference[:LONGEST],
    )


def _key(*parts):
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:24]


# === CFONB 120 === #


def _read_cfonb(content):
    records = list(_records(content))
    accounts = {r[2:7] + r[11:16] + r[21:32] for r in records}
    if len(accounts) > 1:
        raise Refused(ACCOUNTS)
    if {record[16:19].strip() for record in records} - {"EUR", ""}:
        raise Refused(CURRENCY)
    opening = closing = None
    number = ""
    entries, is_open = [], False
    for place, record in enumerate(records, 1):
        kind = record[:2]
        if kind == "01" and not is_open:
            cents = _cfonb_cents(record, place)
            if closing is not None and cents != closing:
                raise Refused(SUMS, place)
            opening = cents if opening is None else opening
            is_open = True
        elif kind == "04" and is_open:
            entries.append([record, [], place])
        elif kind == "05" and is_open and entries:
            entries[-1][1].append(record)
        elif kind == "07" and is_open:
            closing = _cfonb_cents(record, place)
            number = record[34:40]
            is_open = False
        else:
            raise Refused(VALUES, place)
    if is_open:
        raise Refused(HALF)
    return Statement(
        CFONB,
        accounts.pop().upper(),
        number,
        opening,
        closing,
        tuple(_cfonb_entry(*entry) for entry in entries),
    )


def _records(content):
    """Yield records of 120 characters, with or without ends of lines."""
    text = _cfonb_text(content)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        [line] = lines
        if len(line) % WIDTH:
            raise Refused(HALF)
        lines = [line[at : at + WIDTH] for at in range(0, len(line), WIDTH)]
    for place, line in enumerate(lines, 1):
        if len(line) < WIDTH and place < len(lines) and line[:2] in ("01", "04", "07"):
            # Banks leave out blanks at the end of a line; what is told stays the same.
            line = line.ljust(WIDTH)
        if len(line) != WIDTH:
            raise Refused(HALF, place)
        if line[:2] not in ("01", "04", "05", "07"):
            raise Refused(VALUES, place)
        yield line


def _cfonb_text(content):
    """Return the text of a file in ASCII, or in the letters of Western Europe.

    UTF-8 with letters of several bytes moves every column behind them, unless it is
    read as what it is.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    # No statement has signs of control but the ends of its lines.
    if any(ord(char) < 32 and char not in "\r\n\x1a" for char in text):
        raise Refused(ENCODING)
    if any("\x7f" <= char <= "\x9f" or char > "\xff" for char in text):
        raise Refused(ENCODING)
    return text.replace("\x1a", "")


def _cfonb_cents(record, place):
    figures = record[90:104]
    last, sign = SIGNS.get(figures[-1], ("", 0))
    text = figures[:-1] + last
    decimals = record[19].strip() or "2"
    if not sign or not text.isascii() or not text.isdigit() or decimals not in "0123":
        raise Refused(VALUES, place)
    value = Decimal(int(text)).scaleb(2 - int(decimals))
    if value != int(value):
        raise Refused(VALUES, place)
    return sign * int(value)


def _cfonb_entry(record, told, place):
    text = record[34:40]
    try:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        day = date(2000 + int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError as error:
        raise Refused(VALUES, place) from error
    cents = _cfonb_cents(record, place)
    # As the addon of the OCA words it, so that both are the same.
    more = [(one[45:48], one[48:118].strip()) for one in told]
    label = record[48:79].strip()
    payer = next((words for kind, words in more if kind == "NPY"), "")
    kept = [words for kind, words in more if kind in TOLD and words]
    reference = record[81:88].strip(" 0")
    return Entry(
        day,
        cents,
        " ".join([label, *kept]),
        payer,
        reference,
        record[40:42].strip(),
        _key(day, cents, label, record[81:88], *(words for _kind, words in more)),
    )


# === CAMT === #


def _read_camt(content):
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused(_why_no_xml(content, error)) from error
    if root.getroottree().docinfo.doctype:
        raise Refused(KIND)
    for kind, element, part in (
        (CAMT_053, "BkToCstmrStmt", "Stmt"),
        (CAMT_054, "BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    ):
        found = root.find(f"{{*}}{element}")
        if found is not None and kind in root.tag:
            return _read_message(kind, found.findall(f"{{*}}{part}"))
    raise Refused(KIND)


def _why_no_xml(content, error):
    """Tell a file in the wrong letters, or cut off, from one that is none."""
    words = str(error).lower()
    if "encod" in words or "utf-8" in words or "input conversion" in words:
        return ENCODING
    if b"camt.05" in content[:2000] and not content.rstrip().endswith(b"Document>"):
        return HALF
    return KIND


def _read_message(kind, parts):
    accounts = {_text(p, "Acct/Id/IBAN") or _text(p, "Acct/Id/Othr/Id") for p in parts}
    if len(accounts) != 1:
        raise Refused(ACCOUNTS if accounts else EMPTY)
    opening = closing = None
    entries = []
    for part in parts:
        first, last = _balances(part) if kind == CAMT_053 else (None, None)
        if closing is not None and first is not None and first != closing:
            raise Refused(SUMS)
        opening = first if opening is None else opening
        closing = last
        for entry in part.findall("{*}Ntry"):
            entries += _camt_entries(entry)
    return Statement(
        kind,
        "".join(accounts.pop().split()).upper(),
        ", ".join(filter(None, (_text(part, "Id") for part in parts))),
        opening,
        closing,
        tuple(entries),
    )


def _balances(part):
    found = {}
    for balance in part.findall("{*}Bal"):
        code = _text(balance, "Tp/CdOrPrtry/Cd")
        found[code] = _signed(balance, _find(balance, "Amt"))
    first = found.get("OPBD", found.get("PRCD"))
    if first is None or "CLBD" not in found:
        # A statement says where it begins and ends; one that was cut does not.
        raise Refused(HALF)
    return first, found["CLBD"]


def _camt_entries(entry):
    """Return what an entry is: itself, or the payments that it is the sum of."""
    if _text(entry, "Sts") in ("PDNG", "INFO") or _text(entry, "Sts/Cd") in (
        "PDNG",
        "INFO",
    ):
        # The OCA's reader would book it.
        raise Refused(VALUES)
    day = _day(entry, "BookgDt")
    whole = _signed(entry, _find(entry, "Amt"))
    details = [one for one in entry.iter("{*}TxDtls")]
    if len(details) < 2:
        one = details[0] if details else None
        return [_camt_entry(entry, one, day, whole)]
    parts = []
    for one in details:
        amount = _find(one, "Amt")
        if amount is None:
            amount = _find(one, "AmtDtls/TxAmt/Amt")
        if amount is None:
            raise Refused(DETAILS)
        direction = one if _find(one, "CdtDbtInd") is not None else entry
        parts.append(_camt_entry(entry, one, day, _signed(direction, amount)))
    if sum(part.cents for part in parts) != whole:
        raise Refused(DETAILS)
    return parts


def _camt_entry(entry, one, day, cents):
    label, payer, reference, reason = _text(entry, "AddtlNtryInf"), "", "", ""
    bank = _text(entry, "AcctSvcrRef")
    if one is not None:
        told = [
            *(place.text or "" for place in one.findall("{*}RmtInf/{*}Ustrd")),
            _text(one, "RmtInf/Strd/CdtrRefInf/Ref"),
            _text(one, "AddtlTxInf"),
        ]
        label = " ".join(filter(None, told)) or label
        side = "Dbtr" if cents > 0 else "Cdtr"
        payer = _text(one, f"RltdPties/{side}/Nm") or _text(
            one, f"RltdPties/{side}/Pty/Nm"
        )
        reference = _text(one, "Refs/EndToEndId")
        reference = "" if reference == "NOTPROVIDED" else reference
        reason = _text(one, "RtrInf/Rsn/Cd") or _text(one, "RtrInf/Rsn/Prtry")
        bank = _text(one, "Refs/AcctSvcrRef") or bank
    return Entry(
        day,
        cents,
        " ".join(label.split()),
        payer,
        reference,
        reason,
        _key(day, cents, bank, reference, label, payer),
    )


def _signed(place, amount):
    if amount is None:
        raise Refused(VALUES)
    if amount.get("Ccy", "EUR") != "EUR":
        raise Refused(CURRENCY)
    direction = _text(place, "CdtDbtInd")
    try:
        value = Decimal((amount.text or "").strip())
    except InvalidOperation as error:
        raise Refused(VALUES) from error
    if not value.is_finite() or direction not in ("CRDT", "DBIT"):
        raise Refused(VALUES)
    cents = value * 100
    if cents != int(cents) or value < 0 or value > 10**9:
        raise Refused(VALUES)
    return int(cents) if direction == "CRDT" else -int(cents)


def _day(entry, name):
    text = _text(entry, f"{name}/Dt") or _text(entry, f"{name}/DtTm")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Refused(VALUES) from error


def _find(element, path):
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def _text(element, path):
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""
