"""A régie with a deposit account, and files that its bank sends."""

from datetime import date, timedelta

from odoo.fields import Command

from odoo.addons.espace_famille.tests.common import TODAY
from odoo.addons.espace_famille_billing.tests.common_regie import CounterCase

from .statement_files import ACCOUNT, camt, cfonb

# The files tell of the days before it.
DAY = TODAY - timedelta(days=1)
LATER = date(2027, 1, 6)


class BankSetup(CounterCase):
    """Builds: the régie RS has a deposit account. Martins owe 4.90 €, Durands 3.60."""

    @classmethod
    def _create_regie(cls, *args):
        super()._create_regie(
            ("cash", "cheque", "card", "online", "transfer", "direct_debit")
        )
        cls.deposit = cls._create_deposit(cls.regie, "DFT", "541299", ACCOUNT)
        cls.treasury = cls._create_journal(
            cls.env["espace.regie"], False, "TRES", "515999", "Trésor"
        )
        cls.regie.remittance_journal_id = cls.treasury
        cls.fee_account = cls.env["account.account"].create(
            {
                "name": "Services bancaires",
                "code": "627000",
                "account_type": "expense",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls.File = cls.env["espace.bank.file"]
        cls.Line = cls.env["espace.bank.line"]
        return cls.regie

    @classmethod
    def _create_deposit(cls, regie, short, account, number):
        """Return a journal that is the deposit account of a régie."""
        journal = cls._create_journal(
            cls.env["espace.regie"], False, short, account, f"Compte DFT {short}"
        )
        waiting = cls.env["account.account"].create(
            {
                "name": "Recettes à classer",
                "code": f"471{account[-3:]}",
                "account_type": "liability_current",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        journal.suspense_account_id = waiting
        journal.bank_account_id = cls.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        regie.dft_journal_id = journal
        return journal

    def receive(self, content, name="releve.txt", user=None):
        files = self.File.with_user(user or self.clerk)
        return files._receive(self.company, name, content)

    def lines(self, *movements, make=camt, **options):
        """Load movements, each (cents, words, …) of yesterday; return them in order."""
        told = [
            movement if isinstance(movement[0], date) else (DAY, *movement)
            for movement in movements
        ]
        received, _new = self.receive(make(*told, **options))
        return received.line_ids.sorted("id")

    def waits(self, journal=None):
        """Return the cents that wait on 471, above zero where somebody is owed."""
        journal = journal or self.deposit
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", journal.suspense_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return -round(100 * sum(lines.mapped("balance")))

    def register(self, moves, means, day=DAY, **vals):
        """Receive what is open of invoices by a means, as forms and banks do."""
        lines = moves.line_ids.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        )
        return self.Payment._espace_register(
            moves.espace_family_id,
            self.journals[means],
            {line: line.amount_residual for line in lines},
            day,
            **vals,
        )


class BankCase(BankSetup):
    """Checks at the end of each test that the data and the books hold."""

    def tearDown(self):
        self.check_invariants()
        super().tearDown()


__all__ = ["ACCOUNT", "DAY", "LATER", "BankCase", "BankSetup", "camt", "cfonb"]
