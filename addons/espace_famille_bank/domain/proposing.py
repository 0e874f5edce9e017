"""What a movement of the bank probably is: proposed, never decided.

A transfer is proposed for a family only where its words name it: an invoice, the
reference of the family, or its name with an amount that fits. An amount alone is no
name. Where two answers are as good, there is none. Amounts are integer cents.
"""

import re
import unicodedata
from datetime import date, timedelta
from typing import NamedTuple

TRANSFER, KNOWN, TAKINGS, REJECTION, REMITTANCE, FEES = (
    *("transfer", "known", "takings", "rejection", "remittance", "fees"),
)

# How long before it is on the account a payment was received, at most.
TRAVEL = timedelta(days=10)
# A bank may date a movement before the agent enters it.
AFTER = timedelta(days=5)
# A debit or a card payment comes back within thirteen months.
CHARGEBACK = timedelta(days=400)
# Several days in one remittance: a long week-end.
MOST_DAYS = 5
# What is withheld of a remittance at most: 2 % and 10 cents a payment.
WITHHELD_PERCENT, WITHHELD_EACH = 2, 10
# A number is named by so many signs at least, and cut in so many parts at most.
SHORTEST, MOST_PARTS = 4, 6

OF_CARDS = re.compile(
    r"\b(PAYFIP|TIPI|CB|CARTES?|TPE|REMISE|REM|ENCAISSEMENTS?|PRLVT?|PRELEVEMENTS?|SDD)\b"
)
OF_RETURNS = re.compile(
    r"\b(REJETS?|REJ|IMPAYES?|IMP|RETOURS?|RET|CONTESTATION|CHARGEBACK|OPPOSITION)\b"
)
OF_FEES = re.compile(r"\b(FRAIS|COMMISSIONS?|COM|ABONNEMENT|COTISATION)\b")

NOT_A_NAME = {"MR", "MME", "MLLE", "M", "OU", "ET", "FAMILLE", "DE", "DU", "LA", "LE"}


class Line(NamedTuple):
    """A movement: what it says is `words`, with the payer's name."""

    day: date
    cents: int
    words: str


class Debt(NamedTuple):
    """What a family owes by one document; `numbers` name it, see `compact`."""

    id: int
    family: int
    cents: int
    numbers: tuple = ()


class Family(NamedTuple):
    """Who may pay: the numbers that name it, and the names of its adults."""

    id: int
    numbers: tuple
    names: tuple = ()


class Movement(NamedTuple):
    """Money in the books that no line of the bank shows yet.

    `cents` as the bank will show it; `kind` is receipt, rejection, refund or
    remittance; `numbers` name it; `group` is whose sum the bank may show (a journal).
    """

    id: int
    kind: str
    means: str
    day: date
    cents: int
    numbers: tuple = ()
    family: int = 0
    group: int = 0


class Proposal(NamedTuple):
    """What a line may be. `sure` if nothing but a look is wanted of a human.

    `debts` are {id: cents}; `movements` are ids of what the books know already, of the
    kind `remittance` or payments; `withheld` is a commission; `advance` is what no
    debt asks for; `why` is a code of the words.
    """

    kind: str
    sure: bool
    why: str
    family: int = 0
    debts: dict = {}
    movements: tuple = ()
    withheld: int = 0
    advance: int = 0


def normal(text):
    """Return a text in capitals without accents; what is no letter is one blank."""
    plain = unicodedata.normalize("NFKD", text or "")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[A-Z0-9]+", plain.upper()))


def compact(number):
    """Return a number without blanks and signs, "" where it is too short to name.

    A figure or two stand in any words.
    """
    text = normal(number).replace(" ", "")
    return text if len(text) >= SHORTEST else ""


def said(words):
    """Return all that words may name: each word, and those that follow it joined.

    Longer numbers are others: INV/2027/0012 is not said by INV/2027/00123.
    """
    parts = normal(words).split()
    return {
        "".join(parts[at : at + many])
        for at in range(len(parts))
        for many in range(1, MOST_PARTS + 1)
    }


def named_of(words, numbered):
    """Return those whose `numbers` words name; their numbers are `compact`."""
    told = said(words)
    return [one for one in numbered if not told.isdisjoint(one.numbers)]


def may_withhold(received, withheld, count):
    """Tell whether a bank may have kept so much of so many payments, in cents."""
    most = received * WITHHELD_PERCENT // 100 + WITHHELD_EACH * count
    return 0 < withheld <= most


def propose(line, families, debts, movements):
    """Return the `Proposal` for a line, None where nothing fits, or too much.

    :param families: list of `Family`
    :param debts: list of `Debt`, the oldest first
    :param movements: list of `Movement` of this account that are not shown yet
    """
    not_shown = [m for m in movements if m.kind != "returnable"]
    if line.cents > 0:
        return (
            _known(line, not_shown, _named_families(line, families, debts))
            or _transfer(line, families, debts)
            or _takings(line, not_shown)
        )
    if line.cents < 0:
        return (
            _known(line, not_shown, set())
            or _returned(line, movements)
            or (Proposal(FEES, False, "fees") if _says(OF_FEES, line) else None)
        )
    return None


