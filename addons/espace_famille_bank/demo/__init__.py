"""A statement of the demonstration's deposit account, which waits to be pointed."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.espace_famille_billing import demo

DEPOSIT_IBAN = "FR76 3000 1007 9412 3456 7890 185"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>DFT-{day}</MsgId></GrpHdr><Stmt><Id>DFT-{day}</Id>
<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1250.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing:.2f}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>
"""
ENTRY = """<Ntry><Amt Ccy="EUR">{amount:.2f}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls>
<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>{payer}</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


class Demonstration(demo.Demonstration):
    def _load_statement(self):
        """Load a transfer of a family, the takings of a day, and a stranger's money."""
        regie = self.env["espace.regie"].search(
            [("company_id", "=", self._company().id)], limit=1
        )
        if not regie._transfer_journal():
            return
        self._open_deposit(regie)
        movements = self._transfers(regie) + self._takings(regie)
        movements.append(
            {"amount": 48, "payer": "M. BERNARD PELISSIER", "words": "VIREMENT"}
        )
        day = self._today()
        entries = "".join(ENTRY.format(day=day, **one) for one in movements)
        content = CAMT.format(
            day=day,
            iban=DEPOSIT_IBAN.replace(" ", ""),
            closing=1250 + sum(one["amount"] for one in movements),
            entries=entries,
        )
        self.env["espace.bank.file"]._receive(
            self._company(), f"releve-dft-{day}.xml", content.encode()
        )

    def _open_deposit(self, regie):
        """Give the régie its deposit account; debits may come to the same."""
        company = self._company()
        if regie.dft_journal_id:
            return
        account = self.env["account.account"].create(
            {
                "name": "Compte de dépôt de fonds (DFT)",
                "code": "54128",
                "account_type": "asset_cash",
                "company_ids": [Command.set(company.ids)],
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Compte DFT de la régie",
                "code": "DFT",
                "type": "bank",
                "company_id": company.id,
                "default_account_id": account.id,
            }
        )
        banks = self.env["res.partner.bank"]
        bank = banks.search(
            [
                ("sanitized_acc_number", "=", DEPOSIT_IBAN.replace(" ", "")),
                ("partner_id", "=", company.partner_id.id),
            ]
        ) or banks.create(
            {
                "acc_number": DEPOSIT_IBAN,
                "partner_id": company.partner_id.id,
                "company_id": company.id,
            }
        )
        if not bank.journal_id:
            journal.bank_account_id = bank
        regie.dft_journal_id = journal

    def _transfers(self, regie):
        """Return the transfer of a family that names its invoice."""
        moves = self.env["account.move"].search(
            [
                ("espace_regie_id", "=", regie.id),
                ("espace_family_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ],
            order="invoice_date_due desc, id desc",
            limit=1,
        )
        return [
            {
                "amount": move.amount_residual,
                "payer": move.espace_family_id.guardian_ids[:1].name or "",
                "words": f"FACTURE {move.name}",
            }
            for move in moves
        ]

    def _takings(self, regie):
        """Return what the last day with receipts by card or online brought."""
        receipts = self.env["account.payment"].search(
            [
                ("espace_regie_id", "=", regie.id),
                ("espace_kind", "=", "receipt"),
                ("espace_means", "in", ("card", "online")),
                ("state", "in", ("in_process", "paid")),
                ("date", ">=", self._today() - timedelta(days=9)),
            ],
            order="date desc, id",
        )
        last = receipts.filtered(
            lambda one: (
                (one.date, one.journal_id) == (receipts[0].date, receipts[0].journal_id)
            )
        )
        if not last:
            return []
        return [
            {
                "amount": sum(last.mapped("amount")),
                "payer": "DGFIP",
                "words": f"REMISE CB PAYFIP {last[0].date:%d/%m/%Y}",
            }
        ]
