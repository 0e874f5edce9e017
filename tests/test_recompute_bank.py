"""What the bank showed of a régie, reckoned anew after each step.

`tests/recompute.py` must find accounts and documents without a cent of difference, and
the collection must close with what the books hold.
"""

from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille_bank.tests.common import DAY, BankCase

from . import recompute


@tagged("post_install", "-at_install")
class TestRecomputeBank(BankCase):
    def check_all(self, when):
        self.env.flush_all()
        self.check_invariants()
        cursor, company = self.env.cr, self.company.id
        self.assertEqual(recompute.differences(cursor, company), [], when)
        self.assertEqual(recompute.account_differences(cursor, company), [], when)
        self.assertEqual(recompute.wrong_documents(cursor, company), [], when)
        self.assertEqual(recompute.unmet(cursor, company), set(), when)

    def test_no_cent_is_lost_between_the_bank_and_the_regie(self):
        early = DAY - timedelta(days=1)
        self.register(self.lina_move, "online", day=early)
        transfer, takings, stranger = self.lines(
            (360, f"VIR {self.meal_move.name}"), (350, "PAYFIP"), (999, "VIREMENT")
        )
        self.check_all("loaded")
        transfer.with_user(self.clerk).action_accept()
        self.check_all("a transfer")
        takings.with_user(self.clerk).action_accept()
        self.check_all("takings with a fee")
        stranger.with_user(self.clerk)._point_transfer(
            self.durand.with_user(self.clerk), {}, 9.99
        )
        self.check_all("an advance")
        advance = stranger.match_ids.payment_id.with_user(self.clerk)
        advance._espace_reject("mistake", DAY)
        self.check_all("given to the wrong family")
        takings.with_user(self.clerk).action_release()
        self.check_all("taken back")
        takings.with_user(self.clerk).action_accept()
        back = self.lines((-360, "VIREMENT REJETE"), opening=1709)
        payment = transfer.match_ids.payment_id
        rejection = payment.with_user(self.clerk)._espace_reject("other", DAY)
        back.with_user(self.clerk)._point_rejection(rejection)
        self.check_all("sent back")
        with self.at("2027-02-01"):
            collection = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": "2027-01-01",
                    "date_to": "2027-01-31",
                }
            )
            collection.action_close()
            self.assertEqual(collection.state, "closed")
            self.check_all("closed")
            stranger.with_user(self.clerk)._point_transfer(
                self.martin.with_user(self.clerk), {}, 9.99
            )
            payment = stranger.match_ids.payment_id
            self.assertEqual(str(payment.date), "2027-02-01")
            self.check_all("classed after the closing")
        self.assertEqual(self.waits(), 0)
