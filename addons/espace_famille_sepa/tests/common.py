"""Families with mandates, and files as banks send them."""

from datetime import date

from odoo.addons.espace_famille_billing.tests.common_regie import CounterCase

ICS = "FR72ZZZ123456"
IBAN = "FR7630004000031234567890143"
OTHER_IBAN = "BE68539007547034"
REGIE_IBAN = "FR7630001007941234567890185"
# Told on Monday 4 January 2027: two weeks later is a Monday.
DAY = date(2027, 1, 18)

PAIN_002 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03">
<CstmrPmtStsRpt><GrpHdr><MsgId>{id}</MsgId></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>
{lots}</CstmrPmtStsRpt></Document>"""
REFUSED = """<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{ref}</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt></OrgnlTxRef>
</TxInfAndSts></OrgnlPmtInfAndSts>"""
CAMT_054 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{id}</MsgId></GrpHdr><Ntfctn>{entries}</Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>"""
SENT_BACK = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls><Refs><EndToEndId>{ref}</EndToEndId>
</Refs><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>"""


class SepaSetup(CounterCase):
    """Builds: the régie RS debits families. Martins owe 4.90 €, Durands 3.60."""

    @classmethod
    def _create_regie(cls, *args):
        super()._create_regie(
            ("cash", "cheque", "card", "cesu", "transfer", "direct_debit")
        )
        cls.regie.debit_creditor = ICS
        cls.journals["direct_debit"].bank_account_id = cls.env[
            "res.partner.bank"
        ].create(
            {
                "acc_number": REGIE_IBAN,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.Order = cls.env["account.payment.order"]
        cls.Mandate = cls.env["account.banking.mandate"]
        cls.Return = cls.env["espace.debit.return"]
        return cls.regie

    @classmethod
    def sign(cls, family=None, number=IBAN, regie=None, day=date(2026, 12, 1), **vals):
        family = family or cls.martin
        return cls.Mandate._espace_sign(
            family,
            regie or cls.regie,
            number,
            family.guardian_ids[0].name,
            day,
            **{"espace_origin": "paper", **vals},
        )

    def propose(self, day=DAY, until=None, user=None):
        orders = self.Order.with_user(user or self.clerk)
        return orders._espace_propose(
            self.regie.with_user(self.clerk), until or day, day
        )

    def announced(self):
        run = self.propose()
        run.action_espace_announce()
        return run

    def sent(self):
        run = self.announced()
        run.action_espace_generate()
        run.action_espace_download()
        return run

    def receive(self, content, name="retour.xml"):
        returns = self.Return.with_user(self.clerk)
        return returns._receive(self.company, name, content.encode())

    def camt(self, *debits, id_="CAMT1", day="2027-01-20"):
        entries = "".join(
            SENT_BACK.format(ref=ref, amount=amount, code=code, day=day)
            for ref, amount, code in debits
        )
        return CAMT_054.format(id=id_, entries=entries)

    def pain(self, *debits, id_="PAIN1", original="", group=""):
        lots = "".join(
            REFUSED.format(ref=ref, amount=amount, code=code)
            for ref, amount, code in debits
        )
        return PAIN_002.format(id=id_, original=original, group=group, lots=lots)


class SepaCase(SepaSetup):
    """The commune whose families have a mandate each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mandate = cls.sign()
        cls.other = cls.sign(cls.durand, OTHER_IBAN)
