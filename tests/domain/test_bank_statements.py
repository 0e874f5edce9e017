"""Files of banks are read whole or refused; what a movement may be is proposed."""

import importlib.util
from datetime import date, timedelta
from pathlib import Path

import pytest
from espace_famille_bank_domain import proposing, statements
from hypothesis import given
from hypothesis import strategies as st

FILES = (
    Path(__file__).resolve().parents[2]
    / "addons/espace_famille_bank/tests/statement_files.py"
)
spec = importlib.util.spec_from_file_location("statement_files", FILES)
files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(files)

DAY = date(2027, 1, 11)
MOVES = (
    (DAY, 490, "VIR INV/2027/00001"),
    (DAY, -360, "REJET PRLV"),
    (DAY + timedelta(days=1), 12345, "REMISE CB"),
)


def refused(content):
    with pytest.raises(statements.Refused) as error:
        statements.read(content)
    return error.value.code


@pytest.mark.parametrize("make", [files.cfonb, files.camt])
def test_a_statement_is_read_whole(make):
    statement = statements.read(make(*MOVES, opening=1000))
    assert [(e.day, e.cents, e.label) for e in statement.entries] == list(MOVES)
    assert (statement.opening, statement.closing) == (1000, 1000 + 490 - 360 + 12345)
    assert statement.days == (DAY, DAY + timedelta(days=1))
    assert statements.is_account(statement.account, files.ACCOUNT)
    assert not statements.is_account(statement.account, files.OTHER_ACCOUNT)


def test_a_notification_has_no_balances():
    statement = statements.read(files.camt(*MOVES, kind="054"))
    assert statement.kind == statements.CAMT_054
    assert (statement.opening, statement.closing) == (None, None)


def test_who_pays_and_what_for():
    [entry] = statements.read(
        files.camt((DAY, 490, "Cantine", "MARTIN Léa", "E2E-1"))
    ).entries
    assert (entry.label, entry.payer, entry.reference) == (
        "Cantine",
        "MARTIN Léa",
        "E2E-1",
    )
    told = {"LCC": "FACTURE 2027-1", "NPY": "MARTIN LEA", "IBE": "FR76"}
    [entry] = statements.read(files.cfonb((DAY, 490, "VIR RECU", told))).entries
    assert entry.payer == "MARTIN LEA"
    assert entry.label == "VIR RECU FACTURE 2027-1 MARTIN LEA"
    [entry] = statements.read(
        files.camt((DAY, -490, "Rejet", "", "E2E-1", "AM04"))
    ).entries
    assert (entry.cents, entry.reason) == (-490, "AM04")


@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
def test_cfonb_with_and_without_ends_of_lines(ends):
    assert len(statements.read(files.cfonb(*MOVES, ends=ends)).entries) == 3


def test_cfonb_amounts_bear_their_sign():
    for cents in range(-12, 13):
        if cents:
            [entry] = statements.read(files.cfonb((DAY, cents, "X"))).entries
            assert entry.cents == cents


def test_letters_of_western_europe_and_utf_8():
    movement = (DAY, 490, "VIR HÉLÈNE")
    plain = files.cfonb(movement)
    assert statements.read(plain).entries[0].label == "VIR HÉLÈNE"
    moved = plain.decode("latin-1").encode()
    assert statements.read(moved).entries[0].label == "VIR HÉLÈNE"
    assert statements.plain(moved, statements.CFONB).rstrip() == plain.rstrip()


@pytest.mark.parametrize("make", [files.cfonb, files.camt])
def test_half_a_file(make):
    whole = make(*MOVES)
    for at in range(1, len(whole) - 2, 37):
        assert refused(whole[:at]) in (
            statements.HALF,
            statements.KIND,
            statements.VALUES,
            statements.ENCODING,
        )
    lines = files.cfonb(*MOVES).splitlines(keepends=True)
    for at in range(1, len(lines)):
        assert refused(b"".join(lines[:at])) == statements.HALF


