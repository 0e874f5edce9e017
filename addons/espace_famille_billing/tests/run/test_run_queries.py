"""What billing asks the database, whatever the number of families."""

from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY

from .test_billing_run import BillingRunCase

FEBRUARY = "2027-02-01 09:00:00"
FAMILIES = 12
# Promised of a family in a run, in large batches.
MOST = 6


@tagged("post_install", "-at_install")
class TestRunQueries(BillingRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.capacity = 50
        cls.evening.session_ids.capacity = 50
        cls.families = cls.env["espace.family"]
        for number in range(FAMILIES):
            family = cls._create_family(f"Famille {number}", ["Claire"])
            child = cls._create_child(family, "Sam", cls.class_cp)
            cls.families |= family
            for day in (MONDAY, TUESDAY):
                [quote] = cls.Reservation._book(family, [(child, cls.t2, day)])
                booking = cls.Reservation.browse(quote.reservation_id)
                with freeze_time(f"{day} 18:00:00"):
                    booking._set_attendance("present")

    def queries(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_batch_asks_for_no_family_alone(self):
        run = self.prepared()
        with freeze_time(FEBRUARY):
            run.action_launch_anyway()
            run_sudo = run.sudo()
            # What is kept between batches, and the series of numbers.
            run_sudo._invoice_batch(1)
            few = self.queries(lambda: run_sudo._invoice_batch(1))
            many = self.queries(lambda: run_sudo._invoice_batch(FAMILIES - 3))
        self.assertLessEqual((many - few) / (FAMILIES - 4), MOST / 2)
        done = run.family_line_ids.filtered(lambda line: line.state == "done")
        self.assertEqual(len(done), FAMILIES - 1)
        numbers = done.move_id.sorted("sequence_number").mapped("sequence_number")
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))

    def test_launching_leaves_what_the_preview_found(self):
        run = self.prepared()
        before = self.found(run)
        self.assertEqual(len(before), FAMILIES)
        changed, gone = self.families[:2]
        for family, waived in ((changed, 1), (gone, 2)):
            family.reservation_ids[:waived]._waive("Geste commercial")
        with freeze_time(FEBRUARY):
            run.action_launch_anyway()
        after = self.found(run)
        self.assertEqual(after.keys(), before.keys() - {gone})
        self.assertEqual(after[changed][1], before[changed][1] / 2)
        for family in self.families[2:]:
            self.assertEqual(after[family], before[family])

    def test_the_preview_lists_families_in_one_query(self):
        Line = self.env["espace.billing.run.family"]
        with patch.object(type(Line), "create", side_effect=AssertionError):
            run = self.prepared()
        self.assertEqual(len(run.family_line_ids), FAMILIES)
        run.family_line_ids.unlink()
        found = [(family.id, None, Decimal("4.70")) for family in self.families]
        few = self.queries(lambda: Line._list(run, found[:1]))
        many = self.queries(lambda: Line._list(run, found[1:]))
        self.assertLessEqual(many, few)
        self.assertEqual(run.family_count, FAMILIES)

    def test_a_line_of_the_preview_is_as_one_that_odoo_creates(self):
        Line = self.env["espace.billing.run.family"]
        run = self.create_run()
        one, other = self.families[:2]
        listed = Line._list(run, [(one.id, None, Decimal("-4.70"))])
        created = Line.create(
            {"run_id": run.id, "family_id": other.id, "amount": -4.70}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT * FROM espace_billing_run_family WHERE id = ANY(%s) ORDER BY id",
            [(listed + created).ids],
        )
        rows = [
            {k: v for k, v in row.items() if k not in ("id", "family_id")}
            for row in self.env.cr.dictfetchall()
        ]
        self.assertEqual(*rows)

    def found(self, run):
        """Return {family: (id, euros) of its line of a run}."""
        lines = run.family_line_ids
        return {line.family_id: (line.id, line.amount) for line in lines}

    def test_what_families_owe_is_read_at_once(self):
        run = self.create_run()
        self.launch(run)
        self.assertEqual(len(run.move_ids), FAMILIES)
        self.families._espace_nets()
        one = self.queries(lambda: self.families[:2]._espace_nets())
        every = self.queries(lambda: self.families._espace_nets())
        self.assertEqual(every, one)
        nets = self.families._espace_nets()
        for family in self.families:
            self.assertEqual(nets[family], family._espace_net())
            self.assertTrue(nets[family].owed)
