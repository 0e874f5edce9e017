"""Half a school year of a small commune, reckoned anew by a script of its own.

Each month families book, come, do not, cancel, excuse; the commune invoices, corrects
and credits. `tests/recompute.py` must find the same total as the ledger.
"""

import random
from ast import literal_eval
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW, TODAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from . import recompute

MONTHS = [date(2027, month, 1) for month in range(1, 7)]


# What holds reductions, by bracket too.
LIMITS = (
    {"operation": "floor", "value": 0.55},
    {"operation": "floor", "value": 1.4, "qf_min": 400},
    {"operation": "waive", "value": 0.75, "qf_max": 300},
)


class RecomputeCase(EspaceBillingCase):
    """A small commune that books, comes and is invoiced month by month."""

    limits = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare()

    @classmethod
    def _prepare(cls):
        """Build what the stories need beyond the small commune."""
        cls.draw = random.Random("recompute")
        activities = cls.canteen | cls.evening
        activities._generate_sessions(TODAY, date(2027, 6, 30))
        activities.session_ids.filtered(lambda s: s.date >= TODAY).capacity = 20
        cls.evening.billing_mode = "consumption"
        cls.canteen.cancel_rule_id = cls.rule_eve
        cls.t2.espace_records_times = True
        cls._create_household()
        cls._complete_prices()

    @classmethod
    def _create_household(cls):
        """Add a household from elsewhere with a PAI, and one of shared custody."""
        cls.petit = cls._create_family("Petit", ["Inès"])
        cls.petit.residency = "non_resident"
        cls.zoe = cls._create_child(cls.petit, "Zoé", cls.class_cp, has_pai=True)
        cls.env["espace.custody"].create(
            {"child_id": cls.tom.id, "family_id": cls.durand.id, "pattern": "odd"}
        )
        cls.children = cls.nina | cls.tom | cls.lina | cls.zoe
        cls._set_quotient(cls.petit, 333.33)
        cls._set_quotient(cls.martin, 1210, date(2027, 3, 15))

    @classmethod
    def _complete_prices(cls):
        """Give prices of each kind: effort rates, started units, reductions."""
        cls.tariff.write(
            {
                "date_to": date(2027, 3, 31),
                "adjustment_ids": [
                    Command.create(
                        {"operation": "percent", "value": -15, "sibling_rank_min": 2}
                    ),
                    Command.create(
                        {
                            "operation": "amount",
                            "value": 0.35,
                            "residency": "non_resident",
                            "product_id": cls.meal.id,
                        }
                    ),
                    *map(Command.create, cls.limits),
                ],
            }
        )
        lines = [
            cls._line(cls.meal, "planned", 0, 0, 2.1, pai="with"),
            cls._line(
                cls.meal,
                "planned",
                0,
                0,
                0.37,
                sequence=5,
                kind="effort_rate",
                min_amount=1.2,
                max_amount=4.6,
            ),
            cls._line(cls.meal, "absence_unjustified", 0, 0, 5.5),
            cls._line(cls.t1, "planned", 0, 0, 0.9, "hour"),
            cls._line(
                cls.t2,
                "planned",
                0,
                0,
                0.45,
                "started_unit",
                unit_minutes=30,
                grace_minutes=5,
            ),
        ]
        cls.env["espace.tariff"].create(
            {
                "name": "Tarifs d’avril",
                "company_id": cls.company.id,
                "date_from": date(2027, 4, 1),
                "rounding_step": 0.05,
                "adjustment_ids": [
                    Command.create(
                        {"operation": "set", "value": 1, "event": "unplanned"}
                    )
                ],
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    # === A month === #

    def month(self, first):
        """Live a month: book, cancel, come or not."""
        days = {
            session.date
            for session in (self.canteen | self.evening).session_ids
            if (session.date.year, session.date.month) == (first.year, first.month)
            and session.date > TODAY + timedelta(days=10)
        }
        booked_on = max(datetime.combine(first, time(7)) - timedelta(days=15), NOW)
        with freeze_time(booked_on):
            self.book_month(sorted(days), booked_on)
        last = (first + timedelta(days=32)).replace(day=1)
        with freeze_time(datetime.combine(last, time(6))):
            self.mark_month(sorted(days))
            self.walk_in(max(days))

    def book_month(self, days, now):
        for child in self.children:
            for day in days:
                products = [self.meal, self.draw.choice(self.t1 | self.t2)]
                family = child._paying_family(day)
                wanted = [p for p in products if self.draw.random() < 0.35]
                self.Reservation._book(family, [(child, p, day) for p in wanted], now)
        live = self.live(days)
        for booking in live:
            if self.draw.random() < 0.1 and booking._cancellable(now):
                booking._cancel(now)

    def live(self, days):
        return self.Reservation.search(
            [
                ("company_id", "=", self.company.id),
                ("date", "in", list(days)),
                ("state", "=", "confirmed"),
            ]
        )

    def mark_month(self, days):
        for booking in self.live(days):
            chance = self.draw.random()
            if chance < 0.06:
                booking._set_attendance("absent_unjustified")
            elif chance < 0.12:
                booking._set_attendance("absent_justified")
            elif booking.records_times and chance < 0.6:
                booking._record_times(left=17 + self.draw.randrange(0, 100) / 60)
            else:
                booking._set_attendance("present")

    def walk_in(self, day):
        session = self.session(self.canteen, day)
        there = session.reservation_ids.filtered(lambda r: r.state == "confirmed")
        for child in (self.children - there.child_id)[:1]:
            self.Reservation._walk_in(child, self.meal, session)

    # === What the commune does === #

    def invoice(self, first, **vals):
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return self.run_days(first, last, **vals)

    def run_days(self, first, last, **vals):
        with freeze_time(datetime.combine(last + timedelta(days=1), time(9))):
            run = self.env["espace.billing.run"].create(
                {"date_from": first, "date_to": last, **vals}
            )
            run.action_prepare()
            run.action_launch_anyway()
            run._work_all()
        self.assertFalse(run.failed_count)
        return run

    def correct(self, first):
        """Find that somebody came who was said to be absent, and the contrary."""
        run = self.env["espace.billing.run"].search([("date_from", "=", first)])
        run.locked_session_ids.attendance_locked = False
        bookings = self.live(run.locked_session_ids.mapped("date"))
        with freeze_time("2027-06-30 18:00:00"):
            for booking in self.draw.sample(bookings, 12):
                booking._set_attendance(
                    "absent_justified" if booking.attendance == "present" else "present"
                )
        self.invoice(first, kind="corrective")

    def credit(self):
        """Credit two invoices: one is invoiced again, one is given away."""
        moves = self.Move.search(
            [
                ("company_id", "=", self.company.id),
                ("espace_run_id", "!=", False),
                ("move_type", "=", "out_invoice"),
            ],
            limit=2,
        )
        for move, follow_up in zip(moves, ("reissue", "waive"), strict=True):
            wizard = self.env["espace.credit.wizard"].create(
                {"move_id": move.id, "reason": "Erreur", "follow_up": follow_up}
            )
            wizard.action_credit()

    def differences(self):
        self.env.flush_all()
        return recompute.differences(self.env.cr, self.company.id)

    @contextmanager
    def undone(self):
        """Undo in the end what happened."""
        with self.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestRecompute(RecomputeCase):
    limits = LIMITS

    def test_bookings_and_prices_alone_give_the_total_of_the_ledger(self):
        for first in MONTHS:
            self.month(first)
            self.assertEqual(self.differences(), [], f"before {first} is invoiced")
            self.invoice(first, is_last=first == MONTHS[-1])
            self.assertEqual(self.differences(), [], f"once {first} is invoiced")
        self.correct(MONTHS[2])
        self.credit()
        self.assertEqual(self.differences(), [])
        owed = recompute.owed(self.env.cr, self.company.id)
        self.assertEqual(len(owed), 3)
        self.assertGreater(min(owed.values()), 50)
        waiting = self.Charge.search_count(
            [("company_id", "=", self.company.id), ("state", "=", "to_invoice")]
        )
        refunds = self.Move.search_count(
            [("company_id", "=", self.company.id), ("move_type", "=", "out_refund")]
        )
        self.assertGreaterEqual(refunds, 3)
        self.assertLess(waiting, 20)

    def test_what_third_parties_pay_is_a_part_of_the_price(self):
        self.draw.seed("third parties")
        ccas, employer = self.env["res.partner"].create(
            [{"name": "CCAS"}, {"name": "Usine"}]
        )
        aid = {"date_from": MONTHS[0], "number": "1", "decided_on": TODAY}
        self.env["espace.aid"].create(
            [
                {**aid, "family_id": self.petit.id, "payer_id": ccas.id, "share": 33},
                {
                    **aid,
                    "family_id": self.martin.id,
                    "payer_id": employer.id,
                    "child_id": self.nina.id,
                    "activity_ids": self.canteen.ids,
                    "kind": "day",
                    "amount": 2.15,
                    "sequence": 1,
                },
                {
                    **aid,
                    "family_id": self.martin.id,
                    "payer_id": ccas.id,
                    "share": 60,
                    "ceiling": 17.5,
                    "ceiling_period": "month",
                    "sequence": 2,
                },
            ]
        )
        for first in MONTHS[:3]:
            self.month(first)
            self.assertEqual(self.all_wrong(), [], f"before {first} is invoiced")
            self.invoice(first, is_last=True)
            self.assertEqual(self.all_wrong(), [], f"once {first} is invoiced")
        self.correct(MONTHS[1])
        self.credit()
        self.assertEqual(self.all_wrong(), [])
        others = recompute.paid_by_others(self.env.cr, self.company.id)
        self.assertEqual(set(others), {self.petit.id, self.martin.id})
        self.assertGreater(min(others.values()), 5)

    def test_months_at_a_flat_price_are_reckoned_anew(self):
        """Begun, ended and begun again while days are booked, absent and invoiced."""
        self.draw.seed("flat prices")
        for tariff in self.env["espace.tariff"].search(
            [("company_id", "=", self.company.id)]
        ):
            tariff.write(
                {
                    "line_ids": [
                        Command.create(self._line(self.t1, "flat", 0, 600, 31.1)),
                        Command.create(self._line(self.t1, "flat", 600, 0, 47.3)),
                        Command.create(self._line(self.t1, "pack", 0, 600, 4.7)),
                        Command.create(self._line(self.t1, "pack", 600, 0, 7.1)),
                    ],
                    "adjustment_ids": [
                        Command.create(
                            {
                                "event": "flat",
                                "operation": "percent",
                                "value": -10,
                                "sibling_rank_min": 2,
                            }
                        )
                    ],
                }
            )
        rules = (
            {"partial": "prorata", "absence_part": 14},
            {"partial": "half", "option_ids": self.t1.ids, "absence_days": 1},
            {"partial": "full", "absence_part": 20, "absence_days": 1},
        )
        formulas = self.env["espace.flat.formula"].create(
            [
                {
                    "name": f"Forfait {number}",
                    "company_id": self.company.id,
                    "product_id": self.t1.id,
                    **rule,
                }
                for number, rule in enumerate(rules)
            ]
        )
        self.env["espace.aid"].create(
            {
                "family_id": self.petit.id,
                "payer_id": self.env["res.partner"].create({"name": "CCAS"}).id,
                "share": 33,
                "date_from": MONTHS[0],
                "number": "1",
                "decided_on": TODAY,
            }
        )
        carnets = self.env["espace.pack.formula"].create(
            [
                {
                    "name": f"Carnet {days}",
                    "company_id": self.company.id,
                    "product_id": self.t1.id,
                    "option_ids": (self.t1 | self.t2).ids,
                    "days": days,
                    "months": 1,
                    "unused": unused,
                }
                for days, unused in ((3, "refund"), (7, "lapse"), (30, "refund"))
            ]
        )
        flats, packs = self.env["espace.flat"], self.env["espace.pack"]
        for first in MONTHS[:4]:
            for child, formula in zip(self.children, [*formulas] * 2, strict=False):
                flats |= self.subscribe(child, formula, first)
            for child, formula in zip(
                self.children[::-1], [*carnets] * 2, strict=False
            ):
                packs |= self.buy(child, formula, first)
            self.month(first)
            self.assertEqual(self.all_wrong(), [], f"before {first} is invoiced")
            self.invoice(first, is_last=True)
            self.assertEqual(self.all_wrong(), [], f"once {first} is invoiced")
            with freeze_time(datetime.combine(first + timedelta(days=32), time(9))):
                for flat in flats.filtered(lambda flat: not flat.date_to):
                    if self.draw.random() < 0.4:
                        day = first + timedelta(days=self.draw.randrange(31))
                        flat.date_to = max(day, flat.date_from)
                packs._cron_end()
            self.assertEqual(self.all_wrong(), [], f"after {first}")
        self.correct(MONTHS[1])
        self.credit()
        self.assertEqual(self.all_wrong(), [])
        self.assertGreater(sum(flats.mapped("charged_amount")), 100)
        self.assertGreater(sum(packs.mapped("charged_amount")), 20)
        self.assertGreater(sum(packs.mapped("used")), 10)
        self.assertIn("ended", packs.mapped("state"))
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def subscribe(self, child, formula, first):
        """Have the family of a child begin in a month, if nothing is in the way."""
        day = first + timedelta(days=self.draw.randrange(31))
        family = child._paying_family(day)
        flats = self.env["espace.flat"]
        own = flats.search([("child_id", "=", child.id)])
        if any(not flat.date_to or flat.date_to >= day for flat in own):
            return flats
        with freeze_time(datetime.combine(first, time(9))):
            return flats.create(
                {
                    "child_id": child.id,
                    "family_id": family.id,
                    "formula_id": formula.id,
                    "date_from": day,
                }
            )

    def buy(self, child, formula, first):
        """Have the family of a child buy a pack in a month."""
        day = max(TODAY, first + timedelta(days=self.draw.randrange(10)))
        with freeze_time(datetime.combine(first, time(9))):
            return self.env["espace.pack"].create(
                {
                    "child_id": child.id,
                    "family_id": child._paying_family(day).id,
                    "formula_id": formula.id,
                    "date_from": day,
                }
            )

    def all_wrong(self):
        company = self.company.id
        self.env.flush_all()
        return [
            *recompute.differences(self.env.cr, company),
            *recompute.account_differences(self.env.cr, company),
            *recompute.wrong_documents(self.env.cr, company),
            *recompute.wrong_parts(self.env.cr, company),
            *recompute.wrong_packs(self.env.cr, company),
        ]

    def test_a_cent_that_is_wrong_is_found(self):
        booking = self.booked(self.nina, self.meal, date(2027, 1, 18))
        self.assertEqual(self.differences(), [])
        line = booking.charge_ids.invoice_line_id
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 0.01 WHERE id = %s",
            [line.id],
        )
        [(family, owed, found)] = self.differences()
        self.assertEqual((family, found - owed), (self.martin.id, recompute.CENT))
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance + 0.01 WHERE id = %s",
            [line.id],
        )