def test_a_line_that_is_lost_is_noticed():
    lines = files.cfonb(*MOVES).splitlines(keepends=True)
    for at in (1, 2, 3):
        assert refused(b"".join(lines[:at] + lines[at + 1 :])) == statements.SUMS
    assert refused(files.camt(*MOVES, closing=1)) == statements.SUMS


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", statements.EMPTY),
        (b"  \n", statements.EMPTY),
        (b"hello", statements.KIND),
        (b"PK\x03\x04 zip", statements.KIND),
        (b"<html></html>", statements.KIND),
        (b"\x89PNG\r\n\x1a\n", statements.KIND),
        (b"01" + b"x" * 118, statements.CURRENCY),
        (files.camt(), statements.EMPTY),
        (files.camt(*MOVES).replace(b"EUR", b"USD"), statements.CURRENCY),
        (files.cfonb(*MOVES).replace(b"EUR", b"USD"), statements.CURRENCY),
        (files.camt((DAY, 1, "é")).replace("é".encode(), b"\xe9"), statements.ENCODING),
        (files.cfonb(*MOVES).replace(b"VIR", b"V\x01R"), statements.ENCODING),
        (files.camt(*MOVES).replace(b"4.90", b"NaN"), statements.VALUES),
        (files.camt(*MOVES).replace(b"4.90", b"4.901"), statements.VALUES),
        (files.camt(*MOVES).replace(b"2027-01-11", b"2027-13-11"), statements.VALUES),
        (files.camt(*MOVES).replace(b"BOOK", b"PDNG"), statements.VALUES),
        (files.cfonb(*MOVES).replace(b"110127", b"310227"), statements.VALUES),
        (
            files.camt(*MOVES).replace(
                b"<Document", b'<!DOCTYPE a [<!ENTITY x "y">]><Document'
            ),
            statements.KIND,
        ),
        (
            files.cfonb(*MOVES) + files.cfonb(*MOVES, account=files.OTHER_ACCOUNT),
            statements.ACCOUNTS,
        ),
    ],
)
def test_what_is_no_statement_is_refused(content, code):
    assert refused(content) == code


def test_a_sum_of_several_payments_tells_of_each():
    details = "".join(
        f"<TxDtls><Refs><EndToEndId>{n}</EndToEndId></Refs>{{amount{n}}}</TxDtls>"
        for n in range(2)
    )
    whole = files.camt((DAY, 500, "Lot")).decode()
    start, end = whole.index("<TxDtls>"), whole.index("</NtryDtls>")
    body = whole[:start] + details + whole[end:]
    amounts = {
        f"amount{n}": f'<Amt Ccy="EUR">{euros}</Amt>' for n, euros in enumerate((2, 3))
    }
    entries = statements.read(body.format(**amounts).encode()).entries
    assert [(e.cents, e.reference) for e in entries] == [(200, "0"), (300, "1")]
    amounts["amount1"] = '<Amt Ccy="EUR">4</Amt>'
    assert refused(body.format(**amounts).encode()) == statements.DETAILS
    nothing = body.format(amount0="", amount1="")
    assert refused(nothing.encode()) == statements.DETAILS


def test_movements_alike_are_told_apart():
    statement = statements.read(files.cfonb(MOVES[0], MOVES[0]))
    assert len({entry.key for entry in statement.entries}) == 2
    again = statements.read(files.cfonb(MOVES[0], MOVES[0], opening=7))
    assert [e.key for e in statement.entries] == [e.key for e in again.entries]


@given(st.binary(max_size=400))
def test_whatever_is_loaded_is_read_or_refused(content):
    for start in (
        b"",
        b"01",
        b"<",
        files.cfonb(*MOVES)[:200],
        files.camt(*MOVES)[:300],
    ):
        try:
            statements.read(start + content)
        except statements.Refused as error:
            assert error.code


# === What it may be === #


def number(*words):
    return tuple(proposing.compact(word) for word in words)


MARTIN = proposing.Family(1, number("FAM-0001"), ("Léa Martin", "Paul Martin"))
DURAND = proposing.Family(2, number("FAM-0002"), ("Zoé Durand",))
DEBTS = [
    proposing.Debt(11, 1, 360, number("INV/2027/00001")),
    proposing.Debt(12, 1, 130, number("INV/2027/00002")),
    proposing.Debt(21, 2, 360, number("INV/2027/00003")),
]


def propose(cents, words, movements=(), debts=DEBTS):
    line = proposing.Line(DAY, cents, words)
    return proposing.propose(line, [MARTIN, DURAND], debts, list(movements))


def receipt(id_, cents, days=-1, means="online", **vals):
    return proposing.Movement(
        id_,
        vals.pop("kind", "receipt"),
        means,
        DAY + timedelta(days=days),
        cents,
        group=vals.pop("group", 5),
        **vals,
    )


@pytest.mark.parametrize(
    ("cents", "words", "debts", "sure", "advance"),
    [
        (360, "VIR INV/2027/00001", {11: 360}, True, 0),
        (360, "facture inv 2027 00001 cantine", {11: 360}, True, 0),
        (360, "INV202700001", {11: 360}, True, 0),
        (490, "INV/2027/00001 ET INV/2027/00002", {11: 360, 12: 130}, True, 0),
        # Less than the invoice, or more.
        (100, "INV/2027/00001", {11: 100}, False, 0),
        (490, "INV/2027/00001", {11: 360, 12: 130}, False, 0),
        (600, "INV/2027/00002", {12: 130, 11: 360}, False, 110),
        # The reference of the family.
        (490, "FAM-0001", {11: 360, 12: 130}, True, 0),
        (130, "fam 0001", {12: 130}, True, 0),
        (700, "FAM-0001", {11: 360, 12: 130}, False, 210),
        (50, "FAM-0001", {11: 50}, False, 0),
        # Its name, and an amount that fits.
        (130, "VIR DE M. PAUL MARTIN", {12: 130}, False, 0),
        (490, "VIREMENT MME MARTIN LÉA", {11: 360, 12: 130}, False, 0),
    ],
)
def test_a_transfer_that_names_a_family(cents, words, debts, sure, advance):
    proposal = propose(cents, words)
    assert proposal.kind == proposing.TRANSFER
    assert (proposal.debts, proposal.sure) == (debts, sure)
    assert proposal.advance == advance


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (360, "VIREMENT"),
        (490, "VIR MARTIN"),
        (131, "VIR PAUL MARTIN"),
        (360, "INV/2027/000010"),
        (360, "XINV/2027/00001"),
        # Of two families: nobody's.
        (720, "INV/2027/00001 INV/2027/00003"),
        (360, "INV/2027/00001 FAM-0002"),
        (0, "INV/2027/00001"),
    ],
)
def test_what_names_nobody_waits(cents, words):
    assert propose(cents, words) is None


