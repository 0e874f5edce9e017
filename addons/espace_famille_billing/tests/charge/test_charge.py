from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestCharge(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Reservation._book(cls.martin, [(cls.nina, cls.t2, MONDAY)], now=NOW)
        cls.charge = cls.martin.charge_ids
        cls.invoice = cls.charge.move_id

    def test_it_keeps_all_that_made_its_price(self):
        charge = self.charge
        self.assertEqual(charge.child_id, self.nina)
        self.assertEqual(charge.family_id, self.martin)
        self.assertEqual(charge.product_id, self.t2)
        self.assertEqual(charge.activity_id, self.evening)
        self.assertEqual(charge.date, MONDAY)
        self.assertEqual(charge.event, "planned")
        self.assertEqual((charge.quantity, charge.unit_price), (2, 0.65))
        self.assertEqual(charge.amount, 1.30)
        self.assertEqual((charge.qf, charge.qf_known), (750, True))
        self.assertEqual(charge.tariff_line_id.qf_min, 500)
        self.assertIn("QF 750", charge.explanation)

    def test_it_keeps_its_price_when_the_tariff_goes(self):
        lines = self.tariff.line_ids.filtered(lambda r: r.product_id == self.t2)
        vals_list = lines.copy_data()
        lines.unlink()
        self.env["espace.tariff.line"].create(vals_list)
        self.assertFalse(self.charge.tariff_line_id)
        self.assertEqual(self.charge.amount, 1.30)
        self.assertIn("0,65", self.charge.explanation)

    # === Append only === #

    def everybody(self):
        admin = self._create_user(
            "chief", "base.group_system,espace_famille.group_admin"
        )
        return self.charge.with_user(admin).sudo(), self.charge.sudo(), self.charge

    def test_nobody_edits_a_charge(self):
        changes = {
            "amount": 0,
            "unit_price": 0,
            "explanation": "Offert",
            "family_id": self.durand.id,
            "event": "late",
        }
        for charge in self.everybody():
            for field, value in changes.items():
                with self.subTest(field=field), self.assertRaises(UserError):
                    charge.write({field: value})
            with self.assertRaises(UserError):
                charge.write({"invoice_line_id": False, "amount": 0})
        self.assertEqual(self.charge.amount, 1.30)
        self.assertEqual(self.charge.state, "invoiced")

    def test_nobody_deletes_a_charge(self):
        for charge in self.everybody():
            with self.assertRaises(UserError):
                charge.unlink()
        self.assertTrue(self.charge.exists())

    # === Invoice === #

    def test_it_knows_its_invoice(self):
        self.assertEqual(self.charge.state, "invoiced")
        self.assertEqual(self.invoice.espace_reservation_ids.charge_ids, self.charge)
        action = self.invoice.action_open_espace_charges()
        self.assertEqual(self.Charge.search(action["domain"]), self.charge)

    def draft(self):
        """Return another charge of the Martins, and the draft that it is on."""
        with self.not_invoiced():
            charge = self.booked(self.tom, self.t1, MONDAY).charge_ids
        return charge, charge._invoice(NOW)

    def test_a_deleted_draft_leaves_it_to_invoice(self):
        charge, draft = self.draft()
        draft.unlink()
        self.assertFalse(charge.invoice_line_id)
        self.assertEqual(charge.state, "to_invoice")
        self.assertEqual(charge._invoice(NOW).amount_total, 0.65)
        self.assertEqual(charge.state, "invoiced")

    def test_a_cancelled_draft_leaves_it_to_invoice(self):
        charge, draft = self.draft()
        draft.button_cancel()
        self.assertEqual(charge.state, "to_invoice")
        charge.reservation_id._cancel(now=NOW)
        self.assertEqual(charge.state, "offset")
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_a_posted_invoice_is_neither_corrected_nor_cancelled(self):
        for act in (
            self.invoice.button_draft,
            self.invoice.button_cancel,
            self.invoice.unlink,
        ):
            with self.assertRaisesRegex(UserError, "credit note"):
                act()
        self.assertEqual(self.invoice.state, "posted")
        self.assertEqual(self.charge.state, "invoiced")

    def test_it_is_invoiced_once(self):
        self.assertFalse(self.charge._invoice(NOW))
        self.assertEqual(self.invoices(self.martin), self.invoice)

    def test_a_pair_that_undoes_itself_is_not_invoiced(self):
        self.canteen.billing_mode = "consumption"
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.point(meal, "present")
        meal.action_cancel()
        pair = meal.charge_ids.sorted("id")
        self.assertEqual(pair.mapped("amount"), [3.60, -3.60])
        self.assertEqual(pair.mapped("state"), ["offset", "offset"])
        self.assertEqual(pair[0].offset_charge_id, pair[1])
        self.assertEqual(pair[1].offset_charge_id, pair[0])
        self.assertFalse(self.martin.charge_ids._invoice(NOW))
        self.booked(self.tom, self.meal, TUESDAY)
        self.assertFalse(pair.invoice_line_id)
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_what_was_invoiced_is_not_undone_but_credited(self):
        reservation = self.charge.reservation_id
        reservation._cancel(now=NOW)
        credit = reservation.charge_ids - self.charge
        self.assertEqual(self.charge.state, "invoiced")
        self.assertEqual(credit.state, "to_invoice")
        self.assertFalse(credit.offset_charge_id)

    def test_credits_alone_make_no_invoice(self):
        self.charge.reservation_id._cancel(now=NOW)
        self.assertFalse(self.martin.charge_ids._invoice(NOW))
        self.assertEqual(self.martin._espace_credit(), 1.30)
