from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TOO_LATE

from ...domain.period import Span
from ..common import BOOKINGS, CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestWaitingPages(EspacePortalCase):
    """The waiting list, as a parent joins it, sees its rank and leaves it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.waiting_list = True
        cls.rival = cls._create_family("Rival", ["Alix"])
        cls.rivals = [
            cls._create_child(cls.rival, name, cls.class_cp) for name in ("Sam", "Zoé")
        ]

    def fill(self):
        items = [(child, self.t1, MONDAY) for child in self.rivals]
        self.Reservation._book(self.rival, items, now=NOW)

    def join(self, child=None):
        return self.press(self.order("wait", child or self.nina, self.t1, MONDAY))

    def test_a_full_cell_offers_the_list_and_shows_the_rank(self):
        self.fill()
        tree = self.page(f"{BOOKINGS}?date=2027-01-11")
        cell = self.cell(tree, self.nina, self.t1, MONDAY)
        self.assertEqual(cell.get("data-status"), "full")
        self.assertIn("join the waiting list", self.words(cell))
        self.assertTrue(cell.xpath(".//button"))
        tree = self.join()
        self.assertEqual(self.message(tree)[0], "success")
        self.assertIn("rank 1", self.message(tree)[1])
        cell = self.cell(tree, self.nina, self.t1, MONDAY)
        self.assertEqual(cell.get("data-status"), "waiting")
        self.assertIn("rank 1", self.words(cell))

    def test_a_family_does_not_learn_who_left_the_place(self):
        self.Reservation._book(self.martin, [(self.nina, self.t1, MONDAY)], now=NOW)
        self.Reservation._book(self.rival, [(self.rivals[0], self.t1, MONDAY)], now=NOW)
        item = (self.lina, self.t1, MONDAY)
        self.Reservation._join_waiting(self.durand, [item], NOW)
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        lina = self.reservation(self.lina, self.evening, MONDAY)
        self.assertEqual(lina.state, "confirmed")
        message = self.durand.message_ids[0]
        self.assertEqual(message.author_id, self.company.partner_id)
        self.assertNotIn("Martin", f"{message.body} {message.email_from}")
        self.assertNotEqual(lina.write_uid, self.claire)

    def test_without_a_list_a_full_cell_has_no_button(self):
        self.evening.waiting_list = False
        self.fill()
        tree = self.page(f"{BOOKINGS}?date=2027-01-11")
        cell = self.cell(tree, self.nina, self.t1, MONDAY)
        self.assertFalse(cell.xpath(".//button"))
        level, text = self.message(self.join())
        self.assertEqual(level, "danger")
        self.assertIn("No place left", text)
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))

    def test_a_place_that_freed_meanwhile_goes_to_the_cart(self):
        tree = self.join()
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.cart(), {(self.nina, self.t1, MONDAY)})

    def test_leaving_the_list_asks_first(self):
        self.fill()
        self.join()
        order = self.order("cancel", self.nina, self.t1, MONDAY)
        tree = self.press(order)
        self.assertTrue(tree.xpath("//button[@data-action='confirm-cancel']"))
        self.press(order, sure="1")
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))

    def test_siblings_of_a_cart_that_filled_up_wait_together(self):
        self.put_in_cart((self.nina, self.t1, MONDAY), (self.tom, self.t1, MONDAY))
        self.Reservation._book(self.rival, [(self.rivals[0], self.t1, MONDAY)], now=NOW)
        tree = self.page(CART)
        lines = tree.xpath("//button[@data-action='wait']")
        self.assertEqual(len(lines), 2)
        response = self.post(f"{CART}/attendre", line=lines[0].get("value"))
        self.assertIn("waiting list", self.shown(response))
        for child in (self.nina, self.tom):
            reservation = self.reservation(child, self.evening, MONDAY)
            self.assertEqual(reservation.state, "waiting")
        self.assertFalse(self.cart())

    def test_a_line_of_another_family_cannot_be_made_to_wait(self):
        self.Reservation._add_to_cart(self.durand, [(self.lina, self.t1, MONDAY)])
        self.fill()
        foreign = self.Reservation._cart(self.durand)
        for line in (str(foreign.id), "0", "", "1' or '1'='1"):
            self.post(f"{CART}/attendre", line=line)
        self.assertEqual(foreign.state, "draft")
        self.login(self.sofia)
        self.post(f"{CART}/attendre", csrf=False, line=str(foreign.id))
        self.assertEqual(foreign.state, "draft")

    def test_a_foreign_child_cannot_be_made_to_wait(self):
        self.fill()
        before = self.everything()
        level, _text = self.message(self.join(self.lina))
        self.assertEqual(level, "danger")
        self.assertEqual(self.everything(), before)

    def test_a_late_place_is_left_to_a_family_that_waits(self):
        self.evening.release_if_waiting = True
        item = (self.nina, self.t1, MONDAY)
        self.Reservation._book(self.martin, [item], now=NOW)
        self.Reservation._book(self.rival, [(self.rivals[0], self.t1, MONDAY)], now=NOW)
        waiting = [(self.rivals[1], self.t1, MONDAY)]
        self.Reservation._join_waiting(self.rival, waiting, NOW)
        grid = self.env["espace.portal.period"]._grid(
            self.martin,
            self.nina,
            self._span(),
            now=TOO_LATE + timedelta(minutes=1),
        )
        [cell] = [
            cell
            for cell in grid.cells()
            if (cell.product_id, cell.date) == (self.t1.id, MONDAY)
        ]
        self.assertTrue(cell.order.startswith("cancel"))
        self.assertIn("families are waiting", cell.question)

    @staticmethod
    def _span():
        return Span.around("week", MONDAY)
