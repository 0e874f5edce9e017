"""Files as banks send them, made of a few movements."""

from datetime import date

ACCOUNT = "FR7630001007941234567890185"
OTHER_ACCOUNT = "FR7630004000031234567890143"
FIGURES = {1: "{ABCDEFGHI", -1: "}JKLMNOPQR"}


def cfonb_amount(cents):
    figures = f"{abs(cents):014}"
    return figures[:-1] + FIGURES[-1 if cents < 0 else 1][int(figures[-1])]


def _cfonb(kind, account, day, cents, label="", number=""):
    bank, branch, owner = account[4:9], account[9:14], account[14:25]
    record = (
        f"{kind}{bank}{'05' if kind == '04' else '':4}{branch}EUR2 {owner}"
        f"{'':2}{day:%d%m%y}"
    )
    return (
        f"{record:48}"[:48] + f"{label[:31]:33}{number:7}{'':2}{cfonb_amount(cents)}"
    ).ljust(120)


def cfonb(*movements, opening=0, account=ACCOUNT, ends="\n", closing=None):
    """Return a file of CFONB 120; movements are (day, cents, label, {code: words})."""
    first, last = movements[0][0], movements[-1][0]
    records = [_cfonb("01", account, first, opening)]
    for day, cents, label, *told in movements:
        records.append(_cfonb("04", account, day, cents, label))
        for code, words in (told[0] if told else {}).items():
            record = _cfonb("05", account, day, 0)
            records.append(f"{record[:45]}{code:3}{words[:70]:70}".ljust(120))
    moved = sum(cents for _day, cents, *_more in movements)
    closing = opening + moved if closing is None else closing
    records.append(_cfonb("07", account, last, closing))
    return (ends.join(records) + ends).encode("latin-1")


def _camt_entry(day, cents, label="", payer="", reference="NOTPROVIDED", reason=""):
    side = "Dbtr" if cents > 0 else "Cdtr"
    parties = f"<RltdPties><{side}><Nm>{payer}</Nm></{side}></RltdPties>"
    parties = parties if payer else ""
    returned = f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>" if reason else ""
    direction = "CRDT" if cents > 0 else "DBIT"
    return (
        f'<Ntry><Amt Ccy="EUR">{abs(cents) / 100:.2f}</Amt><CdtDbtInd>{direction}'
        f"</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls>"
        "<TxDtls>"
        f"<Refs><EndToEndId>{reference}</EndToEndId></Refs>{parties}"
        f"<RmtInf><Ustrd>{label}</Ustrd></RmtInf>{returned}</TxDtls></NtryDtls></Ntry>"
    )


def _balance(code, cents, day):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="EUR">{abs(cents) / 100:.2f}</Amt>'
        f"<CdtDbtInd>{'DBIT' if cents < 0 else 'CRDT'}</CdtDbtInd>"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def camt(*movements, opening=0, account=ACCOUNT, kind="053", number="1", closing=None):
    """Return a file of CAMT; movements are (day, cents, label, payer, reference…)."""
    root, part = {
        "053": ("BkToCstmrStmt", "Stmt"),
        "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    }[kind]
    moved = sum(cents for _day, cents, *_more in movements)
    balances = ""
    if kind == "053":
        day = movements[0][0] if movements else date(2027, 1, 4)
        closing = opening + moved if closing is None else closing
        balances = _balance("OPBD", opening, day) + _balance("CLBD", closing, day)
    entries = "".join(_camt_entry(*movement) for movement in movements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.02"><{root}>'
        f"<GrpHdr><MsgId>M{number}</MsgId></GrpHdr><{part}><Id>{number}</Id>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balances}{entries}"
        f"</{part}></{root}></Document>"
    ).encode()