def test_the_receipts_of_a_day_come_in_a_sum():
    movements = [receipt(1, 490), receipt(2, 510), receipt(3, 999, days=-4)]
    proposal = propose(1000, "PAYFIP 10/01", movements)
    assert (proposal.kind, proposal.sure) == (proposing.TAKINGS, True)
    assert sorted(proposal.movements) == [1, 2]
    assert propose(1000, "VIREMENT SEPA", movements).sure is False
    # Of several days in a row.
    everything = propose(1999, "PAYFIP", movements)
    assert sorted(everything.movements) == [1, 2, 3]


def test_what_the_bank_kept_is_said():
    movements = [receipt(1, 10000), receipt(2, 2000)]
    proposal = propose(11880, "REMISE CB", movements)
    assert (proposal.withheld, proposal.sure) == (120, False)
    # More than a bank keeps, or words that say nothing of cards.
    assert propose(11000, "REMISE CB", movements) is None
    assert propose(11880, "VIREMENT", movements) is None


def test_two_sums_as_good_are_none():
    movements = [receipt(1, 500), receipt(2, 500, group=6, means="card")]
    assert propose(500, "REMISE CB", movements) is None


def test_a_transfer_entered_before_is_not_received_twice():
    known = receipt(7, 360, means="transfer", family=1)
    proposal = propose(360, "FAM-0001", [known])
    assert (proposal.kind, proposal.movements) == (proposing.KNOWN, (7,))
    assert proposal.sure
    # Another family's: this one pays by itself.
    assert propose(360, "INV/2027/00003", [known]).kind == proposing.TRANSFER
    assert propose(360, "VIREMENT", [known]).sure is False


def test_what_goes_out_was_entered_or_comes_back():
    rejected = receipt(8, -360, kind="rejection", means="direct_debit")
    assert propose(-360, "IMPAYE", [rejected]).kind == proposing.KNOWN
    back = receipt(9, 360, kind="returnable", numbers=number("PRLV-0009"), family=1)
    proposal = propose(-360, "RETOUR PRLV-0009", [back])
    assert (proposal.kind, proposal.movements) == (proposing.REJECTION, (9,))
    assert proposal.sure
    assert propose(-360, "IMPAYE", [back]).sure is False
    assert propose(-360, "VIR EMIS", [back]) is None
    assert propose(-361, "IMPAYE", [back]) is None
    two = [back, back._replace(id=10, numbers=())]
    assert propose(-360, "IMPAYE", two) is None
    assert propose(-250, "FRAIS DE TENUE", two).kind == proposing.FEES


def test_a_remittance_to_the_treasury():
    remittance = receipt(-3, -50000, kind="remittance", means="online")
    proposal = propose(-50000, "VIR COMPTABLE", [remittance])
    assert (proposal.kind, proposal.movements) == (proposing.REMITTANCE, (-3,))


@given(
    st.integers(-2000, 2000),
    st.lists(
        st.sampled_from(
            [
                "INV/2027/00001",
                "INV/2027/00003",
                "FAM-0001",
                "PAUL MARTIN",
                "CB",
                "REJET",
            ]
        ),
        max_size=3,
    ),
    st.lists(st.tuples(st.integers(1, 700), st.integers(-9, 4)), max_size=4),
)
def test_a_proposal_adds_up_to_the_movement(cents, words, received):
    movements = [receipt(n + 1, c, days=d) for n, (c, d) in enumerate(received)]
    proposal = propose(cents, " ".join(words), movements)
    if not proposal or proposal.kind == proposing.FEES:
        return
    amounts = {movement.id: movement.cents for movement in movements}
    shown = sum(proposal.debts.values()) + proposal.advance
    shown += sum(amounts[one] for one in proposal.movements) - proposal.withheld
    assert shown == cents
    open_ = {debt.id: debt.cents for debt in DEBTS}
    assert all(0 < part <= open_[one] for one, part in proposal.debts.items())
