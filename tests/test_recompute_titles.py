"""What a commune asks by titres, and what the accountant receives, reckoned anew.

`tests/recompute.py` must find accounts, documents and certificates without a cent of
difference, beside what the régie collects.
"""

from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY
from odoo.addons.espace_famille_titres.tests.common import TitleCase

from . import recompute


@tagged("post_install", "-at_install")
class TestRecomputeTitles(TitleCase):
    def check_all(self, when):
        self.env["espace.charge"]._cron_invoice_at_once()
        self.env.flush_all()
        cursor, company = self.env.cr, self.company.id
        self.assertEqual(recompute.differences(cursor, company), [], when)
        self.assertEqual(recompute.account_differences(cursor, company), [], when)
        self.assertEqual(recompute.wrong_documents(cursor, company), [], when)
        self.assertEqual(recompute.unmet(cursor, company), set(), when)

    def test_no_cent_is_lost_between_the_regie_and_the_accountant(self):
        self.tom.birth_date = date(2023, 2, 1)
        self.booked(self.nina, self.meal, MONDAY)
        self.evenings()
        self.came(self.tom, self.t2, TUESDAY)
        self.title_run()
        self.check_all("invoiced")
        move = self.invoices(self.martin).filtered("espace_transmitted_on")
        with self.day(2):
            self.pay_accountant(move, amount=1.5)
            self.check_all("a part paid to the accountant")
            self.env["espace.credit.wizard"].create(
                {
                    "move_id": move.id,
                    "reason": "Was ill",
                    "follow_up": "waive",
                    "charge_ids": [
                        Command.set(move.invoice_line_ids.espace_charge_ids[:1].ids)
                    ],
                }
            ).action_credit()
            self.check_all("a titre lowered")
            paid = self.pay_accountant(move)
            self.check_all("all paid")
            paid.with_user(self.clerk).action_espace_undo_treasury()
            self.check_all("a payment undone")
            self.pay_accountant(move)
            self.check_all("paid again")
        self.assertEqual(move.amount_residual, 0)
        certificates = self.env["espace.tax.certificate"]._certificates(
            self.martin | self.durand, 2027
        )
        found = {
            (one["family"].id, part["child"].id, 2027): part["paid"]
            for one in certificates
            for part in one["children"]
        }
        self.assertTrue(found)
        self.assertEqual(found, recompute.certificates(self.env.cr, self.company.id))
