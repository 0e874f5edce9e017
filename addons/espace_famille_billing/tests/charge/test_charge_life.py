"""The whole life of charges, as a table: what happens, then what has been charged.

`+` is to invoice, `i` invoiced, `x` undone before it was invoiced.
"""

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY

from ..common import EspaceBillingCase

MARKS = {"to_invoice": "+", "invoiced": "i", "offset": "x"}
LATE = NOW + timedelta(days=5)
AFTER = NOW + timedelta(days=8)

# (mode, steps): each step with the charges of the booking once it is done. The meal
# costs 3.60 in time, 4.20 late, 5.40 unplanned, 6.00 if absent, 1.10 if excused.
BOOKING, CONSUMPTION = "booking", "consumption"
STORIES = [
    # Booked in time, who came, or not
    (BOOKING, [("book", "+3.60"), ("present", "+3.60")]),
    (BOOKING, [("book", "+3.60"), ("invoice", "i3.60"), ("present", "i3.60")]),
    (CONSUMPTION, [("book", ""), ("present", "+3.60"), ("invoice", "i3.60")]),
    (BOOKING, [("book_late", "+4.20"), ("present", "+4.20")]),
    (CONSUMPTION, [("book_late", ""), ("present", "+4.20")]),
    # Came without booking
    (BOOKING, [("walk_in", "+5.40"), ("invoice", "i5.40")]),
    (CONSUMPTION, [("walk_in", "+5.40"), ("invoice", "i5.40")]),
    # Cancelled in time
    (BOOKING, [("book", "+3.60"), ("cancel", "x3.60 x-3.60")]),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("cancel", "i3.60 +-3.60"),
            ("invoice", "i3.60 +-3.60"),  # no invoice below zero
        ],
    ),
    (CONSUMPTION, [("book", ""), ("cancel", "")]),
    # Absent: unjustified, then justified after all
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("unjustified", "i3.60 +2.40"),
            ("invoice", "i3.60 i2.40"),
            ("justified", "i3.60 i2.40 +-4.90"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("unjustified", "+3.60 +2.40"),
            ("justified", "+3.60 +2.40 +-4.90"),
            ("invoice", "i3.60 i2.40 i-4.90"),
        ],
    ),
    (
        CONSUMPTION,
        [
            ("book", ""),
            ("unjustified", "+6.00"),
            ("justified", "+6.00 +-4.90"),
            ("invoice", "i6.00 i-4.90"),
        ],
    ),
    (CONSUMPTION, [("book", ""), ("justified", "+1.10")]),
    # A mistake at the door, put right before and after the invoice
    (
        CONSUMPTION,
        [("book", ""), ("unjustified", "+6.00"), ("present", "+6.00 +-2.40")],
    ),
    (
        CONSUMPTION,
        [
            ("book", ""),
            ("unjustified", "+6.00"),
            ("invoice", "i6.00"),
            ("present", "i6.00 +-2.40"),
            ("unjustified", "i6.00 x-2.40 x2.40"),
        ],
    ),
    # Closed by the commune, and opened again
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("close", "i3.60 +-3.60"),
            ("reopen", "i3.60 x-3.60 x3.60"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("close", "x3.60 x-3.60"),
            ("reopen", "x3.60 x-3.60 +3.60"),
        ],
    ),
    (CONSUMPTION, [("book", ""), ("close", ""), ("reopen", "")]),
    # The council changes a price of the past
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("dearer", "+3.60"),  # until somebody asks for it
            ("recompute", "x3.60 x-3.60 +3.90"),
            ("recompute", "x3.60 x-3.60 +3.90"),
            ("invoice", "x3.60 x-3.60 i3.90"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("dearer", "i3.60"),
            ("recompute", "i3.60 to_correct"),
            ("settle", "i3.60 +0.30"),
            ("recompute", "i3.60 +0.30"),
        ],
    ),
    (
        CONSUMPTION,
        [
            ("book", ""),
            ("dearer", ""),
            ("recompute", ""),
            ("present", "+3.90"),
        ],
    ),
    (
        CONSUMPTION,
        [
            ("book", ""),
            ("unjustified", "+6.00"),
            ("present", "+6.00 +-2.40"),
            ("dearer", "+6.00 +-2.40"),
            ("recompute", "x6.00 x-2.40 x-3.60 +3.90"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("dearer", "+3.60"),
            ("cancel", "x3.60 x-3.60"),
            ("recompute", "x3.60 x-3.60"),
        ],
    ),
    # The family gives a quotient that counts from before the day, then a better one
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("quotient", "x3.60 x-3.60 +1.00"),
            ("forget", "x3.60 x-3.60 x1.00 x-1.00 +3.60"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("quotient", "i3.60 to_correct"),
            ("settle", "i3.60 +-2.60"),
        ],
    ),
    (
        BOOKING,
        [
            ("book", "+3.60"),
            ("invoice", "i3.60"),
            ("quotient", "i3.60 to_correct"),
            ("forget", "i3.60"),
        ],
    ),
    (BOOKING, [("book", "+3.60"), ("later_quotient", "+3.60")]),
    (CONSUMPTION, [("book", ""), ("quotient", ""), ("present", "+1.00")]),
]


