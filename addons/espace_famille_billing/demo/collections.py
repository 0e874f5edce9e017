"""The months that the régie of the demonstration commune has stated."""

from datetime import timedelta

from odoo import fields

from . import arrears


class Demonstration(arrears.Demonstration):
    def _load_money(self):
        super()._load_money()
        self._load_collections()

    def _load_collections(self):
        """Close the months before the one before this; remit what each collected."""
        company = self._company()
        regie = self.env["espace.regie"].search(
            [("company_id", "=", company.id)], limit=1
        )
        payments = self.env["account.payment"].search(
            [
                ("espace_regie_id", "=", regie.id),
                ("state", "in", ("in_process", "paid")),
            ],
            limit=1,
        )
        if not regie or not payments:
            return
        self._set_treasury(regie)
        this_month = self._today().replace(day=1)
        while True:
            collection = self.env["espace.collection.statement"].create(
                {"regie_id": regie.id}
            )
            # The last month that is over stays to be closed.
            if collection.date_to >= this_month - timedelta(days=1):
                break
            if regie.remittance_journal_id:
                self._load_remittances(collection)
            collection.action_close()

    def _set_treasury(self, regie):
        """Remit to the bank's journal that no régie collects in, if there is one."""
        regie.remittance_journal_id = regie.remittance_journal_id or self.env[
            "account.journal"
        ].search(
            [
                ("company_id", "=", regie.company_id.id),
                ("type", "=", "bank"),
                ("espace_regie_id", "=", False),
                ("default_account_id", "!=", False),
            ],
            limit=1,
        )

    def _load_remittances(self, collection):
        """Hand over what is held of each means of payment on the day before the end."""
        day = fields.Date.subtract(collection.date_to, days=1)
        for journal in collection.regie_id.journal_ids:
            held = collection.regie_id._balances(journal, day)[journal]
            if held <= 0:
                continue
            remittance = self.env["espace.remittance"].create(
                {
                    "regie_id": collection.regie_id.id,
                    "journal_id": journal.id,
                    "date": day,
                    "amount": held,
                }
            )
            if remittance.means == "cheque":
                remittance.action_all_cheques()
            if 0 < remittance.amount <= held:
                remittance.action_confirm()
            else:
                # The treasury has first to give back a cheque it could not cash.
                remittance.unlink()
