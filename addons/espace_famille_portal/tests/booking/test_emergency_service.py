"""A parent books the emergency service of a strike in the family space, for nothing."""

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import BOOKINGS, CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestEmergencyService(EspacePortalCase):
    def test_it_is_offered_booked_and_free(self):
        before = self.Move.search([("company_id", "=", self.company.id)])
        strike = self.env["espace.closure"].create(
            {
                "name": "Strike",
                "date_from": MONDAY,
                "date_to": MONDAY,
                "opens_emergency": True,
                "emergency_class_ids": self.class_cp.ids,
            }
        )
        strike._apply(now=NOW)
        activity = strike.emergency_activity_id
        option = activity.product_ids.product_variant_ids
        tree = self.page(BOOKINGS)
        self.assertEqual(self.status(tree, self.nina, option, MONDAY), "available")
        # Nothing is offered to another class, and what closed says why.
        self.assertIsNone(self.cell(tree, self.tom, option, MONDAY))
        self.assertEqual(self.status(tree, self.nina, self.meal, MONDAY), "closed")
        self.put_in_cart((self.nina, option, MONDAY))
        self.post(f"{CART}/valider")
        booking = self.reservation(self.nina, activity, MONDAY)
        self.assertEqual(booking.state, "confirmed")
        self.assertFalse(booking.charge_ids)
        after = self.Move.search([("company_id", "=", self.company.id)])
        self.assertEqual(after, before)