@tagged("post_install", "-at_install")
class TestPastPrices(RecomputeCase):
    limits = LIMITS

    """Prices and quotients of days that were invoiced change; one run settles all.

    Whoever has nothing else to invoice is settled like the others.
    """

    def two_months(self, seed):
        """Live and invoice two months, then change what they cost."""
        self.draw.seed(seed)
        for first in MONTHS[:2]:
            self.month(first)
            self.invoice(first, is_last=True)
        self.assertEqual(self.differences(), [])
        self.change_prices()
        self.change_quotients()
        self.assertTrue(self.differences())

    def change_prices(self):
        tariff = self.tariff
        flat = tariff.line_ids.filtered(lambda line: line.kind == "fixed")
        for line in self.draw.sample(flat, 4):
            line.amount = self.cents(20, 600)
        reduction = self.draw.choice(tariff.adjustment_ids[:2])
        if reduction.operation == "percent":
            reduction.value = -self.draw.randrange(1, 60)
        else:
            reduction.value = self.cents(5, 90)

    def change_quotients(self):
        """Families bring a quotient late, or one that was wrong."""
        day = date(2027, 1, self.draw.randrange(4, 31))
        self._set_quotient(self.petit, self.cents(10000, 150000), day)
        self.durand.income_ids.unlink()
        self.martin.income_ids[:1].value = self.cents(10000, 150000)

    def cents(self, least, most):
        return self.draw.randrange(least, most) / 100

    def all_settled(self):
        """Nothing differs, nothing waits, nothing is marked."""
        self.assertEqual(self.differences(), [])
        mine = [("company_id", "=", self.company.id)]
        changed = [("price_change", "!=", False)]
        self.assertFalse(self.Reservation.search([*mine, *changed]))
        waiting = [("state", "=", "to_invoice")]
        self.assertFalse(self.Charge.search([*mine, *waiting]))

    def test_a_corrective_run_settles_all_that_its_days_cost_now(self):
        for seed in ("corrective 1", "corrective 2"):
            with self.subTest(seed=seed), self.undone():
                self.two_months(seed)
                self.run_days(
                    MONTHS[0], date(2027, 2, 28), kind="corrective", is_last=True
                )
                self.all_settled()

    def test_a_regular_run_settles_what_came_before_its_days(self):
        """In March nobody comes: the run is there for the past alone."""
        for seed in ("regular 1", "regular 2"):
            with self.subTest(seed=seed), self.undone():
                self.two_months(seed)
                self.invoice(MONTHS[2], is_last=True)
                self.all_settled()

    def test_the_list_of_changed_prices_knows_of_a_tariff_that_nobody_recomputed(self):
        self.draw.seed("list")
        self.month(MONTHS[0])
        self.invoice(MONTHS[0], is_last=True)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        with self.assertRaises(AccessError):
            self.Reservation.with_user(parent).action_espace_changed_prices()
        bookings = self.Reservation.with_user(self._create_staff("finance"))
        action = bookings.action_espace_changed_prices()
        self.assertFalse(self.listed(action))
        self.change_prices()
        self.assertFalse(self.listed(action))
        action = bookings.action_espace_changed_prices()
        self.assertTrue(self.listed(action))
        self.Reservation._cron_recompute_prices()
        self.assertEqual(
            set(self.listed(action).mapped("price_change")), {"to_correct"}
        )

    def listed(self, action):
        """Return what an action lists of this commune."""
        mine = [("company_id", "=", self.company.id)]
        return self.Reservation.search([*mine, *literal_eval(action["domain"])])