def _says(pattern, line):
    return bool(pattern.search(normal(line.words)))


def _near(line, movement):
    return -AFTER <= line.day - movement.day <= TRAVEL


def _named_families(line, families, debts):
    """Return the families that the words name, by an invoice or a reference."""
    return {debt.family for debt in named_of(line.words, debts)} | {
        family.id for family in named_of(line.words, families)
    }


def _known(line, movements, owners):
    """One movement of the books, of the same sum, that the bank shows in a line.

    :param owners: the families that the words name
    """
    same = [m for m in movements if m.cents == line.cents and _near(line, m)]
    named = named_of(line.words, same)
    if len(named) == 1:
        kind = REMITTANCE if named[0].kind == "remittance" else KNOWN
        return Proposal(kind, True, "named", named[0].family, movements=(named[0].id,))
    # Cards and debits come in sums, see `_takings`; the others one by one.
    single = [m for m in same if m.means == "transfer" or m.kind != "receipt"]
    if owners:
        single = [m for m in single if m.family in owners]
    if len(single) != 1 or len(named) > 1:
        return None
    [one] = single
    if one.kind == "remittance":
        return Proposal(REMITTANCE, True, "amount", movements=(one.id,))
    why = "reference" if owners else "amount"
    return Proposal(KNOWN, bool(owners), why, one.family, movements=(one.id,))


def _transfer(line, families, debts):
    """The debts of the one family that the words name."""
    owners = _named_families(line, families, debts)
    if len(owners) > 1:
        return None
    for family in owners:
        named = named_of(line.words, debts)
        return _parts(line, family, named, debts, "invoice" if named else "reference")
    by_name = [f.id for f in families if _is_payer(line, f)]
    if len(by_name) != 1:
        return None
    [family] = by_name
    own = [d.cents for d in debts if d.family == family]
    if line.cents in own or line.cents == sum(own):
        proposal = _parts(line, family, [], debts, "name")
        return proposal._replace(sure=False)
    return None


def _is_payer(line, family):
    """Tell whether all the names of one who may pay stand in the words."""
    words = set(normal(line.words).split())
    for name in family.names:
        wanted = {part for part in normal(name).split() if len(part) > 1} - NOT_A_NAME
        if len(wanted) > 1 and wanted <= words:
            return True
    return False


def _parts(line, family, named, debts, why):
    """Share a transfer: what it names, then what has the very amount, then the oldest.

    It is sure where the words and the sum say the same.
    """
    own = [debt for debt in debts if debt.family == family]
    if sum(debt.cents for debt in named) == line.cents:
        order, sure = named, True
    elif named:
        order, sure = [*named, *(debt for debt in own if debt not in named)], False
    else:
        same = [debt for debt in own if debt.cents == line.cents]
        everything = sum(debt.cents for debt in own) == line.cents
        sure = bool(own) and (everything or len(same) == 1)
        order = same if len(same) == 1 else own
    parts, left = {}, line.cents
    for debt in order:
        part = min(debt.cents, left)
        if part > 0:
            parts[debt.id] = part
            left -= part
    return Proposal(TRANSFER, sure, why, family, parts, advance=left)


def _takings(line, movements):
    """Days of receipts of one means that the bank shows as one sum."""
    found = {}
    receipts = [m for m in movements if m.kind == "receipt" and m.means != "transfer"]
    for group in {m.group for m in receipts}:
        own = [m for m in receipts if m.group == group and _near(line, m)]
        days = sorted({m.day for m in own})
        for at, _day in enumerate(days):
            for end in range(at + 1, min(at + MOST_DAYS, len(days)) + 1):
                chosen = [m for m in own if _day <= m.day <= days[end - 1]]
                _weigh(line, tuple(chosen), found)
    for is_exact in (True, False):
        fitting = [ms for ms, withheld in found.items() if is_exact == (not withheld)]
        if len(fitting) == 1:
            [chosen] = fitting
            sure = is_exact and _says(OF_CARDS, line)
            ids = tuple(movement.id for movement in chosen)
            return Proposal(
                TAKINGS,
                sure,
                "day" if is_exact else "withheld",
                movements=ids,
                withheld=found[chosen],
            )
        if fitting:
            return None
    return None


def _weigh(line, chosen, found):
    """Note receipts that the line may be the sum of, with what is withheld of it."""
    received = sum(movement.cents for movement in chosen)
    withheld = received - line.cents
    if not withheld or (
        may_withhold(received, withheld, len(chosen)) and _says(OF_CARDS, line)
    ):
        found[chosen] = withheld


def _returned(line, movements):
    """The payment that a bank takes back: named, or the only one of that sum."""
    same = [
        m
        for m in movements
        if m.kind == "returnable"
        and m.cents == -line.cents
        and timedelta(0) <= line.day - m.day <= CHARGEBACK
    ]
    named = named_of(line.words, same)
    fitting = named or (same if _says(OF_RETURNS, line) else [])
    if len(fitting) != 1:
        return None
    [one] = fitting
    why = "named" if named else "amount"
    return Proposal(REJECTION, bool(named), why, one.family, movements=(one.id,))
