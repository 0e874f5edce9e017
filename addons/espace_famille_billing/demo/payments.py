"""What happens to payments in the régie of the demonstration commune."""

from datetime import timedelta

from ..domain import write_off
from . import collections

# What some families pay in advance, in euros; of the last one little is left.
ADVANCES = (60, 25, 6)

BANKS = ("Banque du Lac", "Crédit des Tilleuls", "Caisse de la Vallée")


class Demonstration(collections.Demonstration):
    def _load_payments(self):
        """After the payments: a cheque comes back, a part is paid, debts given up."""
        super()._load_payments()
        self._number_cheques()
        if self._regie():
            self._reject_a_cheque()
            self._pay_a_part()
            self._write_off_a_debt()
            self._give_up_for_good()
            self._pay_in_advance()

    def _regie(self):
        return self.env["espace.regie"].search(
            [("company_id", "=", self._company().id)], limit=1
        )

    def _payment_journals(self):
        """Return the journals of the régie, else those that Odoo makes."""
        journals = self._regie().journal_ids.filtered("espace_means")
        return journals or self.env["account.journal"].search(
            [
                ("company_id", "=", self._company().id),
                ("type", "in", ("bank", "cash")),
            ]
        )

    def _number_cheques(self):
        draw = self._random("cheques")
        for payment in self._received([("espace_means", "in", ("cheque", "cesu"))]):
            payment.espace_cheque_number = f"{draw.randrange(10**6, 10**7)}"
            if payment.espace_means == "cheque":
                payment.espace_cheque_bank = draw.choice(BANKS)

    def _received(self, domain, **options):
        return self.env["account.payment"].search(
            [
                ("company_id", "=", self._company().id),
                ("espace_kind", "=", "receipt"),
                *domain,
            ],
            **options,
        )

    def _reject_a_cheque(self):
        """Have the bank send back a cheque of last month."""
        until = self._today() - timedelta(days=10)
        cheque = self._received(
            [("espace_means", "=", "cheque"), ("date", "<=", until)],
            order="date desc, id desc",
            limit=1,
        )
        if cheque:
            cheque._espace_reject("unpaid_cheque", cheque.date + timedelta(days=6))

    def _pay_a_part(self):
        """Have a family bring what it can, in cash."""
        journal = self._regie().journal_ids.filtered(
            lambda journal: journal.espace_means == "cash"
        )[:1]
        family, line = self._open_debt(5)
        if journal and line:
            self.env["account.payment"]._espace_register(
                family, journal, {line: 2.50}, self._today()
            )

    def _write_off_a_debt(self):
        """Give up the oldest debt, as the council decided."""
        family, line = self._open_debt(0)
        account = self._company()._espace_writeoff_account()
        if account and line:
            self.env["account.move"]._espace_write_off(
                family,
                {line: line.amount_residual},
                self._today(),
                "Délibération 12",
                self._today() - timedelta(days=3),
                account,
            )

    def _give_up_for_good(self):
        """Give up another debt for good: a judge extinguished it."""
        company = self._company()
        family, line = self._open_debt(3)
        account = company._espace_writeoff_account(write_off.EXTINGUISHED)
        if account and line:
            self.env["account.move"]._espace_write_off(
                family,
                {line: line.amount_residual},
                self._today(),
                "Tribunal judiciaire de Castres, n° 27/00123",
                self._today() - timedelta(days=12),
                account,
                write_off.EXTINGUISHED,
            )

    def _pay_in_advance(self):
        """Open the prepaid account; some who owe nothing pay in advance."""
        regie = self._regie()
        regie.purse = True
        journal = regie.journal_ids.filtered(lambda one: one.espace_means == "card")[:1]
        free = self._families()[1:].filtered(
            lambda family: not family._espace_open_lines("debit")
        )
        for family, amount in zip(free, ADVANCES if journal else (), strict=False):
            payment = self.env["account.payment"]._espace_register(
                family, journal, {}, self._today(), advance=amount
            )
            payment._espace_mark_top_up()

    def _open_debt(self, at_least):
        """Return (family, line) of the oldest debt above an amount, in euros."""
        move = self.env["account.move"].search(
            [
                ("company_id", "=", self._company().id),
                ("espace_family_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_residual", ">", at_least),
            ],
            order="invoice_date, id",
            limit=1,
        )
        lines = move.line_ids.filtered(lambda line: line.amount_residual > 0)
        return move.espace_family_id, lines[:1]