@tagged("post_install", "-at_install")
class TestChargeLife(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.canteen.late_rule_id = cls.rule_eve
        cls.canteen.cancel_rule_id = cls.rule_eve
        lines = cls.tariff.line_ids.filtered(lambda line: line.product_id == cls.meal)
        lines.unlink()
        prices = {
            "late": 4.20,
            "unplanned": 5.40,
            "absence_unjustified": 6.00,
            "absence_justified": 1.10,
        }
        cls.tariff.write(
            {
                "line_ids": [
                    (0, 0, cls._line(cls.meal, "planned", 0, 500, 1.00)),
                    (0, 0, cls._line(cls.meal, "planned", 500, 0, 3.60)),
                    *(
                        (0, 0, cls._line(cls.meal, event, 0, 0, price))
                        for event, price in prices.items()
                    ),
                ]
            }
        )

    def test_every_step_of_every_story_charges_what_the_table_says(self):
        for number, (mode, steps) in enumerate(STORIES):
            with closing(self.env.cr.savepoint()):
                self._notify(number, mode, steps)
            self.env.invalidate_all()

    def _notify(self, number, mode, steps):
        self.canteen.billing_mode = mode
        self.booking = self.Reservation
        self.closed = self.env["espace.closure"]
        for step, expected in steps:
            getattr(self, f"_{step}")()
            with self.subTest(story=number, mode=mode, step=step):
                self.assertEqual(self._charges(), expected)
                self._check_sums()

    def _charges(self):
        """Return what was charged, in order, and whether a correction is to come."""
        words = [
            f"{MARKS[charge.state]}{charge.amount:.2f}"
            for charge in self.booking.charge_ids.sorted("id")
        ]
        return " ".join([*words, *filter(None, [self.booking.price_change])])

    def _check_sums(self):
        """Whatever was undone makes nothing; every charge explains itself."""
        charges = self.booking.charge_ids
        undone = charges.filtered(lambda charge: charge.state == "offset")
        self.assertFalse(sum(Decimal(str(charge.amount)) for charge in undone))
        self.assertTrue(all(charges.mapped("explanation")))
        for charge in charges:
            self.assertAlmostEqual(charge.quantity * charge.unit_price, charge.amount)

    # === Steps === #

    def _book(self, now=NOW):
        with self.not_invoiced():
            [quote] = self.Reservation._book(
                self.martin, [(self.nina, self.meal, MONDAY)], now=now
            )
        self.booking = self.Reservation.browse(quote.reservation_id)

    def _book_late(self):
        self._book(LATE)

    def _walk_in(self):
        with self.at(MONDAY):
            self.booking = self.Reservation._walk_in(
                self.nina, self.meal, self.session(self.canteen, MONDAY)
            )

    def _cancel(self):
        self.booking._cancel(now=NOW)

    def _present(self):
        self.point(self.booking, "present")

    def _unjustified(self):
        self.point(self.booking, "absent_unjustified")

    def _justified(self):
        self.point(self.booking, "absent_justified")

    def _invoice(self):
        self.booking.charge_ids._invoice(AFTER)._post(soft=False)

    def _close(self):
        self.closed = self.env["espace.closure"].create(
            {"name": "Strike", "date_from": MONDAY, "date_to": MONDAY}
        )
        self.closed._apply(now=NOW)

    def _reopen(self):
        with self.not_invoiced():
            self.closed._undo(now=NOW)

    def _dearer(self):
        self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.qf_min == 500
        ).amount = 3.90

    def _recompute(self):
        self.env["espace.price.recompute"].create(
            {"tariff_id": self.tariff.id}
        ).action_recompute()

    def _settle(self):
        self.booking._settle()

    def _quotient(self):
        self.given = self._set_quotient(self.martin, 300, TODAY + timedelta(days=1))

    def _later_quotient(self):
        self._set_quotient(self.martin, 300, MONDAY + timedelta(days=1))

    def _forget(self):
        self.given.unlink()
