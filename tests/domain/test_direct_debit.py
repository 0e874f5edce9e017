"""IBANs, days of banks, files of banks, names of the Treasury."""

from datetime import date
from decimal import Decimal

import pytest
from espace_famille_sepa_domain import calendar, iban, returns, treasury
from hypothesis import given
from hypothesis import strategies as st

FRENCH = "FR7630004000031234567890143"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("fr76 3000 4000 0312 3456 7890 143", (FRENCH, None)),
        ("FR76-3000-4000-0312-3456-7890-143", (FRENCH, None)),
        ("BE68 5390 0754 7034", ("BE68539007547034", None)),
        ("FR7630004000031234567890144", ("", iban.WRONG)),
        ("FR76300040000312345678901", ("", iban.WRONG)),
        ("TR330006100519786457841326", ("", iban.OUTSIDE)),
        ("", ("", iban.WRONG)),
        (None, ("", iban.WRONG)),
        ("١٢٣٤٥٦", ("", iban.WRONG)),
        ("F" * 500, ("", iban.WRONG)),
    ],
)
def test_only_accounts_of_the_sepa_area_are_read(typed, expected):
    assert iban.read(typed) == expected


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_crash(text):
    number, wrong = iban.read(text)
    assert bool(number) != bool(wrong)


@given(st.integers(0, 26), st.integers(0, 9))
def test_one_wrong_figure_is_noticed(place, figure):
    wrong = FRENCH[:place] + str(figure) + FRENCH[place + 1 :]
    if wrong != FRENCH:
        assert iban.read(wrong)[0] != wrong or place < 2


def test_a_masked_account_shows_its_end_alone():
    assert iban.mask(FRENCH) == "FR76 •••• •••• 0143"
    assert iban.mask("FR76") == "••••"
    assert iban.mask("") == ""
    assert iban.grouped(FRENCH) == "FR76 3000 4000 0312 3456 7890 143"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 1, 18), date(2027, 1, 18)),
        (date(2027, 1, 23), date(2027, 1, 25)),
        (date(2027, 3, 26), date(2027, 3, 30)),  # Good Friday to Easter Monday
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2027, 1, 1), date(2027, 1, 4)),
        (date(2027, 7, 14), date(2027, 7, 14)),  # a holiday in France, not of banks
    ],
)
def test_banks_settle_on_target_days(day, expected):
    assert calendar.next_target_day(day) == expected


def test_days_of_banks_are_counted_back():
    assert calendar.target_days_before(date(2027, 3, 30), 1) == date(2027, 3, 25)
    assert calendar.target_days_before(date(2027, 3, 30), 0) == date(2027, 3, 30)


CAMT_02 = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02">
<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M1</MsgId></GrpHdr><Ntfctn>
<Ntry><Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<BookgDt><Dt>2027-01-20</Dt></BookgDt>
<NtryDtls>
<TxDtls><Refs><EndToEndId>A-1</EndToEndId><MndtId>EF1</MndtId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="EUR">10.00</Amt></InstdAmt>
<TxAmt><Amt Ccy="EUR">12.50</Amt></TxAmt></AmtDtls>
<RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls>
<TxDtls><Refs><EndToEndId>A-2</EndToEndId></Refs>
<AmtDtls><TxAmt><Amt Ccy="EUR">3.00</Amt></TxAmt></AmtDtls>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn>
</BkTxCd></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<NtryDtls><TxDtls><Refs><EndToEndId>A-3</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">7.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<NtryDtls><TxDtls><Refs><EndToEndId>RENT</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


def test_a_notification_tells_what_was_sent_back_and_nothing_else():
    message = returns.read(CAMT_02)
    assert (message.kind, message.reference) == ("camt.054", "M1")
    first, second = message.returns
    # What was debited, not that sum with the fee of the bank.
    assert first.amount == Decimal("10.00")
    assert (first.reference, first.mandate, first.reason) == ("A-1", "EF1", "MD06")
    assert (first.day, first.settled) == (date(2027, 1, 20), True)
    assert (second.reference, second.amount) == ("A-2", Decimal("3.00"))


PAIN_002 = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">
<CstmrPmtStsRpt><GrpHdr><MsgId>P1</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-1</OrgnlMsgId><GrpSts>{group}</GrpSts>
<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>
{lots}</CstmrPmtStsRpt></Document>"""
LOT = """<OrgnlPmtInfAndSts><OrgnlPmtInfId>L1</OrgnlPmtInfId>
<PmtInfSts>{lot}</PmtInfSts>
<TxInfAndSts><OrgnlEndToEndId>A-1</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>A-2</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts>"""


@pytest.mark.parametrize("version", ["03", "10"])
def test_a_report_tells_what_was_refused(version):
    text = PAIN_002.format(version=version, group="PART", lots=LOT.format(lot="PART"))
    message = returns.read(text.encode())
    [one] = message.returns
    assert (one.reference, one.reason, one.settled) == ("A-1", "AC01", False)
    assert (message.original, message.refused) == ("RUN-1", False)


def test_a_report_may_refuse_the_whole_message():
    message = returns.read(
        PAIN_002.format(version="03", group="RJCT", lots="").encode()
    )
    assert (message.refused, message.reason, message.returns) == (True, "FF01", [])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Document/>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        CAMT_02[:-20],
    ],
)
def test_anything_else_is_unreadable(content):
    with pytest.raises(returns.Unreadable):
        returns.read(content)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(content):
    with pytest.raises(returns.Unreadable):
        returns.read(content)


def test_the_treasury_has_its_own_names():
    assert treasury.file_name("RS81", date(2027, 1, 4), 1) == "RS81-DFT-SDD-27004-001"
    assert treasury.end_to_end("081023", "00000007") == "1D081023000000007"
