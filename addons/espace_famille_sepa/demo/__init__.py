"""Families of the demonstration commune that are debited; one debit comes back."""

from datetime import timedelta

from odoo.addons.espace_famille_billing import demo

from ..domain import calendar

CREDITOR = "FR72ZZZ123456"
REGIE_IBAN = "FR76 3000 1007 9412 3456 7890 185"
FAMILY_IBANS = (
    "FR7630004000031234567890143",
    "FR1420041010050500013M02606",
    "BE68539007547034",
    "FR8614508590005555555555555",
)
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>RETOUR-{day}</MsgId></GrpHdr><Ntfctn><Ntry>
<CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>{day}</Dt></BookgDt><NtryDtls><TxDtls>
<Refs><EndToEndId>{reference}</EndToEndId></Refs><Amt Ccy="EUR">{amount:.2f}</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>
</TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>
"""


class Demonstration(demo.Demonstration):
    def _load_debits(self):
        """Sign mandates, debit what was due, send one back, announce the next run."""
        regie = self.env["espace.regie"].search(
            [("company_id", "=", self._company().id)], limit=1
        )
        if not regie._debit_journal():
            return
        self._set_bank(regie)
        self._sign_mandates(regie)
        self._debit_and_send_back(regie)
        self._announce(regie)

    def _set_bank(self, regie):
        regie.debit_creditor = CREDITOR
        journal = regie._debit_journal()
        if not journal.bank_account_id:
            journal.bank_account_id = self.env["res.partner.bank"].create(
                {
                    "acc_number": REGIE_IBAN,
                    "partner_id": self._company().partner_id.id,
                    "company_id": self._company().id,
                }
            )

    def _sign_mandates(self, regie):
        """Have the family of the visitor, and those that owe money, sign."""
        owing = self._open_invoices(regie).espace_family_id
        visited = self._families()[:1]
        signed_on = self._today() - timedelta(days=90)
        families = visited | (owing - visited)[:6]
        for number, family in enumerate(families):
            guardian = family.guardian_ids[:1]
            self.env["account.banking.mandate"]._espace_sign(
                family,
                regie,
                FAMILY_IBANS[number % len(FAMILY_IBANS)],
                guardian.name,
                signed_on,
                espace_origin="online" if number % 3 else "paper",
                espace_signer=guardian.name,
            )

    def _open_invoices(self, regie):
        return self.env["account.move"].search(
            [
                ("espace_regie_id", "=", regie.id),
                ("espace_family_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
            ],
            order="invoice_date_due, id",
        )

    def _debit_and_send_back(self, regie):
        day = calendar.target_days_before(self._today(), 4)
        told = day - timedelta(days=regie.debit_notice_days + 7)
        due = [
            move.invoice_date_due
            for move in self._open_invoices(regie)
            if move.espace_family_id.pays_by_debit and move.invoice_date_due <= day
        ]
        if not due:
            return
        orders = self.env["account.payment.order"]
        # What is due later waits for the run that is announced.
        run = orders._espace_propose(regie, sorted(due)[len(due) // 2], day, told)
        self._leave_visitor(run)
        if not run.payment_line_ids:
            return
        run.sudo()._espace_announce(told)
        run.sudo()._espace_generate(told)
        run.action_espace_download()
        run.sudo()._espace_collect()
        payment = run.payment_ids[-1:]
        content = CAMT.format(
            day=calendar.next_target_day(day + timedelta(days=1)),
            reference=payment.memo,
            amount=payment.amount,
        )
        self.env["espace.debit.return"]._receive(
            self._company(), "camt054-demo.xml", content.encode()
        )

    def _announce(self, regie):
        """Tell of the next run all but the visitor."""
        day = regie._debit_earliest(self._today())
        run = self.env["account.payment.order"]._espace_propose(regie, day, day)
        self._leave_visitor(run)
        if run.payment_line_ids:
            run.action_espace_announce()

    def _leave_visitor(self, run):
        """Take the visited family out of a run: it finds an invoice to pay online."""
        visited = self._families()[:1]
        lines = run.payment_line_ids.filtered(
            lambda line: line.espace_family_id == visited
        )
        if lines:
            lines.action_espace_remove()
